// Regions that follow the truth: `<div id="x" data-live data-etag="…" hx-get hx-trigger="every 10s">`.
// The tag of what is shown goes along as If-None-Match; an unchanged region costs one 304 without a body.

document.addEventListener("htmx:configRequest", (event) => {
  const region = event.detail.elt;
  if (!region.matches?.("[data-live]") || event.detail.verb !== "get") return;
  // Nobody looks, or somebody is just typing in it: leave it as it is and ask again at the next beat.
  const active = document.activeElement;
  const typing = region.contains(active) && active.matches("input:not([type=hidden]), textarea, select");
  const open = region.querySelector("details[open][data-hold], [data-board][data-hold]");
  if (document.hidden || typing || open || region.hasAttribute("data-hold")) {
    event.preventDefault();
    return;
  }
  if (region.dataset.etag) event.detail.headers["If-None-Match"] = region.dataset.etag;
});

// Two lost beats in a row are shown as "not live"; the next good one clears it.
const misses = new WeakMap();
document.addEventListener("htmx:afterRequest", (event) => {
  const region = event.detail.elt;
  if (!region.matches?.("[data-live]")) return;
  const { status } = event.detail.xhr;
  const good = status > 0 && status < 400;
  misses.set(region, good ? 0 : (misses.get(region) ?? 0) + 1);
  region.toggleAttribute("data-stale", misses.get(region) >= 2);
});

// When the user comes back to the tab everything live asks at once.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const region of document.querySelectorAll("[data-live][hx-get]")) {
    window.htmx.trigger(region, "refresh");
  }
});
