// A small convolution as a drawing: inputs on one plane, outputs on another, a line for every
// connection. Point at an output, an input or a weight, and only its lines stay.

import { mounted } from "../../shared/mount.js";
import { inkOn, rgbOf, theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { announcer, arrows } from "../../shared/hand.js";
import { heightFor } from "../../shared/room.js";
import { Player } from "../../shared/player.js";
import { drawn } from "../../shared/plot.js";

const TITLE = 28; // what a plane's title takes, above the outputs and below the inputs

export default mounted((root) => new Connections(root));

class Connections {
  constructor(root) {
    this.root = root;
    this.focus = ["output", 0];
    this.holder = element("div", { class: "drawing", tabindex: "0", role: "application" });
    this.svg = drawn("svg", { "aria-hidden": "true" });
    this.holder.append(this.svg);
    this.weights = element("div", { class: "weights", role: "group" });
    this.weightsTitle = element("div", { class: "title" });
    this.line = element("div", { class: "line" });
    this.counts = element("table", { class: "values" });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.announce = announcer(this.said);
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => {
        this.resting = !on && this.focus;
      },
    });
    this.player.speed.value = 3;
    root.replaceChildren(
      element(
        "div",
        { class: "sides" },
        element("section", {}, this.holder, this.player.bar),
        element(
          "section",
          { class: "right" },
          this.weightsTitle,
          this.weights,
          this.line,
          this.counts,
        ),
      ),
      this.said,
    );
    this.holder.onkeydown = (event) => this.key(event);
    this.holder.onpointerleave = () => this.rest();
    this.holder.onpointerover = (event) => this.point(event);
    this.holder.onpointerdown = (event) => {
      this.point(event);
      this.resting = this.focus;
    };
  }

  update(_component, { settings, arrays }) {
    this.settings = settings;
    this.lines = Object.fromEntries(
      ["input", "output", "weight"].map((name) => [name, arrays[name].data]),
    );
    if (this.signature !== settings.signature) {
      this.signature = settings.signature;
      this.focus = ["output", this.middle("output")];
      this.resting = this.focus;
    }
    this.layout();
  }

  middle(plane) {
    const [rows, columns] = this.settings[plane];
    return Math.floor(rows / 2) * columns + Math.floor(columns / 2);
  }

  point(event) {
    const cell = event.target.closest("[data-plane]");
    if (!cell) return;
    this.player.paused = true;
    this.look([cell.dataset.plane, Number(cell.dataset.at)]);
  }

  rest() {
    this.player.paused = false;
    if (!this.player.on && this.resting) this.look(this.resting);
  }

  key(event) {
    const plane = this.focus[0] === "input" ? "input" : "output";
    const [rows, columns] = this.settings[plane];
    const at = this.focus[0] === "weight" ? this.middle("output") : this.focus[1];
    const step = arrows(event, 1);
    if (event.key === " ") this.player.toggle();
    else if (event.key === "Enter") {
      const other = plane === "input" ? "output" : "input";
      this.look([other, this.middle(other)]);
    } else if (!step) return;
    else {
      this.player.stop();
      const [down, across] = [Math.floor(at / columns) + step[0], (at % columns) + step[1]];
      if (down >= 0 && down < rows && across >= 0 && across < columns) {
        this.look([plane, down * columns + across]);
      }
    }
    this.resting = this.focus;
    event.preventDefault();
  }

  advance(steps) {
    const [rows, columns] = this.settings.output;
    const count = rows * columns;
    const at = this.focus[0] === "output" ? this.focus[1] + steps : 0;
    this.look(["output", ((at % count) + count) % count]);
    this.resting = this.focus;
  }

  look(focus) {
    this.focus = focus;
    this.light();
  }

  // ---- drawing ------------------------------------------------------------------------------

  layout() {
    this.page = theme(this.root.getRootNode());
    this.hues = this.settings.colours[this.page.dark ? "dark" : "light"];
    const width = this.holder.clientWidth;
    if (!width) return;
    const height = Math.min(560, width * 0.92, heightFor(this.root) - 70);
    Object.assign(this, { width, height });
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    this.paths = drawn("g", { fill: "none", "stroke-linecap": "round" });
    this.near = drawn("g", { fill: "none", "stroke-linecap": "round" });
    this.cells = { input: [], output: [] };
    const planes = ["input", "output"].map((plane) => this.plane(plane));
    const [below, above] = planes;
    const far = drawn("path", {
      d: this.allLines(),
      fill: "none",
      stroke: this.page.ink,
      "stroke-width": 1,
      opacity: Math.max(0.05, Math.min(0.3, 30 / Math.max(1, this.lines.input.length))),
    });
    this.svg.replaceChildren(below, far, this.near, above);
    this.fillWeights();
    this.fillCounts();
    this.light();
  }

  // Two planes in parallel perspective, the inputs below.
  corner(plane, row, column) {
    const [rows, columns] = this.settings[plane];
    const most = Math.max(...this.settings.input, ...this.settings.output);
    const tall = this.height - 2 * TITLE;
    const side = Math.min(this.width / (most * 1.62), tall / (most * 1.12));
    const [u, v] = [column - columns / 2, row - rows / 2];
    const middle = TITLE + tall * (plane === "input" ? 0.74 : 0.26);
    return [this.width / 2 + side * (u - v * 0.52), middle + side * v * 0.56];
  }

  plane(plane) {
    const [rows, columns] = this.settings[plane];
    const group = drawn("g");
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        const corners = [
          [row, column],
          [row, column + 1],
          [row + 1, column + 1],
          [row + 1, column],
        ];
        const cell = drawn("polygon", {
          points: corners.map((corner) => this.corner(plane, ...corner).join(",")).join(" "),
          stroke: this.page.ink,
          "stroke-width": 1,
          "stroke-opacity": 0.55,
          "data-plane": plane,
          "data-at": at,
        });
        this.cells[plane].push(cell);
        group.append(cell);
      }
    }
    const [x, y] = plane === "input" ? this.corner(plane, rows, 0) : this.corner(plane, 0, 0);
    const title = plane === "input" ? "Inputs" : "Outputs";
    group.append(
      drawn("text", {
        x,
        y: plane === "input" ? y + 22 : y - 10,
        fill: this.page.ink,
        "font-family": this.page.font,
        "font-size": 16,
        "font-weight": 600,
        text: `${title} ${rows} \u00d7 ${columns}`,
      }),
    );
    return group;
  }

  centre(plane, at) {
    const columns = this.settings[plane][1];
    return this.corner(plane, Math.floor(at / columns) + 0.5, (at % columns) + 0.5);
  }

  allLines() {
    let route = "";
    for (let at = 0; at < this.lines.input.length; at++) {
      const from = this.centre("input", this.lines.input[at]);
      const to = this.centre("output", this.lines.output[at]);
      route += `M${from.map((part) => part.toFixed(1))}L${to.map((part) => part.toFixed(1))}`;
    }
    return route;
  }

  hue(weight) {
    return this.settings.shared ? this.hues[weight % this.hues.length] : this.page.accent;
  }

  light() {
    const [kind, which] = this.focus;
    const { input, output, weight } = this.lines;
    const touched = { input: new Map(), output: new Map() };
    const near = [];
    let count = 0;
    for (let at = 0; at < input.length; at++) {
      const mine = { input, output, weight }[kind][at] === which;
      if (!mine) continue;
      count += 1;
      const from = this.centre("input", input[at]);
      const to = this.centre("output", output[at]);
      const colour = this.hue(weight[at]);
      touched.input.set(input[at], colour);
      touched.output.set(output[at], colour);
      near.push(
        drawn("line", {
          x1: from[0],
          y1: from[1],
          x2: to[0],
          y2: to[1],
          stroke: colour,
          "stroke-width": 3,
        }),
      );
    }
    this.near.replaceChildren(...near);
    for (const plane of ["input", "output"]) {
      this.cells[plane].forEach((cell, at) => {
        const chosen = kind === plane && at === which;
        const colour = touched[plane].get(at);
        cell.setAttribute("fill", chosen ? this.page.accent : (colour ?? this.page.panel));
        cell.setAttribute("fill-opacity", chosen || colour ? 1 : 0.85);
      });
    }
    [...this.weights.children].forEach((box, at) => {
      box.classList.toggle("lit", kind === "weight" && at === which);
    });
    this.say(kind, which, count, touched);
  }

  say(kind, which, count, touched) {
    const { shared } = this.settings;
    const place = (plane) => {
      const columns = this.settings[plane][1];
      return `row ${Math.floor(which / columns)}, column ${which % columns}`;
    };
    const inputs = this.settings.input[0] * this.settings.input[1];
    const outputs = this.settings.output[0] * this.settings.output[1];
    this.line.textContent = {
      output: () =>
        `Output ${place("output")}: ${count} of ${inputs} inputs reach it` +
        `${shared ? ", each with its weight of the kernel." : ", each with a weight of its own."}`,
      input: () =>
        `Input ${place("input")}: it reaches ${touched.output.size} of ${outputs} outputs.`,
      weight: () => `Weight ${which}: one number, used by ${count} connections.`,
    }[kind]();
    this.holder.setAttribute(
      "aria-label",
      `Inputs and outputs with the lines between them. ${this.line.textContent} ` +
        "Arrow keys move, Enter changes between inputs and outputs.",
    );
    this.announce(this.line.textContent);
  }

  // The kernel, each weight with the hue of its lines; nothing to show where none is shared.
  fillWeights() {
    const { kernel, shared } = this.settings;
    this.weights.hidden = !shared;
    this.weightsTitle.textContent = shared
      ? "The kernel's weights, numbered"
      : "No weight is shared";
    if (!shared) return this.weights.replaceChildren();
    this.weights.style.setProperty("--columns", kernel[1]);
    this.weights.setAttribute("aria-label", "The kernel's weights");
    const boxes = Array.from({ length: kernel[0] * kernel[1] }, (_, at) => {
      const box = element("button", {
        type: "button",
        text: String(at),
        "aria-label": `Weight ${at}: show its connections`,
      });
      box.style.background = this.hues[at % this.hues.length];
      box.style.color = inkOn(rgbOf(this.hues[at % this.hues.length]));
      box.onpointerenter = box.onfocus = () => this.look(["weight", at]);
      box.onpointerleave = box.onblur = () => this.rest();
      box.onclick = () => {
        this.resting = ["weight", at];
        this.look(this.resting);
      };
      return box;
    });
    return this.weights.replaceChildren(...boxes);
  }

  fillCounts() {
    const [head, ...rows] = this.settings.counts;
    this.counts.replaceChildren(
      element(
        "thead",
        {},
        element("tr", {}, ...head.map((text) => element("th", { scope: "col", text }))),
      ),
      element(
        "tbody",
        {},
        ...rows.map(([name, ...numbers], at) =>
          element(
            "tr",
            { class: at === this.settings.current ? "main" : null },
            element("th", { scope: "row", text: name }),
            ...numbers.map((text) => element("td", { text })),
          ),
        ),
      ),
    );
  }
}
