// What the colours of a map mean: a strip with its least number, zero and its largest.

import { paint } from "../../shared/colours.js";
import { written } from "../../shared/numbers.js";

export function drawLegend(legend, show, [least, most], maps) {
  const limit = Math.max(Math.abs(least), Math.abs(most));
  const isAbsolute = show === "absolute"; // what is painted has no sign
  const [from, to] =
    show === "signed" ? [-limit, limit] : show === "rescale" ? [least, most] : [0, 255];
  const context = legend.firstChild.getContext("2d");
  const pixels = context.createImageData(256, 1);
  const ramp = Float32Array.from({ length: 256 }, (_, at) => from + ((to - from) * at) / 255);
  paint(pixels.data, ramp, 256, show, [from, to], maps);
  context.putImageData(pixels, 0, 0);
  const [, low, zero, high] = legend.children;
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
