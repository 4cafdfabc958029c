// Two pictures and the cells that their similarity comes from. Point at a cell of one, and the cells
// of the other that are like it light up.

import { css, table, theme } from "../../shared/colours.js";
import { element, fillCanvas, sharpContext } from "../../shared/dom.js";
import { arrows } from "../../shared/hand.js";
import { written } from "../../shared/numbers.js";
import { outlined } from "../../shared/ring.js";
import { mounted } from "../../shared/mount.js";

export default mounted((root) => new Similarity(root));

class Pane {
  constructor(point) {
    this.title = element("div", { class: "title" });
    this.image = element("img", { alt: "", draggable: "false" });
    this.over = element("canvas", { class: "over" });
    this.box = element(
      "div",
      { class: "pane", tabindex: "0", role: "application" },
      this.image,
      this.over,
    );
    this.section = element("section", {}, this.title, this.box);
    this.point = point;
    this.box.onpointermove = (event) => {
      const frame = this.image.getBoundingClientRect();
      const [rows, columns] = this.grid;
      const row = Math.floor(((event.clientY - frame.top) / frame.height) * rows);
      const column = Math.floor(((event.clientX - frame.left) / frame.width) * columns);
      const inside = row >= 0 && column >= 0 && row < rows && column < columns;
      point(inside ? row * columns + column : null);
    };
    this.box.onpointerleave = () => point(null);
    this.box.onblur = () => point(null);
    this.box.onkeydown = (event) => this.key(event);
  }

  key(event) {
    const [rows, columns] = this.grid;
    const step = arrows(event, 1);
    if (event.key === "Escape") return this.point(null);
    if (!step) return undefined;
    event.preventDefault();
    const cell = this.cell ?? Math.floor(rows / 2) * columns + Math.floor(columns / 2);
    const row = Math.max(0, Math.min(rows - 1, Math.floor(cell / columns) + step[0]));
    const column = Math.max(0, Math.min(columns - 1, (cell % columns) + step[1]));
    return this.point(row * columns + column);
  }

  show(title, bytes, grid) {
    this.title.textContent = title;
    this.grid = grid;
    this.cell = null;
    URL.revokeObjectURL(this.image.src);
    this.image.src = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  }

  // values: (rows, columns) numbers from 0 to most, laid over the picture.
  paint(values, [rows, columns], most, heat, bytes) {
    const [width, height] = [this.image.clientWidth, this.image.clientHeight];
    if (!width || !height) return;
    const context = sharpContext(this.over, width, height);
    const last = bytes.length / 3 - 1;
    const small = fillCanvas(element("canvas"), columns, rows, (pixels) =>
      values.forEach((value, at) => {
        const entry = 3 * Math.round(Math.max(0, Math.min(1, value / (most || 1))) * last);
        pixels.set([bytes[entry], bytes[entry + 1], bytes[entry + 2], 255], 4 * at);
      }),
    );
    context.imageSmoothingEnabled = false;
    context.globalAlpha = heat;
    context.drawImage(small, 0, 0, width, height);
    context.globalAlpha = 1;
    if (this.cell === null) return;
    const [down, across] = [height / this.grid[0], width / this.grid[1]];
    const [top, left] = [
      Math.floor(this.cell / this.grid[1]) * down,
      (this.cell % this.grid[1]) * across,
    ];
    const strokes = [
      ["#000000", 5],
      ["#ffffff", 2.5],
    ];
    outlined(context, strokes, left, top, across, down);
  }
}

class Similarity {
  constructor(root) {
    this.root = root;
    this.panes = [0, 1].map((side) => new Pane((cell) => this.point(side, cell)));
    this.heat = element("input", {
      type: "range",
      min: "0",
      max: "100",
      value: "60",
      oninput: () => this.draw(),
    });
    this.words = element("p", { class: "words", "aria-live": "polite" });
    this.bar = element("canvas", { width: 256, height: 1 });
    this.most = element("span", { class: "most" });
    root.replaceChildren(
      element("div", { class: "pair" }, ...this.panes.map((pane) => pane.section)),
      element(
        "div",
        { class: "below" },
        element(
          "div",
          { class: "legend" },
          this.bar,
          element("span", { text: "0" }),
          element("span"),
          this.most,
        ),
        element("label", { class: "speed" }, element("span", { text: "Heat" }), this.heat),
      ),
      this.words,
    );
    for (const pane of this.panes) pane.image.onload = () => this.settings && this.draw();
  }

