// The end of the way: a pixel of the network's input among its neighbours.

import { element, sharpContext } from "../../shared/dom.js";
import { ring } from "../../shared/ring.js";

const PIXEL_SIDE = 240;

export class Pixel {
  constructor() {
    this.canvas = element("canvas", { role: "img" });
    this.levels = element("ul", { class: "levels" });
    this.section = element("section", { class: "pixel" }, this.canvas, this.levels);
  }

  // pixels: (rows, columns, 3), the cell's neighbours; names: what each channel is called.
  show({ data, shape: [rows, columns] }, { view: [top, left] }, cell, names, page) {
    const scale = PIXEL_SIDE / Math.max(rows, columns);
    const context = sharpContext(this.canvas, columns * scale, rows * scale);
    const colourAt = (row, column) =>
      data.subarray(3 * (row * columns + column), 3 * (row * columns + column) + 3);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        context.fillStyle = `rgb(${colourAt(row, column).join(",")})`;
        context.fillRect(column * scale, row * scale, scale + 0.5, scale + 0.5);
      }
    }
    const [row, column] = [cell.row - top, cell.column - left];
    ring(context, column * scale, row * scale, scale, scale, page);
    const levels = [...colourAt(row, column)];
    this.canvas.setAttribute(
      "aria-label",
      `The pixel and its neighbours. Red, green and blue are ${levels.join(", ")}.`,
    );
    const swatch = element("span", { class: "swatch" });
    swatch.style.background = `rgb(${levels.join(",")})`;
    const rows_ = ["red", "green", "blue"].map((name, at) => {
      const bar = element("span", { class: "bar" });
      bar.style.width = `${(100 * levels[at]) / 255}%`;
      return element(
        "li",
        { class: names?.[cell.channel] === name ? "in-hand" : null },
        element("span", { text: name }),
        element("span", { class: "track" }, bar),
        element("span", { class: "row-sum", text: String(levels[at]) }),
      );
    });
    this.levels.replaceChildren(element("li", { class: "whole" }, swatch), ...rows_);
  }
}
