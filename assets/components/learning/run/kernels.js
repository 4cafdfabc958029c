// Kernels in sequence as cells with their weights; arrows say where the next step takes each.

import { written } from "../../shared/numbers.js";
import { css, inkOn, paint, signedColour, table } from "../../shared/colours.js";
import { CellGrid } from "../../shared/cells.js";
import { element, fillCanvas, titled } from "../../shared/dom.js";
import { arrows } from "../../shared/hand.js";

export class KernelCells {
  // hover([kernel, row, column]) or hover(null); toggle(): play or pause.
  // still: they are not learned, so their numbers need not keep their decimals.
  constructor(name, title, { hover, toggle = () => {}, still = false }) {
    Object.assign(this, { name, hover, toggle, still });
    this.heading = element("span", { text: title });
    this.size = element("span", { class: "size" });
    this.row = element("div", { class: "row" });
    this.section = titled({ class: `pane ${name}` }, [this.heading, this.size], this.row);
    this.places = [];
  }

  // kernels: [{ rows, columns, values, limit, changes, lit, note, share, map }], of which
  // changes, lit, note, share (of what the ReLU after it passes) and map may be absent.
  show({ kernels, page }) {
    if (this.places.length !== kernels.length) this.build(kernels.length);
    const bytes = table("weights", page.dark);
    kernels.forEach((kernel, at) => {
      const place = this.places[at];
      this.draw(place, kernel, page, bytes);
      place.note.textContent = kernel.note ?? "";
      drawMap(place.map, kernel.map, page);
      const told = kernel.share !== undefined && kernel.share !== null;
      place.share.textContent = told ? `ReLU lets ${Math.round(100 * kernel.share)}% pass` : "";
      place.shown = kernel;
    });
  }

  build(count) {
    const parts = [];
    this.places = Array.from({ length: count }, (_, kernel) => {
      const canvas = element("canvas", { class: "numbers" });
      const holder = element("div", { class: "cells", tabindex: "0", role: "application" }, canvas);
      const note = element("div", { class: "note" });
      const map = element("canvas", { class: "hidden-map" });
      const share = element("div", { class: "note" });
      const place = { kernel, holder, note, map, share, cells: new CellGrid(canvas) };
      holder.onpointermove = holder.onpointerdown = (event) => {
        const cell = place.cells.cellAt(event);
        this.hover(cell && [kernel, ...cell]);
      };
      holder.onpointerleave = () => this.hover(null);
      holder.onblur = () => this.hover(null);
      holder.onkeydown = (event) => this.key(event, place);
      parts.push(element("div", { class: "one" }, holder, note, map, share));
      if (kernel < count - 1) parts.push(element("div", { class: "relu", text: "ReLU" }));
      return place;
    });
    this.row.replaceChildren(...parts);
  }

  key(event, place) {
    const move = arrows(event, 1);
    if (event.key === " ") this.toggle();
    else if (move) {
      const { rows, columns, lit } = place.shown;
      const from = lit ?? [
        Math.floor((rows - 1) / 2) - move[0],
        Math.floor((columns - 1) / 2) - move[1],
      ];
      this.hover([
        place.kernel,
        Math.max(0, Math.min(rows - 1, from[0] + move[0])),
        Math.max(0, Math.min(columns - 1, from[1] + move[1])),
      ]);
    } else return;
    event.preventDefault();
  }

  draw({ cells, holder, kernel }, { rows, columns, values, limit, changes, lit }, page, bytes) {
    const at = (row, column) => row * columns + column;
    // An arrow beside the number takes room from it.
    const digits = columns > 5 || (changes && holder.clientWidth / columns < 66) ? 2 : 3;
    const text = (value, letters) =>
      this.still ? written(value, digits, letters) : fixed(value, digits);
    cells.draw({
      rows,
      columns,
      colour: (row, column) => signedColour(values[at(row, column)], limit, bytes),
      text: (row, column, letters) => text(values[at(row, column)], letters),
      marks: lit ? [{ row: lit[0], column: lit[1], height: 1, width: 1 }] : [],
      page,
      tallest: this.tallest,
      most: 96,
    });
    if (changes) drawChanges(cells, { rows, columns, values, limit, changes, bytes });
    holder.setAttribute(
      "aria-label",
      `${this.heading.textContent}${this.places.length > 1 ? `, kernel ${kernel}` : ""}, ` +
        `${rows} rows and ${columns} columns: ` +
        Array.from({ length: rows }, (_, row) =>
          Array.from({ length: columns }, (_, column) => fixed(values[at(row, column)], 2)).join(
            " ",
          ),
        ).join("; ") +
        ". Arrow keys go from weight to weight.",
    );
  }
}

