// Several filters at once: red, green and blue become a volume of maps, and the next layer joins
// its maps with all filters, with some, with one, in two steps, or without looking around. Every
// map is Python's; moving the slider only chooses which ones are drawn, and which lines.

import { written } from "../../shared/numbers.js";
import { css, inkOn, paint, partOf, signedColour, table, theme } from "../../shared/colours.js";
import { element, fillCanvas, sharpContext } from "../../shared/dom.js";
import { arrows } from "../../shared/hand.js";
import { mounted } from "../../shared/mount.js";
import { heightFor } from "../../shared/room.js";
import { laneColours, signedLegend, tinted } from "../maps.js";
import { chain, Joints, samePlace, touchesPlace } from "./joints.js";

const COLOURS = ["Red", "Green", "Blue"];
const TALLEST = 560; // of a column, however many maps stand in it
const SVG = "http://www.w3.org/2000/svg";

export default mounted((root) => new VolumeStage(root));

class VolumeStage {
  constructor(root) {
    this.root = root;
    this.hovered = null;
    this.pinned = null;
    this.build();
  }

  build() {
    this.range = element("input", {
      type: "range",
      min: "0",
      step: "1",
      "aria-label": "How the layer connects maps and filters",
    });
    this.range.oninput = () => this.choose(Number(this.range.value));
    this.range.onchange = () => this.tellConnection();
    this.stops = element("div", { class: "stops" });
    this.lines = document.createElementNS(SVG, "svg");
    this.lines.setAttribute("class", "lines");
    this.lines.setAttribute("aria-hidden", "true");
    const column = (name, title) => {
      const size = element("span", { class: "size" });
      const heading = element("div", { class: "title" }, element("span", { text: title }), size);
      const holder = element("div", { class: "cards", role: "group", "aria-label": title });
      const made = element("div", { class: `column ${name}` }, heading, holder);
      return Object.assign(made, { size, holder, cards: [] });
    };
    this.columns = {
      picture: column("picture", "Picture"),
      volume: column("volume", "Volume"),
      between: column("between", "Depthwise"),
      output: column("output", "Next volume"),
    };
    this.net = element("div", { class: "net" }, this.lines, ...Object.values(this.columns));
    this.legends = {
      volume: signedLegend(),
      between: signedLegend(),
      output: signedLegend(),
    };
    this.legends.between.box.classList.add("between");
    this.legendBox = element(
      "div",
      { class: "key" },
      ...Object.values(this.legends).map(({ box }) => box),
    );
    this.hint = element("p", {
      class: "hint",
      text:
        "A thick line is a strong kernel (the root of its summed squares). Single weights are " +
        "green above zero and purple below.",
    });
    this.large = element("canvas", { role: "img" });
    this.caption = element("div", { class: "title" });
    this.words = element("div", { class: "words", "aria-live": "polite" });
    this.slices = element("div", { class: "slices" });
    this.open = element("button", { type: "button", text: "Open this filter on its own" });
    this.open.onclick = () => this.trigger("open", this.shown()?.at ?? 0);
    this.detail = element(
      "section",
      { class: "detail", "aria-label": "The map in hand" },
      this.caption,
      element("div", { class: "large" }, this.large),
      this.words,
      this.slices,
      this.open,
    );
    this.ledger = element("div", {
      class: "ledger",
      role: "group",
      "aria-label": "Weights of each",
    });
    this.root.replaceChildren(
      element("div", { class: "slider" }, this.range, this.stops),
      element(
        "div",
        { class: "volume-stage" },
        element("div", {}, this.net, this.legendBox, this.hint),
        this.detail,
      ),
      this.ledger,
    );
  }

  // ---- data ---------------------------------------------------------------------------------

  update(component, { settings, arrays }) {
    this.trigger = component.setTriggerValue;
    this.settings = settings;
    this.data = arrays;
    [, this.height, this.width] = arrays.volume.shape;
    this.count = settings.channels;
    const at = settings.connections.findIndex(({ key }) => key === settings.connection);
    // What the hand has chosen stands until Python has heard of it.
    if (this.told === undefined || settings.connection === this.told || !this.connection) {
      this.at = Math.max(0, at);
      this.told = undefined;
    }
    this.at = Math.min(this.at, settings.connections.length - 1);
    this.range.max = settings.connections.length - 1;
    this.fillStops();
    this.fillCards();
    this.layout();
  }

  get connection() {
    return this.settings?.connections?.[this.at];
  }

  get joints() {
    return new Joints(this.connection, this.settings, this.data);
  }

