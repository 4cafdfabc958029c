// One layer of the stack as a card: its name, its maps, its shape, and what it costs as bars.

import { paintLevels, table } from "../../shared/colours.js";
import { element, fillCanvas, sharpContext } from "../../shared/dom.js";
import { writtenCount } from "../../shared/numbers.js";

export const COSTS = [
  { name: "weights", label: "weights", of: (row) => row.weights, words: writtenCount },
  { name: "work", label: "mult.-adds", of: (row) => row.multiply_adds, words: writtenCount },
  { name: "memory", label: "memory", of: (row) => row.memory, words: inBytes },
  { name: "field", label: "sees", of: seenPart, words: seenWords },
];

export function inBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1048576) return `${trimmed(bytes / 1024)} KiB`;
  return `${trimmed(bytes / 1048576)} MiB`;
}

const trimmed = (value) =>
  value < 10 ? String(Number(value.toFixed(1))) : String(Math.round(value));

// Which part of the picture a cell sees, in pixels of its longer side; all of it is written so.
function seenPart(row, input) {
  const whole = Math.max(input[0], input[1]);
  return row.field ? Math.min(Math.max(...row.field), whole) : whole;
}

function seenWords(_, row) {
  return row.field ? row.field.join(" \u00d7 ") : "all";
}

export const shapeWords = (shape, between = " \u00d7 ") => shape.join(between);

export class Card {
  constructor() {
    this.stripe = element("span", { class: "stripe", "aria-hidden": "true" });
    this.grip = element("span", { class: "symbol grip", "aria-hidden": "true" });
    this.grip.textContent = "drag_indicator";
    this.name = element("span", { class: "name" });
    this.kind = element("span", { class: "kind" });
    this.maps = element("canvas", { class: "maps" });
    this.shape = element("span", { class: "shape" });
    this.costs = COSTS.map(({ name }) => {
      const fill = element("span", { class: "fill" });
      const number = element("span", { class: "number" });
      return { fill, number, section: element("span", { class: `cost ${name}` }, fill, number) };
    });
    this.button = element(
      "button",
      { type: "button", class: "card" },
      this.stripe,
      element("span", { class: "called" }, this.name, this.kind, this.grip),
      this.maps,
      this.shape,
      element("span", { class: "costs" }, ...this.costs.map((cost) => cost.section)),
    );
    this.add = element("button", { type: "button", class: "add", text: "+" });
    this.section = element("li", { class: "layer" }, this.button, this.add);
  }

  // layer: {code, values, row}; most: the largest of each cost; state: what it is in the run.
  show(layer, name, { kind, colour, most, input, inHand, waits, impossible, isInput }) {
    this.stripe.style.background = colour;
    this.name.textContent = name;
    this.kind.textContent = kind;
    const { classList } = this.section;
    classList.toggle("waits", waits);
    classList.toggle("impossible", impossible);
    classList.toggle("input", isInput);
    this.button.setAttribute("aria-pressed", inHand);
    this.button.tabIndex = inHand ? 0 : -1;
    this.add.tabIndex = inHand ? 0 : -1;
    this.add.setAttribute("aria-label", `Add a layer behind ${name}`);
    this.add.title = `Add a layer behind ${name}`;
    const { row } = layer;
    const known = row?.shape !== undefined;
    this.fits = known ? row.shape : null;
    if (!known) this.shape.textContent = impossible ? "no fit" : "\u2013";
    this.button.title = `${name}: ${kind}`;
    COSTS.forEach((cost, at) => {
      const { fill, number } = this.costs[at];
      const value = known ? cost.of(row, input) : 0;
      number.textContent = known ? cost.words(value, row) : "";
      fill.style.width = `${most[at] ? (100 * value) / most[at] : 0}%`;
    });
    this.button.setAttribute("aria-label", this.words(layer, name, kind, known, impossible));
  }

  words({ row }, name, kind, known, impossible) {
    if (!known) return `${name}, ${kind}${impossible ? ", does not fit" : ""}`;
    const costs = `${writtenCount(row.weights)} weights, ${writtenCount(row.multiply_adds)} multiply-adds`;
    return `${name}, ${kind}, gives ${shapeWords(row.shape)}, ${costs}`;
  }

