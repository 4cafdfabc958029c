// A training run played back step by step: the kernel that is learned beside its target, what it
// makes of the picture, the loss, and why this learning rate is as fast as it can be.
//
// All that is shown was computed in Python, in chapters of steps: the weights, slopes and losses
// of every step, and the result's picture of as many as there is room for. The browser asks for
// the next chapter before the last one has been played.

import { mounted } from "../../shared/mount.js";
import { extremes, table, theme } from "../../shared/colours.js";
import { element, iconButton } from "../../shared/dom.js";
import { announcer, arrows, debounced, eachFrame } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { MapPane } from "../../shared/map_pane.js";
import { written } from "../../shared/numbers.js";
import { heightFor } from "../../shared/room.js";
import { ring } from "../../shared/ring.js";
import { Player } from "../../shared/player.js";
import { LossChart } from "./loss.js";
import { KernelCells } from "./kernels.js";
import { RateRuler } from "./rate.js";
import { Directions } from "./directions.js";
import { PicturePane } from "./picture.js";
import { Recording } from "./recording.js";
import { compared, pixelSentence, verdict, weightSentence } from "./sentences.js";
import { TargetPane } from "./target.js";

const NARROW = 480; // of a phone, where the panes stand below each other
const SMALLEST_LEAD = 48; // steps still to play when the next chapter is asked for
const REST = 300; // milliseconds until Python is told where the run stands

export default mounted((root) => new Learning(root));

class Learning {
  constructor(root) {
    this.root = root;
    this.step = 0;
    this.goal = 0; // where the run should stand once that step has been computed
    this.edits = new Handshake();
    this.weight = null; // [kernel, row, column] in hand
    this.pixel = null;
    this.rest = debounced(REST, () => this.rested());
    this.reportAgain = debounced(50, () => this.report(false));
    this.giveUp = debounced(3000, () => (this.changing = false));
    this.build();
  }

  leave() {
    this.rest.cancel();
    this.say.cancel();
    this.reportAgain.cancel();
    this.giveUp.cancel();
  }

  // ---- building ---------------------------------------------------------------------------

  build() {
    this.picture = new PicturePane();
    this.buildMaps();
    this.buildKernels();
    this.loss = new LossChart((step) => {
      this.player.stop();
      this.go(step);
    });
    this.rate = new RateRuler((rate) => this.change("rate", rate));
    this.directions = new Directions();
    this.buildPlayer();
    this.sum = element("div", { class: "sum" });
    this.verdict = element("div", { class: "verdict", role: "status" });
    const said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(said, 400);
    this.draw = eachFrame(() => this.drawNow());
    this.stage = this.panes();
    const live = element("div", { class: "live" }, this.sum, this.verdict);
    const { section } = this.directions;
    this.root.replaceChildren(this.player.bar, this.timeline, live, this.stage, section, said);
  }

