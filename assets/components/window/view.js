// The sliding window: input, kernel and output side by side, from whole pictures down to the
// numbers in single cells. It serves convolution, pooling and transposed convolution alike:
// all that differs is where the input's rows and columns lie (padded_rows, padded_columns, both
// from cnnviz) and how a window becomes one number. Pooling shows, in the kernel's stead, where
// a gradient flows back; small grids also how many windows touch each pixel.
//
// Python's arrays are what is shown. The only arithmetic here is the products of the window in
// hand, and, while a weight is dragged, old result + change of weight * shifted input.

import { unpack } from "../shared/wire.js";
import { written } from "../shared/numbers.js";
import { extremes, paint, shownColour, signedColour, table, theme } from "../shared/colours.js";
import { element, sharpContext } from "../shared/dom.js";
import { CellGrid } from "../shared/cells.js";
import { KernelEditor } from "../shared/kernel_editor.js";
import { Player } from "../shared/player.js";
import { flowing, pooled, stamped, weighted } from "./sentences.js";
import { Coverage } from "./coverage.js";
import { editCell } from "./edit.js";

const CHANNELS = ["Red", "Green", "Blue"];
const MOST_ZOOMED_CELLS = 13;
const TALLEST_GRID = 560;
const WIDEST_WINDOW = 32; // beyond it, as in global pooling, single cells are not drawn

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".root");
  root.stage ??= new Stage(root);
  root.stage.update(component, unpack(data));
  return () => root.stage.leave();
}

class Stage {
  constructor(root) {
    this.root = root;
    this.serial = 0;
    this.focus = [0, 0];
    this.selected = null;
    this.anchor = [0, 0];
    this.channel = 0;
    this.weight = null;
    this.build();
    this.resized = new ResizeObserver(() => this.data && this.layout());
    this.resized.observe(root);
  }

  leave() {
    this.player.stop();
    this.resized.disconnect();
  }

  build() {
    const canvas = (name) => element("canvas", { class: name });
    const pane = (name, title) => {
      const size = element("span", { class: "size" });
      const heading = element("div", { class: "title" }, element("span", { text: title }), size);
      const frame = element(
        "div",
        { class: "frame", tabindex: "0", role: "application", "aria-describedby": "said" },
        canvas("pixels"),
        canvas("overlay"),
      );
      const made = element("section", { class: `pane ${name}` }, heading, frame);
      return Object.assign(made, { heading: heading.firstChild, size, frame });
    };
    this.input = pane("input", "Picture");
    this.output = pane("output", "Result");
    this.back = pane("back", "Where a gradient flows back");
    this.back.frame.removeAttribute("tabindex");
    this.back.frame.setAttribute("role", "img");
    this.legend = legend();
    this.backLegend = legend();

    this.kernelTitle = element("div", { class: "title" });
    this.kernelBox = element("div", { class: "kernel-grid" });
    this.complaint = element("p", { class: "complaint", role: "alert" });
    this.tools = element("div", { class: "tools" });
    this.kernelPane = element(
      "section",
      { class: "pane kernel" },
      this.kernelTitle,
      this.kernelBox,
      this.complaint,
      this.tools,
    );
    this.editor = new KernelEditor(this.kernelBox, {
      preview: (row, column, value) => this.preview(row, column, value),
      commit: (values) => this.commit(values),
      hover: (row, column) => this.lightWeight(row, column),
      complain: (sentence) => (this.complaint.textContent = sentence),
    });

    const grid = (name) => {
      const heading = element("div", { class: "title" });
      const holder = element(
        "div",
        { class: "cells", tabindex: "0", role: "application", "aria-describedby": "said" },
        canvas("numbers"),
      );
      const made = element("section", { class: `pane ${name}` }, heading, holder);
      const cells = new CellGrid(holder.firstChild);
      return Object.assign(made, { heading, holder, cells });
    };
    this.near = grid("near");
    this.products = grid("products");
    this.products.holder.removeAttribute("tabindex");
    this.products.holder.setAttribute("role", "img");
    this.far = grid("far");
    this.nearBack = grid("near-back");
    this.products.classList.add("narrow");
    this.coverage = new Coverage((cell) => this.overCoverage(cell));

    this.channelButtons = element("span", { class: "channels", role: "group" });
    this.channelButtons.setAttribute("aria-label", "Channel whose numbers are shown");
    const bar = element("div", { class: "player" });
    this.player = new Player(bar, {
      advance: (steps) => this.advance(steps),
      playing: (on) => this.playing(on),
      extra: [this.channelButtons],
    });
    this.where = element("span", { class: "where" });
    bar.append(this.where);
    this.sum = element("div", { class: "sum" });
    this.said = element("div", { class: "unseen", id: "said", "aria-live": "polite" });

    const sign = (name, text) =>
      element("div", { class: `sign ${name}`, "aria-hidden": "true", text });
    this.root.replaceChildren(
      element(
        "div",
        { class: "stage" },
        this.input,
        sign("times", "\u2217"),
        this.kernelPane,
        sign("equals", "="),
        this.output,
        sign("returns", "\u2192"),
        this.back,
        this.near,
        sign("each", "\u2299"),
        this.products,
        sign("gives", "\u2192"),
        this.far,
        sign("near-returns", "\u2192"),
        this.nearBack,
      ),
      bar,
      this.sum,
      this.coverage.box,
      this.said,
    );
    this.watch();
  }

