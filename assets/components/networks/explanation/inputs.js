// What goes into a number: one row for each input, the largest contribution first, and one of
// them unfolded, cell by cell.

import { element, iconButton, sharpContext } from "../../shared/dom.js";
import { arrows } from "../../shared/hand.js";
import { css, inkOn, signedColour, table } from "../../shared/colours.js";
import { CellGrid } from "../../shared/cells.js";
import { written } from "../../shared/numbers.js";
import { banded } from "../../shared/ring.js";
import { finiteLimit, paintedTile } from "./place.js";

const FIRST_ROWS = 6;
const MORE_ROWS = 24;
const MOST_REDRAWN = 2500;
const MINI = 34;
const THUMB = 42;

export class Inputs {
  // goOn(cell), over(cell or null): an input is pointed at.
  constructor(acts) {
    this.acts = acts;
    const grid = (name) => {
      const heading = element("div", { class: "grid-title" });
      const holder = element("div", { class: "cells" }, element("canvas"));
      const made = element("div", { class: `grid ${name}` }, heading, holder);
      return Object.assign(made, { heading, holder, cells: new CellGrid(holder.firstChild) });
    };
    this.patch = grid("patch");
    this.kernel = grid("kernel");
    this.products = grid("products");
    const sign = (text, name) =>
      element("span", { class: `operator ${name}`, "aria-hidden": "true", text });
    this.gridBox = element(
      "div",
      { class: "grids", tabindex: "0", role: "application" },
      this.patch,
      sign("\u00d7", "times"),
      this.kernel,
      sign("=", "equal"),
      this.products,
    );
    this.lensTitle = element("div", { class: "title" });
    this.line = element("div", { class: "line", "aria-live": "polite" });
    this.ranges = element("div", { class: "ranges" });
    const lines = element("div", { class: "lines-below" }, this.line, this.ranges);
    this.lens = element("section", { class: "lens" }, this.lensTitle, this.gridBox, lines);
    this.columns = element("div", { class: "column-titles", "aria-hidden": "true" });
    this.list = element("ol", { class: "inputs" });
    this.more = element("button", { type: "button", class: "more" });
    this.more.onclick = () => {
      this.shown += MORE_ROWS;
      this.fill();
    };
    this.section = element(
      "div",
      { class: "inputs-box" },
      this.lens,
      this.columns,
      this.list,
      this.more,
    );
    this.watch();
  }

  watch() {
    for (const grid of [this.patch, this.kernel, this.products]) {
      const at = (event) => grid.cells.cellAt(event);
      grid.holder.onpointermove = (event) => this.lookAt(at(event));
      grid.holder.onpointerleave = () => this.lookAt(null);
      grid.holder.onclick = (event) => this.goOnFrom(at(event));
    }
    this.gridBox.onkeydown = (event) => {
      const move = arrows(event, 1);
      if (event.key === "Enter") this.goOnFrom(this.inside ?? this.strongestOf(this.row));
      else if (move) {
        const [tall, wide] = this.sizeOf(this.row);
        const [row, column] = this.inside ?? this.strongestOf(this.row) ?? [0, 0];
        const within = (place, count) => Math.max(0, Math.min(count - 1, place));
        this.lookAt([within(row + move[0], tall), within(column + move[1], wide)]);
      } else return;
      event.preventDefault();
    };
    this.gridBox.onblur = () => this.lookAt(null);
  }

  // of: what the inputs belong to; as long as it is the same, the list stays as it is unfolded.
  show(found, arrays, page, of) {
    Object.assign(this, { found, arrays, page });
    this.maps = table("maps", page.dark);
    this.weightColours = table("weights", page.dark);
    const { data } = arrays.rows;
    this.rows = Array.from({ length: data.length / 2 }, (_, at) => ({
      part: data[2 * at],
      index: data[2 * at + 1],
    }));
    this.limits = found.parts.map((_, part) => ({
      patches: finiteLimit(arrays[`patches_${part}`].data),
      products: finiteLimit(arrays[`products_${part}`].data),
      weights: arrays[`weights_${part}`] ? finiteLimit(arrays[`weights_${part}`].data) : 0,
    }));
    // Inputs that stand side by side are coloured by one range.
    if (this.limits.length > 1) {
      for (const name of ["patches", "products", "weights"]) {
        const limit = Math.max(...this.limits.map((one) => one[name]));
        this.limits.forEach((one) => (one[name] = limit));
      }
    }
    if (this.of !== of)
      Object.assign(this, {
        of,
        shown: FIRST_ROWS,
        chosen: 0,
        pointed: null, // a row that had the focus is gone without a word
        inside: null,
      });
    this.fill();
  }

