// The big card: out of the page after a minute, and as soon as somebody looks at something else.

const SECONDS = 60;
const card = document.querySelector("[data-card]");
const cover = document.querySelector("[data-cover]");
const left = card.querySelector("[data-left]");
const print = card.querySelector("[data-print]");
const end = Date.now() + SECONDS * 1000;
const ticking = setInterval(tick, 1000);
let printing = false;

function hide() {
  if (printing || !card.isConnected) return;
  clearInterval(ticking);
  card.replaceChildren();
  card.remove();
  cover.hidden = false;
  cover.querySelector("button").focus();
}

// By the clock: a device that slept for an hour does not show the card for the rest of the minute.
function tick() {
  const seconds = Math.ceil((end - Date.now()) / 1000);
  if (seconds <= 0) hide();
  else left.textContent = `: nog ${seconds}`;
}

addEventListener("blur", hide);
addEventListener("pagehide", hide);
document.addEventListener("visibilitychange", () => { if (document.hidden) hide(); });
card.querySelector("[data-hide]").addEventListener("click", (event) => {
  event.preventDefault();
  hide();
});

// The print dialog takes the focus; the card has to stay until it is on paper.
addEventListener("beforeprint", () => { printing = true; });
addEventListener("afterprint", () => { printing = false; tick(); });
print.hidden = false;
print.addEventListener("click", () => window.print());
tick();