  // Pointer and keyboard: the same on every pane.
  watch() {
    const places = [
      [this.input.frame, (event) => this.fromInput(event)],
      [this.output.frame, (event) => this.fromOutput(event)],
      [this.near.holder, (event) => this.fromNear(event)],
      [this.far.holder, (event) => this.fromFar(event)],
      [this.nearBack.holder, (event) => this.fromNear(event, this.nearBack)],
    ];
    for (const [place, find] of places) {
      const point = (event) => {
        const cell = find(event);
        if (!cell) return;
        this.player.paused = true;
        this.look(cell, place === this.input.frame || place === this.output.frame);
      };
      place.onpointermove = point;
      place.onpointerdown = (event) => {
        point(event);
        this.select(this.focus);
      };
      place.onpointerleave = () => {
        this.player.paused = false;
        this.stamp = null;
        if (!this.player.on && this.selected) this.look(this.selected, true);
      };
      place.onkeydown = (event) => this.key(event);
    }
    this.near.holder.ondblclick = (event) => {
      const cell = this.near.cells.cellAt(event);
      if (cell) this.edit(cell);
    };
  }

  key(event) {
    const far = event.shiftKey ? 10 : 1;
    const moves = {
      ArrowUp: [-far, 0],
      ArrowDown: [far, 0],
      ArrowLeft: [0, -far],
      ArrowRight: [0, far],
    };
    if (event.key === " ") this.player.toggle();
    else if (moves[event.key]) {
      this.player.stop();
      const [down, across] = moves[event.key];
      this.look([this.focus[0] + down, this.focus[1] + across]);
      this.select(this.focus);
    } else if (event.key === "Home") this.select(this.look([0, 0]));
    else if (event.key === "End") this.select(this.look([this.outRows - 1, this.outColumns - 1]));
    else if (event.key === "Enter" && this.settings.editable) this.edit(this.middle());
    else return;
    event.preventDefault();
  }

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    const editing = settings.serial !== undefined && settings.serial < this.serial;
    // An older answer must not undo what the hand is doing now; the newer one is on its way.
    if (editing && this.data && sameSize(arrays.kernel, this.data.kernel)) return this.layout();
    this.settings = settings;
    this.data = arrays;
    this.serial = Math.max(this.serial, settings.serial ?? 0);
    const [height, width, channels] = arrays.input.shape;
    Object.assign(this, { height, width, channels });
    [this.outRows, this.outColumns] = arrays.output.shape.slice(1);
    this.kernelRows = settings.window[0];
    this.kernelColumns = settings.window[1];
    this.extent = [0, 1].map((axis) => settings.dilation[axis] * (settings.window[axis] - 1) + 1);
    this.values = arrays.output.data;
    this.weights = arrays.kernel ? Array.from(arrays.kernel.data) : null;
    this.range = extremes(this.values);
    this.taps = new Map();
    this.padded = null;
    this.inputPlanes = planesOf(arrays.input);
    this.inputRange = extremes(this.inputPlanes);
    this.channel = Math.min(this.channel, this.channels - 1);
    if (this.signature !== settings.selection) {
      this.signature = settings.selection;
      this.selected = settings.selected ?? [
        Math.floor(this.outRows / 2),
        Math.floor(this.outColumns / 2),
      ];
    }
    this.gradientRange = arrays.gradient ? extremes(arrays.gradient.data) : null;
    this.root.dataset.mode = settings.mode;
    this.root.dataset.pictures = settings.pictures;
    this.root.dataset.compact = settings.compact ?? false;
    this.wide = settings.pictures && Math.max(...this.extent) > WIDEST_WINDOW;
    this.root.dataset.wide = this.wide;
    this.stamp = null;
    (settings.pictures && !this.wide ? this.output : this.far).append(this.legend);
    (settings.pictures ? this.back : this.nearBack).append(this.backLegend);
    this.root.querySelector(".equals").textContent = arrays.kernel ? "=" : "\u2192";
    this.coverage.update(settings.coverages ?? [], arrays);
    this.input.heading.textContent = settings.input_title ?? "Picture";
    this.output.heading.textContent = settings.output_title ?? "Result";
    this.input.size.textContent = `${this.height} \u00d7 ${this.width}`;
    this.output.size.textContent = `${this.outRows} \u00d7 ${this.outColumns}`;
    this.input.frame.setAttribute("aria-label", `${settings.input_alt} Arrow keys move the window.`);
    this.output.frame.setAttribute("aria-label", `${settings.output_alt} Arrow keys move the window.`);
    this.near.holder.setAttribute(
      "aria-label",
      "Input around the window. Arrow keys move it." +
        (settings.editable ? " Enter changes the number in its middle." : ""),
    );
    this.back.frame.setAttribute("aria-label", "How much of a gradient each pixel of the input gets.");
    this.nearBack.holder.setAttribute(
      "aria-label",
      "How much of a gradient each cell around the window gets. Arrow keys move the window.",
    );
    this.far.holder.setAttribute("aria-label", "Output around the cell. Arrow keys move it.");
    this.complaint.textContent = "";
    this.editor.committed();
    this.fillTools();
    this.fillChannels();
    this.layout();
    this.selected = this.look(this.selected, true);
  }

  fillTools() {
    const tools = this.settings.tools ?? [];
    const signature = JSON.stringify(tools);
    if (signature === this.toolSignature) return;
    this.toolSignature = signature;
    this.tools.replaceChildren(
      ...tools.map(({ name, symbol, label, enabled }) => {
        const made = element(
          "button",
          { type: "button", class: "icon", title: label, "aria-label": label },
          element("span", { class: "symbol", "aria-hidden": "true", text: symbol }),
        );
        made.disabled = enabled === false;
        made.onclick = () => this.trigger("edit", name);
        return made;
      }),
    );
  }

  fillChannels() {
    const shown = this.channels === 3 ? CHANNELS : [];
    if (this.channelButtons.childElementCount !== shown.length) {
      this.channelButtons.replaceChildren(
        ...shown.map((name, channel) => {
          const made = element("button", { type: "button", text: name });
          made.onclick = () => {
            this.channel = channel;
            this.fillChannels();
            this.paintBack();
            this.draw();
          };
          return made;
        }),
      );
    }
    [...this.channelButtons.children].forEach((button, channel) =>
      button.setAttribute("aria-pressed", channel === this.channel),
    );
  }

  // ---- where things lie -------------------------------------------------------------------

  paddedPlanes() {
    if (this.padded) return this.padded;
    const rows = this.data.padded_rows.data;
    const columns = this.data.padded_columns.data;
    const size = rows.length * columns.length;
    const padded = new Float32Array(this.channels * size);
    const pixels = this.inputPlanes;
    for (let channel = 0; channel < this.channels; channel++) {
      for (let row = 0; row < rows.length; row++) {
        if (rows[row] < 0) continue;
        const from = (channel * this.height + rows[row]) * this.width;
        const to = channel * size + row * columns.length;
        for (let column = 0; column < columns.length; column++) {
          if (columns[column] >= 0) padded[to + column] = pixels[from + columns[column]];
        }
      }
    }
    this.padded = padded;
    return padded;
  }

  inputAt(row, column, channel = this.channel) {
    const source = this.data.padded_rows.data[row];
    const across = this.data.padded_columns.data[column];
    if (source < 0 || across < 0 || source === undefined || across === undefined) return 0;
    return this.inputPlanes[(channel * this.height + source) * this.width + across];
  }

  // Padding, or a zero that a transposed convolution inserts: not a cell of the input itself.
  outside(row, column) {
    const [top, left] = this.settings.origin;
    if (this.data.padded_rows.data[row] < 0 || this.data.padded_columns.data[column] < 0) return true;
    const spread = this.settings.spread ?? [1, 1];
    const [down, across] = [row - top, column - left];
    return (
      down < 0 ||
      across < 0 ||
      down > (this.height - 1) * spread[0] ||
      across > (this.width - 1) * spread[1]
    );
  }

  outputAt(row, column, channel = this.channel) {
    const channels = this.data.output.shape[0];
    return this.values[
      (Math.min(channel, channels - 1) * this.outRows + row) * this.outColumns + column
    ];
  }

  fromInput(event) {
    const box = this.input.frame.firstChild.getBoundingClientRect();
    const spread = this.settings.spread ?? [1, 1];
    const row = ((event.clientY - box.top) / box.height) * this.height * spread[0];
    const column = ((event.clientX - box.left) / box.width) * this.width * spread[1];
    const [top, left] = this.settings.origin;
    const [down, across] = this.settings.stride;
    return [
      Math.floor((row + top - this.extent[0] / 2) / down + 0.5),
      Math.floor((column + left - this.extent[1] / 2) / across + 0.5),
    ];
  }

  fromOutput(event) {
    const box = this.output.frame.firstChild.getBoundingClientRect();
    return [
      Math.floor(((event.clientY - box.top) / box.height) * this.outRows),
      Math.floor(((event.clientX - box.left) / box.width) * this.outColumns),
    ];
  }

  fromNear(event, place = this.near) {
    const cell = place.cells.cellAt(event);
    this.stamp = null;
    if (!cell) return null;
    if (this.settings.mode === "transposed" && !this.outside(...cell)) {
      // Here a pixel is what writes: show all that it writes rather than one window.
      this.stamp = cell;
      return this.focus;
    }
    return [0, 1].map((axis) => {
      const most = this.zoomed[axis] - 1;
      const at = (cell[axis] - (this.extent[axis] - 1) / 2) / this.settings.stride[axis];
      return this.anchor[axis] + Math.max(0, Math.min(most, Math.round(at)));
    });
  }

  fromFar(event) {
    const cell = this.far.cells.cellAt(event);
    return cell && [this.anchor[0] + cell[0], this.anchor[1] + cell[1]];
  }

  // The first cell of the input's own in the middle of the window, in cells of the zoom.
  middle() {
    const { stride, dilation, window } = this.settings;
    return [0, 1].map(
      (axis) =>
        (this.focus[axis] - this.anchor[axis]) * stride[axis] +
        Math.floor((window[axis] - 1) / 2) * dilation[axis],
    );
  }

  edit([row, column]) {
    const place = [0, 1].map(
      (axis) => this.anchor[axis] * this.settings.stride[axis] + [row, column][axis],
    );
    if (!this.settings.editable || this.outside(...place)) return;
    clearTimeout(this.telling); // what is typed comes first
    const [down, across] = [
      this.data.padded_rows.data[place[0]],
      this.data.padded_columns.data[place[1]],
    ];
    editCell(this.near, [row, column], `row ${down}, column ${across}`, this.inputAt(...place), {
      accept: (value) => this.trigger("cell", { row: down, column: across, value }),
      complain: (sentence) => (this.complaint.textContent = sentence),
    });
  }

  // A pixel of a coverage map is pointed at: light it, and every output whose window touches it.
  overCoverage(cell) {
    this.pixel = null;
    if (cell && this.settings.mode === "transposed") this.look(cell);
    else if (cell) this.pixel = cell.map((at, axis) => at + this.settings.origin[axis]);
    if (!cell && this.selected) this.look(this.selected, true);
    this.draw();
  }

  // Whether the window of an output has a tap on a place of the padded input.
  touches([row, column], place) {
    const { stride, dilation, window } = this.settings;
    return [row, column].every((at, axis) => {
      const offset = place[axis] - at * stride[axis];
      return offset >= 0 && offset % dilation[axis] === 0 && offset / dilation[axis] < window[axis];
    });
  }

  // ---- focus ------------------------------------------------------------------------------

  look([row, column], centre = false) {
    this.focus = [
      Math.max(0, Math.min(this.outRows - 1, row)),
      Math.max(0, Math.min(this.outColumns - 1, column)),
    ];
    const counts = [this.outRows, this.outColumns];
    this.anchor = [0, 1].map((axis) => {
      const [at, zoomed] = [this.focus[axis], this.zoomed[axis]];
      let anchor = this.anchor[axis];
      if (centre || at < anchor || at >= anchor + zoomed) anchor = at - Math.floor(zoomed / 2);
      return Math.max(0, Math.min(counts[axis] - zoomed, anchor));
    });
    this.draw();
    return this.focus;
  }

  select(cell) {
    this.selected = [...cell];
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell("selected", this.selected), 500);
  }

  advance(steps) {
    const [rows, columns] = this.zoomed;
    const count = rows * columns;
    const at =
      (this.focus[0] - this.anchor[0]) * columns + (this.focus[1] - this.anchor[1]) + steps;
    const wrapped = ((at % count) + count) % count;
    this.look([
      this.anchor[0] + Math.floor(wrapped / columns),
      this.anchor[1] + (wrapped % columns),
    ]);
    if (!this.player.on) this.select(this.focus);
  }

  playing(on) {
    this.filling = on;
    if (on) this.look(this.anchor);
    else {
      this.select(this.focus);
      this.draw();
    }
  }

  lightWeight(row, column) {
    this.weight = row === null || row === undefined ? null : [row, column];
    this.editor.mark(...(this.weight ?? [null, null]));
    if (this.data) this.draw();
  }

  // ---- while a weight moves ---------------------------------------------------------------

  preview(row, column, value) {
    this.serial += this.previewing ? 0 : 1;
    this.previewing = true;
    const at = row * this.kernelColumns + column;
    const change = value - this.weights[at];
    if (change === 0) return;
    this.weights[at] = value;
    const tap = this.tap(row, column);
    if (this.values === this.data.output.data) this.values = Float32Array.from(this.values);
    const values = this.values;
    for (let pixel = 0; pixel < values.length; pixel++) values[pixel] += change * tap[pixel];
    this.range = extremes(values);
    if (!this.painting) {
      this.painting = requestAnimationFrame(() => {
        this.painting = null;
        this.paintOutput();
        this.draw();
      });
    }
  }

  // The input as this weight sees it: one number for each output cell.
  tap(row, column) {
    const key = row * this.kernelColumns + column;
    if (this.taps.has(key)) return this.taps.get(key);
    const { stride, dilation, flip } = this.settings;
    const [down, across] = flip
      ? [this.kernelRows - 1 - row, this.kernelColumns - 1 - column]
      : [row, column];
    const width = this.data.padded_columns.data.length;
    const plane = this.data.padded_rows.data.length * width;
    const padded = this.paddedPlanes();
    const tap = new Float32Array(this.values.length);
    let to = 0;
    for (let channel = 0; channel < this.channels; channel++) {
      for (let line = 0; line < this.outRows; line++) {
        let from =
          channel * plane +
          (line * stride[0] + down * dilation[0]) * width +
          across * dilation[1];
        for (let place = 0; place < this.outColumns; place++) {
          tap[to++] = padded[from];
          from += stride[1];
        }
      }
    }
    if (this.taps.size > 8) this.taps.clear();
    this.taps.set(key, tap);
    return tap;
  }

  commit(values) {
    this.previewing = false;
    this.tell("kernel", {
      rows: this.kernelRows,
      columns: this.kernelColumns,
      values: Array.from(values),
      serial: this.serial,
    });
  }

  // ---- drawing ----------------------------------------------------------------------------

  layout() {
    this.page = theme(this.root.getRootNode());
    this.maps = table("maps", this.page.dark);
    if (this.weights) {
      this.kernelTitle.textContent = this.settings.kernel_title ?? "Kernel";
      this.editor.show(
        this.kernelRows,
        this.kernelColumns,
        this.weights,
        this.page,
        table("weights", this.page.dark),
      );
    }
    this.zoomed = [this.outRows, this.outColumns].map((count, axis) => {
      if (!this.settings.pictures) return count;
      const fit = Math.floor((MOST_ZOOMED_CELLS - this.extent[axis]) / this.settings.stride[axis]);
      return Math.max(1, Math.min(count, 7, Math.max(2, fit + 1)));
    });
    this.fitGrids();
    this.paintInput();
    this.paintOutput();
    this.paintBack();
    this.look(this.focus);
  }

  // Whole grids share the room by their columns, so that all cells come out alike.
  fitGrids() {
    this.cellSide = undefined;
    if (this.settings.pictures) return;
    const [nearRows, nearColumns] = this.nearSize();
    const stage = this.root.querySelector(".stage");
    stage.style.setProperty("--near", `${nearColumns}fr`);
    stage.style.setProperty("--kernel", this.kernelColumns > 4 ? "12rem" : "8.5rem");
    stage.style.setProperty("--far", `${Math.max(3, this.outColumns)}fr`);
    this.cellSide = Math.min(
      76,
      this.near.holder.clientWidth / nearColumns,
      this.far.holder.clientWidth / this.outColumns,
      TALLEST_GRID / Math.max(nearRows, this.outRows),
    );
  }

  // Rows and columns of the zoom on the input.
  nearSize() {
    return [0, 1].map((axis) =>
      this.settings.pictures
        ? (this.zoomed[axis] - 1) * this.settings.stride[axis] + this.extent[axis]
        : [this.data.padded_rows, this.data.padded_columns][axis].data.length,
    );
  }

  paintInput() {
    if (!this.settings.pictures) return;
    const size = this.height * this.width;
    const show = this.settings.input_show ?? "clip";
    this.picture(this.input, this.height, this.width, (pixels) =>
      paint(pixels, this.inputPlanes, size, show, this.inputRange, this.maps),
    );
  }

  paintOutput() {
    const size = this.outRows * this.outColumns;
    const show = this.settings.show;
    if (this.settings.pictures) {
      this.picture(this.output, this.outRows, this.outColumns, (pixels) =>
        paint(pixels, this.values, size, show, this.range, this.maps),
      );
    }
    drawLegend(this.legend, show, this.range, this.maps);
  }

  paintBack() {
    const { gradient } = this.data;
    this.root.dataset.gradient = Boolean(gradient);
    if (!gradient) return;
    if (this.settings.pictures) {
      const size = this.height * this.width;
      const plane = gradient.data.subarray(this.channel * size, (this.channel + 1) * size);
      this.picture(this.back, this.height, this.width, (pixels) =>
        paint(pixels, plane, size, "signed", this.gradientRange, this.maps),
      );
    }
    drawLegend(this.backLegend, "signed", this.gradientRange, this.maps);
  }

  // Both pictures at one scale, so that the result is as large as it truly is.
  picture({ frame }, rows, columns, fill) {
    const [canvas] = frame.children;
    if (canvas.width !== columns) canvas.width = columns;
    if (canvas.height !== rows) canvas.height = rows;
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(columns, rows);
    fill(pixels.data);
    context.putImageData(pixels, 0, 0);
    const scale = this.pictureScale();
    canvas.style.width = `${columns * scale}px`;
    canvas.style.height = `${rows * scale}px`;
    canvas.style.imageRendering = scale >= 1 ? "pixelated" : "auto";
  }

  pictureScale() {
    const room = this.input.clientWidth;
    const high = Math.max(this.height, this.outRows);
    const wide = Math.max(this.width, this.outColumns);
    const scale = Math.min(room / wide, (Math.max(room, 240) * 1.15) / high);
    if (this.weights || this.wide) return scale;
    return Math.min(scale, this.output.clientWidth / this.outColumns);
  }

  draw() {
    if (this.drawn) return;
    this.drawn = true;
    queueMicrotask(() => {
      this.drawn = false;
      this.drawNow();
    });
  }

  drawNow() {
    if (this.settings.pictures) this.drawOverlays();
    if (!this.settings.compact) {
      if (!this.wide) {
        this.drawNear();
        this.drawProducts();
        this.drawBack();
      }
      this.drawFar();
    }
    this.drawCoverage();
    this.drawSum();
  }

  drawCoverage() {
    const { origin, stride } = this.settings;
    const transposed = this.settings.mode === "transposed";
    const mark = transposed
      ? { row: this.focus[0], column: this.focus[1], height: 1, width: 1 }
      : {
          row: this.focus[0] * stride[0] - origin[0],
          column: this.focus[1] * stride[1] - origin[1],
          height: this.extent[0],
          width: this.extent[1],
        };
    this.coverage.draw(this.page, mark, Math.min(this.cellSide, 44));
  }

  drawOverlays() {
    const scale = this.pictureScale();
    const [row, column] = this.focus;
    const { origin, stride } = this.settings;
    const spread = this.settings.spread ?? [1, 1];
    const [top, left] = [row * stride[0] - origin[0], column * stride[1] - origin[1]];
    const onInput = (box) => box.map((side, axis) => (side * scale) / spread[axis % 2]);
    this.overlay(this.input, (context) => {
      const [zoomTop, zoomLeft] = [0, 1].map(
        (axis) => this.anchor[axis] * stride[axis] - origin[axis],
      );
      const [zoomHigh, zoomWide] = [0, 1].map(
        (axis) => (this.zoomed[axis] - 1) * stride[axis] + this.extent[axis],
      );
      faint(context, onInput([zoomTop, zoomLeft, zoomHigh, zoomWide]), this.page);
      if (this.weight) this.lightTouched(context, scale);
      aim(context, onInput([top, left, ...this.extent]), this.page);
      if (this.wide) this.aimAtWinner(context, onInput);
    });
    if (this.data.gradient) {
      this.overlay(this.back, (context) => {
        if (this.wide) this.aimAtWinner(context, onInput);
        else aim(context, onInput([top, left, ...this.extent]), this.page);
      });
    }
    this.overlay(this.output, (context) => {
      faint(
        context,
        [...this.anchor, ...this.zoomed].map((side) => side * scale),
        this.page,
      );
      aim(
        context,
        [row, column, 1, 1].map((side) => side * scale),
        this.page,
      );
    });
  }

  aimAtWinner(context, onInput) {
    if (!this.data.winners) return;
    const [top, left] = this.settings.origin;
    const [down, across] = this.winner(...this.focus);
    aim(context, onInput([down - top, across - left, 1, 1]), this.page);
  }

  // All the pixels that one weight meets while the window slides over the whole picture.
  lightTouched(context, scale) {
    const [down, across] = this.tapPlace(...this.weight);
    const { origin, stride, dilation } = this.settings;
    const spread = this.settings.spread ?? [1, 1];
    const [top, left] = [down * dilation[0] - origin[0], across * dilation[1] - origin[1]];
    const box = [
      left / spread[1],
      top / spread[0],
      ((this.outColumns - 1) * stride[1] + 1) / spread[1],
      ((this.outRows - 1) * stride[0] + 1) / spread[0],
    ].map((side) => side * scale);
    context.fillStyle = this.page.accent;
    context.globalAlpha = 0.28;
    context.fillRect(...box);
    context.globalAlpha = 1;
    context.strokeStyle = this.page.accent;
    context.lineWidth = 2;
    context.strokeRect(...box);
  }

  tapPlace(row, column) {
    return this.settings.flip
      ? [this.kernelRows - 1 - row, this.kernelColumns - 1 - column]
      : [row, column];
  }

  overlay({ frame }, paintOver) {
    const [pixels, canvas] = frame.children;
    const [width, height] = [parseFloat(pixels.style.width), parseFloat(pixels.style.height)];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    paintOver(sharpContext(canvas, width, height));
  }

  windowCells() {
    const { stride, dilation, flip } = this.settings;
    const cells = [];
    for (let row = 0; row < this.kernelRows; row++) {
      for (let column = 0; column < this.kernelColumns; column++) {
        const down = this.focus[0] * stride[0] + row * dilation[0];
        const across = this.focus[1] * stride[1] + column * dilation[1];
        const at = flip
          ? (this.kernelRows - 1 - row) * this.kernelColumns + (this.kernelColumns - 1 - column)
          : row * this.kernelColumns + column;
        const value = this.inputAt(down, across);
        const weight = this.weights ? this.weights[at] : 1;
        const outside = this.outside(down, across);
        cells.push({ row, column, down, across, value, weight, outside, product: value * weight });
      }
    }
    return cells;
  }

  drawNear() {
    const { stride, dilation } = this.settings;
    const first = [0, 1].map((axis) => this.anchor[axis] * stride[axis]);
    const [rows, columns] = this.nearSize();
    const [top, left] = [0, 1].map((axis) => (this.focus[axis] - this.anchor[axis]) * stride[axis]);
    const inWindow = (row, column) => {
      const [down, across] = [row - top, column - left];
      if (down < 0 || across < 0 || down >= this.extent[0] || across >= this.extent[1]) return null;
      if (down % dilation[0] || across % dilation[1]) return null;
      return [down / dilation[0], across / dilation[1]];
    };
    const show = this.settings.input_show ?? "clip";
    const touched = [this.data.touched_rows?.data, this.data.touched_columns?.data];
    const marks = [];
    if (this.stamp) marks.push({ row: this.stamp[0], column: this.stamp[1], height: 1, width: 1 });
    else if (this.pixel) marks.push({ row: this.pixel[0], column: this.pixel[1], height: 1, width: 1 });
    else marks.push({ row: top, column: left, height: this.extent[0], width: this.extent[1] });
    if (this.weight) marks.push(...this.touchedMarks(rows, columns));
    else if (!this.stamp && !this.pixel && Math.max(...dilation) > 1) {
      for (let row = 0; row < this.kernelRows; row++) {
        for (let column = 0; column < this.kernelColumns; column++) {
          marks.push({
            row: top + row * dilation[0],
            column: left + column * dilation[1],
            height: 1,
            width: 1,
            thickness: 2,
          });
        }
      }
    }
    title(
      this.near,
      this.settings.pictures
        ? (this.settings.zoom_title ?? "Zoom on the picture")
        : (this.settings.input_title ?? "Input"),
      this.settings.pictures ? "" : `${this.height} \u00d7 ${this.width}`,
    );
    this.near.cells.draw({
      rows,
      columns,
      page: this.page,
      tallest: this.tallest(),
      most: this.cellSide,
      even: !this.settings.pictures,
      crossed: (row, column) =>
        touched[0] && touched[0][first[0] + row] * touched[1][first[1] + column] === 0,
      dots: this.winnersShown(first),
      colour: (row, column) => {
        const values =
          this.channels === 3
            ? [0, 1, 2].map((channel) => this.inputAt(first[0] + row, first[1] + column, channel))
            : [this.inputAt(first[0] + row, first[1] + column)];
        return shownColour(values, show, this.inputRange, this.maps);
      },
      hatched: (row, column) => this.outside(first[0] + row, first[1] + column),
      text: (row, column) =>
        this.outside(first[0] + row, first[1] + column) && this.isQuiet(inWindow(row, column))
          ? ""
          : written(this.inputAt(first[0] + row, first[1] + column), 3),
      note: (row, column) => {
        const tap = this.weights && !this.stamp && !this.pixel && inWindow(row, column);
        if (!tap) return "";
        const [down, across] = this.tapPlace(...tap);
        return `\u00d7${written(this.weights[down * this.kernelColumns + across], 3)}`;
      },
      marks,
    });
  }

  tallest() {
    return this.settings.pictures ? Math.max(220, this.near.clientWidth) : TALLEST_GRID;
  }

  // Whether a zero that is no pixel goes unwritten: padding never counts in pooling, and of the
  // many zeros in a spread input only those under the window do.
  isQuiet(inWindow) {
    const { mode } = this.settings;
    return mode === "pooling" || (mode === "transposed" && (this.stamp || !inWindow));
  }

  // The pixel that won the window of an output, as a place of the padded input.
  winner(row, column) {
    const { winners } = this.data;
    const { stride } = this.settings;
    const plane = Math.min(this.channel, winners.shape[0] - 1) * this.outRows;
    const tap = winners.data[(plane + row) * this.outColumns + column];
    return [
      row * stride[0] + Math.floor(tap / this.kernelColumns),
      column * stride[1] + (tap % this.kernelColumns),
    ];
  }

  // The winners of all windows in the zoom whose first place is `first`.
  winnersShown(first) {
    if (!this.data.winners) return [];
    const dots = [];
    for (let row = 0; row < this.zoomed[0]; row++) {
      for (let column = 0; column < this.zoomed[1]; column++) {
        const [down, across] = [this.anchor[0] + row, this.anchor[1] + column];
        const place = this.winner(down, across);
        const here = down === this.focus[0] && across === this.focus[1];
        dots.push({ row: place[0] - first[0], column: place[1] - first[1], strong: here });
      }
    }
    return dots;
  }

  drawBack() {
    const { gradient } = this.data;
    if (!gradient) return;
    const { origin, stride } = this.settings;
    const first = [0, 1].map((axis) => this.anchor[axis] * stride[axis]);
    const [rows, columns] = this.nearSize();
    const at = (row, column) => {
      const [down, across] = [first[0] + row - origin[0], first[1] + column - origin[1]];
      const plane = this.channel * this.height;
      return gradient.data[(plane + down) * this.width + across];
    };
    const outside = (row, column) => this.outside(first[0] + row, first[1] + column);
    const limit = Math.max(...this.gradientRange.map(Math.abs));
    title(this.nearBack, this.settings.pictures ? "Zoom on the gradient" : "Gradient flows back", "");
    this.nearBack.cells.draw({
      rows,
      columns,
      page: this.page,
      tallest: this.tallest(),
      most: this.cellSide,
      even: !this.settings.pictures,
      colour: (row, column) =>
        signedColour(outside(row, column) ? 0 : at(row, column), limit, this.maps),
      hatched: outside,
      text: (row, column) => {
        // On a picture the many zeros would hide the few that count.
        const value = outside(row, column) ? 0 : at(row, column);
        return outside(row, column) || (this.settings.pictures && value === 0)
          ? ""
          : written(value, 3);
      },
      marks: [
        {
          row: (this.focus[0] - this.anchor[0]) * stride[0],
          column: (this.focus[1] - this.anchor[1]) * stride[1],
          height: this.extent[0],
          width: this.extent[1],
        },
      ],
    });
  }

  // In the zoomed patch, the cells that the weight in hand meets from every window shown.
  touchedMarks(rows, columns) {
    const { stride, dilation } = this.settings;
    const [down, across] = this.tapPlace(...this.weight);
    const marks = [];
    for (let line = 0; line < this.zoomed[0]; line++) {
      for (let place = 0; place < this.zoomed[1]; place++) {
        const [row, column] = [
          line * stride[0] + down * dilation[0],
          place * stride[1] + across * dilation[1],
        ];
        if (row < rows && column < columns) {
          const here =
            line === this.focus[0] - this.anchor[0] && place === this.focus[1] - this.anchor[1];
          marks.push({ row, column, height: 1, width: 1, thickness: here ? 4 : 1.5 });
        }
      }
    }
    return marks;
  }

  drawProducts() {
    if (!this.weights) return;
    const cells = this.windowCells();
    const limit = Math.max(...cells.map((cell) => Math.abs(cell.product)));
    title(this.products, "Pixel \u00d7 weight", "");
    const marks = [];
    if (this.weight) {
      const [row, column] = this.tapPlace(...this.weight);
      marks.push({ row, column, height: 1, width: 1 });
    }
    this.products.cells.draw({
      rows: this.kernelRows,
      columns: this.kernelColumns,
      page: this.page,
      tallest: this.tallest(),
      most: this.cellSide && 44,
      colour: (row, column) =>
        signedColour(cells[row * this.kernelColumns + column].product, limit, this.maps),
      text: (row, column) => written(cells[row * this.kernelColumns + column].product, 3),
      marks,
    });
    this.products.holder.setAttribute("aria-label", "Each pixel times its weight.");
  }

  drawFar() {
    const whole = !this.settings.pictures || this.wide;
    const [row, column] = [0, 1].map((axis) => this.focus[axis] - this.anchor[axis]);
    const { show } = this.settings;
    const channels = this.data.output.shape[0];
    title(
      this.far,
      whole ? (this.settings.output_title ?? "Output") : "Zoom on the result",
      !whole ? "" : `${this.outRows} \u00d7 ${this.outColumns}`,
    );
    const lit = this.stamp ?? this.pixel;
    const shown = (down, across) => [this.anchor[0] + down, this.anchor[1] + across];
    const done = row * this.zoomed[1] + column;
    this.far.cells.draw({
      rows: this.zoomed[0],
      columns: this.zoomed[1],
      page: this.page,
      tallest: this.tallest(),
      most: this.cellSide,
      even: !this.settings.pictures,
      colour: (down, across) => {
        if (this.filling && down * this.zoomed[1] + across > done) return null;
        const at = [this.anchor[0] + down, this.anchor[1] + across];
        const values = Array.from({ length: channels }, (_, channel) =>
          this.outputAt(...at, channel),
        );
        return shownColour(values, show, this.range, this.maps);
      },
      text: (down, across) =>
        written(this.outputAt(...shown(down, across)), this.cellSide < 24 ? 3 : 4),
      note: (down, across) => {
        if (!this.stamp || !this.touches(shown(down, across), this.stamp)) return "";
        const added = this.inputAt(...this.stamp) * this.weightOn(shown(down, across), this.stamp);
        return `${added < 0 ? "" : "+"}${written(added, 3)}`;
      },
      marks: lit ? this.litMarks(lit) : [{ row, column, height: 1, width: 1 }],
    });
  }

  // The weight that the window of an output lays on a place of the padded input.
  weightOn(cell, place) {
    const { stride, dilation } = this.settings;
    const tap = [0, 1].map((axis) => (place[axis] - cell[axis] * stride[axis]) / dilation[axis]);
    const [row, column] = this.tapPlace(...tap);
    return this.weights[row * this.kernelColumns + column];
  }

  // The outputs in the zoom whose windows touch a place of the padded input.
  litMarks(place) {
    const marks = [];
    for (let row = 0; row < this.zoomed[0]; row++) {
      for (let column = 0; column < this.zoomed[1]; column++) {
        if (this.touches([this.anchor[0] + row, this.anchor[1] + column], place)) {
          marks.push({ row, column, height: 1, width: 1 });
        }
      }
    }
    return marks;
  }

  drawSum() {
    const [row, column] = this.focus;
    const channel = this.channels === 3 ? ` (${CHANNELS[this.channel].toLowerCase()})` : "";
    this.where.textContent = `row ${row}, column ${column}${channel}`;
    this.sum.replaceChildren(...this.sentence(row, column));
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      this.said.textContent = `Row ${row}, column ${column}${channel}: ${this.sum.textContent}`;
    }, 400);
  }

  sentence(row, column) {
    const result = this.outputAt(row, column);
    const { bias, reduce } = this.settings;
    if (this.stamp) return stamped(this.inputAt(...this.stamp), this.litMarks(this.stamp).length);
    if (this.weights) return weighted(this.windowCells(), bias ?? 0, result);
    const inside = this.wide ? [] : this.windowCells().filter((cell) => !cell.outside);
    const count = this.wide ? this.height * this.width : inside.length;
    const values = inside.map((cell) => cell.value);
    const sentence = pooled(values, count, reduce, result);
    if (!this.data.gradient) return sentence;
    const [top, left] = this.settings.origin;
    const [down, across] = this.data.winners ? this.winner(row, column) : [0, 0];
    return [...sentence, flowing(reduce, count, result, [down - top, across - left])];
  }
}

