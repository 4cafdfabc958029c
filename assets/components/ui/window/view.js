// The sliding window: input, kernel and output side by side, from whole pictures down to the
// numbers in single cells. It serves convolution, pooling and transposed convolution alike:
// all that differs is where the input's rows and columns lie (padded_rows, padded_columns, both
// from cnnviz) and how a window becomes one number. Pooling shows, in the kernel's stead, where
// a gradient flows back; small grids also how many windows touch each pixel.
//
// Python's arrays are what is shown. The only arithmetic here is the products of the window in
// hand, and, while a weight or a slider is dragged, the result until Python's own is there.

import { mounted } from "../../shared/mount.js";
import { extremes, table, theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { announcer, arrows, debounced, eachFrame, once } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { Live, planesOfFrame } from "../../shared/live.js";
import { Marks } from "../../shared/marks.js";
import { Question } from "../../shared/question.js";
import { heightFor } from "../../shared/room.js";
import { Player } from "../../shared/player.js";
import { covered, flowing, pooled, stamped, weighted } from "./sentences.js";
import { Coverage } from "./coverage.js";
import { editCell } from "./edit.js";
import { cellAt, placeOf } from "./focus.js";
import { Grids } from "./grids.js";
import { KernelPane } from "./kernel.js";
import { Pictures } from "./pictures.js";
import { Places } from "./places.js";
import { Sliders } from "./sliders.js";
import { refiltered, swept } from "./sweep.js";

const CHANNELS = ["Red", "Green", "Blue"];
const MOST_ZOOMED_CELLS = 13;
const LEAST_ZOOMED_CELL = 34; // pixels: in a narrower cell there is no room for its weight
const NARROW = 480; // of a phone, where the panes stand below each other
const WIDEST_WINDOW = 32; // beyond it, as in global pooling, single cells are not drawn
const REST = 150; // milliseconds that a slider rests before Python is asked

export default mounted((root) => new Stage(root));

class Stage {
  constructor(root) {
    this.root = root;
    this.edits = new Handshake();
    this.focus = [0, 0];
    this.selected = null;
    this.place = [0.5, 0.5]; // of the selected cell: it stays there in a map of another size
    this.anchor = [0, 0]; // the first output of the zoom
    this.zoomed = [1, 1]; // how many outputs it shows
    this.channel = 0;
    this.weight = null; // in hand
    this.pixel = null; // of the coverage map in hand, as a place of the padded input
    this.stamp = null; // the pixel that writes, in transposed convolution
    this.tellSelected = debounced(500, () =>
      this.tell("selected", [...this.selected, this.places.outRows, this.places.outColumns]),
    );
    this.rest = debounced(REST, () => this.sendSlides());
    this.draw = once(() => this.drawNow());
    this.repaint = eachFrame(() => {
      this.paintOutput();
      this.draw();
    });
    this.build();
    this.watch();
  }

  // ---- building -------------------------------------------------------------------------------

  build() {
    this.pictures = new Pictures(this);
    this.grids = new Grids(this);
    this.kernel = new KernelPane({
      preview: (row, column, value) => this.preview(row, column, value),
      commit: (values) => this.commit(values),
      hover: (row, column) => this.lightWeight(row, column),
      edit: (name) => this.trigger("edit", name),
    });
    this.sliders = new Sliders({
      slide: (name, value) => this.slide(name, value),
      rest: () => this.rest(),
    });
    this.coverage = new Coverage((cell) => this.overCoverage(cell));
    this.channelButtons = element("span", { class: "channels", role: "group" });
    this.channelButtons.setAttribute("aria-label", "Channel whose numbers are shown");
    this.live = new Live({
      see: () => this.film(),
      over: () => this.take(...this.still),
      kept: (text) => this.trigger("frame", text),
      complain: (sentence) => this.kernel.complain(sentence),
    });
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => this.playing(on),
      extra: [this.channelButtons, this.live.box],
    });
    this.sum = element("div", { class: "sum" });
    this.marks = new Marks();
    this.question = new Question(() => this.draw());
    const said = element("div", { class: "unseen", id: "said", "aria-live": "polite" });
    this.say = announcer(said, 400);
    this.root.replaceChildren(
      this.panes(),
      this.player.bar,
      this.sum,
      this.question.box,
      this.marks.box,
      this.coverage.box,
      said,
    );
  }

  panes() {
    const sign = (name, text) =>
      element("div", { class: `sign ${name}`, "aria-hidden": "true", text });
    return element(
      "div",
      { class: "stage" },
      this.pictures.input,
      sign("times", "\u2217"),
      this.kernel.section,
      sign("equals", "="),
      this.pictures.output,
      sign("returns", "\u2192"),
      this.pictures.back,
      this.sliders.box,
      this.grids.near,
      sign("each", "\u2299"),
      this.grids.products,
      sign("gives", "\u2192"),
      this.grids.far,
      sign("near-returns", "\u2192"),
      this.grids.nearBack,
    );
  }

  // Pointer and keyboard: the same on every pane.
  watch() {
    const { pictures, grids } = this;
    this.watchPane(pictures.input.frame, (event) => pictures.fromInput(event), true);
    this.watchPane(pictures.output.frame, (event) => pictures.fromOutput(event), true);
    this.watchPane(grids.near.holder, (event) => this.fromNear(grids.near.cells.cellAt(event)));
    this.watchPane(grids.far.holder, (event) => grids.fromFar(event));
    this.watchPane(grids.nearBack.holder, (event) =>
      this.fromNear(grids.nearBack.cells.cellAt(event)),
    );
    grids.near.holder.ondblclick = (event) => {
      const cell = grids.near.cells.cellAt(event);
      if (cell) this.edit(cell);
    };
  }

  // find(event): the output that is pointed at, or null; centre: bring it into the zoom's middle.
  watchPane(place, find, centre = false) {
    const point = (event) => {
      const cell = find(event);
      if (!cell) return;
      this.player.paused = true;
      this.look(cell, centre);
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

  key(event) {
    const move = arrows(event);
    if (event.key === " ") this.player.toggle();
    else if (move) {
      this.player.stop();
      this.look([this.focus[0] + move[0], this.focus[1] + move[1]]);
      this.select(this.focus);
    } else if (event.key === "Home") this.select(this.look([0, 0]));
    else if (event.key === "End") this.select(this.look([Infinity, Infinity]));
    else if (event.key === "Enter" && this.settings.editable) this.edit(this.grids.middle());
    else return;
    event.preventDefault();
  }

  // ---- what Python sends ----------------------------------------------------------------------

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    const isOld = this.edits.isOld(settings.serial);
    if (isOld && this.data && sameSize(arrays.kernel, this.data.kernel)) return this.lay();
    this.edits.take(settings.serial);
    const planes = planesOf(arrays.input);
    this.still = [settings, arrays, planes];
    this.live.box.style.display = settings.live ? "" : "none";
    if (!settings.live) this.live.stop();
    this.take(settings, arrays, planes);
    if (this.live.on) this.film();
  }

  leave() {
    this.live.stop();
    this.question.leave();
  }

  // A frame of the camera in the picture's place, through the kernel in hand.
  film() {
    const { height, width, channels } = this.places;
    const planes = new Float32Array(channels * height * width);
    planesOfFrame(this.live.pixels(height, width), this.settings.live, planes);
    const [settings, data] = refiltered(this.places, planes);
    Object.assign(this, { settings, data });
    this.places = new Places(settings, data, planes);
    this.range = extremes(this.places.values);
    this.pictures.paintInput();
    this.repaint();
  }

  take(settings, data, planes) {
    Object.assign(this, { settings, data });
    this.places = new Places(settings, data, planes);
    this.inputRange = extremes(planes);
    const { places } = this;
    this.range = extremes(places.values);
    this.gradientRange = data.gradient ? extremes(data.gradient.data) : null;
    this.channel = Math.min(this.channel, places.channels - 1);
    // What has been chosen meanwhile is not undone by the answer to what was chosen before.
    if (this.signature !== settings.selection && !this.tellSelected.isWaiting()) {
      this.signature = settings.selection;
      this.place = settings.place ?? [0.5, 0.5];
    }
    this.stamp = null;
    this.wide = settings.pictures && Math.max(...places.extent) > WIDEST_WINDOW;
    this.arrange();
    this.coverage.update(settings.coverages ?? [], data);
    this.pictures.name(settings, places);
    this.grids.name(settings);
    this.kernel.take(settings);
    this.sliders.show(settings.sliders ?? []);
    this.fillChannels();
    this.lay();
    // Other panes find their widths with one another: what they share is looked at once more.
    const panes = JSON.stringify({ ...this.root.dataset });
    if (panes !== this.laidOut) [this.laidOut, this.room] = [panes, null];
    const size = [places.outRows, places.outColumns];
    this.selected = this.look(cellAt(this.place, size), true);
  }

  // What there is of the stage, by its mode.
  arrange() {
    const { settings, data, pictures, grids, wide } = this;
    Object.assign(this.root.dataset, {
      mode: settings.mode,
      pictures: settings.pictures,
      compact: settings.compact ?? false,
      gradient: Boolean(data.gradient),
      wide,
    });
    (settings.pictures && !wide ? pictures.output : grids.far).append(pictures.legend);
    (settings.pictures ? pictures.back : grids.nearBack).append(pictures.backLegend);
    this.root.querySelector(".equals").textContent = data.kernel ? "=" : "\u2192";
    // Without a kernel a refused number is one of the input's.
    if (data.kernel) this.kernel.tools.before(this.kernel.complaint);
    else grids.near.append(this.kernel.complaint);
  }

  fillChannels() {
    const shown = this.places.channels === 3 ? CHANNELS : [];
    if (this.channelButtons.childElementCount !== shown.length) {
      this.channelButtons.replaceChildren(
        ...shown.map((name, channel) => {
          const made = element("button", { type: "button", text: name });
          made.onclick = () => {
            this.channel = channel;
            this.fillChannels();
            this.pictures.paintBack();
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

  // ---- what is in hand ------------------------------------------------------------------------

  fromNear(cell) {
    this.stamp = null;
    if (!cell) return null;
    if (this.settings.mode !== "transposed" || this.places.isOutside(cell)) {
      return this.grids.outputOf(cell);
    }
    // Here a pixel is what writes: show all that it writes rather than one window.
    this.stamp = cell;
    return this.focus;
  }

  // A pixel of a coverage map is pointed at: light it, and every output whose window touches it.
  overCoverage(cell) {
    this.pixel = null;
    if (cell && this.settings.mode === "transposed") this.look(cell);
    else if (cell) this.pixel = cell.map((at, axis) => at + this.settings.origin[axis]);
    if (!cell && this.selected) this.look(this.selected, true);
    this.draw();
  }

  look(cell, centre = false) {
    this.stamping = false;
    this.focus = this.places.within(cell);
    const counts = [this.places.outRows, this.places.outColumns];
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
    this.place = placeOf(cell, [this.places.outRows, this.places.outColumns]);
    this.tellSelected();
  }

  advance(steps) {
    if (this.settings.mode === "transposed") return this.advanceStamp(steps);
    const { anchor, focus, zoomed } = this;
    const [rows, columns] = zoomed;
    const at = (focus[0] - anchor[0]) * columns + (focus[1] - anchor[1]) + steps;
    const wrapped = wrap(at, rows * columns);
    this.look([anchor[0] + Math.floor(wrapped / columns), anchor[1] + (wrapped % columns)]);
    if (!this.player.on) this.select(this.focus);
  }

  // Transposed convolution as it writes: go that many pixels on, and let that one write.
  advanceStamp(steps) {
    const count = this.places.height * this.places.width;
    this.stampedUntil = wrap((this.stampedUntil ?? -1) + steps, count);
    this.stamping = true;
    this.stamp = this.places.placeOf(this.stampedUntil);
    this.draw();
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
    this.kernel.editor.mark(...(this.weight ?? [null, null]));
    if (this.data) this.draw();
  }

  // ---- edits ----------------------------------------------------------------------------------

  edit(cell) {
    const { places, grids, settings } = this;
    const place = grids.placeOf(cell);
    if (!settings.editable || places.isOutside(place)) return;
    this.tellSelected.cancel(); // what is typed comes first
    const [row, column] = places.sourceOf(place);
    editCell(grids.near, cell, {
      name: `row ${row}, column ${column}`,
      value: places.inputAt(place, this.channel),
      largest: settings.largest_number,
      accept: (value) => this.trigger("cell", { row, column, value }),
      complain: (sentence) => this.kernel.complain(sentence),
    });
  }

  preview(row, column, value) {
    this.edits.begin();
    this.places.setWeight(row, column, value);
    this.range = extremes(this.places.values);
    this.repaint();
  }

  commit(values) {
    const { kernelRows: rows, kernelColumns: columns } = this.places;
    this.tell("kernel", { rows, columns, values: Array.from(values), serial: this.edits.send() });
  }

  slide(name, value) {
    this.edits.begin();
    this.slid = { ...this.slid, [name]: value };
    this.rest.cancel();
    this.take(...swept(this.places, name, value), this.places.planes);
  }

  // Python is asked once a slider rests.
  sendSlides() {
    this.tell("slides", { values: this.slid, serial: this.edits.send() });
    this.slid = null;
  }

  // ---- drawing --------------------------------------------------------------------------------

  // The stage has grown or shrunk, or what stands above it. Where it has only become higher by what it
  // shows, as with another sentence, it was laid out for this room already.
  layout() {
    if (this.room !== this.roomNow()) this.lay();
  }

  roomNow() {
    return [this.root.clientWidth, heightFor(this.root), this.question.height].join();
  }

  lay() {
    const { settings, places } = this;
    this.room = this.roomNow();
    this.page = theme(this.root.getRootNode());
    this.maps = table("maps", this.page.dark);
    if (places.weights) this.kernel.show(places, settings.kernel_title ?? "Kernel", this.page);
    this.share();
    this.marks.show(this.marksShown());
    const width = Math.min(this.grids.near.holder.clientWidth, this.low);
    const most = Math.min(MOST_ZOOMED_CELLS, Math.max(5, Math.floor(width / LEAST_ZOOMED_CELL)));
    this.zoomed = [places.outRows, places.outColumns].map((count, axis) => {
      if (!settings.pictures) return count;
      const room = (most - places.extent[axis]) / settings.stride[axis];
      return Math.max(1, Math.min(count, 7, Math.max(2, Math.floor(room) + 1)));
    });
    this.grids.fit();
    this.pictures.paintInput();
    this.paintOutput();
    this.pictures.paintBack();
    this.look(this.focus);
  }

  // How high the pictures (`high`) and the zooms or grids below them (`low`) may be for the sum to
  // be on the screen with them. A phone's panes stand below each other, as wide as they can be.
  share() {
    const { root, settings } = this;
    const room = root.clientWidth < NARROW ? Infinity : heightFor(root);
    const around = settings.pictures ? (settings.sliders?.length ? 315 : 255) : 200;
    const left = Math.max(240, room - around - this.question.height);
    if (settings.compact || !settings.pictures) [this.high, this.low] = [left, left];
    else {
      const drawn = this.pictures.height();
      this.high = Math.min(left * 0.55, Math.max(150, drawn));
      this.low = left - Math.min(this.high, drawn);
    }
    // Below the picture beside the kernel stands a legend, below the kernel its tools.
    const beside = Math.max(130, Math.min(this.high, 320) - 20);
    root.style.setProperty("--high", settings.pictures ? `${beside}px` : "14rem");
  }

  paintOutput() {
    this.pictures.paintOutput();
  }

  drawNow() {
    const { settings, grids } = this;
    if (!settings.compact) this.question.about(`the result at ${this.where()}`, this.result());
    if (settings.pictures) this.pictures.drawOverlays();
    if (!settings.compact) {
      if (!this.wide) grids.draw();
      grids.drawFar();
    }
    this.coverage.draw(this.page, this.coverageMark());
    this.drawSum();
  }

  // What the marks mean that are on the stage now, or may be as soon as one points at it.
  marksShown() {
    const { settings, data, places, wide } = this;
    if (settings.compact) return [];
    const [rows, columns] = [data.touched_rows?.data, data.touched_columns?.data];
    const isMissed = rows && (rows.includes(0) || columns.includes(0));
    const isPadded = [data.padded_rows, data.padded_columns].some(({ data: from }) =>
      from.includes(-1),
    );
    const spread = places.spread.some((side) => side > 1);
    return [
      ...(isPadded ? [["hatch", spread ? "no pixel: a zero in between" : "padding"]] : []),
      ...(isMissed ? [["cross", "no window touches it"]] : []),
      ...(data.winners && !wide ? [["corner", "the largest of its window"]] : []),
      ...(places.weights && settings.pictures
        ? [["tint", "what a weight meets: point at one"]]
        : []),
      ["outline", "the window, and its result"],
    ];
  }

  // What the window in hand, or the pixel that writes, covers of a coverage map.
  coverageMark() {
    const { places, settings, focus } = this;
    const { origin, stride, mode } = settings;
    if (mode !== "transposed") {
      const [row, column] = focus.map((at, axis) => at * stride[axis] - origin[axis]);
      return { row, column, height: places.extent[0], width: places.extent[1] };
    }
    const cells = this.stamp ? places.touching(this.stamp) : [];
    const [first, last] = [cells[0] ?? focus, cells.at(-1) ?? focus];
    const [height, width] = last.map((at, axis) => at - first[axis] + 1);
    return { row: first[0], column: first[1], height, width };
  }

  drawSum() {
    const { places } = this;
    this.player.where.textContent = this.stamping
      ? `pixel ${this.stampedUntil + 1} of ${places.height * places.width} writes`
      : this.where();
    const sentence = this.sentence();
    this.sum.replaceChildren(...(this.question.isCovered ? covered(sentence) : sentence));
    this.say(`${this.player.where.textContent}: ${this.sum.textContent}`);
  }

  where() {
    const name = this.places.channels === 3 ? ` (${CHANNELS[this.channel].toLowerCase()})` : "";
    return `row ${this.focus[0]}, column ${this.focus[1]}${name}`;
  }

  result() {
    return this.places.outputAt(this.focus, this.channel);
  }

  sentence() {
    const { places, settings, data, focus, channel, stamp } = this;
    const result = this.result();
    if (stamp) return stamped(places.inputAt(stamp, channel), this.grids.litMarks(stamp).length);
    if (places.weights) {
      return weighted(places.windowCells(focus, channel), settings.bias ?? 0, result);
    }
    const inside = this.wide
      ? []
      : places.windowCells(focus, channel).filter((cell) => !cell.isOutside);
    const count = this.wide ? places.height * places.width : inside.length;
    const values = inside.map((cell) => cell.value);
    const sentence = pooled(values, count, settings.reduce, result);
    if (!data.gradient) return sentence;
    const winner = data.winners ? places.winner(focus, channel) : settings.origin;
    const pixel = winner.map((at, axis) => at - settings.origin[axis]);
    return [...sentence, flowing(settings.reduce, count, result, pixel)];
  }
}

function wrap(at, count) {
  return ((at % count) + count) % count;
}

// Channels last, as Python has them, to one plane after the other.
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
