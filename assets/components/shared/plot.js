// A chart in SVG: lines over one x axis, linear or logarithmic, with a cursor to move along them.
// All that is drawn carries its colours and fonts as attributes, so that a saved file looks alike.

import { written } from "../shared/numbers.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const DASHES = ["", "9 5", "3 4", "12 4 3 4", "1.5 4", "16 5", "6 3 2 3 2 3"];
const RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// The dash that goes with a series' place, so that colour is never the only difference.
export const dashOf = (place) => DASHES[place % DASHES.length];

export class Plot {
  constructor(holder) {
    this.still = drawn("g");
    this.moving = drawn("g");
    this.svg = drawn("svg", { xmlns: NAMESPACE, "aria-hidden": "true" }, this.still, this.moving);
    this.svg.style.display = "block";
    holder.append(this.svg);
  }

  // x, y: { range: [least, most], log, powers, label, whole, ticks: false to leave them out };
  // with `powers` the values are logarithms to base ten already (of numbers that no float holds).
  // series: [{ x, y, colour, dash, thickness, marks }], typed arrays of equal length.
  // axes: lines through the origin instead of at the border; bands: [{ y: [from, to], text }];
  // lines: [{ y, text, colour, below: the text stands under it }]; equal: one unit is as long down as across.
  draw({ width, height, x, y, series, page, axes, bands = [], lines = [], equal, margins = {} }) {
    this.page = page;
    this.x = { ...x, range: [...x.range] };
    this.y = { ...y, range: [...y.range] };
    this.series = series;
    this.equal = equal;
    const left = margins.left ?? (y.ticks === false ? 12 : 62);
    const bottom = margins.bottom ?? (x.ticks === false ? 12 : x.label ? 50 : 30);
    const { top = 14, right = 16 } = margins;
    this.box = { left, top, right: width - right, bottom: height - bottom };
    if (equal) this.widen();
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const background = drawn("rect", { width, height, fill: page.background });
    const clip = `inside${Math.random().toString(36).slice(2)}`;
    this.reveal = drawn("rect", this.inside());
    this.revealId = `revealed${clip}`;
    const parts = [
      drawn("clipPath", { id: clip }, drawn("rect", this.inside(3))),
      drawn("clipPath", { id: this.revealId }, this.reveal),
      background,
    ];
    for (const band of bands) parts.push(...this.band(band));
    parts.push(...this.grid(axes));
    for (const line of lines) parts.push(...this.line(line));
    const paths = drawn("g", { "clip-path": `url(#${clip})` });
    for (const one of series) paths.append(...this.path(one));
    parts.push(paths);
    this.still.replaceChildren(...parts);
  }

  inside(more = 0) {
    const { left, top, right, bottom } = this.box;
    return {
      x: left - more,
      y: top - more,
      width: Math.max(0, right - left) + 2 * more,
      height: Math.max(0, bottom - top) + 2 * more,
    };
  }

  // Make one unit equally long on both axes by showing more of the one that has room.
  widen() {
    const { left, top, right, bottom } = this.box;
    const across = (right - left) / (this.x.range[1] - this.x.range[0]);
    const down = (bottom - top) / (this.y.range[1] - this.y.range[0]);
    const [axis, room, unit] =
      across > down ? [this.x, right - left, down] : [this.y, bottom - top, across];
    const middle = (axis.range[0] + axis.range[1]) / 2;
    axis.range = [middle - room / unit / 2, middle + room / unit / 2];
  }

  across(value) {
    const { left, right } = this.box;
    return left + share(value, this.x) * (right - left);
  }

  down(value) {
    const { top, bottom } = this.box;
    return bottom - share(value, this.y) * (bottom - top);
  }

  xAt(clientX) {
    const frame = this.svg.getBoundingClientRect();
    const { left, right } = this.box;
    const part = (clientX - frame.left - left) / (right - left);
    const [least, most] = this.x.range;
    return this.x.log ? least * (most / least) ** part : least + part * (most - least);
  }

  text(x, y, text, attributes = {}) {
    return drawn("text", {
      x,
      y,
      text,
      fill: this.page.ink,
      "font-family": this.page.font,
      "font-size": 14,
      "font-variant-numeric": "tabular-nums",
      ...attributes,
    });
  }

