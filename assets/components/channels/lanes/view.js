// Three channels flow from left to right: picture, kernel, partial map; the partial maps meet in
// a sum, then bias, activation, result. Below each stands what the window in hand holds.
//
// Python's arrays are what is shown. While a weight or the bias is dragged, or a channel is
// muted, or another filter is chosen, the maps follow here until Python's answer replaces them: a
// partial map is the old one + change of weight * shifted channel, the sum adds the partial maps
// that are heard, and the activation is read from a table that Python sends along.

import { unpack } from "../../shared/wire.js";
import { written } from "../../shared/numbers.js";
import { extremes, signedColour, table, theme } from "../../shared/colours.js";
import { element, sharpContext } from "../../shared/dom.js";
import { CellGrid } from "../../shared/cells.js";
import { KernelEditor } from "../../shared/kernel_editor.js";
import { Player } from "../../shared/player.js";
import { fillTools } from "../../shared/tools.js";
import { ring } from "../../shared/ring.js";
import {
  colourLimit,
  curvePath,
  laneColours,
  packedColours,
  paintSigned,
  signedLegend,
  tinted,
} from "./lanes.js";
import { FilterStrip } from "./filters.js";
import { VolumeStage } from "./volume.js";

const NAMES = ["Red", "Green", "Blue"];
const WIDE = 1120; // from here on the window's numbers stand beside the picture, as in style.css
const MOST_STOPS = 24; // along the longer side, when the window plays over the whole picture

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  const message = unpack(component.data);
  root.stage ??= message.settings.mode === "volume" ? new VolumeStage(root) : new Lanes(root);
  root.stage.update(component, message);
  return () => root.stage.leave();
}

class Lanes {
  constructor(root) {
    this.root = root;
    this.serial = 0;
    this.focus = [0, 0];
    this.selected = null;
    this.weight = null;
    this.build();
    this.resized = new ResizeObserver(() => this.data && this.layout());
    this.resized.observe(root);
  }

  leave() {
    this.player.stop();
    this.resized.disconnect();
  }

  // ---- elements -----------------------------------------------------------------------------

  build() {
    this.lanes = NAMES.map((name, channel) => this.lane(name, channel));
    this.sum = this.map("sum", "Sum", true);
    this.result = this.map("result", "Result", true);
    this.terms = element("div", { class: "terms" });
    this.biasBox = element("div", { class: "kernel-grid bias-box" });
    this.biasEditor = new KernelEditor(this.biasBox, {
      preview: (row, column, value) => this.previewBias(value),
      commit: () => this.commit(),
      hover: () => {},
      complain: (sentence) => (this.complaint.textContent = sentence),
      name: "bias",
    });
    // Steps that suit the sums it is added to, however small the bias itself is.
    this.biasEditor.step = () => 10 ** Math.floor(Math.log10(this.limit)) / 10;
    this.curveTitle = element("div", { class: "title" });
    this.curve = element("canvas", { role: "img" });
    this.outcome = element("div", { class: "outcome" });
    this.sumLegend = signedLegend();
    this.resultLegend = signedLegend();
    this.wires = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.wires.setAttribute("class", "wires");
    this.wires.setAttribute("aria-hidden", "true");

    const tail = element(
      "section",
      { class: "tail" },
      element("div", { class: "step" }, this.sum, this.sumLegend.box, this.terms),
      element(
        "div",
        { class: "step bias" },
        element("span", { class: "sign", text: "+" }),
        this.biasBox,
        element("span", { text: "bias" }),
      ),
      element(
        "div",
        { class: "step" },
        this.curveTitle,
        element("div", { class: "curve" }, this.curve),
      ),
      element("div", { class: "step" }, this.result, this.resultLegend.box, this.outcome),
    );
    this.complaint = element("p", { class: "complaint", role: "alert" });
    this.tools = element("span", { class: "tools" });
    const bar = element("div", { class: "player" });
    this.where = element("span", { class: "where" });
    this.player = new Player(bar, {
      advance: (steps) => this.advance(steps),
      playing: (on) => this.playing(on),
      extra: [this.tools, this.where],
    });
    this.player.speed.value = 10;
    this.sentence = element("div", { class: "sentence" });
    this.said = element("div", { class: "unseen", id: "said", "aria-live": "polite" });
    this.filters = new FilterStrip((number, settled) =>
      settled ? this.commitFilter(number) : this.previewFilter(number),
    );
    this.loupes = NAMES.map(() => svg("path", { class: "loupe" }));
    this.stage = element(
      "div",
      { class: "lanes" },
      this.wires,
      ...this.lanes.map((lane) => lane.box),
      tail,
    );
    this.root.replaceChildren(this.filters.section, this.stage, this.complaint, bar, this.sentence, this.said);
    this.watch();
  }

