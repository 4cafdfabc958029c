// A training run played back step by step: the kernel that is learned beside its target, what it
// makes of the picture, the loss, and why this learning rate is as fast as it can be.
//
// All that is shown was computed in Python, in chapters of steps: the weights, slopes and losses
// of every step, and the result's picture of as many as there is room for. The browser asks for
// the next chapter before the last one has been played.

import { unpack } from "../../shared/wire.js";
import { written } from "../../shared/numbers.js";
import { extremes, theme } from "../../shared/colours.js";
import { element, iconButton, sharpContext } from "../../shared/dom.js";
import { announcer, arrows, debounced, eachFrame } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { KernelEditor } from "../../shared/kernel_editor.js";
import { MapPane } from "../../shared/map_pane.js";
import { ring } from "../../shared/ring.js";
import { Player } from "../../shared/player.js";
import { fillTools } from "../../shared/tools.js";
import { table } from "../../shared/colours.js";
import { LossChart } from "./loss.js";
import { KernelCells } from "./kernels.js";
import { RateRuler } from "./rate.js";
import { Directions } from "./directions.js";
import { Recording } from "./recording.js";

const SMALLEST_LEAD = 48; // steps still to play when the next chapter is asked for
const REST = 300; // milliseconds until Python is told where the run stands

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".root");
  root.stage ??= new Learning(root);
  root.stage.update(component, unpack(data));
  return () => root.stage.leave();
}

class Learning {
  constructor(root) {
    this.root = root;
    this.step = 0;
    this.goal = 0; // where the run should stand once that step has been computed
    this.edits = new Handshake();
    this.weight = null; // [kernel, row, column] in hand
    this.pixel = null;
    this.rest = debounced(REST, () => this.rested());
    this.build();
    this.resized = new ResizeObserver(() => this.settings && this.layout());
    this.resized.observe(root);
  }

  leave() {
    this.player.stop();
    this.resized.disconnect();
    this.rest.cancel();
    this.say.cancel();
    for (const timer of [this.reporting, this.givenUp]) clearTimeout(timer);
  }

  // ---- building ---------------------------------------------------------------------------

  build() {
    const bar = element("div", { class: "player" });
    const restart = iconButton("replay", "Back to the start", () => {
      this.player.stop();
      this.go(0);
    });
    this.reseed = iconButton("casino", "Start from other noise", () => {
      this.player.stop();
      this.go(0);
      this.change("reseed", this.settings.seed + 1);
    });
    bar.append(restart);
    this.player = new Player(bar, {
      advance: (steps) => this.advance(steps),
      playing: (on) => !on && this.rest(),
      extra: [this.reseed],
    });
    this.player.speed.max = "240";
    this.player.speed.value = "30";
    this.where = element("span", { class: "where" });
    bar.append(this.where);
    this.timeline = element("input", { type: "range", class: "timeline", min: "0", step: "1" });
    this.timeline.setAttribute("aria-label", "Step of the training run");
    this.timeline.oninput = () => {
      this.player.stop();
      this.go(Number(this.timeline.value));
    };

    const map = (name, title) => {
      const pane = new MapPane({
        title,
        hover: (row, column) => this.point([row, column]),
        press: (row, column) => this.point([row, column]),
        leave: () => this.point(null),
        key: (event) => this.keyOnMap(event),
      });
      pane.section.classList.add(name);
      return pane;
    };
    this.result = map("result", "Result");
    this.target = map("target", "Target");
    this.error = map("error", "Error");

    this.pictureSize = element("span", { class: "size" });
    this.pictureCanvas = element("canvas", { class: "pixels" });
    this.pictureOverlay = element("canvas", { class: "overlay" });
    this.pictureFrame = element(
      "div",
      { class: "frame", role: "img" },
      this.pictureCanvas,
      this.pictureOverlay,
    );
    this.pictureNote = element("div", { class: "note" });
    this.picture = section(
      "picture",
      "Picture",
      this.pictureSize,
      this.pictureFrame,
      this.pictureNote,
    );

    this.learned = new KernelCells("learned", "Learned kernel", {
      hover: (at) => this.lightWeight(at),
      toggle: () => this.player.toggle(),
    });
    this.wanted = new KernelCells("wanted", "Target kernels", {
      hover: (at) => this.lightWeight(at),
      still: true,
    });
    this.difference = new KernelCells("difference", "Learned \u2212 target", {
      hover: (at) => this.lightWeight(at),
    });

    this.editorTitle = element("span");
    this.editorBox = element("div", { class: "kernel-grid" });
    this.complaint = element("p", { class: "complaint", role: "alert" });
    this.tools = element("div", { class: "tools" });
    this.editing = section(
      "wanted",
      this.editorTitle,
      null,
      this.editorBox,
      this.complaint,
      this.tools,
    );
    this.editor = new KernelEditor(this.editorBox, {
      preview: () => this.edits.begin(),
      commit: (values) => this.commit(values),
      hover: (row, column) => this.lightWeight(row === null ? null : [0, row, column], "target"),
      complain: (sentence) => (this.complaint.textContent = sentence),
      name: "target weight",
    });

    this.loss = new LossChart((step) => {
      this.player.stop();
      this.go(step);
    });
    this.rate = new RateRuler((rate) => this.change("rate", rate));
    this.directions = new Directions();
    this.sum = element("div", { class: "sum" });
    this.verdict = element("div", { class: "verdict", role: "status" });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(this.said, 400);
    this.draw = eachFrame(() => this.drawNow());

    const sign = (name, text) =>
      element("div", { class: `sign ${name}`, "aria-hidden": "true", text });
    this.stage = element(
      "div",
      { class: "stage" },
      element("div", { class: "left" }, this.picture, this.loss.section, this.rate.section),
      sign("times", "\u2217"),
      this.learned.section,
      sign("equals", "="),
      this.result.section,
      this.editing,
      this.wanted.section,
      sign("gives", "\u2192"),
      this.target.section,
      this.difference.section,
      this.error.section,
    );
    const live = element("div", { class: "live" }, this.sum, this.verdict);
    this.root.replaceChildren(
      bar,
      this.timeline,
      live,
      this.stage,
      this.directions.section,
      this.said,
    );
  }

