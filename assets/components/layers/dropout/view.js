// Dropout on the maps of a layer: the maps, the mask, what is left, and what many masks give on
// average. Every mask is one that cnnviz drew; the point on the curve says how many have passed.

import { mounted } from "../../shared/mount.js";
import { written } from "../../shared/numbers.js";
import { extremes, theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { along, announcer, dragged, eachFrame } from "../../shared/hand.js";
import { Marks } from "../../shared/marks.js";
import { Player } from "../../shared/player.js";
import { Plot, dashOf } from "../../shared/plot.js";
import { focusMethods, joinedWalls } from "../../shared/wall.js";

export default mounted((root) => new Dropout(root));

class Dropout {
  constructor(root) {
    this.root = root;
    this.at = 0;
    [this.maps, this.mask, this.result] = joinedWalls(this, "Maps", "Mask", "After dropout");
    const marks = new Marks();
    marks.show([
      ["full", "kept"],
      ["empty", "dropped"],
    ]);
    this.mask.pane.legend.replaceWith(marks.box);
    const sign = (text) => element("div", { class: "sign", "aria-hidden": "true", text });
    this.times = sign("");
    this.line = element("div", { class: "line" });
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      extra: [
        element("button", {
          type: "button",
          text: "New mask",
          onclick: () => this.advance(1),
        }),
      ],
    });
    this.holder = element("div", { class: "chart", tabindex: "0", role: "slider" });
    this.plot = new Plot(this.holder);
    this.figures = element("table", { class: "values" });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(this.said, 600);
    this.remask = eachFrame(() => this.drawMask());
    this.training = element(
      "div",
      {},
      this.player.bar,
      element(
        "div",
        { class: "pair" },
        element(
          "section",
          {},
          element("div", { class: "title", text: "Mean of the result, over all masks so far" }),
          this.holder,
        ),
        this.figures,
      ),
    );
    root.replaceChildren(
      element(
        "div",
        { class: "walls" },
        this.maps.section,
        sign("\u2299"),
        this.mask.section,
        this.times,
        this.result.section,
      ),
      this.line,
      this.training,
      this.said,
    );
    const follow = (event) => {
      this.player.stop();
      this.go(Math.round(this.plot.xAt(event.clientX)) - 1);
    };
    dragged(this.holder, { start: follow, move: follow });
    this.holder.onkeydown = (event) => this.plotKey(event);
  }

  update(_component, { settings, arrays }) {
    this.settings = settings;
    this.arrays = arrays;
    this.shape = arrays.maps.shape;
    this.count = arrays.running_mean.data.length;
    this.at = Math.min(this.at, this.count - 1);
    if (this.selection !== settings.selection) {
      this.selection = settings.selection;
      this.selected = settings.strongest;
      this.at = 0;
    }
    this.focus = this.selected;
    this.layout();
  }

  layout() {
    const page = theme(this.root.getRootNode());
    this.page = page;
    this.colours = this.settings.colours[page.dark ? "dark" : "light"];
    const { training, scale } = this.settings;
    this.training.hidden = !training;
    this.times.textContent = training ? `\u00d7 ${written(scale, 4)} =` : "=";
    // One range for both, so that what is scaled up is seen to be stronger.
    const [least, most] = extremes(this.arrays.maps.data);
    this.limit = Math.max(Math.abs(least), Math.abs(most)) * (training ? scale : 1) || 1;
    this.maps.show(this.arrays.maps.data, this.shape, this.settings.across, {
      page,
      limit: this.limit,
    });
    this.maps.pane.note.textContent = "Colours: one range for both walls.";
    this.drawPlot();
    this.drawMask();
  }

  drawPlot() {
    const width = this.holder.clientWidth;
    if (!width || !this.settings.training) return;
    const x = Float32Array.from({ length: this.count }, (_, at) => at + 1);
    const { running_mean: scaled, running_mean_unscaled: plain } = this.arrays;
    const [least, most] = extremes([...scaled.data, ...plain.data, this.settings.true_mean]);
    const room = (most - least) * 0.15 || 0.01;
    this.plot.draw({
      page: this.page,
      width,
      height: Math.min(320, width * 0.66),
      x: { range: [1, this.count], label: "masks", whole: true },
      y: { range: [least - room, most + room] },
      lines: [{ y: this.settings.true_mean, text: "mean of the maps" }],
      series: [scaled, plain].map(({ data }, place) => ({
        x,
        y: data,
        colour: this.colours[place],
        dash: dashOf(place),
        thickness: 3,
        faded: true,
      })),
    });
  }

  // Bit by bit, as numpy.packbits lays them.
  kept(index) {
    if (!this.settings.training) return 1;
    const { data, shape } = this.arrays.masks;
    return (data[this.at * shape[1] + (index >> 3)] >> (7 - (index & 7))) & 1;
  }

  drawMask() {
    const { page, limit } = this;
    const values = this.arrays.maps.data;
    const factor = this.settings.training ? this.settings.scale : 1;
    const mask = Float32Array.from(values, (_, index) => this.kept(index));
    const result = Float32Array.from(values, (value, index) => value * mask[index] * factor);
    this.values = { mask, result };
    this.mask.show(mask, this.shape, this.settings.across, { page, limit: 1, mask: true });
    this.result.show(result, this.shape, this.settings.across, { page, limit });
    const dropped = mask.length - mask.reduce((sum, one) => sum + one, 0);
    this.mask.pane.note.textContent =
      `${dropped.toLocaleString("en")} of ${mask.length.toLocaleString("en")} dropped ` +
      `(${written((100 * dropped) / mask.length, 3)}%)`;
    for (const [wall, text] of [
      [this.maps, `${this.settings.alt}`],
      [this.mask, `Mask ${this.at + 1}. ${this.mask.pane.note.textContent}.`],
      [this.result, "The maps after dropout."],
    ]) {
      const [rows, columns, channels] = this.shape;
      wall.pane.size.textContent = `${channels} \u00d7 ${rows} \u00d7 ${columns}`;
      wall.pane.frame.setAttribute("aria-label", `${text} Arrow keys move the number in focus.`);
    }
    this.fillFigures(result);
    this.draw();
  }

  fillFigures(result) {
    const mean = result.reduce((sum, one) => sum + one, 0) / result.length;
    const many = `${this.at + 1} mask${this.at ? "s" : ""}`;
    const rows = [
      ["mean of the maps", this.settings.true_mean],
      ["after this mask", mean],
      [`over ${many}`, this.arrays.running_mean.data[this.at], 0],
      [`over ${many}, not scaled up`, this.arrays.running_mean_unscaled.data[this.at], 1],
    ];
    this.figures.replaceChildren(
      element(
        "tbody",
        {},
        ...rows.map(([name, value, place]) => {
          const heading = element("th", { scope: "row", text: name });
          if (place !== undefined) heading.style.borderLeft = `6px solid ${this.colours[place]}`;
          const number = String(Number(value.toPrecision(4)));
          return element("tr", {}, heading, element("td", { text: number }));
        }),
      ),
    );
    this.player.where.textContent = `mask ${this.at + 1} of ${this.count}`;
    this.holder.setAttribute(
      "aria-label",
      "Mean of the result over the masks so far. Arrow keys draw another mask.",
    );
    this.holder.setAttribute("aria-valuemin", 1);
    this.holder.setAttribute("aria-valuemax", this.count);
    this.holder.setAttribute("aria-valuenow", this.at + 1);
    this.holder.setAttribute("aria-valuetext", `mask ${this.at + 1}`);
  }

  go(at) {
    this.at = Math.max(0, Math.min(this.count - 1, at));
    this.remask();
  }

  advance(steps) {
    this.go((((this.at + steps) % this.count) + this.count) % this.count);
  }

  plotKey(event) {
    const to = along(event, this.at, { most: this.count - 1 });
    if (event.key === " ") this.player.toggle();
    else if (to === null) return;
    else this.go(to);
    event.preventDefault();
  }

  draw() {
    for (const wall of [this.maps, this.mask, this.result]) wall.mark(this.focus, this.page);
    const [row, column, channel] = this.focus;
    const at = (row * this.shape[1] + column) * this.shape[2] + channel;
    const [value, kept] = [this.arrays.maps.data[at], this.values.mask[at]];
    const { training, scale } = this.settings;
    const factors = training ? ` \u00b7 ${kept} \u00b7 ${written(scale, 4)}` : "";
    this.line.replaceChildren(
      element("span", { class: "faint", text: `map ${channel}, row ${row}, column ${column}: ` }),
      element("span", { text: `${written(value, 4)}${factors}` }),
      element("strong", { text: ` = ${written(this.values.result[at], 4)}` }),
    );
    if (training) {
      this.plot.point(this.at + 1, [
        { y: this.arrays.running_mean.data[this.at], colour: this.colours[0], main: true },
        { y: this.arrays.running_mean_unscaled.data[this.at], colour: this.colours[1] },
      ]);
    }
    this.say(`${this.line.textContent}. ${this.mask.pane.note.textContent}`);
  }
}

Object.assign(Dropout.prototype, focusMethods);