  fillStops() {
    this.stops.replaceChildren(
      ...this.settings.connections.map(({ label }, at) => {
        const made = element("button", { type: "button", text: label, tabindex: "-1" });
        made.onclick = () => {
          this.choose(at);
          this.tellConnection();
        };
        return made;
      }),
    );
    const count = this.settings.connections.length;
    this.stops.style.setProperty("--stops", count);
    this.range.style.setProperty("--last", count - 1);
  }

  fillCards() {
    const counts = { picture: 3, volume: this.count, between: this.count, output: this.count };
    for (const [name, column] of Object.entries(this.columns)) {
      if (column.cards.length === counts[name]) continue;
      column.cards = Array.from({ length: counts[name] }, (_, at) => this.card(name, at));
      column.holder.replaceChildren(...column.cards);
    }
    this.columns.volume.cards[0].tabIndex = 0;
    if (this.pinned && this.pinned.at >= counts[this.pinned.column]) this.pinned = null;
  }

  card(column, at) {
    const made = element("button", { type: "button", class: "card", tabindex: "-1" });
    made.append(element("canvas"));
    const here = { column, at };
    made.onpointerenter = () => this.light(here);
    made.onpointerleave = () => this.light(null);
    made.onfocus = () => this.light(here);
    made.onblur = () => this.light(null);
    made.onclick = () => {
      this.pinned = samePlace(this.pinned, here) ? null : here;
      this.layout();
    };
    made.onkeydown = (event) => this.key(event, here);
    return made;
  }

  key(event, { column, at }) {
    const names = Object.keys(this.columns).filter(
      (name) =>
        this.columns[name].offsetParent !== null && (name !== "between" || this.joints.separable),
    );
    const across = names.indexOf(column);
    const go = (name, place) => {
      const cards = this.columns[name]?.cards;
      const card = cards?.[Math.max(0, Math.min(cards.length - 1, place))];
      if (!card) return;
      event.preventDefault();
      for (const { cards: others } of Object.values(this.columns)) {
        for (const other of others) other.tabIndex = -1;
      }
      card.tabIndex = 0;
      card.focus();
    };
    const step = arrows(event, 1);
    if (step) go(names[across + step[1]], at + step[0]);
    else if (event.key === "Home") go(column, 0);
    else if (event.key === "End") go(column, this.columns[column].cards.length - 1);
  }

  choose(at) {
    this.at = at;
    this.draw();
  }

  tellConnection() {
    this.told = this.connection.key;
    this.trigger("connection", this.told);
  }

  light(here) {
    this.hovered = here;
    this.drawLines();
    this.drawDetail();
  }

  shown() {
    return this.hovered ?? this.pinned;
  }

  // ---- drawing ------------------------------------------------------------------------------

  layout() {
    this.page = theme(this.root.getRootNode());
    this.colours = laneColours(this.page.dark);
    this.maps = table("maps", this.page.dark);
    this.weightColours = table("weights", this.page.dark);
    const wide = this.net.clientWidth;
    const most = wide > 520 ? wide * 0.15 : wide * 0.19;
    const gap = this.count > 8 ? 3 : 8;
    const room = Math.min(TALLEST, heightFor(this.root) - 190);
    const tall = Math.min(84, room / this.count - gap, (most * this.height) / this.width);
    this.net.style.setProperty("--gap", `${gap}px`);
    for (const { cards } of Object.values(this.columns)) {
      for (const { firstChild } of cards) {
        firstChild.style.height = `${tall}px`;
        firstChild.style.width = `${(tall * this.width) / this.height}px`;
      }
    }
    this.paintPicture();
    this.draw();
  }

  draw() {
    this.range.value = this.at;
    this.range.setAttribute("aria-valuetext", this.connection.label);
    [...this.stops.children].forEach((stop, at) =>
      stop.setAttribute("aria-pressed", at === this.at),
    );
    this.root.dataset.connection = this.connection.kind;
    const { volume, output, between } = this.columns;
    volume.size.textContent = `${this.height} \u00d7 ${this.width} \u00d7 ${this.count}`;
    volume.cards.forEach((card, at) => this.paintCard(card, this.plane("volume", at)));
    between.cards.forEach((card, at) => this.paintCard(card, this.plane("between", at)));
    output.cards.forEach((card, at) => this.paintCard(card, this.plane("output", at)));
    const { limits, ends } = this.settings;
    this.legends.volume.show(limits.volume, ends.volume, this.maps, "the volume");
    this.legends.between.show(limits.between, ends.between, this.maps, "the depthwise step");
    this.legends.output.show(limits.output, ends.output, this.maps, "all next volumes");
    this.nameCards();
    this.drawLines();
    this.drawDetail();
    this.drawLedger();
  }

  nameCards() {
    for (const [name, { cards }] of Object.entries(this.columns)) {
      cards.forEach((card, at) =>
        card.setAttribute("aria-label", this.title({ column: name, at })),
      );
    }
  }

