// The preview: prepare the passwords slice after slice, and keep the count of ticks.

const form = document.querySelector("[data-slices]");
const progress = form.querySelector("progress");
const said = form.querySelector("[data-prepared]");
// Read at each request: a desk that was locked gives the page another one.
const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
let running = false;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function slice() {
  const answer = await fetch(form.dataset.slices, {
    method: "POST",
    headers: { "X-CSRFToken": token() },
  });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return answer.json();
}

function show({ hashed, total }) {
  progress.max = total || 1;
  progress.value = hashed;
  said.textContent = hashed < total
    ? `Wachtwoorden worden voorbereid: ${hashed} van ${total}`
    : "Klaar om te bewaren";
}

// One request after the other, without timers: browsers slow timers down in a hidden tab.
async function prepare() {
  if (running) return;
  running = true;
  let failures = 0;
  let before = -1;
  while (running) {
    try {
      const state = await slice();
      failures = 0;
      show(state);
      if (!state.open || state.hashed >= state.total) break;
      // The server was busy with other batches: give it a moment.
      if (state.hashed === before) await pause(500);
      before = state.hashed;
    } catch {
      // The connection broke. Prepared passwords are kept, so try again, less and less often.
      if (++failures > 8) break;
      await pause(500 * 2 ** failures);
    }
  }
  running = false;
}

const boxes = (part) => [...part.querySelectorAll("input[name=item]")];

function count() {
  form.querySelector("[data-ticked]").textContent = boxes(form).filter((box) => box.checked).length;
  for (const all of form.querySelectorAll("[data-tick-section]")) {
    const section = boxes(all.closest("section"));
    const ticked = section.filter((box) => box.checked).length;
    all.checked = ticked === section.length;
    all.indeterminate = ticked > 0 && ticked < section.length;
  }
}

form.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-section]")) {
    for (const box of boxes(event.target.closest("section"))) box.checked = event.target.checked;
  }
  count();
});

// A row posts its own fields, not those of a thousand others.
form.addEventListener("htmx:configRequest", ({ target, detail }) => {
  const fields = [...target.closest("tr").querySelectorAll("[name]")];
  const posted = fields.filter((field) => field.type !== "checkbox" || field.checked);
  detail.parameters = Object.fromEntries(posted.map((field) => [field.name, field.value]));
  detail.headers["X-CSRFToken"] = token();
});

// A tick that was set while another password was under way stays.
form.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { id } = detail.target.closest("tr");
  const box = () => document.querySelector(`#${id} [name=item]`);
  const { checked } = box();
  form.addEventListener("htmx:afterSwap", () => { box().checked = checked; }, { once: true });
});

// Enter in the field of a username is the end of typing it, and no button.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[name^=username-]")) return;
  event.preventDefault();
  event.target.dispatchEvent(new Event("change", { bubbles: true }));
});

form.addEventListener("submit", () => { running = false; });
document.body.addEventListener("htmx:afterSettle", () => { count(); prepare(); });
for (const box of form.querySelectorAll("[data-tick-section]")) box.hidden = false;
count();
prepare();
