// How this product uses htmx: no eval, no injected style, and a refusal or a form with errors is swapped in.
import htmx from "htmx.org";
import { say, text } from "./dom.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  defaultSwapStyle: "outerHTML",
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  timeout: 30000,
  responseHandling: [
    { code: "204", swap: false },
    { code: "304", swap: false },
    { code: "[23]..", swap: true },
    { code: "409", swap: true, error: false }, // a refusal: the actions region with the reason
    { code: "412", swap: true, error: false }, // somebody else changed it: the region as it is now
    { code: "422", swap: true, error: false }, // a form with errors
    { code: "[45]..", swap: false, error: true },
  ],
});
window.htmx = htmx;

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = document.body.dataset.csrf ?? "";
});

/** The sentence of an error page that came where a region was expected. */
function sentence(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("[data-refusal]")?.textContent.trim();
}

// A session that ended answers with the login page: go there instead of swapping it into a region.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  const page = /^\s*<!doctype/i.test(xhr.responseText ?? "");
  if (page && target !== document.body) {
    event.detail.shouldSwap = false;
    if (xhr.status < 400 && xhr.responseURL) window.location.assign(xhr.responseURL);
    else say(sentence(xhr.responseText) ?? text("failed"));
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (event.detail.elt?.closest("[data-live]") || /^\s*<!doctype/i.test(event.detail.xhr.responseText)) return;
  say(text(status === 403 ? "forbidden" : status === 404 ? "missing" : status === 429 ? "busy" : "failed"));
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (!event.detail.elt?.closest("[data-live]")) say(text("offline"), "warning");
  });
}

// After a swap the first wrong field has the cursor, so a keyboard user can go on at once.
document.addEventListener("htmx:afterSwap", (event) => {
  event.detail.elt?.querySelector?.("[aria-invalid=true]")?.focus();
});
