// One kernel as a small picture: in colours where it has three channels, else its signed weights.

import { signedColour } from "../../shared/colours.js";
import { fillCanvas } from "../../shared/dom.js";

// The bytes (RGB) of one filter's kernel, row by row. `values` are (rows, columns, channels,
// filters); grey stands for 0, and the largest weight of the filter is as far from it as can be.
export function kernelColours(values, [rows, columns, channels, filters], filter, bytes) {
  const at = (cell, channel) => values[(cell * channels + channel) * filters + filter];
  let limit = 0;
  for (let cell = 0; cell < rows * columns; cell++) {
    for (let channel = 0; channel < channels; channel++) {
      limit = Math.max(limit, Math.abs(at(cell, channel)) || 0);
    }
  }
  return Array.from({ length: rows * columns }, (_, cell) => {
    if (channels !== 3) return signedColour(at(cell, 0), limit, bytes);
    return [0, 1, 2].map((channel) =>
      Math.round(127.5 + (127.5 * (at(cell, channel) || 0)) / (limit || 1)),
    );
  });
}

export function paintKernel(canvas, values, shape, filter, bytes) {
  const colours = kernelColours(values, shape, filter, bytes);
  fillCanvas(canvas, shape[1], shape[0], (pixels) =>
    colours.forEach((colour, at) => pixels.set([...colour, 255], 4 * at)),
  );
}