  get row() {
    return this.rows[this.pointed ?? this.chosen];
  }

  sizeOf({ part }) {
    return this.arrays[`patches_${part}`].shape.slice(1);
  }

  isSingle(row) {
    const [tall, wide] = this.sizeOf(row);
    return tall * wide === 1;
  }

  at(name, { part, index }, row = 0, column = 0) {
    const array = this.arrays[`${name}_${part}`];
    if (!array) return null;
    const [, tall, wide] = array.shape;
    return array.data[(index * tall + row) * wide + column];
  }

  nameOf({ part, index }) {
    const { labels, map, layer } = this.found.parts[part];
    if (this.found.parts.length > 1) return layer;
    if (labels) return labels[index];
    const name = `${map ? "map" : "number"} ${this.channelOf({ part, index })}`;
    if (this.found.way !== "same" || !map) return name;
    const [row, column] = ["row", "column"].map(
      (axis) => this.arrays[`${axis}_places_${part}`].data[0],
    );
    return `${name}, row ${row}, column ${column}`;
  }

  channelOf({ part, index }) {
    return this.arrays[`channels_${part}`].data[index];
  }

  // The cell of the input layer that lies at (row, column) of a patch; null in the padding.
  cellOf(at, row, column) {
    const { part } = at;
    const inside = this.arrays[`inside_${part}`];
    if (!inside.data[row * inside.shape[1] + column]) return null;
    return {
      layer: this.found.parts[part].layer,
      row: this.arrays[`row_places_${part}`].data[row],
      column: this.arrays[`column_places_${part}`].data[column],
      channel: this.channelOf(at),
    };
  }

  // Where in the patch the strongest cell lies, as [row, column]; null where all is padding.
  strongestOf({ part, index }) {
    const [row, column] = this.arrays[`strongest_${part}`].data.subarray(2 * index, 2 * index + 2);
    const rows = this.arrays[`row_places_${part}`].data;
    const columns = this.arrays[`column_places_${part}`].data;
    const at = [rows.indexOf(row), columns.indexOf(column)];
    return at[0] < 0 || at[1] < 0 ? null : at;
  }

  goOnFrom(at, row = this.row) {
    const cell = at && this.cellOf(row, ...at);
    if (cell) this.acts.goOn(cell);
  }

  // ---- one row for each input -------------------------------------------------------------

  fill() {
    const { found } = this;
    const { way } = found;
    this.section.dataset.way = way;
    const windows = this.rows.length > 0 && !this.isSingle(this.rows[0]);
    this.section.dataset.windows = windows;
    this.lens.style.display = windows ? "" : "none";
    const alone = windows && this.rows.length === 1;
    const listed = alone ? [] : this.rows.slice(0, this.shown);
    const left = alone ? 0 : this.rows.length - listed.length + found.rest;
    this.extent = this.extentOf(listed.length);
    const rows = listed.map((row, at) => this.listRow(row, at));
    const summed = way === "sum" && rows.length > 0;
    this.tellsSum = summed;
    this.section.dataset.thumbs = found.parts.some((_, part) => this.arrays[`thumbnails_${part}`]);
    this.section.dataset.weights = Boolean(this.arrays.weights_0) && way !== "same";
    if (summed && left > 0) rows.push(this.restRow(listed.length, left));
    if (summed) rows.push(this.totalRow());
    this.list.replaceChildren(...rows);
    this.list.style.display = rows.length ? "" : "none";
    this.columns.style.display = rows.length ? "" : "none";
    this.columns.replaceChildren(
      ...titlesFor(way, windows, Boolean(this.arrays.weights_0)).map(([name, text]) =>
        element("span", { class: name, text }),
      ),
    );
    const next = Math.min(MORE_ROWS, this.rows.length - listed.length);
    this.more.style.display = !alone && next > 0 ? "" : "none";
    this.more.textContent = `Show ${next} more`;
    this.unfold();
  }

