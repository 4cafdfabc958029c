// The activation over the sums that occur, how often each occurs, and the one in hand.

import { extremes } from "../../shared/colours.js";
import { element, sharpContext } from "../../shared/dom.js";
import { written } from "../../shared/numbers.js";

export class Curve {
  constructor() {
    this.title = element("div", { class: "title" });
    this.canvas = element("canvas", { role: "img" });
    this.box = element(
      "div",
      { class: "step middle" },
      this.title,
      element("div", { class: "curve" }, this.canvas),
    );
  }

  // How often each sum occurs, behind the curve.
  count({ total, bias, size }) {
    const [low, high] = extremes(total);
    const reach = Math.max(Math.abs(low + bias), Math.abs(high + bias)) || 1;
    const bins = new Uint32Array(48);
    for (let at = 0; at < size; at++) {
      const place = ((total[at] + bias + reach) / (2 * reach)) * bins.length;
      bins[Math.max(0, Math.min(bins.length - 1, Math.floor(place)))]++;
    }
    this.histogram = { reach, bins };
  }

  // at: the place in the maps of the cell in hand; null while its result is covered.
  draw(mix, at, page) {
    const point = at === null ? null : [mix.total[at] + mix.bias, mix.activated[at]];
    const width = this.canvas.parentElement.clientWidth;
    const height = Math.max(Math.min(84, width), width * 0.42);
    drawCurve(sharpContext(this.canvas, width, height), {
      width,
      height,
      page,
      ...this.histogram,
      activate: (value) => mix.activate(value),
      point,
    });
    this.canvas.setAttribute(
      "aria-label",
      (point
        ? `${this.title.textContent} turns ${written(point[0], 4)} into ${written(point[1], 4)}. `
        : `${this.title.textContent}. `) + "The bars show how often each sum occurs.",
    );
  }
}

function drawCurve(context, { width, height, page, reach, bins, activate, point }) {
  const margin = 8;
  const across = (value) => margin + ((value + reach) / (2 * reach)) * (width - 2 * margin);
  const samples = Array.from({ length: 121 }, (_, at) => {
    const input = reach * ((2 * at) / 120 - 1);
    return [input, activate(input)];
  });
  const outputs = [...samples.map(([, output]) => output), 0];
  const [least, most] = [Math.min(...outputs), Math.max(...outputs)];
  const span = most - least || 1;
  const down = (value) => height - margin - ((value - least) / span) * (height - 2 * margin);

  const tallest = Math.max(...bins.map((count) => Math.sqrt(count))) || 1;
  context.fillStyle = page.ink;
  context.globalAlpha = 0.16;
  const step = (width - 2 * margin) / bins.length;
  bins.forEach((count, at) => {
    // Square roots: without them the many zeros of a map hide everything else.
    const high = (Math.sqrt(count) / tallest) * (height - 2 * margin);
    context.fillRect(margin + at * step, height - margin - high, step - 0.6, high);
  });
  context.globalAlpha = 1;

  context.strokeStyle = page.border;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(across(0), 0);
  context.lineTo(across(0), height);
  context.moveTo(0, down(0));
  context.lineTo(width, down(0));
  context.stroke();

  context.strokeStyle = page.accent;
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.beginPath();
  samples.forEach(([input, output], at) => {
    if (at === 0) context.moveTo(across(input), down(output));
    else context.lineTo(across(input), down(output));
  });
  context.stroke();

  if (!point) return;
  const [x, y] = [across(point[0]), down(Math.max(least, Math.min(most, point[1])))];
  context.setLineDash([3, 3]);
  context.strokeStyle = page.ink;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, down(0));
  context.lineTo(x, y);
  context.lineTo(across(0), y);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = page.background;
  context.beginPath();
  context.arc(x, y, 6.5, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = page.accent;
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.fill();
}
