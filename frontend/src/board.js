// The plan: bays and technicians down, time across. Everything it may do is written on the element:
//   <div data-board data-plan='{"from": "08:00", "until": "18:00", "resources": […], "events": […]}'
//        data-date="2026-11-21" data-step="15" data-dialog="id of a <dialog> that asks for the reason">
// A job that names a `move` address may be dropped elsewhere: the step's own form is posted there, with the version
// the plan was drawn from. A refusal puts the job back and shows the server's sentence with its clause.
import { createCalendar, destroyCalendar, Interaction, ResourceTimeline } from "@event-calendar/core";
import "@event-calendar/core/index.css";
import "./styles/board.css";
import { csrfToken, each, say, text } from "./lib/dom.js";
import { words } from "./locale/calendar.js";

const clock = (value) => `${value}:00`;

/** Wall-clock time of the workshop as the calendar holds it; the server adds the zone. */
function local(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

async function send(url, fields) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    body: new URLSearchParams(fields),
  }).catch(() => null);
  if (!answer) return text("offline");
  if (answer.ok && !answer.redirected) return "";
  const said = await answer.json().catch(() => ({}));
  const sentences = [...new Set([said.detail, ...Object.values(said.fields ?? {})])].filter(Boolean).join(" ");
  return sentences ? sentences + (said.clause ? ` (${said.clause})` : "") : text("failed");
}

/** Asks the page's dialog what the step wants to know; null when the job is to stay where it was. */
function asked(board, words) {
  const dialog = document.getElementById(board.dataset.dialog ?? "");
  if (!dialog) return Promise.resolve({});
  dialog.querySelector("[data-dialog-words]").textContent = words;
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    const done = () => answer(dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
    dialog.addEventListener("close", done, { once: true });
  });
}

const MINUTE = 60000;

function moved(board) {
  return async ({ event, revert, newResource }) => {
    const place = newResource?.id ?? event.resourceIds[0] ?? "";
    const name = newResource?.title ?? board.calendar.getResourceById?.(place)?.title ?? "";
    const times = [event.start, event.end].map((at) => local(at).slice(11)).join("–");
    board.toggleAttribute("data-hold", true);
    const answers = await asked(board, [event.title, name, times].filter(Boolean).join(" · "));
    const [kind, key] = place.split("-");
    const refusal =
      answers &&
      (await send(event.extendedProps.move, {
        ...answers,
        [kind]: key,
        arrives_at: local(event.start),
        duration_minutes: Math.round((event.end - event.start) / MINUTE),
        version: event.extendedProps.version ?? "",
        idempotency_key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
      }));
    board.toggleAttribute("data-hold", false);
    if (answers && !refusal) {
      say(text("moved"), "success");
    } else {
      revert();
      if (refusal) say(refusal, "warning");
    }
    const region = board.closest("[data-live]");
    if (answers && region) window.htmx.trigger(region, "refresh");
  };
}

function content({ event, timeText }) {
  const box = document.createElement("div");
  box.className = "job";
  const title = document.createElement("strong");
  title.textContent = event.title;
  const rest = document.createElement("span");
  rest.textContent = [timeText, event.extendedProps.note].filter(Boolean).join(" · ");
  box.append(title, rest);
  return { domNodes: [box] };
}

function label({ resource }) {
  const box = document.createElement("div");
  box.className = "board-resource";
  const name = document.createElement("strong");
  name.textContent = resource.title;
  box.append(name);
  if (resource.extendedProps?.load) {
    const load = document.createElement("span");
    load.textContent = resource.extendedProps.load;
    load.dataset.tone = resource.extendedProps.tone ?? "";
    box.append(load);
  }
  return { domNodes: [box] };
}

const NARROWEST = 44; // half an hour that a finger can still hit
const NAMES = 150;
const minutes = (value) => Number(value.slice(0, 2)) * 60 + Number(value.slice(3));

/** Half an hour is as wide as the day fits the page, and never too narrow to be used. */
function width(board, plan) {
  const slots = Math.ceil((minutes(plan.until) - minutes(plan.from)) / 30);
  return Math.max(NARROWEST, Math.floor((board.clientWidth - NAMES) / slots));
}

function start(board) {
  const { date, step = "15" } = board.dataset;
  const plan = JSON.parse(board.dataset.plan);
  const editable = plan.events.some((event) => event.editable);
  board.querySelector("[data-board-fallback]")?.remove();
  board.calendar = createCalendar(board, [ResourceTimeline, Interaction], {
    ...words,
    view: "resourceTimelineDay",
    date: `${date}T00:00:00`,
    height: "auto",
    slotMinTime: clock(plan.from),
    slotMaxTime: clock(plan.until),
    slotDuration: "00:30",
    snapDuration: `00:${step}`,
    slotWidth: width(board, plan),
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    nowIndicator: true,
    editable,
    longPressDelay: 350,
    headerToolbar: { start: "", center: "", end: "" },
    resourceLabelContent: label,
    eventContent: content,
    eventClassNames: ({ event }) => [`job-${event.extendedProps.tone ?? "blue"}`],
    eventDragStart: () => board.toggleAttribute("data-hold", true),
    eventDragStop: () => board.toggleAttribute("data-hold", false),
    eventResizeStart: () => board.toggleAttribute("data-hold", true),
    eventResizeStop: () => board.toggleAttribute("data-hold", false),
    eventDrop: moved(board),
    eventResize: moved(board),
    eventClick: ({ event }) => event.extendedProps.url && window.location.assign(event.extendedProps.url),
    resources: plan.resources,
    events: plan.events,
  });
  board.classList.add("board-ready");
  for (const hint of board.parentElement.querySelectorAll("[data-needs-script]")) hint.hidden = !editable;
  new MutationObserver((_changes, watch) => {
    if (board.isConnected) return;
    watch.disconnect();
    destroyCalendar(board.calendar);
  }).observe(document.body, { childList: true, subtree: true });
}

each("[data-board]", start);
