// After a save the download starts by itself, once, where this browser was told to; a reload or a
// step back does not repeat it. Unasked nothing lands on a computer that others use too.

const KEY = "start-downloads";
const form = document.querySelector("form[data-starts]");
const choice = document.querySelector("[data-by-itself]");

if (choice) {
  const box = choice.querySelector("input");
  box.checked = localStorage.getItem(KEY) !== null;
  choice.hidden = false;
  box.addEventListener("change", () => {
    if (box.checked) localStorage.setItem(KEY, "");
    else localStorage.removeItem(KEY);
  });
}
if (form) {
  history.replaceState(null, "", location.pathname);
  if (localStorage.getItem(KEY) !== null) form.requestSubmit();
}
if (document.querySelector("[data-ends-selection]")) sessionStorage.clear();
