// The strip that says what the colours of a map mean; who draws it fills it.

import { paint } from "../shared/colours.js";
import { element, fillCanvas } from "../shared/dom.js";

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

// Colour the strip for the values from one end to the other, as `paint` colours a map.
export function paintRamp(canvas, [from, to], show, range, bytes) {
  const values = Float32Array.from({ length: 256 }, (_, at) => from + ((to - from) * at) / 255);
  fillCanvas(canvas, 256, 1, (pixels) => paint(pixels, values, 256, show, range, bytes));
}
