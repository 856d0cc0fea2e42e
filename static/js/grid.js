// The grid of a picture password: choose four in order or take one back without a page load.

const form = document.querySelector("[data-grid]");
if (form) {
  const most = Number(form.dataset.grid);
  const shelf = form.querySelector("[data-chosen]");
  const back = form.querySelector("[data-back]");
  const tiles = [...form.querySelectorAll(".tile")];
  const slots = () => [...shelf.querySelectorAll(".slot")];

  function show() {
    const slugs = slots().map((slot) => slot.querySelector("input").value);
    for (const tile of tiles) tile.setAttribute("aria-pressed", slugs.includes(tile.value));
    back.hidden = slugs.length === 0;
    if (slugs.length === most) form.querySelector("[data-sign-in]").focus();
  }

  function slot(tile) {
    const input = Object.assign(document.createElement("input"), {
      type: "hidden",
      name: "picture",
      value: tile.value,
    });
    const image = tile.querySelector("img").cloneNode();
    image.alt = tile.getAttribute("aria-label");
    image.width = image.height = 56;
    const made = Object.assign(document.createElement("span"), { className: "slot" });
    made.append(input, image);
    return made;
  }

  form.addEventListener("click", (event) => {
    const tile = event.target.closest(".tile");
    const taken = event.target.closest("[data-back]");
    if (!tile && !taken) return;
    event.preventDefault();
    if (taken) {
      slots().at(-1)?.remove();
    } else if (tile.getAttribute("aria-pressed") === "false" && slots().length < most) {
      shelf.insertBefore(slot(tile), back);
    }
    show();
    if (taken && back.hidden) tiles[0].focus();
  });

  // Enter in the username moves on to the pictures instead of choosing the first one.
  form.username.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    tiles[0].focus();
  });
  show();
}

// Take the typed username along to the page for the other kind of password.
document.querySelector("[data-switch]")?.addEventListener("click", (event) => {
  const username = document.getElementById("id_username").value.trim();
  const link = event.currentTarget;
  const base = link.pathname.slice(0, link.pathname.lastIndexOf("/") + 1);
  link.pathname = base + encodeURIComponent(username);
});
