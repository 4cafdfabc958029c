// Below the wall: the kernels of the map in hand, and how numbers are spread.

import { css, extremes, inkOn, signedColour, table } from "../../shared/colours.js";
import { element, sharpContext, titled } from "../../shared/dom.js";
import { inGrid } from "../../shared/hand.js";
import { legendStrip } from "../../shared/legend.js";
import { fillLegend } from "../../shared/map_pane.js";
import { written } from "../../shared/numbers.js";
import { banded } from "../../shared/ring.js";

const TALLEST = 190;

// The kernel of one channel: a tile per input map, on the scale of weights.
export class KernelPanel {
  constructor() {
    this.heading = element("span", { text: "Kernel" });
    this.size = element("span", { class: "size" });
    this.canvas = element("canvas");
    this.frame = element("div", { class: "kernel-tiles", role: "img", tabindex: "0" }, this.canvas);
    this.legend = legendStrip();
    this.words = element("div", { class: "note" });
    this.readout = element("div", { class: "note" });
    this.section = titled(
      { class: "panel" },
      [this.heading, this.size],
      this.frame,
      this.legend,
      this.words,
      this.readout,
    );
    this.frame.onpointermove = (event) => this.point(this.cellAt(event));
    this.frame.onpointerleave = () => this.point(null);
    this.frame.onkeydown = (event) => this.key(event);
    this.frame.onblur = () => this.point(null);
  }

  // Asked for once and not at every change of the map in hand, since asking makes the page lay out.
  measure() {
    this.room = this.section.clientWidth || 240;
  }

  say(text) {
    this.shown = null;
    this.frame.style.display = this.legend.style.display = "none";
    this.size.textContent = "";
    this.readout.textContent = "";
    this.words.textContent = text;
  }

  // weights: of [tiles, rows, columns]; first: the input map of the first tile.
  show({ weights, shape, first, words, inputs, colours, title, page }) {
    const [tiles, rows, columns] = shape;
    Object.assign(this, { weights, tiles, rows, columns, first, inputs, page });
    this.shown = true;
    this.frame.style.display = "";
    this.legend.style.display = "";
    this.limit = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    this.heading.textContent = title;
    this.size.textContent = `${rows} \u00d7 ${columns} \u00d7 ${tiles}`;
    this.words.textContent = words;
    this.readout.textContent = "";
    const [least, most] = extremes(weights);
    this.frame.setAttribute(
      "aria-label",
      `${title}: ${tiles} tiles of ${rows} by ${columns} weights, from ${written(least, 3)} to ` +
        `${written(most, 3)}.`,
    );
    this.colours = colours && tiles === 3;
    this.arrange();
    this.at = null;
    this.draw();
    fillLegend(this.legend, table("weights", this.page.dark), this.limit);
  }

  arrange() {
    const { room } = this;
    const { tiles, rows, columns } = this;
    const single = rows * columns === 1;
    this.gap = single ? 1 : 5;
    const drawn = tiles + (this.colours ? 1 : 0);
    this.cell = 3;
    for (let cell = 26; cell >= 2; cell--) {
      const across = Math.max(1, Math.floor((room + this.gap) / (columns * cell + this.gap)));
      const high = Math.ceil(drawn / across) * (rows * cell + this.gap);
      this.cell = cell;
      this.across = Math.min(across, drawn);
      if (high <= TALLEST) break;
    }
    this.down = Math.ceil(drawn / this.across);
  }

  cornerOf(tile) {
    return [
      (tile % this.across) * (this.columns * this.cell + this.gap),
      Math.floor(tile / this.across) * (this.rows * this.cell + this.gap),
    ];
  }

