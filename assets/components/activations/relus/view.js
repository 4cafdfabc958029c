// Training runs side by side, played back step by step: what each network says about the plane,
// which of its units fire, and how many never will again.

import { mounted } from "../../shared/mount.js";
import { written } from "../../shared/numbers.js";
import { css, extremes, signedColour, table, theme } from "../../shared/colours.js";
import { element, fillCanvas, sharpContext, titled } from "../../shared/dom.js";
import { along, announcer, dragged, eachFrame } from "../../shared/hand.js";
import { Marks } from "../../shared/marks.js";
import { heightFor } from "../../shared/room.js";
import { Player } from "../../shared/player.js";
import { legendStrip } from "../../shared/legend.js";
import { fillLegend } from "../../shared/map_pane.js";
import { Plot, dashOf, nearestAt } from "../../shared/plot.js";

const SOFTER = 1.6; // the end of the scale is for the points, which lie on top

export default mounted((root) => new Runs(root));

class Runs {
  constructor(root) {
    this.root = root;
    this.step = 0;
    this.nets = [0, 1].map(() => this.net());
    this.player = new Player({ advance: (steps) => this.advance(steps) });
    this.player.speed.value = 12;
    this.marks = new Marks();
    this.marks.show([
      ["full", "a unit that fires for some example"],
      ["empty", "one that is silent"],
      ["cross", "one that never fires again"],
    ]);
    this.charts = ["Units that never fire again", "Loss"].map((title) => this.chart(title));
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(this.said, 600);
    this.draw = eachFrame(() => this.drawNow());
    root.replaceChildren(
      element("div", { class: "pair" }, ...this.nets.map((net) => net.section)),
      this.marks.box,
      this.player.bar,
      element("div", { class: "pair" }, ...this.charts.map((chart) => chart.section)),
      this.said,
    );
  }

  net() {
    const heading = element("span");
    const count = element("span", { class: "size" });
    const plane = element("canvas", { class: "plane", role: "img" });
    const units = element("canvas", { class: "units", role: "img" });
    const figures = element("div", { class: "figures" });
    const legend = legendStrip();
    const section = titled(
      { class: "net" },
      [heading, count],
      element(
        "div",
        { class: "beside" },
        element("div", { class: "left" }, plane, legend),
        element("div", { class: "right" }, units, figures),
      ),
    );
    return { section, heading, count, plane, legend, units, figures };
  }

  chart(title) {
    const holder = element("div", { class: "chart", tabindex: "0", role: "slider" });
    const section = titled({}, [title], holder);
    const plot = new Plot(holder);
    const follow = (event) => {
      this.player.stop();
      this.go(Math.round(plot.xAt(event.clientX)));
    };
    dragged(holder, { start: follow, move: follow });
    holder.onkeydown = (event) => this.key(event);
    return { section, holder, plot, title };
  }

  key(event) {
    const to = along(event, this.step, { most: this.last });
    if (event.key === " ") this.player.toggle();
    else if (to === null) return;
    else {
      this.player.stop();
      this.go(to);
    }
    event.preventDefault();
  }

  update(_component, { settings, arrays }) {
    const first = !this.settings;
    this.settings = settings;
    this.runs = settings.runs.map((run, place) => {
      const of = (name) => arrays[`${name}${place}`];
      const [count, units] = of("silent").shape;
      return {
        ...run,
        count,
        units,
        steps: Float32Array.from({ length: count }, (_, step) => step),
        silent: of("silent").data,
        lastFired: of("last_fired").data,
        dead: of("dead").data,
        losses: of("losses").data,
        accuracies: of("accuracies").data,
        mapSteps: of("map_steps").data,
        maps: of("maps").data,
        side: of("maps").shape[1],
      };
    });
    this.points = arrays.points.data;
    this.labels = arrays.labels.data;
    this.last = Math.max(...this.runs.map((run) => run.count)) - 1;
    if (first || this.signature !== settings.signature) this.step = this.last;
    this.signature = settings.signature;
    this.layout();
  }

  go(step) {
    this.step = Math.max(0, Math.min(this.last, step));
    this.draw();
  }

  // Playing begins anew after the last step, and ends there.
  advance(steps) {
    if (this.player.on && this.step === this.last) {
      if (this.began) return this.player.stop();
      return this.go(0);
    }
    this.began = this.player.on;
    this.go(this.step + steps * (this.player.on ? 2 : 1));
    if (this.step === this.last && this.player.on) this.player.stop();
    if (!this.player.on) this.began = false;
    return undefined;
  }

  layout() {
    const page = theme(this.root.getRootNode());
    this.page = page;
    this.maps = table("maps", page.dark);
    this.colours = this.settings.colours[page.dark ? "dark" : "light"];
    this.classes = [-0.85, 0.85].map((value) => css(signedColour(value, 1, this.maps)));
    for (const { legend } of this.nets) {
      fillLegend(legend, this.maps, SOFTER, ["sure: blue", "undecided", "sure: red"], 1);
    }
    this.half = (heightFor(this.root) - 225) / 2;
    const finite = this.runs.flatMap((run) => [...run.losses]).filter((loss) => loss > 0);
    const [least, most] = extremes(finite);
    const lowest = Math.max(1e-5, Math.min(least, 0.1)) / 1.3;
    const highest = Math.min(1e3, Math.max(most, 1)) * 1.3;
    const ranges = [{ range: [0, 1] }, { range: [lowest, highest], log: true }];
    this.charts.forEach(({ plot, holder }, place) => {
      const width = holder.clientWidth;
      if (!width) return;
      plot.draw({
        page,
        width,
        height: Math.max(140, Math.min(300, width * 0.6, this.half)),
        x: { range: [0, this.last], label: "step", whole: true },
        y: ranges[place],
        series: this.runs.map((run, net) => ({
          x: run.steps,
          y: place === 0 ? run.dead : run.losses,
          colour: this.colours[net],
          dash: dashOf(net),
          thickness: 3,
          faded: true,
        })),
      });
    });
    this.draw();
  }

