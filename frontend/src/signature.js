// A signature drawn with finger, pen or mouse, written as PNG data URL into the hidden input of the widget.
import SignaturePad from "signature_pad";
import { each } from "./lib/dom.js";

each("[data-signature]", (box) => {
  const canvas = box.querySelector("canvas");
  const input = box.querySelector("input[type=hidden]");
  const state = box.querySelector("[data-signature-state]");
  // The ink is dark on white in both themes: it will be printed.
  const pad = new SignaturePad(canvas, { penColor: "#10203a", backgroundColor: "#ffffff", minWidth: 1, maxWidth: 2.6 });

  const note = () => {
    box.toggleAttribute("data-signed", Boolean(input.value));
    if (state) state.textContent = input.value ? state.dataset.signed : state.dataset.unsigned;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const fit = () => {
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const { width, height } = canvas.getBoundingClientRect();
    if (!width || canvas.width === Math.round(width * ratio)) return;
    const strokes = pad.toData();
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    if (strokes.length) pad.fromData(strokes);
    else if (input.value) pad.fromDataURL(input.value, { width, height });
  };
  new ResizeObserver(fit).observe(canvas);
  fit();

  pad.addEventListener("endStroke", () => {
    input.value = pad.toDataURL("image/png");
    note();
  });
  box.querySelector("[data-signature-clear]")?.addEventListener("click", () => {
    pad.clear();
    input.value = "";
    note();
  });
});
