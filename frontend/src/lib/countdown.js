// Keeps `<time data-countdown datetime="…" data-warn="60">` true between two renders: text and colour by state.
import { text } from "./dom.js";

/** Minutes as the server writes them: "1小时20分", "3天2小时". */
export function duration(minutes) {
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days) return text("days", { days }) + (hours ? text("hours", { hours }) : "");
  if (hours) return text("hours", { hours }) + (rest ? text("minutes", { minutes: rest }) : "");
  return text("minutes", { minutes: rest });
}

function refresh() {
  for (const element of document.querySelectorAll("time[data-countdown]")) {
    if (element.hasAttribute("data-stopped")) continue;
    const left = Math.floor((Date.parse(element.dateTime) - Date.now()) / 60000);
    if (Number.isNaN(left)) continue;
    const warn = Number(element.dataset.warn ?? 60);
    element.dataset.state = left < 0 ? "over" : left <= warn ? "soon" : "ok";
    const span = duration(left < 0 ? -left : left);
    const words = left < 0 ? text("over", { span }) : text("left", { span });
    const label = element.querySelector("[data-countdown-text]") ?? element;
    if (label.textContent !== words) label.textContent = words;
  }
}

setInterval(refresh, 15000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
