// The sliding window: input, kernel and output side by side, from whole pictures down to the
// numbers in single cells. It serves convolution, pooling and transposed convolution alike:
// all that differs is where the input's rows and columns lie (padded_rows, padded_columns, both
// from cnnviz) and how a window becomes one number. Pooling shows, in the kernel's stead, where
// a gradient flows back; small grids also how many windows touch each pixel.
//
// Python's arrays are what is shown. The only arithmetic here is the products of the window in
// hand, and, while a weight or a slider is dragged, the result until Python's own is there.

import { unpack } from "../../shared/wire.js";
import { extremes, table, theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { announcer, arrows, debounced, eachFrame } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { CellGrid } from "../../shared/cells.js";
import { KernelEditor } from "../../shared/kernel_editor.js";
import { legendStrip } from "../../shared/legend.js";
import { Player } from "../../shared/player.js";
import { fillTools } from "../../shared/tools.js";
import { flowing, pooled, stamped, weighted } from "./sentences.js";
import { Coverage } from "./coverage.js";
import { editCell } from "./edit.js";
import { gridMethods } from "./grids.js";
import { pictureMethods } from "./pictures.js";
import { placeMethods } from "./places.js";
import { slideMethods } from "./slides.js";
import { stampMethods } from "./stamps.js";

const CHANNELS = ["Red", "Green", "Blue"];
const MOST_ZOOMED_CELLS = 13;
const WIDEST_WINDOW = 32; // beyond it, as in global pooling, single cells are not drawn

const REST = 150; // milliseconds that a slider rests before Python is asked

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
    this.edits = new Handshake();
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
    this.legend = legendStrip();
    this.backLegend = legendStrip();

    this.kernelTitle = element("div", { class: "title" });
    this.kernelBox = element("div", { class: "kernel-grid" });
    this.complaint = element("p", { class: "complaint", role: "alert" });
    this.tools = element("div", { class: "tools" });
    this.sliders = element("div", { class: "sliders" });
    this.kernelPane = element(
      "section",
      { class: "pane kernel" },
      this.kernelTitle,
      this.kernelBox,
      this.complaint,
      this.tools,
      element("p", { class: "hint", text: "Drag a weight up or down, or type it." }),
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
    this.say = announcer(this.said, 400);
    this.tellSelected = debounced(500, () => this.tell("selected", this.selected));
    this.rest = debounced(REST, () => this.sendSlides());
    this.repaint = eachFrame(() => {
      this.paintOutput();
      this.draw();
    });

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
        this.sliders,
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
    const move = arrows(event);
    if (event.key === " ") this.player.toggle();
    else if (move) {
      this.player.stop();
      this.look([this.focus[0] + move[0], this.focus[1] + move[1]]);
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
    const isOld = this.edits.isOld(settings.serial);
    if (isOld && this.data && sameSize(arrays.kernel, this.data.kernel)) return this.layout();
    this.edits.take(settings.serial);
    this.inputPlanes = planesOf(arrays.input);
    this.inputRange = extremes(this.inputPlanes);
    this.take(settings, arrays);
  }

  take(settings, arrays) {
    this.settings = settings;
    this.data = arrays;
    const [height, width, channels] = arrays.input.shape;
    Object.assign(this, { height, width, channels });
    [this.outRows, this.outColumns] = arrays.output.shape.slice(1);
    this.kernelRows = settings.window[0];
    this.kernelColumns = settings.window[1];
    this.extent = [0, 1].map((axis) => settings.dilation[axis] * (settings.window[axis] - 1) + 1);
    this.values = arrays.output.data;
    this.weights = arrays.kernel ? Array.from(arrays.kernel.data) : null;
    this.range = extremes(this.values);
    this.padded = null;
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
    if (arrays.kernel) this.tools.before(this.complaint);
    else this.near.append(this.complaint);
    this.input.heading.textContent = settings.input_title ?? "Picture";
    this.output.heading.textContent = settings.output_title ?? "Result";
    this.input.size.textContent = `${this.height} \u00d7 ${this.width}`;
    this.output.size.textContent = `${this.outRows} \u00d7 ${this.outColumns}`;
    const says = (place, text) => place.setAttribute("aria-label", text);
    const edits = settings.editable ? " Enter changes the number in its middle." : "";
    says(this.input.frame, `${settings.input_alt} Arrow keys move the window.`);
    says(this.output.frame, `${settings.output_alt} Arrow keys move the window.`);
    says(this.near.holder, `Input around the window. Arrow keys move it.${edits}`);
    says(this.far.holder, "Output around the cell. Arrow keys move it.");
    says(this.back.frame, "How much of a gradient each pixel of the input gets.");
    says(
      this.nearBack.holder,
      "How much of a gradient each cell around the window gets. Arrow keys move the window.",
    );
    this.complaint.textContent = "";
    this.editor.committed();
    fillTools(this.tools, settings.tools ?? [], (name) => this.trigger("edit", name));
    this.fillSliders();
    this.fillChannels();
    this.layout();
    this.selected = this.look(this.selected, true);
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

  edit([row, column]) {
    const place = [0, 1].map(
      (axis) => this.anchor[axis] * this.settings.stride[axis] + [row, column][axis],
    );
    if (!this.settings.editable || this.outside(...place)) return;
    this.tellSelected.cancel(); // what is typed comes first
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

  look([row, column], centre = false) {
    this.stamping = false;
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
    this.tellSelected();
  }

  advance(steps) {
    if (this.settings.mode === "transposed") return this.advanceStamp(steps);
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
    if (this.settings.mode === "transposed") {
      if (on) this.stampedUntil = null;
      return;
    }
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

  preview(row, column, value) {
    this.edits.begin();
    const at = row * this.kernelColumns + column;
    const change = value - this.weights[at];
    if (change === 0) return;
    this.weights[at] = value;
    if (this.values === this.data.output.data) this.values = Float32Array.from(this.values);
    this.add(this.values, change, row, column);
    this.range = extremes(this.values);
    this.repaint();
  }

  commit(values) {
    this.tell("kernel", {
      rows: this.kernelRows,
      columns: this.kernelColumns,
      values: Array.from(values),
      serial: this.edits.send(),
    });
  }

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

  drawSum() {
    const [row, column] = this.focus;
    const channel = this.channels === 3 ? ` (${CHANNELS[this.channel].toLowerCase()})` : "";
    this.where.textContent = this.stamping
      ? `pixel ${this.stampedUntil + 1} of ${this.height * this.width} writes`
      : `row ${row}, column ${column}${channel}`;
    this.sum.replaceChildren(...this.sentence(row, column));
    this.say(`${this.where.textContent}: ${this.sum.textContent}`);
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

Object.assign(
  Stage.prototype,
  placeMethods,
  pictureMethods,
  gridMethods,
  slideMethods,
  stampMethods,
);

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