function legend() {
  return element(
    "div",
    { class: "legend" },
    element("canvas", { width: "256", height: "1" }),
    element("span", { class: "least" }),
    element("span", { class: "zero" }),
    element("span", { class: "most" }),
  );
}

function drawLegend(legend, show, [least, most], maps) {
  const limit = Math.max(Math.abs(least), Math.abs(most));
  const [from, to] =
    show === "signed" ? [-limit, limit] : show === "rescale" ? [least, most] : [0, 255];
  const context = legend.firstChild.getContext("2d");
  const pixels = context.createImageData(256, 1);
  const ramp = Float32Array.from({ length: 256 }, (_, at) => from + ((to - from) * at) / 255);
  paint(pixels.data, ramp, 256, show, [from, to], maps);
  context.putImageData(pixels, 0, 0);
  const [, low, zero, high] = legend.children;
  const beyond = show === "clip" || show === "absolute";
  low.textContent = beyond ? `min ${written(least, 3)}` : written(from, 3);
  zero.textContent = show === "signed" ? "0" : beyond ? "black 0 \u2026 255 white" : "";
  high.textContent = beyond ? `max ${written(most, 3)}` : written(to, 3);
}

function title({ heading }, text, size) {
  if (heading.dataset.text === text + size) return;
  heading.dataset.text = text + size;
  const made = element("span", { text });
  heading.replaceChildren(made, ...(size ? [element("span", { class: "size", text: size })] : []));
}

function planesOf({ data, shape: [height, width, channels] }) {
  const size = height * width;
  const planes = new Float32Array(channels * size);
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0; at < size; at++) planes[channel * size + at] = data[at * channels + channel];
  }
  return planes;
}

function sameSize(one, other) {
  return one?.shape[0] === other?.shape[0] && one?.shape[1] === other?.shape[1];
}

// The window, or crosshairs around it where it is too small to see.
function aim(context, [top, left, height, width], page) {
  const least = 14;
  const [high, wide] = [Math.max(height, least), Math.max(width, least)];
  const [y, x] = [top + height / 2 - high / 2, left + width / 2 - wide / 2];
  for (const [colour, thickness] of [
    ["#000000", 5],
    ["#ffffff", 3.5],
    [page.dark ? "#0b6e63" : page.accent, 2],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.strokeRect(x, y, wide, high);
  }
}

function faint(context, [top, left, height, width], page) {
  context.lineWidth = 1;
  context.strokeStyle = page.background;
  context.strokeRect(left - 1, top - 1, width + 2, height + 2);
  context.strokeStyle = page.ink;
  context.strokeRect(left, top, width, height);
}
