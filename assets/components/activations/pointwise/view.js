// One function applied to every number of a map: before, the curve with both histograms along
// its axes, after. Pointing at a number shows its way through the curve; pointing at a bar of a
// histogram shows which numbers it counts.

import { mounted } from "../../shared/mount.js";
import { written } from "../../shared/numbers.js";
import { extremes, rgbOf, theme } from "../../shared/colours.js";
import { element, fillCanvas, titled } from "../../shared/dom.js";
import { announcer, arrows, debounced, eachFrame } from "../../shared/hand.js";
import { MapPane } from "../../shared/map_pane.js";
import { Question } from "../../shared/question.js";
import { ring } from "../../shared/ring.js";
import { heightFor } from "../../shared/room.js";
import { Plot, drawn } from "../../shared/plot.js";

const ALONG = 92; // pixels for a histogram beside the curve

export default mounted((root) => new Pointwise(root));

class Pointwise {
  constructor(root) {
    this.root = root;
    this.focus = [0, 0];
    this.bin = null;
    const pane = (title) =>
      new MapPane({
        title,
        hover: (row, column) => this.look(row, column),
        leave: () => this.look(...this.selected),
        press: (row, column) => this.select(row, column),
        key: (event) => this.key(event),
      });
    this.before = pane("Before");
    this.after = pane("After");
    this.holder = element("div", { class: "chart", tabindex: "0", role: "slider" });
    this.plot = new Plot(this.holder);
    this.heading = element("span");
    const middle = titled({ class: "middle" }, [this.heading], this.holder);
    this.holder.onpointermove = (event) => this.pointAtBin(event);
    this.holder.onpointerdown = (event) => this.pointAtBin(event);
    this.holder.onpointerleave = () => this.lightBin(null);
    this.holder.onblur = () => this.lightBin(null);
    this.holder.onkeydown = (event) => this.binKey(event);
    this.line = element("div", { class: "line" });
    this.question = new Question(() => this.draw());
    this.table = element("table", { class: "values" });
    const side = element("section", { class: "side" }, this.line, this.question.box, this.table);
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.announce = announcer(this.said);
    this.tell = debounced(400, () =>
      this.send("selected", [...this.selected, this.rows, this.columns]),
    );
    this.draw = eachFrame(() => this.drawNow());
    root.replaceChildren(
      element("div", { class: "stage" }, this.before.section, this.after.section, middle, side),
      this.said,
    );
  }

  update({ setStateValue }, { settings, arrays }) {
    this.send = setStateValue;
    this.settings = settings;
    this.arrays = arrays;
    [this.rows, this.columns] = arrays.before.shape;
    this.values = { before: arrays.before.data, after: arrays.after.data };
    if (this.selection !== settings.selection) {
      this.selection = settings.selection;
      this.selected = settings.selected ?? [this.rows >> 1, this.columns >> 1];
    }
    this.selected = [
      Math.min(this.selected[0], this.rows - 1),
      Math.min(this.selected[1], this.columns - 1),
    ];
    this.focus = this.selected;
    this.bin = null;
    this.heading.textContent = settings.function;
    this.before.heading.textContent = settings.before_title;
    this.after.heading.textContent = settings.after_title;
    const size = `${this.rows} \u00d7 ${this.columns}`;
    for (const [pane, alt] of [
      [this.before, settings.before_alt],
      [this.after, settings.after_alt],
    ]) {
      pane.size.textContent = size;
      pane.frame.setAttribute("aria-label", `${alt} Arrow keys move the number in focus.`);
    }
    this.layout();
  }

  leave() {
    this.question.leave();
  }

