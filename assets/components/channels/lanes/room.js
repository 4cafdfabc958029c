// How much room the lanes have, and what their marks mean.

import { heightFor } from "../../shared/room.js";

const WIDE = 780; // from here on the window's numbers stand beside the picture, as in style.css
const NARROW = 480; // of a phone, where the lanes and what follows stand below each other

// How high the maps of a lane (`high`) and those of the sum and the result (`highTail`) may be for
// three lanes, the strip above them, the sentence and what is asked below it (of the height `asked`)
// to be on the screen together.
export function roomOf(root, strip, asked) {
  const wide = root.clientWidth >= WIDE;
  if (root.clientWidth < NARROW) return { wide, high: Infinity, highTail: Infinity };
  const left = heightFor(root) - strip.offsetHeight - 170 - asked;
  const high = Math.max(60, left / 3 - (wide ? 62 : 72));
  return { wide, high, highTail: Math.max(50, (left - (wide ? 370 : 300)) / 2) };
}

// Maps keep their size on screen; a stride makes their pixels larger.
export function fitMap(frame, rows, columns, { wide, high, highTail }) {
  const canvas = frame.firstChild;
  const room = frame.parentElement.clientWidth;
  const isTail = frame.closest(".tail") !== null;
  const tallest = Math.min(room * (wide && isTail ? 0.5 : 0.68), isTail ? highTail : high);
  const scale = Math.min(room / columns, tallest / rows);
  canvas.style.width = `${columns * scale}px`;
  canvas.style.height = `${rows * scale}px`;
  canvas.style.imageRendering = scale >= 1 ? "pixelated" : "auto";
}

export function marksOf({ origin }, wide) {
  const isPadded = origin.some((side) => side > 0);
  return [
    ["outline", "the window, and its results"],
    ["tint", "what a weight meets: point at one"],
    ...(isPadded && wide ? [["hatch", "padding"]] : []),
  ];
}