  // ---- what Python sends ------------------------------------------------------------------

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    const stale = this.edits.isOld(settings.serial);
    const first = !this.settings;
    if (first || settings.signature !== this.settings.signature) {
      if (stale) return; // the answer to a newer edit of the target is on its way
      if (settings.chapter !== 0) {
        // Two changes have crossed on the way: what Python takes for known was forgotten here.
        const step = first ? settings.step : this.goal;
        this.tell("progress", { signature: settings.signature, have: 0, step, want: true });
        return;
      }
      this.changing = this.wanting = false;
      this.ghost = this.run ? { losses: this.run.losses, steps: this.run.steps } : null;
      this.run = new Recording(settings.kernels);
      this.asked = false;
      if (first) this.step = this.goal = this.told = settings.step;
    }
    const moved =
      this.settings && settings.step !== this.settings.step && settings.step !== this.told;
    this.settings = settings;
    this.data = arrays;
    this.edits.take(settings.serial);
    if (moved) this.goal = settings.step;
    if (settings.first >= 0) this.run.add(settings, arrays);
    this.asked = false; // what was asked for has come, or was overtaken and is asked for again
    if (arrays.exact) this.run.keep(settings.at, arrays);
    this.step = Math.min(this.goal, this.run.last);
    // What the hand is doing to the target must not be undone by an answer to something else.
    this.editing.stale = stale;
    if (!stale) {
      this.editor.committed();
      this.complaint.textContent = "";
    }
    fillTools(this.tools, settings.tools, (name) => this.change("edit", name));
    this.layout();
    if (this.goal > this.run.last) {
      if (this.run.ended) this.goal = this.step;
      else this.ask();
    } else if (settings.at !== this.step) this.rest();
  }

  ask() {
    if (this.asked || this.run.ended) return;
    this.asked = true;
    this.report(true);
  }

  // Change something that Python holds. Until its answer nothing else is sent: an event carries
  // the page's widgets as they are in the browser, and would undo the change.
  change(name, value) {
    this.changing = true;
    clearTimeout(this.givenUp);
    this.givenUp = setTimeout(() => (this.changing = false), 3000);
    this.trigger(name, value);
  }

  report(want) {
    this.rest.cancel();
    clearTimeout(this.reporting);
    this.wanting ||= want;
    // The same holds for a change that a widget of the page has just begun.
    if (this.changing || document.querySelector('[data-test-script-state="running"]')) {
      this.reporting = setTimeout(() => this.report(false), 50);
      return;
    }
    // While it plays, the page's numbers stay with the step at which it rested last.
    const step = this.player.on ? this.settings.step : this.goal;
    this.told = step;
    this.tell("progress", {
      signature: this.settings.signature,
      have: this.run.chapters,
      step,
      want: this.wanting,
    });
    this.wanting = false;
  }

  // Tell Python where the run stands, once it stands: the address and the page's numbers follow.
  rested() {
    if (this.goal > this.run.last && !this.run.ended) this.ask();
    else if (this.player.on || this.goal !== this.step) return;
    else if (this.told !== this.step || !this.run.picture(this.step).exact) this.report(false);
  }

  go(step) {
    this.goal = Math.max(0, step);
    if (this.goal > this.run.last) {
      if (this.run.ended) this.goal = this.run.last;
      else this.ask();
    }
    this.step = Math.min(this.goal, this.run.last);
    this.rest();
    this.draw();
  }

  advance(steps) {
    if (!this.player.on) return this.go(this.step + steps);
    const { run } = this;
    if (this.step >= run.last) {
      if (!run.ended) return this.ask(); // played faster than it is computed: wait
      if (this.began !== run.last)
        this.step = 0; // play it again
      else return this.player.stop();
    }
    this.step = this.goal = Math.min(run.last, this.step + steps);
    this.began = run.last;
    const lead = Math.max(SMALLEST_LEAD, 2 * Number(this.player.speed.value));
    if (run.last - this.step < lead) this.ask();
    if (this.step === run.last && run.ended) this.player.stop();
    this.draw();
    return undefined;
  }

  commit(values) {
    const [rows, columns] = this.data.goal0.shape;
    this.tell("kernel", { rows, columns, values: Array.from(values), serial: this.edits.send() });
  }

  // ---- drawing ----------------------------------------------------------------------------

  layout() {
    const { settings, data } = this;
    const page = theme(this.root.getRootNode());
    this.page = page;
    this.weights = table("weights", page.dark);
    this.stage.dataset.kernels = settings.kernels;
    const goals = Array.from({ length: settings.kernels }, (_, at) => data[`goal${at}`]);
    const most = (values) => Math.max(...extremes(values).map(Math.abs)) || 1;
    this.limits = goals.map((goal) => most(goal.data));
    this.limit = most(data.target.data);
    const single = settings.kernels === 1;
    this.editing.hidden = !single;
    this.wanted.section.hidden = single;
    this.difference.section.hidden = !single || !data.within;
    this.editorTitle.textContent = `Target: ${settings.titles[0]}`;
    if (single && !this.editing.stale)
      this.editor.show(...goals[0].shape, goals[0].data, page, this.weights);
    if (!single) {
      this.wanted.show({
        kernels: goals.map((goal, at) => ({
          rows: goal.shape[0],
          columns: goal.shape[1],
          values: goal.data,
          limit: this.limits[at],
          note: settings.titles[at],
          map: data[`goal_map${at}`] && {
            ...data[`goal_map${at}`],
            limit: most(data[`goal_map${at}`].data),
          },
        })),
        page,
      });
    }
    const [rows, columns] = data.target.shape;
    this.target.size.textContent = `${rows} \u00d7 ${columns}`;
    this.target.note.textContent = "All three in the range of the target";
    this.target.show(data.target.data, rows, columns, { page, limit: this.limit, tallest: 300 });
    this.target.frame.setAttribute(
      "aria-label",
      `${settings.target_alt} Arrow keys move the pixel in hand.`,
    );
    this.error.frame.setAttribute(
      "aria-label",
      "Result minus target. Arrow keys move the pixel in hand.",
    );
    this.result.frame.setAttribute(
      "aria-label",
      "What the learned kernel makes of the picture. Arrow keys move the pixel in hand.",
    );
    this.layoutPicture();
    this.rate.update(settings, page);
    this.directions.update(settings, data, this.run, page);
    this.loss.layout(this.run, this.ghost, settings, page);
    this.timeline.max = String(Math.max(1, this.run.last));
    this.drawNow();
  }

  layoutPicture() {
    const { shape, data } = this.data.picture;
    const [rows, columns] = shape;
    const room = this.picture.clientWidth;
    this.cell = Math.min(room / columns, 300 / rows);
    const canvas = this.pictureCanvas;
    Object.assign(canvas, { width: columns, height: rows });
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    for (let at = 0; at < data.length; at++)
      image.data.set([data[at], data[at], data[at], 255], 4 * at);
    context.putImageData(image, 0, 0);
    canvas.style.width = `${columns * this.cell}px`;
    canvas.style.height = `${rows * this.cell}px`;
    canvas.style.imageRendering = this.cell >= 1 ? "pixelated" : "auto";
    this.pictureSize.textContent = `${rows} \u00d7 ${columns}`;
    const { patches, patch } = this.settings;
    this.pictureNote.textContent = patches
      ? `${patches === 1 ? "One patch" : `${patches} patches`} of ${patch[0]} \u00d7 ${patch[1]} for this step`
      : "The whole picture in every step";
    this.pictureFrame.setAttribute(
      "aria-label",
      `${this.settings.alt} ${this.pictureNote.textContent}.`,
    );
  }

  drawNow() {
    const { run, step, settings, page, data } = this;
    const shown = run.picture(step);
    this.result.size.textContent = shown.step === step ? "" : `step ${shown.step}`;
    this.paint(this.result, shown.result);
    this.errors = shown.result.map((value, at) => value - data.target.data[at]);
    this.error.size.textContent = compared(shown.error, "the target");
    this.paint(this.error, this.errors);

    this.learned.heading.textContent =
      settings.kernels === 1 ? "Learned kernel" : "Learned kernels";
    this.learned.show({
      kernels: run.kernels.map((_, kernel) => ({
        ...run.weights(kernel, step),
        limit: this.limits[kernel],
        changes: run.changes(kernel, step),
        lit: this.weight?.[0] === kernel ? this.weight.slice(1) : null,
        note: this.biasOf(kernel),
        share: run.share(kernel, step),
        map: shown.hidden[kernel],
      })),
      page,
    });
    if (data.within && settings.kernels === 1) {
      const learned = run.weights(0, step);
      const apart = learned.values.map((value, at) => value - data.within.data[at]);
      const length = (values) => Math.hypot(...values);
      const distance = length(apart) / length(data.within.data);
      this.difference.size.textContent = compared(distance, "its length");
      this.difference.show({
        kernels: [
          { ...learned, values: apart, limit: this.limits[0], lit: this.weight?.slice(1) ?? null },
        ],
        page,
      });
    }
    this.drawPatches();
    this.loss.draw(step);
    this.directions.draw(step);
    this.timeline.value = String(step);
    this.timeline.setAttribute("aria-valuetext", `step ${step} of ${run.last}`);
    const waiting = this.goal > run.last || (this.player.on && step === run.last && !run.ended);
    this.where.textContent = `step ${step}${waiting ? ", computing on" : ""}`;
    this.write();
    this.drawPoint();
  }

  // What lies beyond the range takes the colour of its end.
  paint(pane, values) {
    const [rows, columns] = this.data.target.shape;
    const { limit, page } = this;
    const within = values.map((value) => Math.max(-limit, Math.min(limit, value)));
    pane.show(within, rows, columns, { page, limit, tallest: 300 });
  }

  biasOf(kernel) {
    return `bias ${written(this.run.bias(kernel, this.step), 3)}`;
  }

  drawPatches() {
    const { run, step, cell, settings, page } = this;
    const [rows, columns] = this.data.picture.shape;
    const [width, height] = [columns * cell, rows * cell];
    const overlay = this.pictureOverlay;
    overlay.style.width = `${width}px`;
    overlay.style.height = `${height}px`;
    const context = sharpContext(overlay, width, height);
    if (settings.patches) {
      const [tall, wide] = settings.patch;
      const { tops, lefts } = run.patches(step);
      for (const [colour, thickness] of [
        ["rgba(0,0,0,.35)", 2.5],
        [page.dark ? page.accent : "#3fc1b0", 1.2],
      ]) {
        context.strokeStyle = colour;
        context.lineWidth = thickness;
        for (let at = 0; at < tops.length; at++) {
          context.strokeRect(lefts[at] * cell, tops[at] * cell, wide * cell, tall * cell);
        }
      }
    }
    if (this.pixel) {
      const [top, left] = settings.corner;
      const [tall, wide] = settings.reach;
      ring(
        context,
        (this.pixel[1] + left) * cell,
        (this.pixel[0] + top) * cell,
        (wide + 1) * cell,
        (tall + 1) * cell,
        page,
        8,
      );
    }
  }

  drawPoint() {
    for (const pane of [this.result, this.target, this.error]) {
      pane.over((context, cell) => {
        if (this.pixel)
          ring(context, this.pixel[1] * cell, this.pixel[0] * cell, cell, cell, this.page, 9);
      });
    }
  }

  // ---- pointing ---------------------------------------------------------------------------

  point(pixel) {
    this.pixel = pixel;
    this.drawPatches();
    this.drawPoint();
    this.write();
  }

  keyOnMap(event) {
    const move = arrows(event);
    if (event.key === " ") this.player.toggle();
    else if (move) {
      const [rows, columns] = this.data.target.shape;
      const from = this.pixel ?? [rows >> 1, columns >> 1];
      this.point([
        Math.max(0, Math.min(rows - 1, from[0] + move[0])),
        Math.max(0, Math.min(columns - 1, from[1] + move[1])),
      ]);
      this.say(this.pixelSentence());
    } else if (event.key === "Escape") this.point(null);
    else return;
    event.preventDefault();
  }

  lightWeight(at, from = "learned") {
    if (at && from === "target") {
      // Where the learned kernel is larger, the target lies in its middle.
      const offset = this.settings.offset;
      at = [0, at[1] + offset[0], at[2] + offset[1]];
      const { rows, columns } = this.run.weights(0, this.step);
      if (at[1] < 0 || at[2] < 0 || at[1] >= rows || at[2] >= columns) at = null;
    }
    this.weight = at;
    if (this.settings.kernels === 1 && this.editor.moving === null) {
      const [top, left] = this.settings.offset;
      this.editor.mark(...(at ? [at[1] - top, at[2] - left] : [null, null]));
    }
    this.draw();
    if (at) this.say(this.weightSentence(at));
  }

  // ---- sentences --------------------------------------------------------------------------

  write() {
    const parts = this.pixel
      ? [this.pixelSentence()]
      : [this.weightSentence(this.weight ?? this.run.steepest(this.step))];
    this.sum.textContent = parts.join(" ");
    const { run, settings } = this;
    const over = run.diverged && this.step === run.last;
    this.verdict.textContent = over
      ? `Diverged after step ${run.last}: the loss has grown ${roughly(run.growth())}-fold. ${settings.reason}`
      : run.ended && this.step === run.last
        ? `The recording ends here, at step ${run.last}.`
        : "";
    this.verdict.classList.toggle("bad", over);
  }

  pixelSentence() {
    const [row, column] = this.pixel;
    const columns = this.data.target.shape[1];
    const at = row * columns + column;
    const shown = this.run.picture(this.step);
    const value = (values) => written(values[at], 4);
    return (
      `Row ${row}, column ${column}: result ${value(shown.result)} \u2212 target ${bracket(value(this.data.target.data))}` +
      ` = error ${value(this.errors)}`
    );
  }

  // The rule with this step's numbers in it.
  weightSentence([kernel, row, column]) {
    const { run, step, settings } = this;
    const { columns, values } = run.weights(kernel, step);
    const at = row * columns + column;
    const name =
      (settings.kernels > 1 ? `Kernel ${kernel + 1}, row` : "Weight in row") +
      ` ${row + 1}, column ${column + 1}`;
    const slope = written(run.slopes(kernel, step)[at], 4);
    const changes = run.changes(kernel, step);
    if (!changes) return `${name}: ${written(values[at], 4)}, slope of the loss ${slope}`;
    const after = written(run.weights(kernel, step + 1).values[at], 4);
    const pull = `${written(settings.rate, 4)} \u00d7 ${bracket(slope)}`;
    if (!settings.momentum) return `${name}: ${written(values[at], 4)} \u2212 ${pull} = ${after}`;
    const before = step > 0 ? run.changes(kernel, step - 1)[at] : 0;
    return (
      `${name}: ${written(values[at], 4)} + ${written(settings.momentum, 3)} \u00d7 ` +
      `${bracket(written(before, 3))} \u2212 ${pull} = ${after}`
    );
  }
}

function roughly(value) {
  return value < 1e15 ? Number(value.toPrecision(1)).toLocaleString("en") : written(value, 2);
}

// A part of something: in percent, or how many times, where it is much more.
function compared(part, whole) {
  if (!Number.isFinite(part) || part > 1e30) return "";
  return part >= 10
    ? `${written(part, 3)} times ${whole}`
    : `${written(100 * part, 3)}% of ${whole}`;
}

function bracket(text) {
  return text.startsWith("\u2212") ? `(${text})` : text;
}

function section(name, title, size, ...children) {
  const heading = element(
    "div",
    { class: "title" },
    typeof title === "string" ? element("span", { text: title }) : title,
  );
  if (size) heading.append(size);
  return element("section", { class: `pane ${name}` }, heading, ...children);
}