  draw() {
    const width = this.across * (this.columns * this.cell + this.gap);
    const height = this.down * (this.rows * this.cell + this.gap);
    const context = sharpContext(this.canvas, width, height);
    const bytes = table("weights", this.page.dark);
    const { rows, columns, cell, tiles } = this;
    for (let tile = 0; tile < tiles; tile++) {
      const [left, top] = this.cornerOf(tile);
      for (let at = 0; at < rows * columns; at++) {
        const weight = this.weights[tile * rows * columns + at];
        const fill = signedColour(weight, this.limit, bytes);
        const [x, y] = [left + (at % columns) * cell, top + Math.floor(at / columns) * cell];
        context.fillStyle = css(fill);
        context.fillRect(x, y, cell, cell);
        if (cell >= 24 && tiles <= 12) {
          context.fillStyle = inkOn(fill);
          context.font = `500 10px ${this.page.font}`;
          context.textAlign = "center";
          context.textBaseline = "middle";
          context.fillText(short(weight), x + cell / 2, y + cell / 2 + 0.5);
        }
      }
      if (rows * columns > 1) {
        context.strokeStyle = this.page.border;
        context.lineWidth = 1;
        context.strokeRect(left + 0.5, top + 0.5, columns * cell - 1, rows * cell - 1);
      }
    }
    if (this.colours) this.drawColours(context);
    if (this.at === null) return;
    const [tile, at] = this.at;
    const [left, top] = this.cornerOf(tile);
    const [x, y] = [left + (at % columns) * cell, top + Math.floor(at / columns) * cell];
    banded(context, this.page, 2, x, y, cell, cell);
  }

  // The three tiles as one in red, green and blue: grey is zero.
  drawColours(context) {
    const { rows, columns, cell, limit } = this;
    const [left, top] = this.cornerOf(3);
    for (let at = 0; at < rows * columns; at++) {
      const colour = [0, 1, 2].map((tile) => {
        const share = this.weights[tile * rows * columns + at] / (limit || 1);
        return Math.round(127.5 * (1 + share));
      });
      context.fillStyle = css(colour);
      context.fillRect(
        left + (at % columns) * cell,
        top + Math.floor(at / columns) * cell,
        cell,
        cell,
      );
    }
  }

  cellAt(event) {
    if (!this.shown) return null;
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const across = Math.floor(x / (this.columns * this.cell + this.gap));
    const down = Math.floor(y / (this.rows * this.cell + this.gap));
    const tile = down * this.across + across;
    if (x < 0 || y < 0 || across >= this.across || tile >= this.tiles) return null;
    const [left, top] = this.cornerOf(tile);
    const [row, column] = [Math.floor((y - top) / this.cell), Math.floor((x - left) / this.cell)];
    if (row >= this.rows || column >= this.columns) return null;
    return [tile, row * this.columns + column];
  }

  key(event) {
    if (!this.shown) return;
    const size = this.rows * this.columns;
    const [tile, at] = this.at ?? [0, 0];
    const flat = tile * size + at;
    const next = inGrid(event, flat, this.columns, this.tiles * size);
    if (next === null) return;
    event.preventDefault();
    const to = this.at ? next : 0;
    this.point([Math.floor(to / size), to % size]);
  }

  point(at) {
    if (!this.shown) return;
    this.at = at;
    this.draw();
    if (!at) {
      this.readout.textContent = "";
      return;
    }
    const [tile, cell] = at;
    const weight = written(this.weights[tile * this.rows * this.columns + cell], 4);
    const where =
      this.rows * this.columns > 1
        ? `, row ${Math.floor(cell / this.columns)}, column ${cell % this.columns}`
        : "";
    const input = this.colours ? ["Red", "Green", "Blue"][tile] : `Input ${this.first + tile}`;
    this.readout.textContent = `${input} of ${this.inputs}${where}: ${weight}`;
  }
}

