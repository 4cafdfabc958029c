// What marks on numbers and maps mean: a sign of each, drawn by the style sheet, and a few words.

import { element } from "../shared/dom.js";

export class Marks {
  constructor() {
    this.box = element("ul", { class: "marks", "aria-label": "What the marks mean" });
    this.shown = "";
  }

  // marks: [[sign, words], ...]; a sign is a class of base.css: hatch, cross, corner, tint, outline,
  // full, empty, line.
  show(marks) {
    const shown = JSON.stringify(marks);
    if (shown === this.shown) return;
    this.shown = shown;
    this.box.replaceChildren(
      ...marks.map(([sign, words]) =>
        element(
          "li",
          {},
          element("span", { class: `mark ${sign}`, "aria-hidden": "true" }),
          element("span", { text: words }),
        ),
      ),
    );
  }
}
