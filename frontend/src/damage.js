// Marks on the outline of a car. Tap a panel, say what it is, and it is a row; the rows are kept as JSON in the
// widget's textarea: [{"position": "hood", "kind": "scratch", "note": "", "x": 12.5, "y": 40.1}], x and y in percent.
import { each } from "./lib/dom.js";

const SVG = "http://www.w3.org/2000/svg";

function start(box) {
  const store = box.querySelector("textarea[data-damage-store]");
  const drawing = box.querySelector("svg");
  const list = box.querySelector("[data-damage-list]");
  const editor = box.querySelector("[data-damage-editor]");
  const where = editor.querySelector("[data-damage-where]");
  const note = editor.querySelector("[data-damage-note]");
  const kinds = [...editor.querySelectorAll("button[data-kind]")];
  const kindName = Object.fromEntries(kinds.map((button) => [button.dataset.kind, button.dataset.name]));
  const panelName = (position) => drawing.querySelector(`[data-position="${position}"]`)?.getAttribute("aria-label");
  let marks = JSON.parse(store.value || "[]");
  let pending = null;

  function pin(mark, index) {
    const group = document.createElementNS(SVG, "g");
    group.setAttribute("class", `damage-pin damage-${mark.kind}`);
    const { width, height } = drawing.viewBox.baseVal;
    group.setAttribute("transform", `translate(${(mark.x * width) / 100} ${(mark.y * height) / 100})`);
    const circle = document.createElementNS(SVG, "circle");
    circle.setAttribute("r", "12");
    const number = document.createElementNS(SVG, "text");
    number.setAttribute("text-anchor", "middle");
    number.setAttribute("dy", "4");
    number.textContent = String(index + 1);
    group.append(circle, number);
    return group;
  }

  function row(mark, index) {
    const item = document.createElement("li");
    item.className = "damage-row";
    const number = document.createElement("span");
    number.className = `damage-number damage-${mark.kind}`;
    number.textContent = String(index + 1);
    const words = document.createElement("span");
    words.className = "flex-fill";
    words.textContent = [panelName(mark.position), kindName[mark.kind], mark.note].filter(Boolean).join(" · ");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "btn-close";
    remove.setAttribute("aria-label", `${list.dataset.remove} ${index + 1}`);
    remove.addEventListener("click", () => {
      marks.splice(index, 1);
      redraw();
    });
    item.append(number, words, remove);
    return item;
  }

  function redraw() {
    store.value = JSON.stringify(marks);
    store.dispatchEvent(new Event("change", { bubbles: true }));
    const layer = drawing.querySelector("[data-damage-pins]");
    const placed = marks.map((mark, index) => (mark.x === null || mark.x === undefined ? null : pin(mark, index)));
    layer.replaceChildren(...placed.filter(Boolean));
    list.replaceChildren(...marks.map(row));
    box.toggleAttribute("data-marked", marks.length > 0);
  }

  function ask(panel, x, y) {
    pending = { position: panel.dataset.position, x, y };
    for (const other of drawing.querySelectorAll(".damage-asked")) other.classList.remove("damage-asked");
    panel.classList.add("damage-asked");
    where.textContent = panel.getAttribute("aria-label");
    note.value = "";
    editor.hidden = false;
    kinds[0].focus();
  }

  function close() {
    pending = null;
    editor.hidden = true;
    for (const other of drawing.querySelectorAll(".damage-asked")) other.classList.remove("damage-asked");
  }

  drawing.addEventListener("click", (event) => {
    const panel = event.target.closest("[data-position]");
    if (!panel) return;
    const frame = drawing.getBoundingClientRect();
    const percent = (value, whole) => Math.round((value / whole) * 1000) / 10;
    ask(panel, percent(event.clientX - frame.left, frame.width), percent(event.clientY - frame.top, frame.height));
  });
  drawing.addEventListener("keydown", (event) => {
    const panel = event.target.closest("[data-position]");
    if (!panel || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    const whole = drawing.getBoundingClientRect();
    const frame = panel.getBoundingClientRect();
    const percent = (value, length) => Math.round((value / length) * 1000) / 10;
    const x = frame.left + frame.width / 2 - whole.left;
    const y = frame.top + frame.height / 2 - whole.top;
    ask(panel, percent(x, whole.width), percent(y, whole.height));
  });
  for (const button of kinds) {
    button.addEventListener("click", () => {
      marks.push({ ...pending, kind: button.dataset.kind, note: note.value.trim() });
      close();
      redraw();
    });
  }
  note.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  editor.querySelector("[data-damage-cancel]").addEventListener("click", close);

  // From here on the drawing holds the truth; the plain rows would only send everything twice.
  box.querySelector("[data-damage-plain]")?.remove();
  box.classList.add("damage-ready");
  redraw();
}

each("[data-damage]", start);
