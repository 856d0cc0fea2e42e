// The selection survives paging, sorting and filtering: kept in this tab, per institution.

const form = document.querySelector("[data-selection]");
const key = `selectie-${form.dataset.selection}`;
const bar = {
  output: form.querySelector("[data-selected]"),
  numbers: form.querySelectorAll("[data-selected-number]"),
  allSeen: form.querySelector("[data-all-seen]"),
  unseen: form.querySelectorAll("[data-unseen]"),
  unseenNumber: form.querySelector("[data-unseen-number]"),
  all: form.querySelector("[data-pick-all]"),
  none: form.querySelector("[data-pick-none]"),
};
let lastClicked = null;
// The ids of all students in the list as it is filtered, once they were asked for.
let listed = { query: null, students: null };

const read = () => new Set(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
const results = () => document.getElementById("results");
const boxes = () => [...form.querySelectorAll("input[name=student]:not([type=hidden])")];

function write(selected) {
  sessionStorage.setItem(key, JSON.stringify([...selected]));
  show();
}

function show() {
  const selected = read();
  const visible = boxes();
  for (const box of visible) box.checked = selected.has(box.value);
  const picked = visible.filter((box) => box.checked).length;
  const page = form.querySelector("[data-pick-page]");
  if (page) {
    page.hidden = false;
    page.checked = visible.length > 0 && picked === visible.length;
    page.indeterminate = picked > 0 && picked < visible.length;
  }
  if (!bar.output) return;
  bar.output.hidden = false;
  for (const number of bar.numbers) number.textContent = selected.size;
  bar.none.hidden = selected.size === 0;
  if (bar.all) {
    bar.all.hidden = results().dataset.total === "0";
    bar.all.textContent = `Selecteer alle ${results().dataset.total}`;
  }
  showUnseen(selected, picked);
}

// Say how many are selected and not in the list: an action is for them too.
async function showUnseen(selected, picked) {
  let unseen = selected.size - picked;
  if (unseen > 0 && form.dataset.all) {
    const students = new Set(await studentsInList());
    unseen = [...read()].filter((value) => !students.has(value)).length;
  }
  bar.allSeen.hidden = unseen > 0;
  for (const part of bar.unseen) part.hidden = unseen === 0;
  bar.unseenNumber.textContent = unseen;
}

async function studentsInList() {
  const query = location.search;
  if (listed.query !== query) {
    const answer = await fetch(form.dataset.all + query);
    listed = { query, students: (await answer.json()).students };
  }
  return listed.students;
}

function pick(values, on) {
  const selected = read();
  for (const value of values) on ? selected.add(value) : selected.delete(value);
  write(selected);
}

function pickRange(from, to, on) {
  const visible = boxes();
  const [start, end] = [visible.indexOf(from), visible.indexOf(to)].sort((a, b) => a - b);
  pick(visible.slice(start, end + 1).map((box) => box.value), on);
}

async function pickAll() {
  pick(await studentsInList(), true);
}

form.addEventListener("click", (event) => {
  const box = event.target.closest("input[name=student]");
  if (!box) return;
  if (event.shiftKey && lastClicked?.isConnected) pickRange(lastClicked, box, box.checked);
  else pick([box.value], box.checked);
  lastClicked = box;
});
form.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-page]")) {
    pick(boxes().map((box) => box.value), event.target.checked);
  }
});
bar.all?.addEventListener("click", pickAll);
bar.none?.addEventListener("click", () => write(new Set()));

// Post the students selected on other pages of the list too.
form.addEventListener("formdata", (event) => {
  event.formData.delete("student");
  for (const value of read()) event.formData.append("student", value);
});

// Escape closes the menu and returns to its button; a click beside it closes it too.
const menu = form.querySelector(".menu");
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  if (menu && !menu.contains(event.target)) menu.open = false;
});

if (document.querySelector("[data-clears-selection]")) sessionStorage.removeItem(key);
document.body.addEventListener("htmx:afterSettle", () => {
  show();
  // The live region is outside the results: one that is replaced announces nothing.
  const total = results().dataset.total;
  document.querySelector("[data-found]").textContent = `Totaal aantal rijen: ${total}`;
});
addEventListener("pageshow", show);
show();
