// Small state in the browser, by name (the CSP build of Alpine evaluates no expressions from the page's text).

export function register(Alpine) {
  // <div x-data="quantity"> <button x-on:click="less"> <input x-ref="input"> <button x-on:click="more">
  Alpine.data("quantity", () => ({
    step(by) {
      const input = this.$refs.input;
      const next = Math.max(Number(input.min || 0), Number(input.value || 0) + by);
      input.value = String(Math.round(next * 1000) / 1000);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    less() {
      this.step(-Number(this.$refs.input.dataset.by ?? 1));
    },
    more() {
      this.step(Number(this.$refs.input.dataset.by ?? 1));
    },
  }));

  // <div x-data="picking"> checkboxes name="pick", <input type="checkbox" x-on:change="all">, <span x-text="count">
  Alpine.data("picking", () => ({
    count: 0,
    init() {
      this.$root.addEventListener("change", () => this.recount());
      this.recount();
    },
    boxes() {
      return [...this.$root.querySelectorAll("input[type=checkbox][name=pick]")];
    },
    recount() {
      this.count = this.boxes().filter((box) => box.checked).length;
    },
    all(event) {
      for (const box of this.boxes()) box.checked = event.target.checked;
      this.recount();
    },
  }));

  // <div x-data="revealing"> <select x-on:change="show"> … <div data-when="other">: shows the part for the value.
  Alpine.data("revealing", () => ({
    init() {
      this.show();
    },
    show() {
      const chosen = this.$root.querySelector("[data-reveals]:checked, select[data-reveals]")?.value ?? "";
      for (const part of this.$root.querySelectorAll("[data-when]")) {
        part.hidden = !part.dataset.when.split(" ").includes(chosen);
      }
    },
  }));

  // <div x-data="confirming"> <button x-on:click="all" data-needs-script hidden>: ticks every input[data-confirm] inside.
  Alpine.data("confirming", () => ({
    init() {
      for (const button of this.$root.querySelectorAll("[data-needs-script]")) button.hidden = false;
    },
    all() {
      for (const box of this.$root.querySelectorAll("input[data-confirm]")) {
        if (box.checked) continue;
        box.checked = true;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      }
    },
  }));
}
