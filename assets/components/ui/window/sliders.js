// Sliders inside the stage, as Python lists them.

import { element } from "../../shared/dom.js";
import { written } from "../../shared/numbers.js";

export class Sliders {
  // slide(name, value) while one moves; rest() once it is let go.
  constructor({ slide, rest }) {
    Object.assign(this, { slide, rest });
    this.box = element("div", { class: "sliders" });
    this.names = "";
    this.inputs = [];
  }

  // sliders: [{ name, label, least, most, value }].
  show(sliders) {
    const names = sliders.map(({ name }) => name).join();
    if (names !== this.names) {
      this.names = names;
      this.box.replaceChildren();
      this.inputs = sliders.map(({ name, label }) => this.slider(name, label));
    }
    sliders.forEach(({ least, most, value }, at) => {
      const { range, shown } = this.inputs[at];
      Object.assign(range, { min: String(least), max: String(most), disabled: most <= least });
      if (range.value !== String(value)) range.value = String(value);
      shown.textContent = written(value, 6);
    });
  }

  slider(name, label) {
    const range = element("input", { type: "range", step: "1", "aria-label": label });
    const shown = element("output");
    range.oninput = () => this.slide(name, Number(range.value));
    range.onchange = () => this.rest();
    this.box.append(element("label", {}, element("span", { text: label }), shown, range));
    return { range, shown };
  }
}