  title({ column, at }) {
    if (column === "picture") return `${COLOURS[at]}, a channel of the picture`;
    const names = { volume: "volume", between: "depthwise step", output: "next volume" };
    return `Map ${at} of the ${names[column]}`;
  }

  plane(column, at) {
    const size = this.height * this.width;
    if (column === "volume") return this.data.volume.data.subarray(at * size, (at + 1) * size);
    if (column === "between") return this.data.between.data.subarray(at * size, (at + 1) * size);
    const from = (this.at * this.count + at) * size;
    return this.data.maps.data.subarray(from, from + size);
  }

  paintPicture() {
    const size = this.height * this.width;
    this.columns.picture.cards.forEach((card, colour) => {
      const bytes = this.data.picture.data.subarray(colour * size, (colour + 1) * size);
      this.pixels(card.firstChild, (pixels) => {
        for (let at = 0; at < size; at++) {
          const shade = tinted(bytes[at], this.colours[colour].fill);
          pixels.set(shade, 4 * at);
          pixels[4 * at + 3] = 255;
        }
      });
    });
  }

  paintCard(card, bytes) {
    this.pixels(card.firstChild, (pixels) => this.shade(pixels, bytes));
  }

  shade(pixels, bytes) {
    paint(pixels, Float32Array.from(bytes, partOf), bytes.length, "signed", [-1, 1], this.maps);
  }

  pixels(canvas, fill) {
    fillCanvas(canvas, this.width, this.height, fill);
  }

  drawLines() {
    const frame = this.net.getBoundingClientRect();
    this.lines.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const boxes = {};
    for (const [name, { cards }] of Object.entries(this.columns)) {
      boxes[name] = cards.map((card) => {
        const box = card.getBoundingClientRect();
        return {
          left: box.left - frame.left,
          right: box.right - frame.left,
          middle: box.top + box.height / 2 - frame.top,
          seen: box.width > 0,
        };
      });
    }
    const edges = this.joints.edges();
    const here = this.shown();
    const lit = here ? chain(here, edges) : null;
    const strengths = edges.map(({ kernel }) => Math.hypot(...kernel));
    const strongest = {};
    edges.forEach(({ to }, at) => {
      strongest[to.column] = Math.max(strongest[to.column] ?? 0, strengths[at]);
    });
    const paths = edges.map(({ from, to, kernel }, at) => {
      const [start, end] = [boxes[from.column][from.at], boxes[to.column][to.at]];
      if (!start.seen || !end.seen) return null;
      const made = document.createElementNS(SVG, "path");
      const reach = (end.left - start.right) * 0.45;
      made.setAttribute(
        "d",
        `M${start.right},${start.middle} C${start.right + reach},${start.middle} ` +
          `${end.left - reach},${end.middle} ${end.left},${end.middle}`,
      );
      const share = strengths[at] / (strongest[to.column] || 1);
      made.setAttribute("stroke-width", 0.6 + 3.6 * share);
      made.setAttribute("stroke", this.lineColour(from, kernel));
      const faded = lit && !lit.has(at);
      made.setAttribute("opacity", faded ? 0.05 : lit ? 0.95 : 0.16 + 0.6 * share);
      return made;
    });
    this.lines.replaceChildren(...paths.filter(Boolean));
    for (const [name, { cards }] of Object.entries(this.columns)) {
      cards.forEach((card, at) => {
        const place = { column: name, at };
        const touched = lit && [...lit].some((edge) => touchesPlace(edges[edge], place));
        card.classList.toggle("lit", Boolean(touched) || samePlace(here, place));
        card.classList.toggle("faded", Boolean(here) && !touched && !samePlace(here, place));
        card.setAttribute("aria-pressed", samePlace(this.pinned, place));
      });
    }
  }

  lineColour(from, kernel) {
    if (from.column === "picture") return this.colours[from.at].ink;
    if (kernel.length > 1) return this.page.ink;
    return css(signedColour(kernel[0] > 0 ? 0.75 : -0.75, 1, this.weightColours));
  }

  // ---- the map in hand ------------------------------------------------------------------------

  drawDetail() {
    const here = this.shown();
    this.open.style.display = here?.column === "volume" ? "" : "none";
    this.slices.replaceChildren();
    if (!here) return this.drawStack();
    this.caption.textContent = this.title(here);
    const width = this.large.parentElement.clientWidth;
    const scale = Math.min(width / this.width, 260 / this.height);
    this.large.style.width = `${this.width * scale}px`;
    this.large.style.height = `${this.height * scale}px`;
    this.large.width = this.width;
    this.large.height = this.height;
    const source = this.columns[here.column].cards[here.at].firstChild;
    this.large.getContext("2d").drawImage(source, 0, 0);
    this.large.setAttribute("aria-label", `${this.title(here)}, large.`);
    const incoming = this.joints.incoming(here);
    this.words.textContent = this.sentence(here, incoming);
    this.slices.replaceChildren(...incoming.map((one) => this.slice(one)));
  }

