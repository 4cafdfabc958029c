// The numbers of a small map, written into its cells.

import { inkOn, signedColour, table } from "../../shared/colours.js";
import { written } from "../../shared/numbers.js";

const MOST_COLUMNS = 16;
const SMALLEST_CELL = 17; // pixels
const SMALLEST_LETTER = 7.5;
const LETTERS_TO_A_CELL = 1.6; // how many times its size a text may be long, by letters

export function writeNumbers(context, { rows, columns, values }, { cell, limit, page }) {
  if (columns > MOST_COLUMNS || cell < SMALLEST_CELL) return;
  const bytes = table("maps", page.dark);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let at = 0; at < rows * columns; at++) {
    const { text, size } = numberIn(values[at], cell);
    context.font = `500 ${size}px ${page.font}`;
    context.fillStyle = inkOn(signedColour(values[at], limit, bytes));
    context.fillText(text, ((at % columns) + 0.5) * cell, (Math.floor(at / columns) + 0.52) * cell);
  }
}

// Fewer digits where there is no room for three, then smaller ones; a number is never left out.
export function numberIn(value, cell) {
  const text = written(value, 3, Math.floor((cell * LETTERS_TO_A_CELL) / SMALLEST_LETTER));
  const room = (cell * LETTERS_TO_A_CELL) / Math.max(3, text.length);
  return { text, size: Math.min(cell * 0.4, room, 18) };
}