  // From where to where the running sum goes: the bars' common range.
  extentOf(count) {
    const { way, total } = this.found;
    if (way === "share") return [0, 1];
    const running = Array.from(this.arrays.running.data.subarray(0, count + 1));
    const ends = [...running, total, 0].filter((value) => Number.isFinite(value));
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    return high > low ? [low, high] : [low - 1, high + 1];
  }

  listRow(row, at) {
    const { way } = this.found;
    const sum = this.arrays[`sums_${row.part}`].data[row.index];
    const name = this.nameOf(row);
    const strongest = this.strongestOf(row);
    const taken = way === "taken" && at === 0;
    const own = way === "share" && at === 0;
    const body = element(
      "button",
      {
        type: "button",
        class: "pick",
        "aria-pressed": this.isSingle(row) ? null : String(at === this.chosen),
      },
      this.thumbnailOf(row),
      element(
        "span",
        { class: "input-name" },
        element("span", { text: name.replaceAll("_", "_\u200b") }),
        taken ? element("span", { class: "mark", text: "taken" }) : "",
      ),
      this.isSingle(row) ? this.numbersOf(row) : this.minisOf(row),
      this.barOf(row, at, sum),
      element("span", { class: "row-sum", text: this.resultOf(row, sum) }),
    );
    body.setAttribute("aria-label", `${name}: ${this.spokenOf(row, sum)}`);
    body.onpointerenter = () => this.pointAt(at);
    body.onfocus = () => this.pointAt(at);
    body.onclick = () => {
      if (this.isSingle(row)) return this.goOnFrom(strongest, row);
      this.chosen = at;
      this.list
        .querySelectorAll(".pick")
        .forEach((pick, place) => pick.setAttribute("aria-pressed", String(place === at)));
      return this.unfold();
    };
    body.onkeydown = (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.list.querySelectorAll(".pick")[at + by]?.focus();
    };
    const go = iconButton("subdirectory_arrow_right", `Go on from ${name}`, () =>
      this.goOnFrom(strongest, row),
    );
    go.disabled = strongest === null;
    go.onpointerenter = body.onpointerenter;
    const made = element("li", { class: own ? "own" : null }, body, go);
    made.onpointerleave = () => this.pointAt(null);
    return made;
  }

  thumbnailOf(row) {
    const { part, index } = row;
    const thumbs = this.arrays[`thumbnails_${part}`];
    const canvas = element("canvas", { class: "thumb", "aria-hidden": "true" });
    if (!thumbs || index >= thumbs.shape[0]) return element("span", { class: "thumb none" });
    const shape = this.found.parts[part].thumbnail_shape;
    const context = sharpContext(canvas, THUMB, THUMB);
    context.imageSmoothingEnabled = false;
    const scale = THUMB / Math.max(shape[0], shape[1]);
    context.drawImage(
      paintedTile(thumbs, index, this.page.dark),
      0,
      0,
      shape[1] * scale,
      shape[0] * scale,
    );
    const box = this.arrays[`boxes_${part}`].data.subarray(4 * index, 4 * index + 4);
    if (box[2] <= 0) return canvas;
    const [top, left] = [box[0] * scale, box[1] * scale];
    const [high, wide] = [Math.max(5, box[2] * scale), Math.max(5, box[3] * scale)];
    banded(context, this.page, 2, left, top, wide, high);
    return canvas;
  }

  chip(value, scale, limit) {
    const shown = Number.isFinite(value) ? value : 0;
    const fill = signedColour(shown, limit, scale === "weights" ? this.weightColours : this.maps);
    const made = element("span", { class: "chip", text: written(value, 3) });
    made.style.background = css(fill);
    made.style.color = inkOn(fill);
    return made;
  }

  numbersOf(row) {
    const limits = this.limits[row.part];
    const box = element("span", { class: "numbers" });
    box.append(this.chip(this.at("patches", row), "maps", limits.patches));
    const weight = this.at("weights", row);
    if (weight !== null && this.found.way !== "same") {
      box.append(
        element("span", { class: "sign", text: "\u00d7" }),
        this.chip(weight, "weights", limits.weights),
      );
    }
    return box;
  }

