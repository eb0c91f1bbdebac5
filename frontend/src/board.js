// The plan board: bays or technicians down, time across. Everything it may do is written on the element:
//   <div data-board data-resources="/…json" data-events="/…json" data-move="/…" data-create="/…"
//        data-date="2026-11-21" data-from="08:00" data-until="18:00" data-step="15">
// Dropping a job POSTs id, resource, start, end (and version) to `data-move`; a refusal (409) puts it back
// and shows the server's sentence.
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
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json", "X-Requested-With": "fetch" },
    body: new URLSearchParams(fields),
  });
  if (answer.ok) return;
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.reason ?? said.detail ?? text("failed"));
}

function moved(board) {
  return async ({ event, revert, newResource }) => {
    const fields = {
      id: event.id,
      resource: newResource?.id ?? event.resourceIds[0] ?? "",
      start: local(event.start),
      end: local(event.end),
      version: event.extendedProps.version ?? "",
      idempotency_key: crypto.randomUUID?.() ?? String(Math.random()),
    };
    try {
      await send(board.dataset.move, fields);
      document.dispatchEvent(new CustomEvent("board:moved", { detail: fields }));
    } catch (error) {
      revert();
      say(error.message === "Failed to fetch" ? text("offline") : error.message, "warning");
    }
    board.calendar.refetchEvents();
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

function inlineJson(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function start(board) {
  const { date, from = "08:00", until = "18:00", step = "15", view = "resourceTimelineDay" } = board.dataset;
  const editable = Boolean(board.dataset.move);
  const sources = board.dataset.events ? { eventSources: [{ url: board.dataset.events }] } : {};
  board.calendar = createCalendar(board, [ResourceTimeline, Interaction], {
    ...words,
    view,
    date: date ? `${date}T00:00:00` : undefined,
    height: "auto",
    slotMinTime: clock(from),
    slotMaxTime: clock(until),
    slotDuration: "00:30",
    snapDuration: `00:${step}`,
    slotWidth: 44,
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    nowIndicator: true,
    editable,
    eventStartEditable: editable,
    eventDurationEditable: editable,
    selectable: Boolean(board.dataset.create),
    longPressDelay: 350,
    pointer: true,
    headerToolbar: { start: "prev,today,next", center: "title", end: board.dataset.views ?? "" },
    resourceLabelContent: label,
    eventContent: content,
    eventClassNames: ({ event }) => [`job-${event.extendedProps.tone ?? "blue"}`],
    eventDrop: moved(board),
    eventResize: moved(board),
    eventClick: ({ event }) => event.extendedProps.url && window.location.assign(event.extendedProps.url),
    select: ({ start: begin, end, resource }) => {
      const query = new URLSearchParams({ start: local(begin), end: local(end), resource: resource?.id ?? "" });
      window.location.assign(`${board.dataset.create}?${query}`);
    },
    datesSet: ({ start: first }) => {
      board.dispatchEvent(new CustomEvent("board:date", { bubbles: true, detail: local(first).slice(0, 10) }));
    },
    ...(board.dataset.eventsJson ? { events: inlineJson(board.dataset.eventsJson) } : sources),
    ...(board.dataset.resourcesJson
      ? { resources: inlineJson(board.dataset.resourcesJson) }
      : { resources: { url: board.dataset.resources } }),
  });
  board.querySelector("[data-board-fallback]")?.remove();
  board.classList.add("board-ready");
  if (board.dataset.events) {
    const beat = setInterval(() => {
      if (!board.isConnected) {
        clearInterval(beat);
        destroyCalendar(board.calendar);
      } else if (!document.hidden) board.calendar.refetchEvents();
    }, Number(board.dataset.every ?? 20) * 1000);
  }
}

each("[data-board]", start);
