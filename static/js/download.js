// After a save the download starts by itself, once: a reload or a step back does not repeat it.

const form = document.querySelector("form[data-starts]");
if (form) {
  history.replaceState(null, "", location.pathname);
  form.requestSubmit();
}
if (document.querySelector("[data-ends-selection]")) sessionStorage.clear();
