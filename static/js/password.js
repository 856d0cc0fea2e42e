// Show the typed password, and how strong a new one is. The server decides whether it will do.

for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
    button.textContent = shown ? "Verberg" : "Toon";
  });
}

const WORDS = ["te kort", "zwak", "kan beter", "goed", "sterk"];

// Length counts most; the same few letters repeated count little.
function strength(text) {
  if (text.length < field.minLength) return 0;
  const varied = Math.min(text.length, 2 * new Set(text.toLowerCase()).size);
  return Math.min(4, 1 + Math.floor((varied - 8) / 4));
}

const field = document.querySelector("[data-strength]");
const meter = document.querySelector("[data-strength-meter]");

function judge() {
  const value = strength(field.value);
  meter.hidden = field.value === "";
  meter.querySelector("meter").value = value;
  meter.querySelector("[data-strength-text]").textContent = WORDS[value];
}

if (field) {
  field.addEventListener("input", judge);
  // A fast typist may have begun before this script ran.
  judge();
}