// As many decimals in every cell, so that numbers do not jump while the run is played.
function fixed(value, digits) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 1e4 || (size > 0 && size < 0.5 * 10 ** -digits)) {
    return size < 1 ? "0" : written(value, 2);
  }
  const decimals = Math.max(0, digits - Math.max(1, Math.floor(Math.log10(size || 1)) + 1));
  return value
    .toFixed(decimals)
    .replace("-", "\u2212")
    .replace(/^\u2212(0(\.0*)?)$/, "$1");
}

// Two digits and a sign: +0.035, or +3e-5 where that would be too long.
function signed(value) {
  const size = Math.abs(value);
  const text =
    size > 0 && (size < 1e-3 || size >= 1e4)
      ? size.toExponential(0)
      : String(Number(size.toPrecision(2)));
  return `${value < 0 ? "\u2212" : "+"}${text.replace("e+", "e").replace("-", "\u2212")}`;
}

// Up or down beside each number: as long as the change of the weight, next to the largest one.
function drawChanges(cells, { rows, columns, values, limit, changes, bytes }) {
  const { cell, canvas } = cells;
  if (cell < 26) return;
  const context = canvas.getContext("2d");
  let most = 0;
  for (const change of changes) most = Math.max(most, Math.abs(change));
  if (!(most > 0) || !Number.isFinite(most)) return;
  for (let at = 0; at < rows * columns; at++) {
    const part = changes[at] / most;
    const length = Math.abs(part) * cell * 0.36;
    if (length < 1.5) continue;
    const [row, column] = [Math.floor(at / columns), at % columns];
    const x = (column + 1) * cell - cell * 0.12;
    const middle = row * cell + cell / 2;
    const tip = middle - Math.sign(part) * length;
    const head = Math.min(length, cell * 0.09);
    context.strokeStyle = context.fillStyle = inkOn(signedColour(values[at], limit, bytes));
    context.lineWidth = Math.max(1.2, cell * 0.03);
    context.beginPath();
    context.moveTo(x, middle + Math.sign(part) * length * 0.4);
    context.lineTo(x, tip + Math.sign(part) * head * 0.7);
    context.stroke();
    context.beginPath();
    context.moveTo(x, tip);
    context.lineTo(x - head * 0.75, tip + Math.sign(part) * head * 1.2);
    context.lineTo(x + head * 0.75, tip + Math.sign(part) * head * 1.2);
    context.fill();
  }
  if (cell >= 52) {
    context.textAlign = "center";
    context.font = `500 ${Math.min(13, cell * 0.18)}px ${getComputedStyle(canvas).fontFamily}`;
    for (let at = 0; at < rows * columns; at++) {
      const [row, column] = [Math.floor(at / columns), at % columns];
      context.fillStyle = inkOn(signedColour(values[at], limit, bytes));
      context.fillText(signed(changes[at]), (column + 0.5) * cell, (row + 0.82) * cell);
    }
  }
}

// What a ReLU lets through, as a small map; bytes count in 255ths of the limit.
function drawMap(canvas, map, page) {
  canvas.hidden = !map;
  if (!map) return;
  const [rows, columns] = map.shape;
  const limit = map.bytes ? 255 : map.limit;
  fillCanvas(canvas, columns, rows, (pixels) =>
    paint(pixels, map.data, rows * columns, "signed", [-limit, limit], table("maps", page.dark)),
  );
}

export const tileColour = (value, limit, bytes) => css(signedColour(value, limit, bytes));
