// A tick, another kind or another username shows its new password at once.

const form = document.querySelector("[data-shows-at-once]");
form.addEventListener("change", () => form.requestSubmit(form.querySelector("[data-show]")));
for (const button of form.querySelectorAll("[data-show]")) button.hidden = true;