  grid(axes) {
    const { left, top, right, bottom } = this.box;
    const { ink } = this.page;
    const parts = [];
    const faint = { stroke: ink, "stroke-width": 1, opacity: 0.13 };
    const strong = { stroke: ink, "stroke-width": 1.4, opacity: 0.65 };
    if (this.x.ticks !== false) {
      for (const tick of ticks(this.x, (right - left) / 52)) {
        const at = this.across(tick);
        parts.push(drawn("line", { x1: at, x2: at, y1: top, y2: bottom, ...faint }));
        parts.push(this.text(at, bottom + 19, label(tick, this.x), { "text-anchor": "middle" }));
      }
    }
    if (this.y.ticks !== false) {
      for (const tick of ticks(this.y, (bottom - top) / 44)) {
        const at = this.down(tick);
        parts.push(drawn("line", { x1: left, x2: right, y1: at, y2: at, ...faint }));
        parts.push(this.text(left - 8, at + 5, label(tick, this.y), { "text-anchor": "end" }));
      }
    }
    if (axes) {
      if (within(0, this.x)) {
        const at = this.across(0);
        parts.push(drawn("line", { x1: at, x2: at, y1: top, y2: bottom, ...strong }));
      }
      if (within(0, this.y)) {
        const at = this.down(0);
        parts.push(drawn("line", { x1: left, x2: right, y1: at, y2: at, ...strong }));
      }
    } else {
      parts.push(drawn("line", { x1: left, x2: right, y1: bottom, y2: bottom, ...strong }));
    }
    if (this.x.label) {
      const middle = (left + right) / 2;
      parts.push(this.text(middle, bottom + 42, this.x.label, { "text-anchor": "middle" }));
    }
    if (this.y.label) parts.push(this.text(left + 6, top + 4, this.y.label, { opacity: 0.9 }));
    return parts;
  }

  band({ y, text }) {
    const [low, high] = this.y.range;
    const [from, to] = y.map((value) => this.down(Math.min(Math.max(value, low), high)));
    const { left, right } = this.box;
    const [upper, tall] = [Math.min(from, to), Math.abs(from - to)];
    if (tall < 1) return [];
    const box = { x: left, y: upper, width: right - left, height: tall };
    const parts = [drawn("rect", { ...box, fill: this.page.ink, opacity: 0.09 })];
    if (tall > 18) parts.push(this.text(right - 8, upper + 17, text, { "text-anchor": "end" }));
    return parts;
  }

  line({ y, text, colour, below }) {
    if (!within(y, this.y)) return [];
    const at = this.down(y);
    const { left, right } = this.box;
    const stroke = colour ?? this.page.ink;
    const style = { stroke, "stroke-width": 1.5, "stroke-dasharray": "2 4" };
    return [
      drawn("line", { x1: left, x2: right, y1: at, y2: at, ...style }),
      this.text(right - 6, below ? at + 16 : at - 6, text, { "text-anchor": "end", fill: stroke }),
    ];
  }

  path({ x, y, colour, dash = "", thickness = 3, marks, faded, jumps = [] }) {
    let route = "";
    let pen = "M";
    const dots = [];
    for (let at = 0; at < x.length; at++) {
      if (!Number.isFinite(y[at]) || (this.y.log && y[at] <= 0)) {
        pen = "M";
        continue;
      }
      if (jumps.some((jump) => x[at - 1] <= jump && jump <= x[at])) pen = "M";
      const [across, down] = [this.across(x[at]), this.down(y[at])];
      // Far outside, a browser would draw needlessly long lines.
      const limited = Math.max(-2e4, Math.min(2e4, down));
      route += `${pen}${across.toFixed(2)} ${limited.toFixed(2)}`;
      pen = "L";
      if (marks) dots.push(drawn("circle", { cx: across, cy: limited, r: 4, fill: colour }));
    }
    const line = {
      d: route,
      fill: "none",
      stroke: colour,
      "stroke-width": thickness,
      "stroke-linejoin": "round",
    };
    const parts = [];
    if (faded) {
      parts.push(drawn("path", { ...line, opacity: 0.25, "stroke-dasharray": dash }));
      line["clip-path"] = `url(#${this.revealId})`;
    }
    return [...parts, drawn("path", { ...line, "stroke-dasharray": dash }), ...dots];
  }

  // The cursor at x: a line, a dot on each series, and for one of them the tangent and how its
  // value is read off the axes. dots: [{ y, colour, main, slope }].
  point(x, dots) {
    const { left, top, bottom } = this.box;
    const at = this.across(x);
    const { accent, background } = this.page;
    const thin = { "stroke-width": 1.5, opacity: 0.8 };
    const parts = [drawn("line", { x1: at, x2: at, y1: top, y2: bottom, stroke: accent, ...thin })];
    const mainLast = [...dots].sort((one, other) => Number(one.main) - Number(other.main));
    for (const { y, colour, main, slope } of mainLast) {
      if (!Number.isFinite(y) || (this.y.log && y <= 0)) continue;
      const down = this.down(y);
      if (down < top - 1 || down > bottom + 1) continue;
      if (main) {
        const dashed = { stroke: colour, "stroke-width": 1.5, "stroke-dasharray": "4 4" };
        parts.push(drawn("line", { x1: left, x2: at, y1: down, y2: down, ...dashed }));
        if (Number.isFinite(slope)) parts.push(this.tangent(at, down, slope));
      }
      const dot = { r: main ? 9 : 6, fill: colour, stroke: background, "stroke-width": 2.5 };
      parts.push(drawn("circle", { cx: at, cy: down, ...dot }));
    }
    this.reveal.setAttribute("width", Math.max(0, at - left));
    this.moving.replaceChildren(...parts);
  }