  lane(name, channel) {
    const input = this.map("input", name, channel === 0);
    const partial = this.map("partial", "Partial map", false);
    const mute = element("button", { type: "button", class: "icon mute" });
    mute.append(element("span", { class: "symbol", "aria-hidden": "true" }));
    mute.onclick = () => this.mute(channel);
    input.heading.prepend(element("span", { class: "swatch", "aria-hidden": "true" }));
    input.heading.append(mute);
    const kernelTitle = element("div", { class: "title" });
    const kernelBox = element("div", { class: "kernel-grid" });
    const editor = new KernelEditor(kernelBox, {
      preview: (row, column, value) => this.preview(channel, row, column, value),
      commit: () => this.commit(),
      hover: (row, column) => this.lightWeight(row, column),
      complain: (sentence) => (this.complaint.textContent = sentence),
      name: `${name} weight`,
      digits: 3,
    });
    const cells = (kind) => {
      const holder = element("div", { class: "cells", role: "img" }, element("canvas"));
      const box = element("div", { class: `near ${kind}` }, holder);
      return Object.assign(box, { holder, grid: new CellGrid(holder.firstChild) });
    };
    const patch = cells("patch");
    const products = cells("products");
    const dot = element("span", { class: "dot" });
    products.append(dot);
    const box = element(
      "section",
      { class: "lane", "aria-label": `${name} channel`, "data-channel": channel },
      input,
      element("div", { class: "kernel" }, kernelTitle, kernelBox),
      partial,
      patch,
      products,
    );
    return { name, box, input, partial, mute, kernelTitle, editor, patch, products, dot };
  }

  map(kind, title, reachable) {
    const size = element("span", { class: "size" });
    const heading = element("div", { class: "title" }, element("span", { text: title }), size);
    const frame = element(
      "div",
      reachable
        ? { class: "frame", tabindex: "0", role: "application", "aria-describedby": "said" }
        : { class: "frame", role: "img" },
      element("canvas", { class: "pixels" }),
      element("canvas", { class: "overlay" }),
    );
    return Object.assign(element("div", { class: kind }, heading, frame), { heading, size, frame });
  }

