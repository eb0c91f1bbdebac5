// Shared by every entry: start a piece of behaviour on elements, now and whenever htmx brings new ones.

const started = new WeakMap();

function startWithin(root, selector, start) {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) found.unshift(root);
  for (const element of found) {
    const done = started.get(element) ?? new Set();
    if (done.has(start)) continue;
    done.add(start);
    started.set(element, done);
    start(element);
  }
}

/** Calls `start(element)` once for each element that matches, in the page and in every later swap. */
export function each(selector, start) {
  const begin = () => startWithin(document, selector, start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
  else begin();
  document.addEventListener("htmx:load", (event) => startWithin(event.detail.elt ?? document, selector, start));
}

let texts;

/** A sentence in the user's language, written into the page by the server (`web.context.chrome`). */
export function text(key, values = {}) {
  texts ??= JSON.parse(document.getElementById("web-texts")?.textContent ?? "{}");
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The token that every POST carries; the server wrote it on <body>. */
export function csrfToken() {
  return document.body.dataset.csrf ?? "";
}

/** Shows a message like the server's own: tone is success, info, warning or danger. */
export function say(message, tone = "danger") {
  const list = document.getElementById("messages");
  if (!list) return;
  const box = document.createElement("div");
  box.className = `alert alert-${tone} toast-line`;
  box.setAttribute("role", tone === "danger" ? "alert" : "status");
  box.textContent = message;
  list.append(box);
  if (tone !== "danger") setTimeout(() => box.remove(), 6000);
  else setTimeout(() => box.remove(), 15000);
}

/** Calls `redraw` when the user changes between light and dark. */
export function onTheme(redraw) {
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}