  layout() {
    const page = theme(this.root.getRootNode());
    this.page = page;
    const colours = page.dark ? "dark" : "light";
    [this.colourBefore, this.colourAfter] = this.settings.colours[colours];
    // The maps stand above their histograms: half of the window's room for each.
    const half = (heightFor(this.root) - 175) / 2;
    for (const name of ["before", "after"]) {
      const values = this.values[name];
      const [least, most] = extremes(values);
      const limit = this.settings.limit ?? (Math.max(Math.abs(least), Math.abs(most)) || 1);
      this[name].show(values, this.rows, this.columns, {
        page,
        limit,
        tallest: Math.min(460, half),
      });
      this[name].note.textContent = this.settings.note;
    }
    this.fillTable();
    const width = this.holder.clientWidth;
    if (!width) return;
    const edges = this.arrays.edges.data;
    const range = [edges[0], edges.at(-1)];
    this.plot.draw({
      page,
      width,
      height: Math.max(200, Math.min(width * 0.92, 440, half + 40)),
      x: { range, label: "before" },
      y: { range },
      axes: true,
      margins: { top: ALONG, right: ALONG, left: 52, bottom: 50 },
      series: [
        {
          x: this.arrays.curve_x.data,
          y: this.arrays.curve_y.data,
          colour: page.ink,
          thickness: 3,
        },
      ],
    });
    this.holder.setAttribute("aria-label", this.settings.plot_alt);
    this.holder.setAttribute("aria-valuemin", 0);
    this.holder.setAttribute("aria-valuemax", edges.length - 2);
    this.draw();
  }

  // ---- histograms -------------------------------------------------------------------------

  fillTable() {
    const heading = element(
      "tr",
      {},
      element("th", { scope: "col" }, element("span", { class: "unseen", text: "Measure" })),
      element("th", { scope: "col", text: "before" }),
      element("th", { scope: "col", text: "after" }),
    );
    const rows = this.settings.measures.map(([name, before, after]) =>
      element(
        "tr",
        {},
        element("th", { scope: "row", text: name }),
        element("td", { text: before }),
        element("td", { text: after }),
      ),
    );
    this.table.replaceChildren(element("thead", {}, heading), element("tbody", {}, ...rows));
  }

  // Both on one scale, bars as long as the root of what they count: one tall bar would hide the
  // others. The share of the longest is written.
  bars() {
    const edges = this.arrays.edges.data;
    const counts = [this.arrays.counts_before.data, this.arrays.counts_after.data];
    const tallest = counts.map((one) => Math.max(...one));
    const total = this.rows * this.columns;
    const { top, right } = this.plot.box;
    const length = (count) => (ALONG - 26) * Math.sqrt(count / Math.max(...tallest));
    const colour = (which, bin) => {
      const lit = this.bin?.[0] === which && this.bin[1] === bin;
      return lit ? this.page.accent : which === "before" ? this.colourBefore : this.colourAfter;
    };
    const parts = [];
    for (let bin = 0; bin < edges.length - 1; bin++) {
      const [from, to] = [this.plot.across(edges[bin]), this.plot.across(edges[bin + 1])];
      const [low, high] = [this.plot.down(edges[bin]), this.plot.down(edges[bin + 1])];
      const [tall, wide] = counts.map((one) => length(one[bin]));
      const [thick, slim] = [Math.max(1, to - from - 0.6), Math.max(1, low - high - 0.6)];
      parts.push(
        drawn("rect", {
          x: from,
          y: top - 4 - tall,
          width: thick,
          height: tall,
          fill: colour("before", bin),
        }),
        drawn("rect", {
          x: right + 4,
          y: high + 0.3,
          width: wide,
          height: slim,
          fill: colour("after", bin),
        }),
      );
      const share = (count) => `${written((100 * count) / total, 3)}%`;
      if (counts[0][bin] === tallest[0]) {
        const style = { "text-anchor": "middle", "font-weight": 600 };
        parts.push(this.plot.text((from + to) / 2, top - 9 - tall, share(tallest[0]), style));
      }
      if (counts[1][bin] === tallest[1]) {
        const style = { "text-anchor": "end", "font-weight": 600 };
        const end = right + ALONG - 4;
        parts.push(this.plot.text(end, Math.max(top + 10, high - 5), share(tallest[1]), style));
      }
    }
    return parts;
  }

  pointAtBin(event) {
    const frame = this.plot.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const { left, top, right, bottom } = this.plot.box;
    const count = this.arrays.edges.data.length - 1;
    if (x >= left && x < right && y < bottom) {
      this.lightBin(["before", Math.floor(((x - left) / (right - left)) * count)]);
    } else if (x >= right && y >= top && y < bottom) {
      this.lightBin(["after", count - 1 - Math.floor(((y - top) / (bottom - top)) * count)]);
    } else this.lightBin(null);
  }

  lightBin(bin) {
    if (String(bin) === String(this.bin)) return;
    this.bin = bin;
    this.draw();
  }