  watch() {
    const onOutput = (event, frame) => {
      const box = frame.firstChild.getBoundingClientRect();
      return [
        Math.floor(((event.clientY - box.top) / box.height) * this.outRows),
        Math.floor(((event.clientX - box.left) / box.width) * this.outColumns),
      ];
    };
    const onInput = (event, frame) => {
      const box = frame.firstChild.getBoundingClientRect();
      const row = ((event.clientY - box.top) / box.height) * this.height;
      const column = ((event.clientX - box.left) / box.width) * this.width;
      const { origin, stride } = this.settings;
      return [
        Math.floor((row + origin[0] - this.side / 2) / stride + 0.5),
        Math.floor((column + origin[1] - this.side / 2) / stride + 0.5),
      ];
    };
    const places = [
      ...this.lanes.map((lane) => [lane.input.frame, onInput]),
      ...this.lanes.map((lane) => [lane.partial.frame, onOutput]),
      [this.sum.frame, onOutput],
      [this.result.frame, onOutput],
    ];
    for (const [frame, find] of places) {
      const point = (event) => {
        this.player.paused = true;
        this.look(find(event, frame));
      };
      frame.onpointermove = point;
      frame.onpointerdown = (event) => {
        point(event);
        this.select(this.focus);
      };
      frame.onpointerleave = () => {
        this.player.paused = false;
        if (!this.player.on && this.selected) this.look(this.selected);
      };
      frame.onkeydown = (event) => this.key(event);
    }
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
      this.select(this.look([this.focus[0] + down, this.focus[1] + across]));
    } else if (event.key === "Home") this.select(this.look([0, 0]));
    else if (event.key === "End") this.select(this.look([this.outRows - 1, this.outColumns - 1]));
    else return;
    event.preventDefault();
  }

  // ---- data ---------------------------------------------------------------------------------

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    // An older answer must not undo what the hand is doing now; the newer one is on its way.
    const older = this.data && settings.serial < this.serial && this.side === settings.side;
    if (older) return this.layout();
    this.settings = settings;
    this.data = arrays;
    this.serial = Math.max(this.serial, settings.serial);
    [, this.height, this.width] = arrays.pixels.shape;
    [, this.outRows, this.outColumns] = arrays.partial.shape;
    this.side = settings.side;
    this.size = this.outRows * this.outColumns;
    const plane = (array, at) => array.data.subarray(at * this.size, (at + 1) * this.size);
    this.base = NAMES.map((_, channel) => plane(arrays.partial, channel));
    this.partial = [...this.base];
    this.total = arrays.sum.data;
    this.activated = arrays.result.data;
    const taps = this.side * this.side;
    this.kernels = NAMES.map((_, channel) =>
      Array.from(arrays.kernels.data.subarray(channel * taps, (channel + 1) * taps)),
    );
    this.moved = NAMES.map(() => new Map());
    this.padded = [];
    this.bias = settings.bias;
    this.muted = [...settings.muted];
    if (this.signature !== settings.selection) {
      this.signature = settings.selection;
      this.selected = settings.selected ?? [
        Math.floor(this.outRows / 2),
        Math.floor(this.outColumns / 2),
      ];
    }
    this.label();
    this.filters.show(arrays.filters, settings.filters_of, settings.filter);
    this.layout();
    if (!this.player.on) this.selected = this.look(this.selected);
  }

  label() {
    const { settings } = this;
    this.complaint.textContent = "";
    this.lanes.forEach((lane, channel) => {
      lane.editor.committed();
      lane.input.size.textContent = `${this.height} \u00d7 ${this.width}`;
      lane.partial.size.textContent = `${this.outRows} \u00d7 ${this.outColumns}`;
      lane.kernelTitle.textContent = settings.titles[channel];
      lane.input.frame.setAttribute(
        "aria-label",
        `${settings.alt} Its ${lane.name.toLowerCase()} channel.` +
          (channel === 0 ? " Arrow keys move the window." : ""),
      );
      lane.partial.frame.setAttribute(
        "aria-label",
        `The ${lane.name.toLowerCase()} channel under its kernel, ${settings.titles[channel]}.`,
      );
    });
    this.biasEditor.committed();
    this.sum.size.textContent = `${this.outRows} \u00d7 ${this.outColumns}`;
    this.result.size.textContent = `${this.outRows} \u00d7 ${this.outColumns}`;
    this.sum.frame.setAttribute("aria-label", "The partial maps added up. Arrow keys move the cell.");
    this.result.frame.setAttribute(
      "aria-label",
      `The sum and the bias under ${settings.activation}. Arrow keys move the cell.`,
    );
    this.curveTitle.textContent = settings.activation;
    fillTools(this.tools, settings.tools, (name) => this.trigger("edit", name));
  }

  // The channel's number at a place of the padded picture; padding is zero.
  inputAt(channel, row, column) {
    const at = this.source(row, column);
    return at < 0 ? 0 : this.levelOf(channel, this.byteAt(channel, at));
  }

  source(row, column) {
    const [top, left] = this.settings.origin;
    const [down, across] = [row - top, column - left];
    if (down < 0 || across < 0 || down >= this.height || across >= this.width) return -1;
    return down * this.width + across;
  }

  byteAt(channel, at) {
    return this.data.pixels.data[channel * this.height * this.width + at];
  }

  levelOf(channel, byte) {
    return this.data.levels.data[channel * 256 + byte];
  }

  // ---- while something moves ----------------------------------------------------------------

  preview(channel, row, column, value) {
    this.begin();
    const tap = row * this.side + column;
    const channels = this.settings.linked ? [0, 1, 2] : [channel];
    const taps = this.side * this.side;
    for (const one of channels) {
      this.kernels[one][tap] = value;
      this.moved[one].set(tap, value - this.data.kernels.data[one * taps + tap]);
      if (one !== channel) this.showKernel(one);
      this.partial[one] = this.shifted(one);
    }
    this.follow();
  }

  // Old map + change of weight * the channel as that weight sees it.
  shifted(channel) {
    const { stride } = this.settings;
    const map = Float32Array.from(this.base[channel]);
    const [padded, wide] = this.paddedPlane(channel);
    for (const [tap, change] of this.moved[channel]) {
      if (change === 0) continue;
      let to = 0;
      for (let line = 0; line < this.outRows; line++) {
        let from = (line * stride + Math.floor(tap / this.side)) * wide + (tap % this.side);
        for (let place = 0; place < this.outColumns; place++) {
          map[to++] += change * padded[from];
          from += stride;
        }
      }
    }
    return map;
  }

  // The channel's numbers with its padding, and how many stand in a row.
  paddedPlane(channel) {
    const { stride } = this.settings;
    const [high, wide] = [this.outRows, this.outColumns].map((n) => (n - 1) * stride + this.side);
    if (!this.padded[channel]) {
      const plane = new Float32Array(high * wide);
      for (let at = 0; at < plane.length; at++) {
        plane[at] = this.inputAt(channel, Math.floor(at / wide), at % wide);
      }
      this.padded[channel] = plane;
    }
    return [this.padded[channel], wide];
  }

  // Another trained filter: all its weights and its bias at once.
  previewFilter(number) {
    this.begin();
    // Python sets up what the network does around its filters; until it has, it alone answers.
    if (!this.settings.filters_live) return;
    const taps = this.side * this.side;
    const { filters, filter_biases: biases, kernels } = this.data;
    NAMES.forEach((_, channel) => {
      for (let tap = 0; tap < taps; tap++) {
        const value = filters.data[((number - 1) * 3 + channel) * taps + tap];
        this.kernels[channel][tap] = value;
        this.moved[channel].set(tap, value - kernels.data[channel * taps + tap]);
      }
      this.partial[channel] = this.shifted(channel);
      this.showKernel(channel);
      this.lanes[channel].kernelTitle.textContent = `Learned, filter ${number}`;
    });
    this.bias = biases.data[number - 1];
    this.showBias();
    this.follow();
  }

  commitFilter(number) {
    this.previewing = false;
    this.tell("filter", { number, serial: this.serial });
  }

  previewBias(value) {
    this.begin();
    this.bias = value;
    this.follow();
  }

  mute(channel) {
    this.begin();
    this.muted[channel] = !this.muted[channel];
    this.showMuted();
    this.follow();
    this.commit();
  }

  begin() {
    this.serial += this.previewing ? 0 : 1;
    this.previewing = true;
  }

  follow() {
    const total = new Float32Array(this.size);
    this.partial.forEach((map, channel) => {
      if (this.muted[channel]) return;
      for (let at = 0; at < this.size; at++) total[at] += map[at];
    });
    const activated = new Float32Array(this.size);
    for (let at = 0; at < this.size; at++) activated[at] = this.activate(total[at] + this.bias);
    Object.assign(this, { total, activated });
    this.painting ??= requestAnimationFrame(() => {
      this.painting = null;
      this.paintMaps();
      this.draw();
    });
  }

  activate(input) {
    const { data } = this.data.table;
    const { reach } = this.settings;
    const place = ((input + reach) / (2 * reach)) * (data.length - 1);
    const left = Math.max(0, Math.min(data.length - 2, Math.floor(place)));
    return data[left] + (place - left) * (data[left + 1] - data[left]);
  }

  commit() {
    this.previewing = false;
    this.tell("mix", {
      side: this.side,
      kernels: this.kernels.map((kernel) => [...kernel]),
      bias: this.bias,
      muted: [...this.muted],
      serial: this.serial,
    });
  }

  // ---- focus --------------------------------------------------------------------------------

  look([row, column]) {
    this.focus = [
      Math.max(0, Math.min(this.outRows - 1, row)),
      Math.max(0, Math.min(this.outColumns - 1, column)),
    ];
    this.draw();
    return this.focus;
  }

  select(cell) {
    this.selected = [...cell];
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell("selected", this.selected), 500);
  }

  grain() {
    return Math.max(1, Math.ceil(Math.max(this.outRows, this.outColumns) / MOST_STOPS));
  }

  advance(steps) {
    const grain = this.player.on ? this.grain() : 1;
    const columns = Math.ceil(this.outColumns / grain);
    const count = Math.ceil(this.outRows / grain) * columns;
    const [row, column] = this.focus.map((place) => Math.floor(place / grain));
    const next = (((row * columns + column + steps) % count) + count) % count;
    this.look([Math.floor(next / columns) * grain, (next % columns) * grain]);
    if (!this.player.on) this.select(this.focus);
  }

  playing(on) {
    this.filling = on;
    this.stage.classList.toggle("flowing", on);
    if (on) this.look([0, 0]);
    else {
      this.select(this.focus);
      this.draw();
    }
  }

  lightWeight(row, column) {
    this.weight = row === null || row === undefined ? null : [row, column];
    for (const { editor } of this.lanes) editor.mark(...(this.weight ?? [null, null]));
    if (this.data) this.draw();
  }

  // ---- drawing ------------------------------------------------------------------------------

  layout() {
    this.page = theme(this.root.getRootNode());
    this.wide = this.root.clientWidth >= WIDE;
    this.stage.classList.toggle("many", this.side > 4);
    this.colours = laneColours(this.page.dark);
    this.maps = table("maps", this.page.dark);
    this.packed = packedColours(this.maps);
    this.weightColours = table("weights", this.page.dark);
    this.lanes.forEach(({ box }, channel) =>
      box.style.setProperty("--lane", this.colours[channel].ink),
    );
    NAMES.forEach((_, channel) => this.showKernel(channel));
    this.showBias();
    this.showMuted();
    this.paintInputs();
    this.paintMaps();
    this.look(this.focus);
    this.drawWires();
  }

  showKernel(channel) {
    const { editor } = this.lanes[channel];
    editor.show(this.side, this.side, this.kernels[channel], this.page, this.weightColours);
    editor.box.setAttribute(
      "aria-label",
      `${NAMES[channel]} kernel, ${this.side} rows and columns`,
    );
  }

  showBias() {
    this.biasEditor.show(1, 1, [this.bias], this.page, this.weightColours);
    this.biasBox.setAttribute("aria-label", "Bias");
    this.biasBox.firstChild.setAttribute("aria-label", "Bias");
  }

  showMuted() {
    this.lanes.forEach(({ box, mute, name }, channel) => {
      const silent = this.muted[channel];
      box.classList.toggle("muted", silent);
      mute.firstChild.textContent = silent ? "volume_off" : "volume_up";
      mute.setAttribute("aria-pressed", silent);
      mute.setAttribute("aria-label", `Mute ${name.toLowerCase()}`);
      mute.title = silent ? `Let ${name.toLowerCase()} be heard again` : `Mute ${name.toLowerCase()}`;
    });
    this.drawWires();
  }

  paintInputs() {
    const size = this.height * this.width;
    this.lanes.forEach(({ input }, channel) => {
      const canvas = input.frame.firstChild;
      canvas.width = this.width;
      canvas.height = this.height;
      const image = new ImageData(this.width, this.height);
      const pixels = new Uint32Array(image.data.buffer);
      const { fill } = this.colours[channel];
      const shades = packedColours(
        Uint8Array.from({ length: 768 }, (_, at) => tinted(Math.floor(at / 3), fill)[at % 3]),
      );
      for (let at = 0; at < size; at++) pixels[at] = shades[this.byteAt(channel, at)];
      canvas.getContext("2d").putImageData(image, 0, 0);
      this.fit(input.frame, this.height, this.width);
    });
    const frames = [this.sum, this.result, ...this.lanes.map(({ partial }) => partial)];
    for (const { frame } of frames) this.fit(frame, this.outRows, this.outColumns);
  }

  paintMaps() {
    const together = [...this.partial, this.total];
    this.limit = colourLimit(together);
    this.resultLimit = colourLimit([this.activated]);
    const draw = ({ firstChild }, values, limit) =>
      paintSigned(firstChild, this.outRows, this.outColumns, values, limit, this.packed);
    this.lanes.forEach(({ partial }, channel) =>
      draw(partial.frame, this.partial[channel], this.limit),
    );
    draw(this.sum.frame, this.total, this.limit);
    draw(this.result.frame, this.activated, this.resultLimit);
    const ends = (maps) => extremes(Float32Array.from(maps.flatMap(extremes)));
    this.sumLegend.show(this.limit, ends(together), this.maps, "the three maps and their sum");
    this.resultLegend.show(this.resultLimit, ends([this.activated]), this.maps, "the result alone");
    this.count();
  }

  // Maps keep their size on screen; a stride makes their pixels larger.
  fit(frame, rows, columns) {
    const canvas = frame.firstChild;
    const room = frame.parentElement.clientWidth;
    const tallest = room * (this.wide && frame.closest(".tail") ? 0.5 : 0.68);
    const scale = Math.min(room / columns, tallest / rows);
    canvas.style.width = `${columns * scale}px`;
    canvas.style.height = `${rows * scale}px`;
    canvas.style.imageRendering = scale >= 1 ? "pixelated" : "auto";
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
    const window = this.window();
    this.drawOverlays();
    this.drawLoupes();
    this.drawCells(window);
    this.drawNumbers(window);
    this.drawCurve();
  }

  // What the window holds: pixel, weight and product of each channel and tap.
  window() {
    const { stride } = this.settings;
    return NAMES.map((_, channel) => {
      const cells = [];
      for (let tap = 0; tap < this.side * this.side; tap++) {
        const row = this.focus[0] * stride + Math.floor(tap / this.side);
        const column = this.focus[1] * stride + (tap % this.side);
        const at = this.source(row, column);
        const byte = at < 0 ? 0 : this.byteAt(channel, at);
        const value = at < 0 ? 0 : this.levelOf(channel, byte);
        cells.push({ outside: at < 0, byte, value, product: value * this.kernels[channel][tap] });
      }
      return cells;
    });
  }

  drawOverlays() {
    const { origin, stride } = this.settings;
    const [row, column] = this.focus;
    const corner = [row * stride - origin[0], column * stride - origin[1]];
    this.lanes.forEach(({ input, partial }, channel) => {
      this.overlay(input.frame, this.width, (context, scale) => {
        if (this.weight) this.lightTouched(context, scale);
        const [top, left, side] = [...corner, this.side].map((length) => length * scale);
        ring(context, left, top, side, side, this.page);
      });
      this.overlayCell(partial.frame);
      partial.frame.style.setProperty("--lane", this.colours[channel].ink);
    });
    this.overlayCell(this.sum.frame);
    this.overlayCell(this.result.frame);
  }

  overlayCell(frame) {
    const [row, column] = this.focus;
    this.overlay(frame, this.outColumns, (context, scale) => {
      if (this.filling) {
        // Not computed yet, as far as the story goes: everything after the window.
        const grain = this.grain();
        const [below, right] = [(row + grain) * scale, (column + grain) * scale];
        context.fillStyle = this.page.panel;
        context.globalAlpha = 0.94;
        context.fillRect(0, below, this.outColumns * scale, this.outRows * scale);
        context.fillRect(right, row * scale, this.outColumns * scale, grain * scale);
        context.globalAlpha = 1;
      }
      ring(context, column * scale, row * scale, scale, scale, this.page);
    });
  }

  // All pixels that the weight in hand meets while the window slides over the whole picture.
  lightTouched(context, scale) {
    const [down, across] = this.weight;
    const { origin, stride } = this.settings;
    const box = [
      across - origin[1],
      down - origin[0],
      (this.outColumns - 1) * stride + 1,
      (this.outRows - 1) * stride + 1,
    ].map((side) => side * scale);
    context.fillStyle = this.page.accent;
    context.globalAlpha = 0.3;
    context.fillRect(...box);
    context.globalAlpha = 1;
    context.strokeStyle = this.page.accent;
    context.lineWidth = 2;
    context.strokeRect(...box);
  }

  overlay(frame, columns, paintOver) {
    const [pixels, canvas] = frame.children;
    const [width, height] = [parseFloat(pixels.style.width), parseFloat(pixels.style.height)];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    paintOver(sharpContext(canvas, width, height), width / columns);
  }

  drawCells(window) {
    const limit = Math.max(...window.flat().map((cell) => Math.abs(cell.product)));
    const marks = this.weight
      ? [{ row: this.weight[0], column: this.weight[1], height: 1, width: 1 }]
      : [];
    const shape = { rows: this.side, columns: this.side, page: this.page, marks };
    this.lanes.forEach(({ patch, products, name }, channel) => {
      const cells = window[channel];
      const tallest = this.wide
        ? patch.clientWidth
        : Math.max(96, Math.min(patch.clientWidth, this.side * 28));
      const at = (row, column) => cells[row * this.side + column];
      patch.grid.draw({
        ...shape,
        tallest,
        colour: (row, column) => tinted(at(row, column).byte, this.colours[channel].fill),
        hatched: (row, column) => at(row, column).outside,
        text: (row, column) => brief(at(row, column).value),
      });
      patch.holder.setAttribute("aria-label", `The window on ${name.toLowerCase()}.`);
      products.grid.draw({
        ...shape,
        tallest,
        colour: (row, column) => signedColour(at(row, column).product, limit, this.maps),
        text: (row, column) => brief(at(row, column).product),
      });
      products.holder.setAttribute("aria-label", "Each pixel times its weight.");
    });
  }

  drawNumbers() {
    const at = this.focus[0] * this.outColumns + this.focus[1];
    const parts = this.partial.map((map) => map[at]);
    const total = this.total[at];
    const outcome = this.activated[at];
    this.lanes.forEach(({ dot, name }, channel) => {
      dot.textContent = `= ${written(parts[channel], 4)}`;
      dot.title = `Dot product of the window and the ${name.toLowerCase()} kernel`;
    });
    const term = (value, channel, first) => {
      const made = element("span", { class: "term", text: `${signOf(value, first)}${magnitude(value)}` });
      made.style.color = this.colours[channel].ink;
      return made;
    };
    const heard = [0, 1, 2].filter((channel) => !this.muted[channel]);
    const terms = () => {
      const made = heard.map((channel, order) => term(parts[channel], channel, order === 0));
      return made.length ? made : [element("span", { class: "term", text: "0" })];
    };
    const equals = (value) => element("span", { class: "equals", text: `= ${written(value, 4)}` });
    this.terms.replaceChildren(...terms(), equals(total));
    const bias = element("span", {
      class: "term",
      text: `${signOf(this.bias, false)}${magnitude(this.bias)} (bias)`,
    });
    const activation = this.settings.activation;
    this.outcome.replaceChildren(
      element("span", { class: "term", text: `${activation} of ${written(total + this.bias, 4)}` }),
      equals(outcome),
    );
    this.sentence.replaceChildren(
      element("span", { class: "term", text: `${activation}(` }),
      ...terms(),
      bias,
      element("span", { class: "term", text: `) = ${activation}(${written(total + this.bias, 4)})` }),
      equals(outcome),
    );
    const [row, column] = this.focus;
    this.where.textContent = `row ${row}, column ${column}`;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      this.said.textContent = `Row ${row}, column ${column}: ${this.sentence.textContent}`;
    }, 400);
  }

  // How often each sum occurs, behind the activation's curve.
  count() {
    const [low, high] = extremes(this.total);
    const reach = Math.max(Math.abs(low + this.bias), Math.abs(high + this.bias)) || 1;
    const bins = new Uint32Array(48);
    for (let at = 0; at < this.size; at++) {
      const place = ((this.total[at] + this.bias + reach) / (2 * reach)) * bins.length;
      bins[Math.max(0, Math.min(bins.length - 1, Math.floor(place)))]++;
    }
    this.histogram = { reach, bins };
  }

  drawCurve() {
    const at = this.focus[0] * this.outColumns + this.focus[1];
    const input = this.total[at] + this.bias;
    const width = this.curve.parentElement.clientWidth;
    const height = Math.max(84, width * 0.42);
    this.curve.style.width = `${width}px`;
    this.curve.style.height = `${height}px`;
    curvePath(sharpContext(this.curve, width, height), {
      width,
      height,
      page: this.page,
      ...this.histogram,
      activate: (value) => this.activate(value),
      point: [input, this.activated[at]],
    });
    this.curve.setAttribute(
      "aria-label",
      `${this.settings.activation} turns ${written(input, 4)} into ` +
        `${written(this.activated[at], 4)}. The bars show how often each sum occurs.`,
    );
  }

  // From each partial map to the plus and on to the sum; and from the window to its numbers.
  drawWires() {
    if (!this.colours) return;
    const frame = this.stage.getBoundingClientRect();
    const inside = (node) => {
      const box = node.getBoundingClientRect();
      const [left, top] = [box.left - frame.left, box.top - frame.top];
      return { left, top, right: left + box.width, bottom: top + box.height, wide: box.width };
    };
    this.wires.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const partials = this.lanes.map(({ partial }) => inside(partial));
    const sum = inside(this.sum.frame.firstChild);
    const room = sum.left - partials[0].right;
    this.wires.style.display = room > 30 ? "" : "none"; // on a phone the lanes lie below each other
    if (room <= 30) return;
    const radius = 15;
    const [x, y] = [sum.left - 14 - radius, (sum.top + sum.bottom) / 2];
    const made = [];
    this.places = this.lanes.map(({ input, patch }) => [
      inside(input.frame.firstChild),
      inside(patch.holder.firstChild),
    ]);
    this.lanes.forEach(({ partial }, channel) => {
      const box = inside(partial.frame.firstChild);
      const start = [box.right + 5, (box.top + box.bottom) / 2];
      const end = [x - radius, y + (channel - 1) * 8];
      const turn = partials[0].right + 6 + channel * 8;
      const path = cable(start, turn, end);
      const silent = this.muted[channel];
      made.push(
        this.loupes[channel],
        svg("path", {
          d: path,
          class: silent ? "wire silent" : "wire",
          stroke: this.colours[channel].ink,
        }),
      );
      if (!silent) made.push(svg("path", { d: path, class: "pulse" }));
    });
    made.push(
      svg("path", { d: `M${x + radius},${y} H${sum.left - 4}`, class: "wire total" }),
      svg("circle", { cx: x, cy: y, r: radius, class: "plus" }),
      svg("path", { d: `M${x - 7},${y} h14 M${x},${y - 7} v14`, class: "plus" }),
    );
    this.wires.replaceChildren(...made);
    this.drawLoupes();
  }

  // Two lines that spread from the window on the picture to its numbers.
  drawLoupes() {
    const { origin, stride } = this.settings;
    const [top, left] = this.focus.map((place, axis) => place * stride - origin[axis]);
    this.places?.forEach(([picture, patch], channel) => {
      const scale = picture.wide / this.width;
      const window = [top, top + this.side].map((row) => picture.top + row * scale);
      const [from, to] = [left, left + this.side].map((column) => picture.left + column * scale);
      const beside = patch.left > picture.right;
      const lines = beside
        ? [
            [to, window[0], patch.left, patch.top],
            [to, window[1], patch.left, patch.bottom],
          ]
        : [
            [from, window[1], patch.left, patch.top],
            [to, window[1], patch.right, patch.top],
          ];
      const path = lines.map(([x, y, toX, toY]) => `M${x},${y} L${toX},${toY}`).join(" ");
      this.loupes[channel].setAttribute("d", path);
    });
  }
}

// Out to the right, up or down, and right again, with rounded corners.
function cable([left, top], turn, [right, bottom]) {
  const way = Math.sign(bottom - top);
  const bend = Math.min(10, Math.abs(bottom - top) / 2, Math.max(1, turn - left), right - turn);
  if (bend < 1) return `M${left},${top} L${right},${bottom}`;
  return (
    `M${left},${top} H${turn - bend} Q${turn},${top} ${turn},${top + way * bend} ` +
    `V${bottom - way * bend} Q${turn},${bottom} ${turn + bend},${bottom} H${right}`
  );
}

function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function signOf(value, first) {
  return value < 0 ? (first ? "\u2212" : "\u2212 ") : first ? "" : "+ ";
}

// In a cell there is no room for a power of ten; the sums below have it.
function brief(value) {
  const size = Math.abs(value);
  if (size === 0 || size >= 0.005) return written(value, 3);
  return value < 0 ? "\u22120.00" : "0.00";
}

function magnitude(value) {
  return written(Math.abs(value), 4);
}