  layout() {
    this.draw();
  }

  update(_component, { settings, arrays }) {
    Object.assign(this, { settings, arrays });
    this.panes[0].show(settings.query_title, arrays.query.data, settings.grid);
    this.panes[1].show(settings.match_title, arrays.match.data, settings.grid);
    this.side = null;
    this.draw();
  }

  point(side, cell) {
    const [pane, other] = [this.panes[side], this.panes[1 - side]];
    if (pane.cell === cell && other.cell === null) return;
    [pane.cell, other.cell] = [cell, null];
    this.side = cell === null ? null : side;
    this.draw();
  }

  draw() {
    const { settings, arrays } = this;
    const bytes = table("attributions", theme(this.root.getRootNode()).dark);
    const heat = Number(this.heat.value) / 100;
    const maps = [arrays.query_map, arrays.match_map];
    let most = Math.max(
      ...maps.map(({ data }) => data.reduce((one, two) => Math.max(one, two), 0)),
    );
    if (this.side === null) {
      maps.forEach(({ data, shape }, side) => {
        this.panes[side].paint(data, shape, most, heat, bytes);
      });
      this.words.textContent = this.sum();
    } else {
      const cell = this.panes[this.side].cell;
      const like = this.like(this.side, cell);
      this.panes[this.side].paint(maps[this.side].data, maps[this.side].shape, most, heat, bytes);
      this.panes[1 - this.side].paint(like, settings.grid, 1, Math.max(heat, 0.4), bytes);
      const best = like.indexOf(Math.max(...like));
      const [row, column] = this.place(best);
      this.words.textContent =
        `Of ${this.panes[1 - this.side].title.textContent}, the cell in row ${row}, column ` +
        `${column} is most like this one: cosine ${like[best].toFixed(2)}.`;
      most = 1;
    }
    this.most.textContent = written(most, 3);
    this.drawBar(bytes);
    this.panes.forEach((pane, side) => {
      pane.box.setAttribute(
        "aria-label",
        `${pane.title.textContent}, with its cells' shares of the similarity. Arrow keys choose a ` +
          `cell. ${this.side === side ? this.words.textContent : ""}`,
      );
    });
  }

  sum() {
    const { layer, cosine, against } = this.settings;
    const [query, match] = against.map((part) => written(part));
    const some = against.some((part) => Math.abs(part) >= 0.0005);
    return (
      `Each cell's share of the similarity at ${layer}. In either picture the shares add up to ` +
      `the cosine, ${written(cosine)}.` +
      (some
        ? ` Cells that speak against it, ${query} of it in the query and ${match} in the match, ` +
          "are drawn as 0."
        : "") +
      " Point at a cell to see what is like it."
    );
  }

  // How like each cell of the other picture is to one cell of this.
  like(side, cell) {
    const { data, shape } = this.arrays.pairs;
    const [down, across] = shape;
    return side === 0
      ? Array.from(data.subarray(cell * across, (cell + 1) * across), (part) => part / 255)
      : Array.from({ length: down }, (_, row) => data[row * across + cell] / 255);
  }

  place(cell) {
    return [Math.floor(cell / this.settings.grid[1]), cell % this.settings.grid[1]];
  }

  drawBar(bytes) {
    const context = this.bar.getContext("2d");
    for (let at = 0; at < 256; at++) {
      const from = 3 * Math.round((at / 255) * (bytes.length / 3 - 1));
      context.fillStyle = css(bytes.subarray(from, from + 3));
      context.fillRect(at, 0, 1, 1);
    }
  }
}
