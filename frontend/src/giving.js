// The workshop board: a card is taken with mouse or finger and given to a technician or a bay on the tray, which comes
// up while it is in hand. `data-give` on the card is where that is posted, `data-version` what the board has seen.
// Without a script, and for the keyboard, the card is a link to the order, whose own form does the same.
import { csrfToken, say, text } from "./lib/dom.js";

const FAR = 8; // pixels before a press is a drag
const LONG_PRESS = 350; // a finger rests this long; shorter it scrolls

let held = null;

const tray = () => document.querySelector("[data-tray]");
const place = (x, y) => document.elementFromPoint(x, y)?.closest("[data-tray] [data-place]");

function take() {
  const { card } = held;
  const box = card.getBoundingClientRect();
  held.ghost = card.cloneNode(true);
  held.ghost.className = `${card.className} board-ghost`;
  held.ghost.style.width = `${box.width}px`;
  held.ghost.removeAttribute("href");
  document.body.append(held.ghost);
  card.classList.add("is-held");
  card.closest("[data-live]")?.toggleAttribute("data-hold", true);
  tray().hidden = false;
  document.body.classList.add("is-giving");
  held.taken = true;
  follow(held.x, held.y);
}

function follow(x, y) {
  held.ghost.style.transform = `translate(${x + 8}px, ${y + 8}px)`;
  const over = place(x, y);
  for (const one of tray().querySelectorAll("[data-place]")) one.classList.toggle("is-over", one === over);
}

function drop() {
  if (!held) return;
  clearTimeout(held.wait);
  const { card, ghost, taken } = held;
  held = null;
  if (!taken) return;
  ghost.remove();
  card.classList.remove("is-held");
  card.closest("[data-live]")?.toggleAttribute("data-hold", false);
  tray().hidden = true;
  document.body.classList.remove("is-giving");
}

async function give(card, over) {
  const answer = await fetch(card.dataset.give, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    body: new URLSearchParams({
      [over.dataset.place]: over.dataset.key,
      version: card.dataset.version,
      idempotency_key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
    }),
  }).catch(() => null);
  const said = (await answer?.json().catch(() => null)) ?? {};
  if (answer?.ok && said.form) window.location.assign(said.form);
  else if (answer?.ok && said.told) say(said.told, "success");
  else if (said.detail) say(said.detail + (said.clause ? ` (${said.clause})` : ""), "warning");
  else say(text(answer ? "failed" : "offline"), "warning");
  const region = card.closest("[data-live]") ?? document.getElementById("workshop-board");
  if (region) window.htmx.trigger(region, "refresh");
}

document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest?.("a[data-give]");
  if (!card || !tray() || !event.isPrimary || event.button) return;
  held = { card, x: event.clientX, y: event.clientY, finger: event.pointerType !== "mouse", taken: false };
  if (held.finger) held.wait = setTimeout(() => held && take(), LONG_PRESS);
});

document.addEventListener("pointermove", (event) => {
  if (!held || !event.isPrimary) return;
  const moved = Math.hypot(event.clientX - held.x, event.clientY - held.y) > FAR;
  if (!held.taken && moved) {
    if (held.finger) drop(); // it scrolls
    else take();
  }
  if (held?.taken) follow(event.clientX, event.clientY);
});

document.addEventListener("pointerup", (event) => {
  if (!held || !event.isPrimary) return;
  const { card, taken } = held;
  const over = taken && place(event.clientX, event.clientY);
  drop();
  if (!taken) return;
  // The click that ends a drag is no wish to open the order.
  const swallow = (click) => click.preventDefault();
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50);
  if (over) give(card, over);
});
document.addEventListener("pointercancel", drop);
document.addEventListener("keydown", (event) => event.key === "Escape" && drop());
// The browser's own dragging of links, and the menu of a long press, would take the card out of the hand.
document.addEventListener("dragstart", (event) => event.target.closest?.("a[data-give]") && event.preventDefault());
document.addEventListener("contextmenu", (event) => held?.finger && event.preventDefault());
// A finger that holds a card does not scroll the page.
document.addEventListener("touchmove", (event) => held?.taken && event.cancelable && event.preventDefault(), {
  passive: false,
});