  buildPlayer() {
    const restart = iconButton("replay", "Back to the start", () => {
      this.player.stop();
      this.go(0);
    });
    this.reseed = iconButton("casino", "Start from other noise", () => {
      this.player.stop();
      this.go(0);
      this.change("reseed", this.settings.seed + 1);
    });
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => !on && this.rest(),
      extra: [this.reseed],
    });
    this.player.speed.max = "240";
    this.player.speed.value = "30";
    this.timeline = element("input", { type: "range", class: "timeline", min: "0", step: "1" });
    this.timeline.setAttribute("aria-label", "Step of the training run");
    this.timeline.oninput = () => {
      this.player.stop();
      this.go(Number(this.timeline.value));
    };
    this.player.bar.prepend(restart);
  }

  buildMaps() {
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
  }

  buildKernels() {
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

    this.editing = new TargetPane({
      preview: () => this.edits.begin(),
      commit: (values) => this.commit(values),
      hover: (row, column) => this.lightWeight(row === null ? null : [0, row, column], "target"),
      edit: (name) => this.change("edit", name),
    });
  }

  panes() {
    const sign = (name, text) =>
      element("div", { class: `sign ${name}`, "aria-hidden": "true", text });
    return element(
      "div",
      { class: "stage" },
      element("div", { class: "left" }, this.picture.section, this.loss.section, this.rate.section),
      sign("times", "\u2217"),
      this.learned.section,
      sign("equals", "="),
      this.result.section,
      this.editing.section,
      this.wanted.section,
      sign("gives", "\u2192"),
      this.target.section,
      this.difference.section,
      this.error.section,
    );
  }

  // ---- what Python sends ------------------------------------------------------------------

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    const isOld = this.edits.isOld(settings.serial);
    const first = !this.settings;
    if (first || settings.signature !== this.settings.signature) {
      if (isOld) return; // the answer to a newer edit of the target is on its way
      if (settings.chapter !== 0) {
        // Two changes have crossed on the way: what Python takes for known was forgotten here.
        const step = first ? settings.step : this.goal;
        this.tell("progress", { signature: settings.signature, have: 0, step, want: true });
        return;
      }
      this.changing = this.wanting = false;
      this.ghost = this.run ? { losses: this.run.losses, steps: this.run.steps } : null;
      this.run = new Recording(settings.kernels, {
        seen: arrays.seen,
        target: arrays.target,
        corner: settings.corner,
      });
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
    this.editing.take(settings, isOld);
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
    this.giveUp();
    this.trigger(name, value);
  }

  report(want) {
    this.rest.cancel();
    this.reportAgain.cancel();
    this.wanting ||= want;
    // The same holds for a change that a widget of the page has just begun.
    if (this.changing || document.querySelector('[data-test-script-state="running"]')) {
      this.reportAgain();
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
    this.stage.dataset.kernels = settings.kernels;
    // Result, target and error stand below each other, and so do the kernels.
    const isPhone = this.root.clientWidth < NARROW;
    this.tallest = isPhone ? 300 : Math.max(96, Math.min(300, (heightFor(this.root) - 310) / 3));
    for (const kernels of [this.learned, this.wanted, this.difference]) {
      kernels.tallest = isPhone ? 270 : this.tallest + 24;
    }
    this.root.style.setProperty("--high", `${this.tallest + 24}px`);
    const goals = Array.from({ length: settings.kernels }, (_, at) => data[`goal${at}`]);
    const most = (values) => Math.max(...extremes(values).map(Math.abs)) || 1;
    this.limits = goals.map((goal) => most(goal.data));
    this.limit = most(data.target.data);
    const single = settings.kernels === 1;
    this.editing.section.hidden = !single;
    this.wanted.section.hidden = single;
    this.difference.section.hidden = !single || !data.within;
    if (single) this.editing.show(goals[0], settings.titles[0], page, table("weights", page.dark));
    else {
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
    this.target.show(data.target.data, rows, columns, {
      page,
      limit: this.limit,
      tallest: this.tallest,
    });
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
    this.picture.layout(data.picture, settings, this.tallest);
    this.rate.update(settings, page);
    this.directions.update(settings, data, this.run, page);
    this.loss.layout(this.run, this.ghost, settings, page);
    this.timeline.max = String(Math.max(1, this.run.last));
    this.drawNow();
  }

  drawNow() {
    const { run, step, settings, page, data } = this;
    const shown = run.picture(step);
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
    this.drawPicture();
    this.loss.draw(step);
    this.directions.draw(step);
    this.timeline.value = String(step);
    this.timeline.setAttribute("aria-valuetext", `step ${step} of ${run.last}`);
    const waiting = this.goal > run.last || (this.player.on && step === run.last && !run.ended);
    this.player.where.textContent = `step ${step}${waiting ? ", computing on" : ""}`;
    this.write();
    this.drawPoint();
  }

  // What lies beyond the range takes the colour of its end.
  paint(pane, values) {
    const [rows, columns] = this.data.target.shape;
    const { limit, page } = this;
    const within = values.map((value) => Math.max(-limit, Math.min(limit, value)));
    pane.show(within, rows, columns, { page, limit, tallest: this.tallest });
  }

  biasOf(kernel) {
    return `bias ${written(this.run.bias(kernel, this.step), 3)}`;
  }

  drawPicture() {
    const { run, step, pixel, settings, page } = this;
    const patches = settings.patches ? run.patches(step) : null;
    this.picture.draw({ patches, pixel, settings, page });
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
    this.drawPicture();
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
    if (this.settings.kernels === 1 && this.editing.editor.moving === null) {
      const [top, left] = this.settings.offset;
      this.editing.editor.mark(...(at ? [at[1] - top, at[2] - left] : [null, null]));
    }
    this.draw();
    if (at) this.say(this.weightSentence(at));
  }

  // ---- sentences --------------------------------------------------------------------------

  write() {
    const { run, step, settings } = this;
    this.sum.textContent = this.pixel
      ? this.pixelSentence()
      : this.weightSentence(this.weight ?? run.steepest(step));
    this.verdict.textContent = verdict(run, step, settings.reason);
    this.verdict.classList.toggle("bad", run.diverged && step === run.last);
  }

  pixelSentence() {
    const { target } = this.data;
    const { result } = this.run.picture(this.step);
    const numbers = { result, target: target.data, error: this.errors };
    return pixelSentence(this.pixel, target.shape[1], numbers);
  }

  weightSentence(place) {
    return weightSentence(place, this.run, this.step, this.settings);
  }
}
