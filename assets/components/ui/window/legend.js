// What the colours of a map mean: a strip with its least number, zero and its largest.

import { paintRamp } from "../../shared/legend.js";
import { written } from "../../shared/numbers.js";

export function drawLegend(legend, show, [least, most], maps) {
  const limit = Math.max(Math.abs(least), Math.abs(most));
  const isAbsolute = show === "absolute"; // what is painted has no sign
  const [from, to] =
    show === "signed" ? [-limit, limit] : show === "rescale" ? [least, most] : [0, 255];
  const [strip, low, zero, high] = legend.children;
  paintRamp(strip, [from, to], show, [from, to], maps);
  const beyond = show === "clip" || isAbsolute;
  low.textContent = isAbsolute
    ? "without sign"
    : beyond
      ? `min ${written(least, 3)}`
      : written(from, 3);
  zero.textContent = show === "signed" ? "0" : beyond ? "0 \u2026 255" : "";
  zero.classList.toggle("grey", beyond);
  high.textContent = beyond ? `max ${written(isAbsolute ? limit : most, 3)}` : written(to, 3);
}
