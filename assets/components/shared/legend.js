// The strip that says what the colours of a map mean; who draws it fills it.

import { element } from "../shared/dom.js";

export function legendStrip() {
  return element(
    "div",
    { class: "legend" },
    element("canvas", { width: "256", height: "1" }),
    element("span", { class: "least" }),
    element("span", { class: "zero" }),
    element("span", { class: "most" }),
  );
}