  minisOf(row) {
    const [tall, wide] = this.sizeOf(row);
    const limits = this.limits[row.part];
    const box = element("span", { class: "minis", "aria-hidden": "true" });
    const draw = (name, limit, bytes) => {
      const canvas = element("canvas");
      const cell = MINI / Math.max(tall, wide);
      const context = sharpContext(canvas, cell * wide, cell * tall);
      for (let down = 0; down < tall; down++) {
        for (let across = 0; across < wide; across++) {
          const value = this.at(name, row, down, across);
          context.fillStyle = css(signedColour(Number.isFinite(value) ? value : 0, limit, bytes));
          context.fillRect(across * cell, down * cell, cell + 0.5, cell + 0.5);
        }
      }
      return canvas;
    };
    box.append(draw("patches", limits.patches, this.maps));
    if (this.arrays[`weights_${row.part}`]) {
      box.append(
        element("span", { text: "\u00d7" }),
        draw("weights", limits.weights, this.weightColours),
        element("span", { text: "=" }),
        draw("products", limits.products, this.maps),
      );
    }
    return box;
  }

  barOf(row, at, sum) {
    const { way, total } = this.found;
    if (way === "share") return this.bar([0, sum / total], "share");
    if (way !== "sum") return element("span", { class: "track none" });
    const running = this.arrays.running.data;
    return this.bar([running[at], running[at + 1]], sum < 0 ? "negative" : "positive", at > 0);
  }

  bar([from, to], kind, joined = false) {
    const [low, high] = this.extent;
    const place = (value) => (100 * (value - low)) / (high - low);
    const [left, right] = [Math.min(place(from), place(to)), Math.max(place(from), place(to))];
    const fill = element("span", { class: `bar ${kind}` });
    if (Number.isFinite(left) && Number.isFinite(right)) {
      fill.style.left = `${left}%`;
      fill.style.width = `${Math.max(0.6, right - left)}%`;
    }
    const signs = { positive: 0.72, negative: -0.72 };
    if (signs[kind]) fill.style.background = css(signedColour(signs[kind], 1, this.maps));
    const zero = element("span", { class: "zero-line" });
    zero.style.left = `${place(0)}%`;
    const track = element("span", { class: "track", "aria-hidden": "true" }, zero, fill);
    if (joined && Number.isFinite(place(from))) {
      const joint = element("span", { class: "joint" });
      joint.style.left = `${place(from)}%`;
      track.append(joint);
    }
    return track;
  }

  resultOf(row, sum) {
    const { way, total } = this.found;
    if (way === "share") return percent(sum / total);
    if (way === "taken" || way === "product" || way === "same") return "";
    return written(sum, 4);
  }

  spokenOf(row, sum) {
    const { way, total } = this.found;
    const value = written(this.at("patches", row), 4);
    if (way === "share") return `${value}, ${percent(sum / total)} of the sum`;
    if (way !== "sum") return value;
    if (!this.isSingle(row)) return `adds ${written(sum, 4)}`;
    const weight = this.at("weights", row);
    return weight === null
      ? `adds ${value}`
      : `${value} times ${written(weight, 4)} is ${written(sum, 4)}`;
  }

  restRow(count, left) {
    const running = this.arrays.running.data;
    const { total } = this.found;
    const sum = total - running[count];
    return element(
      "li",
      { class: "rest" },
      element("span", { class: "rest-name", text: `${left.toLocaleString("en")} more together` }),
      this.bar([running[count], total], sum < 0 ? "negative" : "positive", true),
      element("span", { class: "row-sum", text: written(sum, 4) }),
    );
  }

  totalRow() {
    const { total, steps } = this.found;
    return element(
      "li",
      { class: "total" },
      element("span", { class: "rest-name", text: "Sum" }),
      this.bar([0, total], "sum", false),
      element("span", { class: "row-sum", text: steps[0]?.value ?? written(total, 4) }),
    );
  }

  pointAt(at) {
    this.pointed = at;
    this.unfold();
    if (at === null) return this.acts.over(null);
    const strongest = this.strongestOf(this.rows[at]);
    return this.acts.over(strongest && this.cellOf(this.rows[at], ...strongest));
  }

  // ---- one input unfolded -----------------------------------------------------------------

  lookAt(at) {
    const cell = at && this.cellOf(this.row, ...at);
    this.inside = at;
    const [tall, wide] = this.row ? this.sizeOf(this.row) : [0, 0];
    // A window over a whole large map is drawn once; only the words follow the pointer.
    if (tall * wide <= MOST_REDRAWN) this.unfold();
    else this.tellLine(this.row, false, this.found.parts[this.row.part].winner);
    this.acts.over(cell);
  }

