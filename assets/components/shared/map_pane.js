// A map of numbers as a picture with its title, its legend and a layer on top to point with.

import { paint, rgbOf, table } from "../shared/colours.js";
import { element, enlarge, fillCanvas, sharpContext, titled } from "../shared/dom.js";
import { legendStrip, paintRamp } from "../shared/legend.js";
import { written } from "../shared/numbers.js";

export class MapPane {
  // hover(row, column) while a pointer is over the map, leave() when it has gone,
  // press(row, column), key(event). Without them the map is only looked at.
  constructor({ title, hover, leave, press, key, label = "" }) {
    this.heading = element("span", { text: title });
    this.size = element("span", { class: "size" });
    this.pixels = element("canvas", { class: "pixels" });
    this.overlay = element("canvas", { class: "overlay" });
    this.frame = element("div", { class: "frame" }, this.pixels, this.overlay);
    this.legend = legendStrip();
    this.note = element("div", { class: "note" });
    this.section = titled(
      { class: "map-pane" },
      [this.heading, this.size],
      this.frame,
      this.legend,
      this.note,
    );
    this.frame.setAttribute("role", key ? "application" : "img");
    this.frame.setAttribute("aria-label", label || title);
    if (key) {
      this.frame.tabIndex = 0;
      this.frame.onkeydown = key;
    }
    if (hover) {
      const at = (event) => {
        const cell = this.cellAt(event);
        if (cell) hover(...cell);
      };
      this.frame.onpointermove = at;
      this.frame.onpointerdown = (event) => {
        at(event);
        const cell = this.cellAt(event);
        if (cell) press?.(...cell);
      };
      this.frame.onpointerleave = () => leave?.();
    }
  }

  // scale: "maps" or "weights"; limit: the value at the end of the scale, either sign.
  // columns and rows are those of `values`, which may hold gaps of NaN: they stay empty.
  // With `mask` the values are 1 or 0, and shown as ink or nothing; least, most: words for the
  // ends of the legend.
  show(values, rows, columns, options) {
    const { page, scale = "maps", limit, mask, least, most, tallest = Infinity } = options;
    Object.assign(this, { rows, columns, page });
    const bytes = table(scale, page.dark);
    const { pixels } = this;
    fillCanvas(pixels, columns, rows, (image) => {
      if (mask) stamp(image, values, page);
      else paint(image, values, rows * columns, "signed", [-limit, limit], bytes);
      for (let at = 0; at < values.length; at++) {
        if (Number.isNaN(values[at])) image[4 * at + 3] = 0;
      }
    });
    const room = this.section.clientWidth;
    this.cell = Math.min(room / columns, tallest / rows);
    enlarge(pixels, this.cell);
    if (!mask) fillLegend(this.legend, bytes, limit, [least, undefined, most]);
  }

  cellAt(event) {
    const box = this.pixels.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) return null;
    return [row, column];
  }

  // Draw on top, in CSS pixels; `cell` is the side of one number.
  over(draw) {
    const [width, height] = [this.columns * this.cell, this.rows * this.cell];
    draw(sharpContext(this.overlay, width, height), this.cell);
  }
}

// words: what stands below the ends and the middle, where it is not the numbers; reach: where
// the legend ends, if before the scale does.
export function fillLegend(legend, bytes, limit, words = [], reach = limit) {
  const [canvas, low, zero, high] = legend.children;
  paintRamp(canvas, [-reach, reach], "signed", [-limit, limit], bytes);
  low.textContent = words[0] ?? written(-limit, 3);
  zero.textContent = words[1] ?? "0";
  high.textContent = words[2] ?? written(limit, 3);
}

function stamp(pixels, values, page) {
  const [ink, background] = [rgbOf(page.ink), rgbOf(page.background)];
  for (let at = 0; at < values.length; at++) {
    pixels.set(values[at] ? ink : background, 4 * at);
    pixels[4 * at + 3] = values[at] ? 190 : 255;
  }
}
