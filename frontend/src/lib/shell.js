// The frame around the pages: theme switch, search box, menus, messages, print, and one click = one submit.
import { each } from "./dom.js";

// Theme: the form works without JavaScript; with it the change is seen at once and only the cookie is written.
const NEXT_YEAR = 60 * 60 * 24 * 365;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]")) return;
  event.preventDefault();
  const choice = event.submitter.value;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${choice}; path=/; max-age=${NEXT_YEAR}; samesite=lax${secure}`;
  const root = document.documentElement;
  root.dataset.themeChoice = choice;
  const dark = choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  for (const button of form.querySelectorAll("button[value]")) {
    button.setAttribute("aria-pressed", String(button.value === choice));
  }
});

// "/" jumps to the search box, arrows walk through what it found, Escape closes it.
document.addEventListener("keydown", (event) => {
  const box = document.querySelector("[data-search]");
  if (!box) return;
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
    box.select();
    return;
  }
  const results = document.getElementById("search-results");
  const inside = event.target === box || results?.contains(event.target);
  if (!inside || !results) return;
  if (event.key === "Escape") {
    results.replaceChildren();
    box.focus();
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const links = [...results.querySelectorAll("a")];
    if (!links.length) return;
    event.preventDefault();
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (links[at] ?? (at < 0 ? box : links[0])).focus();
  }
});

// Menus are <details data-menu>: a click elsewhere or Escape closes them.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (!event.target.closest(".search")) document.getElementById("search-results")?.replaceChildren();
  if (event.target.closest("[data-print]")) window.print();
  const closing = event.target.closest("[data-dismiss]");
  if (closing) closing.closest(".toast-line, .alert")?.remove();
  const cancel = event.target.closest("[data-close-details]");
  if (cancel) cancel.closest("details").open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details[data-menu][open], details.confirm[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Good news leaves by itself; anything else stays until it is closed.
each(".toast-line[data-tone=success], .toast-line[data-tone=info]", (line) => setTimeout(() => line.remove(), 6000));

// One click, one submit: the button shows that it is working. Coming back with "Back" frees it again.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.closest("[hx-post], [hx-get]")) return;
  const form = event.target;
  if (form.method === "dialog") return; // it goes nowhere, and is filled in again
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  if (form.method !== "get" && form.target !== "_blank") form.dataset.busy = "true";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) delete form.dataset.busy;
});

// A select or checkbox that filters a list sends its form at once (the button is for browsers without JavaScript).
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
});