  unfold() {
    if (!this.rows.length || this.isSingle(this.row)) return;
    const { row, found, page } = this;
    const [tall, wide] = this.sizeOf(row);
    const weighted = Boolean(this.arrays[`weights_${row.part}`]) && found.way === "sum";
    const sum = written(this.arrays[`sums_${row.part}`].data[row.index], 4);
    const { layer } = found.parts[row.part];
    this.lensTitle.replaceChildren(
      element("span", { text: `${capitalised(this.nameOf(row))} of ${layer}` }),
      weighted && this.rows.length > 1
        ? element("span", { class: "size", text: `adds ${sum}` })
        : "",
    );
    this.gridBox.dataset.weighted = weighted;
    this.gridBox.setAttribute(
      "aria-label",
      `${this.nameOf(row)} of ${layer}, cell by cell. Arrow keys choose a cell, Enter goes on from it.`,
    );
    const inside = this.arrays[`inside_${row.part}`].data;
    const winner = found.parts[row.part].winner;
    const marks = [];
    if (winner)
      marks.push({ row: winner[0], column: winner[1], height: 1, width: 1, thickness: 3 });
    if (this.inside) {
      const [down, across] = this.inside;
      marks.push({ row: down, column: across, height: 1, width: 1, thickness: 2 });
    }
    const limits = this.limits[row.part];
    const paint = (grid, name, title, limit, bytes) => {
      grid.heading.textContent = title;
      grid.cells.draw({
        rows: tall,
        columns: wide,
        page,
        tallest: weighted ? 230 : 270,
        most: 72,
        colour: (down, across) => {
          const value = this.at(name, row, down, across);
          return signedColour(Number.isFinite(value) ? value : 0, limit, bytes);
        },
        hatched: (down, across) => !inside[down * wide + across],
        text: (down, across, letters) => written(this.at(name, row, down, across), 3, letters),
        marks,
      });
    };
    paint(
      this.patch,
      "patches",
      weighted ? "Input patch" : "The window",
      limits.patches,
      this.maps,
    );
    if (weighted) {
      paint(this.kernel, "weights", "Kernel", limits.weights, this.weightColours);
      paint(this.products, "products", "Products", limits.products, this.maps);
    }
    this.tellLine(row, weighted, winner);
    const over = this.rows.length > 1 ? "Colours, over all inputs" : "Colours";
    const range = (name, limit) => `${name} \u00b1${written(limit, 3)}`;
    this.ranges.textContent = weighted
      ? `${over}: ${range("values", limits.patches)}, ${range("weights", limits.weights)}, ` +
        `${range("products", limits.products)}.`
      : `${over}: ${range("values", limits.patches)}.`;
  }

  tellLine(row, weighted, winner) {
    const at = this.inside;
    if (!at) {
      this.line.textContent = winner
        ? "The ringed cell is the largest; it alone goes on."
        : "Point at a cell for its product; click it to go on from there.";
      if (!weighted && !winner) this.line.textContent = "Click a cell to go on from it.";
      return;
    }
    const cell = this.cellOf(row, ...at);
    const value = written(this.at("patches", row, ...at), 4);
    const where = cell ? `row ${cell.row}, column ${cell.column}` : "padding";
    const product = weighted
      ? ` \u00d7 ${operandOf(this.at("weights", row, ...at))} = ${written(this.at("products", row, ...at), 4)}`
      : "";
    this.line.textContent = `${capitalised(where)}: ${value}${product}`;
  }
}

function titlesFor(way, windows, weighted) {
  const products = windows ? "patch \u00d7 kernel" : "value \u00d7 weight";
  const middle = { sum: weighted ? products : "value", share: "logit" };
  const bars = { sum: "running sum", share: "share" };
  return [
    ["of-name", "input"],
    ["of-numbers", middle[way] ?? "value"],
    ["of-bar", bars[way] ?? ""],
    ["of-sum", way === "sum" ? "adds" : ""],
  ];
}

function operandOf(value) {
  return value < 0 ? `(${written(value, 4)})` : written(value, 4);
}

function percent(share) {
  const points = 100 * share;
  if (points >= 0.1 || points === 0) return `${points.toFixed(1)}%`;
  return points >= 0.001 ? `${points.toFixed(3)}%` : "< 0.001%";
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
