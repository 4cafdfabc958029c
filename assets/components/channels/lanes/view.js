// Three channels flow from left to right: picture, kernel, partial map; the partial maps meet in
// a sum, then bias, activation, result. Below each stands what the window in hand holds.
//
// Python's arrays are what is shown. While something moves, the maps follow here (`mix.js`) until
// Python's answer replaces them.

import { mounted } from "../../shared/mount.js";
import { written } from "../../shared/numbers.js";
import { extremes, signedColour, table, theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { KernelEditor } from "../../shared/kernel_editor.js";
import { announcer, arrows, debounced, eachFrame, once } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { Live } from "../../shared/live.js";
import { Player } from "../../shared/player.js";
import { fillTools } from "../../shared/tools.js";
import { ring } from "../../shared/ring.js";
import {
  colourLimit,
  laneColours,
  packedColours,
  paintSigned,
  signedLegend,
  tinted,
} from "../maps.js";
import { Marks } from "../../shared/marks.js";
import { Question } from "../../shared/question.js";
import { Curve } from "./curve.js";
import { lane, mapBox } from "./elements.js";
import { FilterStrip } from "./filters.js";
import { Mix } from "./mix.js";
import { lightTouched, overlay } from "./overlays.js";
import { fitMap, marksOf, roomOf } from "./room.js";
import { Terms } from "./terms.js";
import { Wires } from "./wires.js";

const NAMES = ["Red", "Green", "Blue"];
const MOST_STOPS = 24; // along the longer side, when the window plays over the whole picture

export default mounted((root) => new Lanes(root));

class Lanes {
  constructor(root) {
    this.root = root;
    this.edits = new Handshake();
    this.tellSelected = debounced(500, () =>
      this.tell("selected", [...this.selected, this.mix.rows, this.mix.columns]),
    );
    this.paint = eachFrame(() => {
      this.paintMaps();
      this.draw();
    });
    this.draw = once(() => this.drawNow());
    this.focus = [0, 0];
    this.selected = null;
    this.weight = null;
    this.build();
  }

  // ---- elements -----------------------------------------------------------------------------

  build() {
    const act = {
      mute: (channel) => this.mute(channel),
      preview: (...weight) => this.preview(...weight),
      commit: () => this.commit(),
      hover: (row, column) => this.lightWeight(row, column),
      complain: (sentence) => (this.complaint.textContent = sentence),
    };
    this.lanes = NAMES.map((name, channel) => lane(name, channel, act));
    this.sum = mapBox("sum", "Sum", true);
    this.result = mapBox("result", "Result", true);
    this.numbers = new Terms();
    this.wires = new Wires();
    this.filters = new FilterStrip((number, settled) =>
      settled ? this.commitFilter(number) : this.previewFilter(number),
    );
    this.marks = new Marks();
    this.question = new Question(() => this.draw());
    this.complaint = element("p", { class: "complaint", role: "alert" });
    this.said = element("div", { class: "unseen", id: "said", "aria-live": "polite" });
    this.say = announcer(this.said, 400);
    this.stage = element(
      "div",
      { class: "lanes" },
      this.wires.drawing,
      ...this.lanes.map(({ box }) => box),
      this.tail(act),
    );
    this.root.replaceChildren(
      this.filters.section,
      this.stage,
      this.complaint,
      this.bar(act),
      this.numbers.sentence,
      this.question.box,
      this.marks.box,
      this.said,
    );
    this.watch();
  }

  // From the sum on: the bias, the activation and the result.
  tail({ commit, complain }) {
    this.biasBox = element("div", { class: "kernel-grid bias-box" });
    this.biasEditor = new KernelEditor(this.biasBox, {
      preview: (row, column, value) => this.previewBias(value),
      commit,
      hover: () => {},
      complain,
      name: "bias",
    });
    // Steps that suit the sums it is added to, however small the bias itself is.
    this.biasEditor.step = () => 10 ** Math.floor(Math.log10(this.limit)) / 10;
    this.curve = new Curve();
    this.sumLegend = signedLegend();
    this.resultLegend = signedLegend();
    return element(
      "section",
      { class: "tail" },
      element("div", { class: "step" }, this.sum, this.sumLegend.box, this.numbers.terms),
      element(
        "div",
        { class: "step middle bias" },
        element("span", { class: "sign", text: "+" }),
        this.biasBox,
        element("span", { text: "bias" }),
      ),
      this.curve.box,
      element("div", { class: "step" }, this.result, this.resultLegend.box, this.numbers.outcome),
    );
  }

  bar(act) {
    this.tools = element("span", { class: "tools" });
    this.live = new Live({
      see: () => this.film(),
      over: () => {
        this.mix = new Mix(this.settings, this.arrays);
        this.layout();
      },
      kept: (text) => this.trigger("frame", text),
      complain: act.complain,
    });
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => this.playing(on),
      extra: [this.tools, this.live.box],
    });
    this.player.speed.value = 10;
    return this.player.bar;
  }

  watch() {
    const onOutput = (event, frame) => {
      const box = frame.firstChild.getBoundingClientRect();
      return [
        Math.floor(((event.clientY - box.top) / box.height) * this.mix.rows),
        Math.floor(((event.clientX - box.left) / box.width) * this.mix.columns),
      ];
    };
    const onInput = (event, frame) => {
      const box = frame.firstChild.getBoundingClientRect();
      const row = ((event.clientY - box.top) / box.height) * this.mix.height;
      const column = ((event.clientX - box.left) / box.width) * this.mix.width;
      const { origin, stride } = this.settings;
      return [
        Math.floor((row + origin[0] - this.mix.side / 2) / stride + 0.5),
        Math.floor((column + origin[1] - this.mix.side / 2) / stride + 0.5),
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
    const step = arrows(event);
    if (event.key === " ") this.player.toggle();
    else if (step) {
      this.player.stop();
      const [down, across] = step;
      this.select(this.look([this.focus[0] + down, this.focus[1] + across]));
    } else if (event.key === "Home") this.select(this.look([0, 0]));
    else if (event.key === "End") this.select(this.look([this.mix.rows - 1, this.mix.columns - 1]));
    else return;
    event.preventDefault();
  }

  // ---- data ---------------------------------------------------------------------------------

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    // An older answer must not undo what the hand is doing now; the newer one is on its way.
    const older = this.mix?.side === settings.side && this.edits.isOld(settings.serial);
    if (older) return this.layout();
    this.settings = settings;
    this.arrays = arrays;
    this.mix = new Mix(settings, arrays);
    this.edits.take(settings.serial);
    // What has been chosen meanwhile is not undone by the answer to what was chosen before.
    if (this.signature !== settings.selection && !this.tellSelected.isWaiting()) {
      this.signature = settings.selection;
      this.selected = settings.selected ?? [
        Math.floor(this.mix.rows / 2),
        Math.floor(this.mix.columns / 2),
      ];
    }
    this.label();
    this.filters.show(arrays.filters, settings.filters_of, settings.filter);
    this.layout();
    if (!this.player.on) this.selected = this.look(this.selected);
    if (this.live.on) this.film();
  }

  leave() {
    this.live.stop();
    this.question.leave();
  }

  // A frame of the camera in the picture's place, through the kernels in hand.
  film() {
    this.mix.see(this.live.pixels(this.mix.height, this.mix.width));
    this.mix.follow();
    this.paintInputs();
    this.paint();
  }

  label() {
    const { settings } = this;
    const editors = [...this.lanes.map(({ editor }) => editor), this.biasEditor];
    for (const editor of editors) editor.largest = settings.largest_weight;
    const isRefused = editors.map((editor) => editor.committed()).some(Boolean);
    if (!isRefused) this.complaint.textContent = "";
    this.lanes.forEach((lane, channel) => {
      lane.input.size.textContent = `${this.mix.height} \u00d7 ${this.mix.width}`;
      lane.partial.size.textContent = `${this.mix.rows} \u00d7 ${this.mix.columns}`;
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
    for (const { size } of [this.sum, this.result])
      size.textContent = `${this.mix.rows} \u00d7 ${this.mix.columns}`;
    this.sum.frame.setAttribute(
      "aria-label",
      "The partial maps added up. Arrow keys move the cell.",
    );
    this.result.frame.setAttribute(
      "aria-label",
      `The sum and the bias under ${settings.activation}. Arrow keys move the cell.`,
    );
    this.curve.title.textContent = settings.activation;
    fillTools(this.tools, settings.tools, (name) => this.trigger("edit", name));
  }

  // ---- while something moves ----------------------------------------------------------------

  preview(channel, row, column, value) {
    this.edits.begin();
    const channels = this.settings.linked ? [0, 1, 2] : [channel];
    this.mix.move(channels, row, column, value);
    for (const other of channels) if (other !== channel) this.showKernel(other);
    this.follow();
  }

  previewFilter(number) {
    this.edits.begin();
    // Python sets up what the network does around its filters; until it has, it alone answers.
    if (!this.settings.filters_live) return;
    this.mix.take(number);
    this.lanes.forEach(({ kernelTitle }, channel) => {
      this.showKernel(channel);
      kernelTitle.textContent = `Learned, filter ${number - 1}`;
    });
    this.showBias();
    this.follow();
  }

  commitFilter(number) {
    this.tell("filter", { number, serial: this.edits.send() });
  }

  previewBias(value) {
    this.edits.begin();
    this.mix.bias = value;
    this.follow();
  }

  mute(channel) {
    this.edits.begin();
    this.mix.muted[channel] = !this.mix.muted[channel];
    this.showMuted();
    this.follow();
    this.commit();
  }

  follow() {
    this.mix.follow();
    this.paint();
  }

  commit() {
    this.tell("mix", { ...this.mix.sent(), serial: this.edits.send() });
  }

  // ---- focus --------------------------------------------------------------------------------

  look([row, column]) {
    this.focus = [
      Math.max(0, Math.min(this.mix.rows - 1, row)),
      Math.max(0, Math.min(this.mix.columns - 1, column)),
    ];
    this.draw();
    return this.focus;
  }

  select(cell) {
    this.selected = [...cell];
    this.tellSelected();
  }

  where() {
    return `row ${this.focus[0]}, column ${this.focus[1]}`;
  }

  // The place in the maps of the cell in hand.
  at() {
    return this.focus[0] * this.mix.columns + this.focus[1];
  }

  grain() {
    return Math.max(1, Math.ceil(Math.max(this.mix.rows, this.mix.columns) / MOST_STOPS));
  }

  advance(steps) {
    const grain = this.player.on ? this.grain() : 1;
    const columns = Math.ceil(this.mix.columns / grain);
    const count = Math.ceil(this.mix.rows / grain) * columns;
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
    if (this.mix) this.draw();
  }

  // ---- drawing ------------------------------------------------------------------------------

  layout() {
    this.page = theme(this.root.getRootNode());
    Object.assign(this, roomOf(this.root, this.filters.section, this.question.height));
    this.stage.classList.toggle("many", this.mix.side > 4);
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
    editor.show(
      this.mix.side,
      this.mix.side,
      this.mix.kernels[channel],
      this.page,
      this.weightColours,
    );
    editor.box.setAttribute(
      "aria-label",
      `${NAMES[channel]} kernel, ${this.mix.side} rows and columns`,
    );
  }

  showBias() {
    this.biasEditor.show(1, 1, [this.mix.bias], this.page, this.weightColours);
    this.biasBox.setAttribute("aria-label", "Bias");
    this.biasBox.firstChild.setAttribute("aria-label", "Bias");
  }

  showMuted() {
    this.lanes.forEach(({ box, mute, name }, channel) => {
      const [silent, colour] = [this.mix.muted[channel], name.toLowerCase()];
      box.classList.toggle("muted", silent);
      mute.firstChild.textContent = silent ? "visibility_off" : "visibility";
      mute.setAttribute("aria-pressed", silent);
      mute.setAttribute("aria-label", `Mute ${colour}`);
      mute.title = silent ? `Let ${colour} be heard again` : `Mute ${colour}`;
    });
    this.drawWires();
  }

  paintInputs() {
    const size = this.mix.height * this.mix.width;
    this.lanes.forEach(({ input }, channel) => {
      const canvas = input.frame.firstChild;
      canvas.width = this.mix.width;
      canvas.height = this.mix.height;
      const image = new ImageData(this.mix.width, this.mix.height);
      const pixels = new Uint32Array(image.data.buffer);
      const { fill } = this.colours[channel];
      const shades = packedColours(
        Uint8Array.from({ length: 768 }, (_, at) => tinted(Math.floor(at / 3), fill)[at % 3]),
      );
      for (let at = 0; at < size; at++) pixels[at] = shades[this.mix.byteAt(channel, at)];
      canvas.getContext("2d").putImageData(image, 0, 0);
      fitMap(input.frame, this.mix.height, this.mix.width, this);
    });
    const frames = [this.sum, this.result, ...this.lanes.map(({ partial }) => partial)];
    for (const { frame } of frames) fitMap(frame, this.mix.rows, this.mix.columns, this);
  }

  paintMaps() {
    const together = [...this.mix.partial, this.mix.total];
    this.limit = colourLimit(together);
    this.resultLimit = colourLimit([this.mix.activated]);
    const draw = ({ firstChild }, values, limit) =>
      paintSigned(firstChild, this.mix.rows, this.mix.columns, values, limit, this.packed);
    this.lanes.forEach(({ partial }, channel) =>
      draw(partial.frame, this.mix.partial[channel], this.limit),
    );
    draw(this.sum.frame, this.mix.total, this.limit);
    draw(this.result.frame, this.mix.activated, this.resultLimit);
    const ends = (maps) => extremes(Float32Array.from(maps.flatMap(extremes)));
    this.sumLegend.show(this.limit, ends(together), this.maps, "the three maps and their sum");
    this.resultLegend.show(
      this.resultLimit,
      ends([this.mix.activated]),
      this.maps,
      "the result alone",
    );
    this.curve.count(this.mix);
    this.marks.show(marksOf(this.settings, this.wide));
  }

  drawNow() {
    const window = this.mix.window(this.focus);
    this.question.about(`the result at ${this.where()}`, this.mix.activated[this.at()]);
    this.drawOverlays();
    this.wires.spread(this.corner(), this.mix.side, this.mix.width);
    this.drawCells(window);
    this.drawNumbers();
    this.curve.draw(this.mix, this.question.isCovered ? null : this.at(), this.page);
  }

  drawOverlays() {
    const corner = this.corner();
    this.lanes.forEach(({ input, partial }, channel) => {
      overlay(input.frame, this.mix.width, (context, scale) => {
        if (this.weight) lightTouched(context, scale, this.weight, this.mix, this.page);
        const [top, left, side] = [...corner, this.mix.side].map((length) => length * scale);
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
    overlay(frame, this.mix.columns, (context, scale) => {
      if (this.filling) {
        // Not computed yet, as far as the story goes: everything after the window.
        const grain = this.grain();
        const [below, right] = [(row + grain) * scale, (column + grain) * scale];
        context.fillStyle = this.page.panel;
        context.globalAlpha = 0.94;
        context.fillRect(0, below, this.mix.columns * scale, this.mix.rows * scale);
        context.fillRect(right, row * scale, this.mix.columns * scale, grain * scale);
        context.globalAlpha = 1;
      }
      ring(context, column * scale, row * scale, scale, scale, this.page);
    });
  }

  drawCells(window) {
    const limit = Math.max(...window.flat().map((cell) => Math.abs(cell.product)));
    const marks = this.weight
      ? [{ row: this.weight[0], column: this.weight[1], height: 1, width: 1 }]
      : [];
    const shape = { rows: this.mix.side, columns: this.mix.side, page: this.page, marks };
    this.lanes.forEach(({ patch, products, name }, channel) => {
      const cells = window[channel];
      const tallest = this.wide
        ? Math.min(patch.clientWidth, Math.max(96, this.high))
        : Math.max(96, Math.min(patch.clientWidth, this.mix.side * 28));
      const at = (row, column) => cells[row * this.mix.side + column];
      patch.grid.draw({
        ...shape,
        tallest,
        colour: (row, column) => tinted(at(row, column).byte, this.colours[channel].fill),
        hatched: (row, column) => at(row, column).outside,
        text: (row, column, letters) => brief(at(row, column).value, letters),
      });
      patch.holder.setAttribute("aria-label", `The window on ${name.toLowerCase()}.`);
      products.grid.draw({
        ...shape,
        tallest,
        colour: (row, column) => signedColour(at(row, column).product, limit, this.maps),
        text: (row, column, letters) => brief(at(row, column).product, letters),
      });
      products.holder.setAttribute("aria-label", "Each pixel times its weight.");
    });
  }

  drawNumbers() {
    const at = this.at();
    this.lanes.forEach(({ dot, name }, channel) => {
      dot.textContent = `= ${written(this.mix.partial[channel][at], 4)}`;
      dot.title = `Dot product of the window and the ${name.toLowerCase()} kernel`;
    });
    const inks = this.colours.map(({ ink }) => ink);
    const cover = (text) => this.question.cover(text);
    this.numbers.show(this.mix, at, { inks, activation: this.settings.activation, cover });
    this.player.where.textContent = this.where();
    this.say(`${this.where()}: ${this.numbers.sentence.textContent}`);
  }

  drawWires() {
    if (!this.colours) return;
    const canvas = (map) => map.frame.firstChild;
    this.wires.join(this.stage, {
      lanes: this.lanes.map(({ input, partial, patch }) => ({
        input: canvas(input),
        partial,
        map: canvas(partial),
        patch: patch.holder.firstChild,
      })),
      sum: canvas(this.sum),
      silent: this.mix.muted,
      inks: this.colours.map(({ ink }) => ink),
    });
    this.wires.spread(this.corner(), this.mix.side, this.mix.width);
  }

  // Where the window's first row and column lie on the picture.
  corner() {
    const { origin, stride } = this.settings;
    return this.focus.map((place, axis) => place * stride - origin[axis]);
  }
}

// In a cell there is no room for a power of ten; the sums below have it.
function brief(value, letters) {
  const size = Math.abs(value);
  if (size === 0 || size >= 0.005) return written(value, 3, letters);
  return value < 0 ? "\u22120.00" : "0.00";
}
