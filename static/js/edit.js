// A change of the form (a tick, another kind, another username) shows the new password at once.

const form = document.querySelector("[data-shows-at-once]");
form.addEventListener("change", () => form.requestSubmit(form.querySelector("[data-show]")));
for (const button of form.querySelectorAll("[data-show]")) button.hidden = true;