  sentence({ column, at }, incoming) {
    if (column === "picture") {
      return `${COLOURS[at]} goes into all ${this.count} filters, through a kernel of its own in each.`;
    }
    const taps = incoming[0].kernel.length;
    const side = Math.sqrt(taps);
    const total = taps * incoming.length;
    const maps = incoming.length === 1 ? "1 map" : `${incoming.length} maps`;
    const inputs = column === "volume" ? "3 channels" : maps;
    const bias = column === "between" ? "" : " and a bias";
    return `Sees ${inputs}: ${incoming.length} \u00d7 ${side} \u00d7 ${side} = ${total} weights${bias}.`;
  }

  slice({ from, at, kernel }) {
    const side = Math.sqrt(kernel.length);
    const limit = Math.max(...this.joints.weights(from).map(Math.abs)) || 1;
    const canvas = element("canvas", { "aria-hidden": "true" });
    const cell = side > 1 ? 13 : 26;
    const context = sharpContext(canvas, cell * side, cell * side);
    kernel.forEach((weight, tap) => {
      context.fillStyle = css(signedColour(weight, limit, this.weightColours));
      context.fillRect((tap % side) * cell, Math.floor(tap / side) * cell, cell, cell);
    });
    if (side === 1) {
      context.fillStyle = inkOn(signedColour(kernel[0], limit, this.weightColours));
      context.font = `600 9px ${this.page.font}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(written(kernel[0], 2), cell / 2, cell / 2);
    }
    const name = from === "picture" ? COLOURS[at] : `${at}`;
    return element("figure", {}, canvas, element("figcaption", { text: name }));
  }

  // The volume as a whole: its maps one behind the other.
  drawStack() {
    this.caption.textContent = `What goes on: ${this.height} \u00d7 ${this.width} \u00d7 ${this.count}`;
    const room = this.large.parentElement.clientWidth;
    const step = Math.min(16, (room * 0.42) / this.count);
    const scale = Math.min((room - step * (this.count - 1) - 4) / this.width, 240 / this.height);
    const [wide, tall] = [this.width * scale, this.height * scale];
    const height = tall + step * (this.count - 1) + 4;
    const context = sharpContext(this.large, room, height);
    for (let at = this.count - 1; at >= 0; at--) {
      const [x, y] = [2 + at * step, 2 + (this.count - 1 - at) * step];
      context.drawImage(this.columns.output.cards[at].firstChild, x, y, wide, tall);
      context.strokeStyle = this.page.ink;
      context.globalAlpha = 0.55;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, wide - 1, tall - 1);
      context.globalAlpha = 1;
    }
    this.large.setAttribute(
      "aria-label",
      `The next volume, ${this.count} maps of ${this.height} by ${this.width}, as a stack.`,
    );
    this.words.textContent = `${this.count} maps, one for each filter. Point at a map to see what leads into it.`;
  }

  // ---- the weights of each ----------------------------------------------------------------------

  drawLedger() {
    const { connections, wide } = this.settings;
    const most = Math.max(...connections.map(({ weights }) => weights));
    const number = (value) => value.toLocaleString("en");
    const head = element(
      "div",
      { class: "row head" },
      element("span", { text: "Connections" }),
      element("span", { class: "rule", text: `Weights of this layer, ${this.count} maps` }),
      element("span", { class: "number wide", text: `At ${number(wide)} maps` }),
      element("span", { class: "number alike", text: "Correlation" }),
    );
    const rows = connections.map(({ label, formula, weights, wide_weights, likeness }, at) => {
      const bar = element("span", { class: "bar" });
      bar.style.width = `${(100 * weights) / most}%`;
      const row = element(
        "button",
        { type: "button", class: "row", "aria-pressed": at === this.at },
        element("span", { class: "name", text: label }),
        element(
          "span",
          { class: "rule" },
          bar,
          element("span", { class: "count", text: `${formula} = ${number(weights)}` }),
        ),
        element("span", { class: "number wide", text: number(wide_weights) }),
        element("span", { class: "number alike", text: written(likeness, 3) }),
      );
      row.onclick = () => {
        this.choose(at);
        this.ledger.children[at + 1].focus();
        this.tellConnection();
      };
      return row;
    });
    this.ledger.replaceChildren(head, ...rows);
  }
}
