// A map over a photo; cnnviz/networks/feature_maps/drawn.py lays it by the same rule.

import { signedColour } from "../shared/colours.js";

const LEAST_COVER = 0.25;

// How much of the photo a value covers: nothing where it is 0, the more the larger it is.
export function coverOf(value, limit, opacity) {
  return value ? opacity * Math.min(1, LEAST_COVER + Math.abs(value) / limit) : 0;
}

// Mix a map into the RGBA bytes of a photo of `factor` pixels a cell.
// values: of [rows, columns]; bytes: of a diverging table.
export function mixIn(pixels, { values, rows, columns, factor, limit, opacity, bytes }) {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column];
      const share = coverOf(value, limit, opacity);
      if (!share) continue;
      const colour = signedColour(value, limit, bytes);
      for (let down = 0; down < factor; down++) {
        const from = 4 * ((row * factor + down) * columns * factor + column * factor);
        for (let to = from; to < from + 4 * factor; to += 4) {
          for (let part = 0; part < 3; part++) {
            pixels[to + part] = Math.round((1 - share) * pixels[to + part] + share * colour[part]);
          }
        }
      }
    }
  }
}