  binKey(event) {
    const count = this.arrays.edges.data.length - 1;
    const [which, bin] = this.bin ?? ["before", count >> 1];
    const move = arrows(event, 1);
    if (!move) return;
    event.preventDefault();
    // The bars of what comes out stand on their side: up is on.
    const side = move[0] ? "after" : "before";
    const moved = side === which && this.bin ? bin + move[1] - move[0] : bin;
    this.lightBin([side, Math.max(0, Math.min(count - 1, moved))]);
  }

  // ---- focus ------------------------------------------------------------------------------

  look(row, column) {
    this.focus = [
      Math.max(0, Math.min(this.rows - 1, row)),
      Math.max(0, Math.min(this.columns - 1, column)),
    ];
    this.draw();
  }

  select(row, column) {
    this.look(row, column);
    this.selected = [...this.focus];
    this.tell();
  }

  key(event) {
    const move = arrows(event);
    if (!move) return;
    event.preventDefault();
    this.select(this.focus[0] + move[0], this.focus[1] + move[1]);
  }

  drawNow() {
    const at = this.focus[0] * this.columns + this.focus[1];
    const [before, after] = [this.values.before[at], this.values.after[at]];
    this.question.about(`the result at row ${this.focus[0]}, column ${this.focus[1]}`, after);
    const isLeft = this.bin || this.question.isCovered; // no way through the curve
    const bars = this.bars();
    if (isLeft) this.plot.moving.replaceChildren();
    else this.plot.point(before, [{ y: after, colour: this.page.accent, main: true }]);
    if (!isLeft) bars.push(...this.wayOut(before, after));
    this.plot.moving.append(...bars);
    if (this.bin) this.shadeOthers();
    for (const pane of [this.before, this.after]) {
      pane.over((context, cell) => {
        if (this.bin) {
          context.imageSmoothingEnabled = false;
          context.drawImage(this.shade, 0, 0, this.columns * cell, this.rows * cell);
        } else {
          const [row, column] = this.focus;
          ring(context, column * cell, row * cell, cell, cell, this.page, 16);
        }
      });
    }
    this.say(before, after);
  }

  // From the number's bar up to the curve, and from the curve across to the bar it ends in.
  wayOut(before, after) {
    const { top, right } = this.plot.box;
    const [x, y] = [this.plot.across(before), this.plot.down(after)];
    const style = { stroke: this.page.accent, "stroke-width": 2 };
    return [
      drawn("line", { x1: x, x2: x, y1: top - 4, y2: y, ...style }),
      drawn("line", { x1: x, x2: right + 4, y1: y, y2: y, ...style }),
    ];
  }

  // All but the numbers in the bin that is lit, covered with the page's background.
  shadeOthers() {
    const values = this.values[this.bin[0]];
    const edges = this.arrays.edges.data;
    const bin = this.bin[1];
    const from = edges[bin];
    // The last bin holds its upper edge as well.
    const to = bin === edges.length - 2 ? Infinity : edges[bin + 1];
    this.shade ??= document.createElement("canvas");
    const [red, green, blue] = rgbOf(this.page.background);
    const cover = ((225 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    fillCanvas(this.shade, this.columns, this.rows, ({ buffer }) => {
      const pixels = new Uint32Array(buffer);
      for (let at = 0; at < values.length; at++) {
        if (values[at] < from || values[at] >= to) pixels[at] = cover;
      }
    });
  }

  say(before, after) {
    const edges = this.arrays.edges.data;
    if (this.bin) {
      const [which, bin] = this.bin;
      const count = this.arrays[`counts_${which}`].data[bin];
      const share = written((100 * count) / (this.rows * this.columns), 3);
      const range = `${written(edges[bin], 3)} to ${written(edges[bin + 1], 3)}`;
      const many = count.toLocaleString("en");
      this.line.textContent = `${many} numbers (${share}%) ${which}: ${range}`;
      this.holder.setAttribute("aria-valuenow", bin);
    } else {
      const name = this.settings.symbol;
      const [row, column] = this.focus;
      this.line.replaceChildren(
        element("span", { class: "faint", text: `row ${row}, column ${column}` }),
        element("span", { text: `${name}(${written(before, 5)}) = ` }),
        element("strong", { text: this.question.cover(written(after, 5)) }),
      );
      this.holder.setAttribute("aria-valuenow", 0);
    }
    this.holder.setAttribute("aria-valuetext", this.line.textContent);
    this.announce(this.line.textContent);
  }
}