  // Draw the maps in a room of so many pixels, below each other or side by side.
  draw(layer, room, page) {
    const context = sharpContext(this.maps, room.width, room.height);
    if (this.fits) {
      const isTight = !room.lies && room.width < 90;
      this.shape.textContent = shapeWords(this.fits, isTight ? "\u00d7" : undefined);
    }
    context.imageSmoothingEnabled = false;
    this.scratch ??= document.createElement("canvas");
    if (layer.picture) {
      this.drawPicture(context, layer.picture, room);
      return;
    }
    const { tiles, levels } = layer;
    if (!tiles) return;
    const [count, rows, columns] = tiles;
    const bytes = table("maps", page.dark);
    if (rows === 1 && columns > 1 && count === 1) {
      drawVector(context, levels, room, bytes);
      return;
    }
    const gap = 3;
    const [along, across] = room.lies ? [room.width, room.height] : [room.height, room.width];
    const side = Math.min(across, room.side);
    const shown = Math.max(1, Math.min(count, Math.floor((along + gap) / (side + gap))));
    const more = layer.row.shape[2] - shown;
    const end = shown * (side + gap);
    if (more > 0 && along - end > (room.lies ? 30 : 13)) {
      context.fillStyle = page.ink;
      context.font = `11px ${page.font}`;
      context.textAlign = room.lies ? "left" : "center";
      const [x, y] = room.lies ? [end + 2, across / 2 + 4] : [across / 2, end + 10];
      context.fillText(`+${more}`, x, y);
    }
    const [high, wide] = fitted(rows, columns, side);
    for (let at = 0; at < shown; at++) {
      const part = levels.subarray(at * rows * columns, (at + 1) * rows * columns);
      fillCanvas(this.scratch, columns, rows, (pixels) => paintLevels(pixels, part, bytes));
      const place = at * (side + gap);
      const [left, top] = room.lies ? [place, (across - high) / 2] : [(across - wide) / 2, place];
      context.imageSmoothingEnabled = high < rows;
      context.drawImage(this.scratch, left, top, wide, high);
    }
  }

  // What the network is shown, in its own colours.
  drawPicture(context, { data, shape }, room) {
    const [rows, columns] = shape;
    fillCanvas(this.scratch, columns, rows, (pixels) => {
      for (let at = 0; at < rows * columns; at++) {
        pixels.set(data.subarray(3 * at, 3 * at + 3), 4 * at);
        pixels[4 * at + 3] = 255;
      }
    });
    const [high, wide] = fitted(rows, columns, room.lies ? room.side : room.width);
    const left = room.lies ? 0 : (room.width - wide) / 2;
    context.drawImage(this.scratch, left, 0, wide, high);
  }
}

function fitted(rows, columns, side) {
  const scale = side / Math.max(rows, columns);
  return [Math.max(rows * scale, 2), Math.max(columns * scale, 2)];
}

// The numbers of a vector as cells that fill the room, the first at the top left.
function drawVector(context, levels, room, bytes) {
  const count = levels.length;
  const across = count <= 16 && !room.lies ? 1 : columnsFor(count, room);
  const down = Math.ceil(count / across);
  const cell = [Math.min(room.width / across, 44), Math.min(room.height / down, 18)];
  const gap = Math.min(...cell) > 5 ? 1 : 0;
  const left = (room.width - across * cell[0]) / 2;
  const pixel = new Uint8ClampedArray(4);
  for (let at = 0; at < count; at++) {
    paintLevels(pixel, levels.subarray(at, at + 1), bytes);
    context.fillStyle = `rgb(${pixel[0]},${pixel[1]},${pixel[2]})`;
    const place = room.lies ? 0 : left;
    context.fillRect(
      place + (at % across) * cell[0],
      Math.floor(at / across) * cell[1],
      cell[0] - gap,
      cell[1] - gap,
    );
  }
}

function columnsFor(count, { width, height }) {
  return Math.max(1, Math.min(count, Math.ceil(Math.sqrt((count * width) / height))));
}
