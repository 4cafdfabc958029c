// The directions in which the loss curves, steepest first: how fast the error along each shrinks,
// and how much of it is left at the step in hand.

import { written } from "../../shared/numbers.js";
import { table } from "../../shared/colours.js";
import { element, sharpContext, titled } from "../../shared/dom.js";
import { tileColour } from "./kernels.js";

const DECADES = 5; // shown below the largest error at the start
const TALL = 84;

export class Directions {
  constructor() {
    this.heading = element("span", { text: "What is left of the error, direction by direction" });
    this.list = element("div", { class: "list" });
    this.words = element("p", { class: "words" });
    this.section = titled({ class: "pane directions" }, [this.heading], this.list, this.words);
  }

  update(settings, data, run, page) {
    Object.assign(this, { settings, run, page });
    this.section.hidden = !data.directions;
    if (!data.directions) return;
    const [count, rows, columns] = data.directions.shape;
    const bytes = table("weights", page.dark);
    this.bars = [];
    this.list.replaceChildren(
      ...Array.from({ length: count }, (_, at) => {
        const values = data.directions.data.subarray(
          at * rows * columns,
          (at + 1) * rows * columns,
        );
        const tile = element("canvas", { class: "tile", role: "img" });
        tile.setAttribute("aria-label", `Direction ${settings.ranks[at]} as a kernel`);
        const side = Math.min(46, 46 / (columns / Math.max(rows, columns)));
        const cell = side / Math.max(rows, columns);
        const context = sharpContext(tile, columns * cell, rows * cell);
        const limit = Math.max(...values.map(Math.abs)) || 1;
        values.forEach((value, place) => {
          context.fillStyle = tileColour(value, limit, bytes);
          context.fillRect(
            (place % columns) * cell,
            Math.floor(place / columns) * cell,
            cell + 0.5,
            cell + 0.5,
          );
        });
        const bar = element("canvas", { class: "bar", "aria-hidden": "true" });
        this.bars.push(bar);
        const factor = settings.factors[at];
        const grows =
          Math.abs(factor) >= 1 && settings.eigenvalues[at] > 1e-6 * settings.eigenvalues[0];
        return element(
          "div",
          { class: `direction${grows ? " grows" : ""}` },
          ...(data.within ? [bar] : []),
          tile,
          element("span", {
            class: "curvature",
            text: `\u03bb ${written(settings.eigenvalues[at], 4)}`,
          }),
          element("span", { class: "factor", text: `\u00d7 ${written(factor, 5)}` }),
        );
      }),
    );
    this.words.textContent = data.within
      ? "Each bar is the part of learned \u2212 target that looks like the kernel below it, on a logarithmic " +
        "scale; the mark is where it began. \u03bb is the curvature, \u00d7 what one step leaves of it in the long run."
      : "\u03bb is the curvature of the loss along the kernel above it, \u00d7 what one step leaves of the error in the long run.";
  }

  draw(step) {
    if (this.section.hidden || !this.run.distances) return;
    const { distances } = this.run;
    const most = Math.max(...distances[0].map(Math.abs)) || 1;
    const height = (value) =>
      Math.max(
        0,
        Math.min(1.15, (Math.log10(Math.abs(value) / most + 1e-30) + DECADES) / DECADES),
      ) *
      (TALL / 1.15);
    this.bars.forEach((bar, at) => {
      const width = bar.parentElement.clientWidth;
      if (!width) return;
      const context = sharpContext(bar, width, TALL);
      const grows = bar.parentElement.classList.contains("grows");
      const ink = grows ? getComputedStyle(bar.parentElement).color : this.page.accent;
      context.fillStyle = ink;
      const tall = height(distances[step][at]);
      context.fillRect(width * 0.2, TALL - tall, width * 0.6, tall);
      context.strokeStyle = this.page.ink;
      context.lineWidth = 2;
      const began = TALL - height(distances[0][at]);
      context.beginPath();
      context.moveTo(width * 0.1, Math.max(1, began));
      context.lineTo(width * 0.9, Math.max(1, began));
      context.stroke();
    });
  }
}