  tangent(at, down, slope) {
    const unit = (this.down(0) - this.down(1)) / (this.across(1) - this.across(0));
    const lean = slope * unit;
    const half = 80 / Math.hypot(1, lean);
    return drawn("line", {
      x1: at - half,
      x2: at + half,
      y1: down + lean * half,
      y2: down - lean * half,
      stroke: this.page.ink,
      "stroke-width": 2.5,
      "stroke-linecap": "round",
    });
  }
}

export function nearestAt(values, value) {
  let [low, high] = [0, values.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return Math.abs(values[low] - value) <= Math.abs(values[high] - value) ? low : high;
}

// Hand charts to the person as a file: side by side in one SVG, or that drawn as a PNG.
// Below stand the curves' names: [{ name, colour, dash }].
export async function saveCharts(svgs, names, name, kind) {
  let width = 0;
  let height = 0;
  const joined = drawn("svg", { xmlns: NAMESPACE });
  for (const svg of svgs) {
    const copy = svg.cloneNode(true);
    copy.setAttribute("x", width);
    joined.append(copy);
    width += Number(svg.getAttribute("width"));
    height = Math.max(height, Number(svg.getAttribute("height")));
  }
  const page = { ink: svgs[0].querySelector("text")?.getAttribute("fill") };
  const background = svgs[0].querySelector("rect[fill]")?.getAttribute("fill");
  const below = 30 * names.length + 12;
  joined.prepend(drawn("rect", { width, height: height + below, fill: background }));
  names.forEach((one, place) => {
    const y = height + 20 + 30 * place;
    const line = { x1: 20, x2: 66, y1: y, y2: y, stroke: one.colour, "stroke-width": 4 };
    joined.append(
      drawn("line", { ...line, "stroke-dasharray": one.dash }),
      drawn("text", {
        x: 78,
        y: y + 5,
        text: one.name,
        fill: page.ink,
        "font-family": "sans-serif",
        "font-size": 16,
      }),
    );
  });
  height += below;
  joined.setAttribute("width", width);
  joined.setAttribute("height", height);
  const text = new XMLSerializer().serializeToString(joined);
  const file = new Blob([text], { type: "image/svg+xml" });
  if (kind === "svg") return hand(file, `${name}.svg`);
  const picture = new Image();
  // A data address: a canvas that drew a blob's SVG may not be read in some browsers.
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  canvas.getContext("2d").drawImage(picture, 0, 0, 2 * width, 2 * height);
  canvas.toBlob((png) => hand(png, `${name}.png`), "image/png");
  return undefined;
}

function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function share(value, { range: [from, to], log }) {
  return log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
}

function within(value, { range: [from, to] }) {
  return value >= from && value <= to;
}

function ticks({ range: [from, to], log, whole, powers }, most) {
  const found = [];
  if (log) {
    const [low, high] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
    if (high - low >= 1) {
      const step = [1, 2, 3, 5, 10, 20, 50].find((size) => (high - low) / size <= most) ?? 100;
      for (let power = Math.ceil(low / step) * step; power <= high; power += step) {
        found.push(10 ** power);
      }
      return found;
    }
  }
  const rough = (to - from) / Math.max(2, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  if (whole || powers) step = Math.max(1, Math.round(step));
  for (let at = Math.ceil(from / step - 1e-9); at * step <= to + step * 1e-9; at++) {
    found.push(at * step);
  }
  return found;
}

function label(value, { log, powers }) {
  if (powers) return powerOfTen(value);
  if (log && (value >= 1e4 || value <= 1e-3)) return powerOfTen(Math.round(Math.log10(value)));
  return written(Number(value.toPrecision(6)), 4);
}

function powerOfTen(power) {
  const raised = [...String(Math.abs(power))].map((digit) => RAISED[Number(digit)]).join("");
  return `10${power < 0 ? "\u207b" : ""}${raised}`;
}

// A number given by its logarithm to base ten.
export function writtenPower(logarithm) {
  if (!Number.isFinite(logarithm)) return logarithm < 0 ? "0" : String(logarithm);
  if (logarithm > -3 && logarithm < 5) return written(10 ** logarithm, 4);
  const power = Math.floor(logarithm);
  return `${(10 ** (logarithm - power)).toFixed(2)} \u00d7 ${powerOfTen(power)}`;
}
