// Curves over one x with a point to drag along them: activations and their slopes, gradients by
// depth, costs by size. Every number shown is one of Python's samples; nothing is interpolated.

import { mounted } from "../../shared/mount.js";
import { written, writtenCount } from "../../shared/numbers.js";
import { theme } from "../../shared/colours.js";
import { element, titled } from "../../shared/dom.js";
import { along, announcer, debounced, dragged } from "../../shared/hand.js";
import { Marks } from "../../shared/marks.js";
import { heightFor } from "../../shared/room.js";
import { Player } from "../../shared/player.js";
import { Plot, dashOf, nearestAt, saveCharts, writtenPower } from "../../shared/plot.js";

export default mounted((root) => new Curves(root));

class Curves {
  constructor(root) {
    this.root = root;
    this.at = 0;
    this.panels = [];
    this.frames = element("div", { class: "panels" });
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => on || this.tell(),
      extra: [
        ...["SVG", "PNG"].map((kind) =>
          element("button", {
            type: "button",
            title: `Save the charts as ${kind}`,
            text: `Save ${kind}`,
            onclick: () => this.save(kind.toLowerCase()),
          }),
        ),
      ],
    });
    this.marks = new Marks();
    this.table = element("table", { class: "values" });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(this.said);
    // Only when a hand has come to rest.
    this.told = []; // what Python was told and has not answered yet
    this.tell = debounced(300, () => {
      this.told.push(this.value);
      this.send("cursor", this.value);
    });
    root.replaceChildren(this.frames, this.marks.box, this.player.bar, this.table, this.said);
  }

  update({ setStateValue }, { settings, arrays }) {
    this.send = setStateValue;
    this.settings = settings;
    this.series = settings.series.map((one, place) => ({
      ...one,
      x: arrays[`x${place}`].data,
      y: arrays[`y${place}`].data,
    }));
    const main = settings.groups.findIndex((group) => group.main);
    this.main = this.series.find((one) => one.group === main) ?? this.series[0];
    // What is dragged here stays, unless Python moves the point itself.
    if (this.selection !== settings.selection) {
      this.selection = settings.selection;
      // An answer to what was told here must not undo what the hand has done meanwhile.
      const place = nearestAt(this.main.x, settings.cursor);
      const answered = this.told.findIndex((one) => nearestAt(this.main.x, one) === place);
      this.told = answered < 0 ? [] : this.told.slice(answered + 1);
      if (answered < 0) this.value = settings.cursor;
    }
    this.at = nearestAt(this.main.x, this.value ?? settings.cursor);
    this.value = this.main.x[this.at];
    this.player.bar.hidden = this.main.x.length < 2;
    this.build();
    this.layout();
  }

  build() {
    const { panels } = this.settings;
    while (this.panels.length > panels.length) this.panels.pop().section.remove();
    while (this.panels.length < panels.length) this.panels.push(this.panel());
    this.frames.dataset.count = panels.length;
    panels.forEach(({ title }, place) => {
      this.panels[place].heading.textContent = title;
    });
    const isLeaning = panels.some(({ slope }) => slope !== undefined);
    this.marks.show(isLeaning ? [["line", "the tangent: as steep as the slope at x"]] : []);
  }

  panel() {
    const heading = element("span");
    const holder = element("div", { class: "chart", tabindex: "0", role: "slider" });
    const section = titled({ class: "panel" }, [heading], holder);
    this.frames.append(section);
    const plot = new Plot(holder);
    const follow = (event) => {
      this.player.stop();
      this.go(nearestAt(this.main.x, plot.xAt(event.clientX)));
    };
    dragged(holder, { start: follow, move: follow, end: () => this.tell() });
    holder.onkeydown = (event) => this.key(event);
    return { section, heading, holder, plot };
  }

  key(event) {
    const step = event.altKey ? 1 : (this.settings.stride ?? 1);
    const to = along(event, this.at, { most: this.main.x.length - 1, step });
    if (event.key === " ") this.player.toggle();
    else if (to === null) return;
    else {
      this.player.stop();
      this.go(to);
      this.tell();
    }
    event.preventDefault();
  }

  go(at) {
    this.at = Math.max(0, Math.min(this.main.x.length - 1, at));
    this.value = this.main.x[this.at];
    this.draw();
  }

  advance(steps) {
    const count = this.main.x.length;
    const by = steps * (this.settings.stride ?? 1) * (this.settings.direction ?? 1);
    this.go((((this.at + by) % count) + count) % count);
    if (!this.player.on) this.tell();
  }

  save(kind) {
    saveCharts(
      this.panels.map(({ plot }) => plot.svg),
      this.settings.groups.map(({ name }, group) => ({
        name,
        colour: this.colours[group],
        dash: dashOf(group),
      })),
      this.settings.file,
      kind,
    );
  }

  layout() {
    const page = theme(this.root.getRootNode());
    const colours = page.dark ? "dark" : "light";
    this.colours = this.settings.groups.map((group) => group[colours]);
    // The charts, the way through them and their numbers are on the screen together.
    const rows = 34 * (this.settings.groups.length + 1);
    const { below } = this.settings;
    const kept = below ? below * this.root.clientWidth + 60 : 0;
    const room =
      heightFor(this.root) - (this.marks.box.childElementCount ? 135 : 110) - rows - kept;
    this.settings.panels.forEach((panel, place) => {
      const { plot, holder } = this.panels[place];
      const width = holder.clientWidth;
      if (!width) return;
      plot.draw({
        ...panel,
        page,
        width,
        height: Math.max(150, Math.min(470, room, width * panel.ratio)),
        series: this.series
          .filter((one) => one.panel === place)
          .sort((a, b) => Number(a === this.main) - Number(b === this.main))
          .map((one) => ({
            ...one,
            colour: this.colours[one.group],
            dash: dashOf(one.group),
            thickness: this.settings.groups[one.group].main ? 4 : 2.5,
          })),
      });
    });
    this.fillTable();
    this.draw();
  }

  fillTable() {
    const { groups, panels } = this.settings;
    const heading = element(
      "tr",
      {},
      element("th", { scope: "col" }, element("span", { class: "unseen", text: "Curve" })),
      ...panels.map(({ title }) => element("th", { scope: "col", text: title })),
    );
    this.cells = groups.map(() => panels.map(() => element("td")));
    const rows = groups.map(({ name, main }, group) =>
      element(
        "tr",
        { class: main ? "main" : null },
        element("th", { scope: "row" }, this.swatch(group), element("span", { text: name })),
        ...this.cells[group],
      ),
    );
    this.table.replaceChildren(element("thead", {}, heading), element("tbody", {}, ...rows));
  }

  swatch(group) {
    const canvas = element("canvas", { width: "72", height: "12", "aria-hidden": "true" });
    const context = canvas.getContext("2d");
    context.strokeStyle = this.colours[group];
    context.lineWidth = 7;
    const dash = dashOf(group);
    if (dash) context.setLineDash(dash.split(" ").map((part) => 2 * Number(part)));
    context.moveTo(0, 6);
    context.lineTo(72, 6);
    context.stroke();
    return canvas;
  }

  draw() {
    const { groups, panels, x_name: name } = this.settings;
    const said = [];
    panels.forEach((panel, place) => {
      const dots = [];
      for (const one of this.series) {
        if (one.panel !== place) continue;
        const at = nearestAt(one.x, this.value);
        // A curve that ends before the cursor has nothing to say here.
        const here = Math.abs(one.x[at] - this.value) <= Math.abs(this.value) * 1e-6 + 1e-9;
        const y = here ? one.y[at] : NaN;
        const group = groups[one.group];
        const slope = panel.slope === undefined ? NaN : this.valueOf(panel.slope, one.group);
        dots.push({ y, colour: this.colours[one.group], main: group.main, slope });
        const write = panel.y.powers ? writtenPower : panel.y.amounts ? writtenCount : written;
        const text = here ? write(y, 5) : "\u2013";
        this.cells[one.group][place].textContent = text;
        said.push(`${group.name}: ${panel.title} ${text}`);
      }
      this.panels[place].plot.point(this.value, dots);
    });
    const where = `${name} = ${written(Number(this.value.toPrecision(7)), 5)}`;
    this.player.where.textContent = where;
    this.panels.forEach(({ holder }, place) => {
      const label = `${this.settings.alt} ${panels[place].title}. Arrow keys move the point.`;
      holder.setAttribute("aria-label", label);
      holder.setAttribute("aria-valuemin", this.main.x[0]);
      holder.setAttribute("aria-valuemax", this.main.x.at(-1));
      holder.setAttribute("aria-valuenow", this.value);
      holder.setAttribute("aria-valuetext", where);
    });
    this.say(`${where}. ${said.join(". ")}`);
  }

  valueOf(panel, group) {
    const one = this.series.find((series) => series.panel === panel && series.group === group);
    return one ? one.y[nearestAt(one.x, this.value)] : NaN;
  }
}
