// A change of the form (a tick, another kind, another username) shows the new password at once.
// The page comes back to the field that changed.

const form = document.querySelector("[data-shows-at-once]");
const show = form.querySelector("[data-show]");

form.addEventListener("change", ({ target }) => {
  show.setAttribute("formaction", `${form.getAttribute("action")}#${target.id}`);
  form.requestSubmit(show);
});
show.hidden = true;
