// Covers a page when the desk locks, in every tab at the same minute: nothing of it can be read,
// reached or printed. The server says in a cookie until when the desk is open, and to whom; the page
// says what time it is there, since a computer's clock may be wrong.

const [serverNow, who, cookie] = document.querySelector("meta[name=desk-lock]").content.split(" ");
const ahead = Number(serverNow) * 1000 - Date.now();
const title = document.title;

function isOpen() {
  const pairs = document.cookie.split("; ").map((pair) => pair.split("="));
  const [, value = ""] = pairs.find(([name]) => name === cookie) ?? [];
  const [until, whose] = value.split(".");
  return whose === who && Date.now() + ahead < Number(until) * 1000;
}

function cover() {
  const signIn = new URL("/aanmelden/", location.origin);
  signIn.searchParams.set("next", location.pathname + location.search);

  const panel = document.createElement("section");
  panel.className = "lock-cover";
  panel.setAttribute("role", "alertdialog");
  panel.setAttribute("aria-labelledby", "lock-heading");

  const heading = document.createElement("h1");
  heading.id = "lock-heading";
  heading.tabIndex = -1;
  heading.textContent = "Het loket is vergrendeld";

  const told = document.createElement("p");
  told.textContent =
    "Er gebeurde hier een tijd niets. Meld je opnieuw aan: je komt terug op deze pagina. " +
    "Ben je in een ander venster al aangemeld, dan opent ze vanzelf, met wat je typte.";

  const link = document.createElement("a");
  link.className = "btn btn-primary";
  link.href = signIn;
  link.textContent = "Aanmelden";

  panel.append(heading, told, link);
  document.documentElement.classList.add("locked");
  document.body.append(panel);
  document.title = "Vergrendeld · LeerID Schoolloket";
  heading.focus();
}

function uncover(panel) {
  panel.remove();
  document.documentElement.classList.remove("locked");
  document.title = title;
}

function check() {
  const panel = document.querySelector(".lock-cover");
  const open = isOpen();
  if (!open && !panel) cover();
  if (open && panel) uncover(panel);
}

setInterval(check, 1000);
// A computer that slept, or a page that the back button brings, is behind.
for (const moment of ["focus", "pageshow", "visibilitychange"]) addEventListener(moment, check);