// How numbers are spread: the whole layer as bars, one channel as a line.
export class SpreadPanel {
  constructor(title) {
    this.size = element("span", { class: "size" });
    this.canvas = element("canvas");
    this.frame = element("div", { class: "spread", role: "img", tabindex: "0" }, this.canvas);
    this.words = element("div", { class: "note" });
    this.readout = element("div", { class: "note" });
    this.title = title;
    this.section = titled(
      { class: "panel" },
      [title, this.size],
      this.frame,
      this.words,
      this.readout,
    );
    this.frame.onpointermove = (event) => {
      const box = this.canvas.getBoundingClientRect();
      this.point(Math.floor(((event.clientX - box.left) / box.width) * (this.all?.length ?? 0)));
    };
    this.frame.onpointerleave = () => this.point(null);
    this.frame.onblur = () => this.point(null);
    this.frame.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || !this.all) return;
      event.preventDefault();
      const from = this.at ?? this.all.findIndex((count) => count > 0) - step;
      this.point(Math.max(0, Math.min(this.all.length - 1, from + step)));
    };
  }

  measure() {
    this.room = this.section.clientWidth || 240;
  }

  // all, one: counts per bin; one may be null. what: the plural of what is counted.
  show({ all, one, edges, words, what, name, page }) {
    Object.assign(this, { all, one, edges, what, name, page });
    this.at = null;
    this.readout.textContent = "";
    this.words.textContent = words;
    this.frame.setAttribute(
      "aria-label",
      `${this.title}: ${total(all).toLocaleString("en")} ${what} from ${written(edges[0], 3)} to ` +
        `${written(edges.at(-1), 3)}.`,
    );
    this.draw();
  }

  draw() {
    const width = this.room;
    const [height, below] = [112, 20];
    const context = sharpContext(this.canvas, width, height + below);
    const { all, one, edges, page } = this;
    const shares = (counts) => {
      const sum = total(counts) || 1;
      return Array.from(counts, (count) => count / sum);
    };
    const [bars, line] = [shares(all), one && total(one) > 0 ? shares(one) : null];
    const most = Math.max(...bars, ...(line ?? [])) || 1;
    const step = width / bars.length;
    const top = (share) => height - 2 - (share / most) * (height - 8);
    context.fillStyle = page.ink;
    bars.forEach((share, bin) => {
      context.globalAlpha = bin === this.at ? 0.75 : 0.38;
      context.fillRect(bin * step + 0.5, top(share), step - 1, height - 2 - top(share));
    });
    context.globalAlpha = 1;
    context.fillRect(0, height - 2, width, 1);
    if (line) {
      context.strokeStyle = page.accent;
      context.lineWidth = 2;
      context.beginPath();
      line.forEach((share, bin) => {
        context.lineTo(bin * step, top(share));
        context.lineTo((bin + 1) * step, top(share));
      });
      context.stroke();
    }
    context.font = `13px ${page.font}`;
    context.fillStyle = page.ink;
    const zero = (-edges[0] / (edges.at(-1) - edges[0])) * width;
    const labels = [
      [0, edges[0], "left"],
      [width, edges.at(-1), "right"],
    ];
    if (zero > 60 && zero < width - 60) labels.push([zero, 0, "center"]);
    for (const [x, value, align] of labels) {
      context.textAlign = align;
      context.fillText(written(value, 3), x, height + 13);
    }
    if (zero >= 0 && zero <= width) context.fillRect(Math.min(zero, width - 1), height - 2, 1, 5);
  }

  point(bin) {
    if (!this.all) return;
    this.at = bin !== null && bin >= 0 && bin < this.all.length ? bin : null;
    this.draw();
    if (this.at === null) {
      this.readout.textContent = "";
      return;
    }
    const count = (counts) => counts[this.at].toLocaleString("en");
    const mine = this.one ? `, ${count(this.one)} of them of ${this.name}` : "";
    this.readout.textContent =
      `From ${written(this.edges[this.at], 3)} to ${written(this.edges[this.at + 1], 3)}: ` +
      `${count(this.all)} ${this.what}${mine}`;
  }
}

function total(counts) {
  return counts.reduce((sum, count) => sum + count, 0);
}

function short(value) {
  const size = Math.abs(value);
  if (size >= 10) return String(Math.round(value));
  if (size < 0.005) return "0";
  return value
    .toFixed(size >= 1 ? 1 : 2)
    .replace("-", "\u2212")
    .replace("0.", ".");
}
