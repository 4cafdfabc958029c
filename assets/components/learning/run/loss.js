// The loss, step by step, on a logarithmic axis; pressing or dragging goes to a step.

import { written } from "../../shared/numbers.js";
import { extremes } from "../../shared/colours.js";
import { element, titled } from "../../shared/dom.js";
import { dragged } from "../../shared/hand.js";
import { Plot } from "../../shared/plot.js";

const FLOOR = "mean square of the noise"; // even the right kernel leaves it

export class LossChart {
  constructor(go) {
    this.value = element("span", { class: "size" });
    this.holder = element("div", { class: "chart", role: "img" });
    this.legend = element("div", { class: "note" });
    this.section = titled({ class: "pane loss" }, ["Loss", this.value], this.holder, this.legend);
    this.plot = new Plot(this.holder);
    const follow = (event) => go(Math.max(0, Math.round(this.plot.xAt(event.clientX))));
    dragged(this.holder, { start: follow, move: follow });
  }

  // ghost: the run before this one, to compare with.
  layout(run, ghost, settings, page) {
    this.run = run;
    this.page = page;
    const width = this.holder.clientWidth;
    if (!width) return;
    const shown = ghost
      ? [...run.losses, ...ghost.losses.subarray(0, run.states)]
      : [...run.losses];
    const positive = shown.filter((loss) => loss > 0 && loss < 3e38);
    if (settings.floor > 0) positive.push(settings.floor);
    const [least, most] = positive.length ? extremes(positive) : [0.1, 1];
    // Runs come down to the floor: its name stands below it, where there is room left for it.
    const floors = settings.floor > 0 ? [{ y: settings.floor, text: FLOOR, below: true }] : [];
    const range = [Math.max(least, most * 1e-12) / (floors.length ? 3 : 1.5), most * 1.5];
    const series = [
      { x: run.steps, y: run.losses, colour: page.accent, thickness: 2.5, faded: true },
    ];
    if (ghost) {
      series.unshift({
        x: ghost.steps,
        y: ghost.losses,
        colour: page.ink,
        dash: "3 4",
        thickness: 1.5,
      });
    }
    this.legend.textContent = ghost ? "Dashed: the run before this one" : "";
    this.plot.draw({
      page,
      width,
      height: Math.max(150, Math.min(240, width * 0.75)),
      x: { range: [0, Math.max(1, run.last)], label: "step", whole: true },
      y: { range, log: true },
      series,
      lines: floors,
      margins: { left: 50 },
    });
  }

  draw(step) {
    const loss = this.run.losses[step];
    this.value.textContent = written(loss, 4);
    if (this.holder.clientWidth) this.plot.point(step, [{ y: loss, colour: this.page.accent }]);
    this.holder.setAttribute("aria-label", `Loss after step ${step}: ${written(loss, 4)}.`);
  }
}
