// What is drawn over a map without touching its pixels.

import { sharpContext } from "../../shared/dom.js";
import { veiled } from "../../shared/ring.js";

// Draw over a map's frame: paintOver(context, scale), scale being pixels on screen for each cell.
export function overlay(frame, columns, paintOver) {
  const [pixels, canvas] = frame.children;
  const [width, height] = [parseFloat(pixels.style.width), parseFloat(pixels.style.height)];
  paintOver(sharpContext(canvas, width, height), width / columns);
}

// All pixels that the weight in hand meets while the window slides over the whole picture.
export function lightTouched(context, scale, [down, across], { settings, rows, columns }, page) {
  const { origin, stride } = settings;
  const box = [
    across - origin[1],
    down - origin[0],
    (columns - 1) * stride + 1,
    (rows - 1) * stride + 1,
  ].map((side) => side * scale);
  veiled(context, page, 0.3, ...box);
}