  drawNow() {
    this.runs.forEach((run, net) => {
      const step = Math.min(this.step, run.count - 1);
      this.nets[net].heading.textContent = run.name;
      this.drawPlane(this.nets[net], run, step);
      this.drawUnits(this.nets[net], run, step, net);
      this.fillFigures(this.nets[net], run, step);
    });
    this.charts.forEach(({ plot, holder, title }, place) => {
      plot.point(
        this.step,
        this.runs.map((run, net) => ({
          y: (place === 0 ? run.dead : run.losses)[Math.min(this.step, run.count - 1)],
          colour: this.colours[net],
        })),
      );
      holder.setAttribute("aria-label", `${title} by step. Arrow keys go from step to step.`);
      holder.setAttribute("aria-valuemin", 0);
      holder.setAttribute("aria-valuemax", this.last);
      holder.setAttribute("aria-valuenow", this.step);
      holder.setAttribute("aria-valuetext", `step ${this.step}`);
    });
    this.player.where.textContent = `step ${this.step} of ${this.last}`;
    const sentences = this.nets.map(
      ({ heading, count, figures }) =>
        `${heading.textContent}: ${count.textContent}, ${figures.textContent}`,
    );
    this.say(`Step ${this.step}. ${sentences.join(". ")}`);
  }

  drawPlane({ plane, legend, section }, run, step) {
    const side = Math.min(300, Math.max(110, Math.min(section.clientWidth * 0.5, this.half)));
    legend.style.width = `${side}px`;
    const context = sharpContext(plane, side, side);
    const frame = nearestAt(run.mapSteps, step);
    const count = run.side * run.side;
    const small = (this.small ??= document.createElement("canvas"));
    fillCanvas(small, run.side, run.side, (pixels) => {
      for (let at = 0; at < count; at++) {
        const fill = signedColour(2 * run.maps[frame * count + at] - 1, SOFTER, this.maps);
        pixels.set(fill, 4 * at);
        pixels[4 * at + 3] = 255;
      }
    });
    context.imageSmoothingEnabled = true;
    context.drawImage(small, 0, 0, side, side);
    const reach = this.settings.reach;
    for (let at = 0; at < this.labels.length; at++) {
      const x = ((this.points[2 * at] / reach + 1) / 2) * side;
      const y = ((this.points[2 * at + 1] / reach + 1) / 2) * side;
      context.beginPath();
      context.arc(x, y, 3.5, 0, 2 * Math.PI);
      context.fillStyle = this.classes[this.labels[at]];
      context.strokeStyle = this.page.background;
      context.lineWidth = 1.5;
      context.fill();
      context.stroke();
    }
    plane.setAttribute(
      "aria-label",
      `What ${run.name} says about each place after ${run.mapSteps[frame]} steps, and the points.`,
    );
  }

  // One row per layer; a unit that fires is full, a silent one empty, a dead one crossed out.
  drawUnits({ units, section, count }, run, step, net) {
    const { layers } = this.settings;
    const width = run.units / layers;
    const across = Math.min(width, 8);
    const room = Math.max(90, section.clientWidth * 0.5 - 24);
    const cell = Math.min(26, room / across);
    const rows = Math.ceil(width / across);
    const [wide, tall] = [across * cell, layers * (rows * cell + 24)];
    const context = sharpContext(units, wide, tall);
    let dead = 0;
    context.font = `14px ${this.page.font}`;
    for (let unit = 0; unit < run.units; unit++) {
      const [layer, place] = [Math.floor(unit / width), unit % width];
      const x = (place % across) * cell;
      const y = layer * (rows * cell + 24) + 20 + Math.floor(place / across) * cell;
      if (place === 0) {
        context.fillStyle = this.page.ink;
        context.fillText(`layer ${layer + 1}`, 0, y - 6);
      }
      const silent = run.silent[step * run.units + unit];
      const gone = step > run.lastFired[unit];
      dead += gone;
      context.lineWidth = 1.5;
      context.strokeStyle = context.fillStyle = this.colours[net];
      const inner = cell - 4;
      if (!silent) context.fillRect(x + 2, y + 2, inner, inner);
      else {
        context.strokeStyle = this.page.ink;
        context.globalAlpha = 0.75;
        context.strokeRect(x + 2.5, y + 2.5, inner - 1, inner - 1);
        if (gone) {
          context.beginPath();
          context.moveTo(x + 5, y + 5);
          context.lineTo(x + cell - 5, y + cell - 5);
          context.moveTo(x + cell - 5, y + 5);
          context.lineTo(x + 5, y + cell - 5);
          context.stroke();
        }
        context.globalAlpha = 1;
      }
    }
    count.textContent = `${dead} of ${run.units} never fire again`;
    units.setAttribute("aria-label", `Units of ${run.name}: ${count.textContent}.`);
  }

  fillFigures({ figures }, run, step) {
    const gone = run.diverged && step === run.count - 1;
    figures.replaceChildren(
      element("div", { text: `loss ${written(run.losses[step], 5)}` }),
      element("div", { text: `right ${Math.round(100 * run.accuracies[step])}%` }),
      element("div", {
        class: "diverged",
        text: gone ? `Diverged after step ${step}: the next loss is not finite.` : "",
      }),
    );
  }
}
