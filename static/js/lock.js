// The lock: takes out of the page what it shows when the session ends, in all tabs at once.

const SECOND = 1000;
// A cookie says until when whose session lasts. Every answer of the server moves it on: to another
// tab, of a download, or of a part of a page.
const lock = document.getElementById("lock");
const { cookie, who, now, token } = lock.dataset;
// How far the clock of this device is ahead of the server's.
const ahead = Date.now() - Number(now) * SECOND;

const page = document.createDocumentFragment();
let place = null;
let opening = false;

function isOpen() {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${cookie}=`)) ?? "";
  const [end, manager] = found.slice(cookie.length + 1).split(".");
  return manager === who && Date.now() - ahead < Number(end) * SECOND;
}

// Out of the document, so that nobody reads, reaches or prints it; what was typed stays in it.
function cover() {
  place = { title: document.title, focused: document.activeElement, x: scrollX, y: scrollY };
  page.append(...document.body.childNodes);
  document.body.append(lock.content.cloneNode(true));
  document.title = `${document.querySelector("h1").textContent} · LeerID Schoolloket`;
  const here = location.pathname + location.search + location.hash;
  document.querySelector("main a").search = new URLSearchParams({ next: here });
  document.querySelector("h1").focus();
}

// A sign-in makes the tokens of older forms void, so each gets another one. The answer also says
// whether the server's desk is open indeed.
async function uncover() {
  const answer = await fetch(token);
  if (!answer.ok || answer.redirected) return;
  const { token: value } = await answer.json();
  for (const field of page.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = value;
  document.body.replaceChildren(page);
  document.title = place.title;
  scrollTo(place.x, place.y);
  place.focused.focus();
  place = null;
}

async function check() {
  if (!place && !isOpen()) cover();
  if (!place || opening || !isOpen()) return;
  opening = true;
  try {
    await uncover();
  } catch {
    // Without a connection the page stays covered, and this is tried again.
  }
  opening = false;
}

// By the clock: a device that slept looks at once, and so does a page out of the browser's memory.
setInterval(check, SECOND);
for (const woken of ["focus", "pageshow"]) addEventListener(woken, check);
document.addEventListener("visibilitychange", check);
