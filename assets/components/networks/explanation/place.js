// Where the number is: its layer, its map, the map's neighbours, and the cell in the map.

import { element, fillCanvas, iconButton, sharpContext } from "../../shared/dom.js";
import { arrows, dragged } from "../../shared/hand.js";
import {
  css,
  extremes,
  inkOn,
  paintLevels,
  partOf,
  signedColour,
  table,
} from "../../shared/colours.js";
import { written } from "../../shared/numbers.js";
import { MapPane } from "../../shared/map_pane.js";
import { ring } from "../../shared/ring.js";

const TALLEST_MAP = 420;
const MOST_LISTED = 24; // units of a vector that are listed one below the other
const BEST_LISTED = 10; // of more units that have names
const FILM = 7;

export class Place {
  // preview(cell) while one looks around, settle(cell) when one has chosen, over(cell or null)
  // under a resting pointer, choose(layer), key(event).
  constructor(acts) {
    this.acts = acts;
    this.select = element("select", { "aria-label": "Layer" });
    this.select.onchange = () => acts.choose(this.select.value);
    this.kind = element("span", { class: "kind" });
    this.pane = new MapPane({ title: "", label: "", key: (event) => this.key(event) });
    this.units = element("ul", { class: "units" });
    this.readout = element("div", { class: "readout" });
    this.film = element("canvas", { class: "film" });
    this.slider = element("input", { type: "range", min: "0", "aria-label": "Map" });
    this.slider.oninput = () => this.look({ channel: Number(this.slider.value) });
    this.slider.onchange = () => acts.settle(this.cell, true);
    const step = (by) => () => {
      this.look({ channel: this.cell.channel + by });
      acts.settle(this.cell, true);
    };
    this.chooser = element(
      "div",
      { class: "chooser" },
      this.film,
      element(
        "div",
        { class: "channel" },
        iconButton("chevron_left", "Map before", step(-1)),
        this.slider,
        iconButton("chevron_right", "Next map", step(1)),
      ),
    );
    this.names = element("select", { "aria-label": "Class" });
    this.names.onchange = () => {
      this.look({ channel: Number(this.names.value) });
      acts.settle(this.cell);
    };
    this.named = element(
      "label",
      { class: "which" },
      element("span", { text: "Class" }),
      this.names,
    );
    this.section = element(
      "section",
      { class: "place" },
      element("label", { class: "which" }, element("span", { text: "Layer" }), this.select),
      this.pane.section,
      this.named,
      this.units,
      this.readout,
      this.chooser,
    );
    this.painted = new Map();
    this.watch();
  }

  watch() {
    const { frame } = this.pane;
    let held = false;
    dragged(frame, {
      start: (event) => {
        held = true;
        this.point(event);
      },
      move: (event) => this.point(event),
      end: () => {
        held = false;
        this.acts.settle(this.cell);
      },
    });
    frame.onpointermove = (event) => {
      if (held) return undefined;
      const at = this.pane.cellAt(event);
      const cell = at && this.cellAt(...at);
      this.hovered = cell;
      this.acts.over(cell);
      return this.say();
    };
    frame.onpointerleave = () => {
      this.hovered = null;
      this.acts.over(null);
      this.say();
    };
    this.film.onclick = (event) => {
      const box = this.film.getBoundingClientRect();
      const at = this.firstOnFilm() + Math.floor(((event.clientX - box.left) / box.width) * FILM);
      if (at >= this.channels) return;
      this.look({ channel: at });
      this.acts.settle(this.cell);
    };
  }

  point(event) {
    const at = this.pane.cellAt(event);
    const cell = at && this.cellAt(...at);
    if (cell) this.look(cell);
  }

  cellAt(row, column) {
    if (this.layer.map) return { row, column, channel: this.cell.channel };
    const channel = row * this.across + column;
    return channel < this.channels ? { row: 0, column: 0, channel } : null;
  }

  key(event) {
    const { cell } = this;
    const move = arrows(event, event.shiftKey ? 5 : 1);
    const along = event.key === "PageDown" ? 1 : event.key === "PageUp" ? -1 : 0;
    if (move && this.layer.map)
      this.look({ row: cell.row + move[0], column: cell.column + move[1] });
    else if (move) this.look({ channel: cell.channel + move[0] * this.across + move[1] });
    else if (along) this.look({ channel: cell.channel + along });
    else return this.acts.key(event);
    event.preventDefault();
    return this.acts.settle(this.cell, true);
  }

  // Look at another cell; a place outside is moved to the nearest.
  look(change) {
    const cell = { ...this.cell, ...change };
    const within = (value, count) => Math.max(0, Math.min(count - 1, value));
    cell.row = within(cell.row, this.rows);
    cell.column = within(cell.column, this.columns);
    cell.channel = within(cell.channel, this.channels);
    const other = this.layer.map && cell.channel !== this.cell.channel;
    this.cell = cell;
    if (other) this.values = null; // until Python has sent that map
    this.draw();
    this.acts.preview(cell);
  }

  // ---- what there is to see -------------------------------------------------------------

  fillLayers(layers) {
    const groups = new Map();
    for (const layer of layers) {
      const sides = layer.shape.length === 3 ? layer.shape.slice(0, 2).join(" \u00d7 ") : "vectors";
      const key = `${layer.stage} ${sides}`;
      if (!groups.has(key)) groups.set(key, element("optgroup", { label: sides }));
      groups.get(key).append(element("option", { value: layer.name, text: layer.name }));
    }
    this.select.replaceChildren(...groups.values());
  }

  show(layer, thumbnails, values, cell, page) {
    Object.assign(this, { layer, values, cell, page, thumbnails });
    this.painted = new Map();
    this.filmed = this.shown = null;
    if (values) this.limit = finiteLimit(values);
    [this.rows, this.columns] = layer.map ? layer.shape : [1, 1];
    this.channels = layer.shape.at(-1);
    const few = this.channels <= MOST_LISTED;
    this.listed = !layer.map && (few || layer.labels !== null);
    if (this.listed) this.order = this.orderOf(values, few);
    this.named.style.display = this.listed && !few ? "" : "none";
    if (this.listed && !few) this.fillNames();
    // A long vector is laid out in rows, like a page of text.
    this.across = Math.ceil(Math.sqrt(this.channels));
    this.select.value = cell.layer;
    this.slider.max = this.channels - 1;
    this.chooser.style.display = layer.map && this.channels > 1 ? "" : "none";
    this.pane.section.style.display = this.listed ? "none" : "";
    this.units.style.display = this.listed ? "" : "none";
    this.draw();
  }

  // Few units in their own order; of many the largest, and the one in hand.
  orderOf(values, few) {
    const all = Array.from(values, (_, channel) => channel);
    if (few) return all;
    const best = all.sort((one, other) => values[other] - values[one]).slice(0, BEST_LISTED);
    return best.includes(this.cell.channel) ? best : [...best, this.cell.channel];
  }

  fillNames() {
    if (this.names.dataset.layer !== this.layer.key) {
      this.names.dataset.layer = this.layer.key;
      const options = this.layer.labels.map((text, value) => element("option", { value, text }));
      this.names.replaceChildren(...options);
    }
    this.names.value = this.cell.channel;
  }

  nameOf(channel) {
    return this.layer.labels?.[channel] ?? `${this.layer.map ? "map" : "number"} ${channel}`;
  }

  valueAt({ row, column, channel }) {
    if (!this.values) return null;
    return this.values[this.layer.map ? row * this.columns + column : channel];
  }

  colourOf(value) {
    return signedColour(
      Number.isFinite(value) ? value : 0,
      this.limit,
      table("maps", this.page.dark),
    );
  }

  draw() {
    const { cell, layer } = this;
    this.hovered = null;
    this.pane.heading.textContent = layer.map
      ? `${capital(this.nameOf(cell.channel))} (0 to ${this.channels - 1})`
      : `${this.channels} numbers`;
    this.pane.size.textContent = layer.map ? `${this.rows} \u00d7 ${this.columns}` : "";
    this.pane.frame.setAttribute(
      "aria-label",
      `${layer.map ? `Map ${cell.channel} of ${cell.layer}` : `The numbers of ${cell.layer}`}. ` +
        "Arrow keys move the cell, Page up and Page down change the map, Enter goes on to the " +
        "strongest input, Backspace goes back.",
    );
    if (this.listed) this.fillUnits();
    else this.drawMap();
    this.slider.value = cell.channel;
    this.slider.setAttribute("aria-valuetext", this.nameOf(cell.channel));
    const drawn = `${cell.channel} ${this.section.clientWidth}`;
    if (layer.map && this.channels > 1 && this.filmed !== drawn) {
      this.filmed = drawn;
      this.drawFilm();
    }
    this.say();
  }

  drawMap() {
    const shown = `${this.values ? "whole" : this.cell.channel} ${this.section.clientWidth}`;
    if (this.shown !== shown) {
      this.shown = shown;
      this.paintMap();
    }
    this.ringCell();
  }

  paintMap() {
    const { cell, page } = this;
    const options = { page, limit: this.limit || 1, tallest: TALLEST_MAP };
    if (this.layer.map && this.values) {
      this.pane.show(this.values, this.rows, this.columns, options);
    } else if (this.layer.map) {
      const { data, shape } = this.thumbnails;
      const size = shape[1] * shape[2];
      const levels = data.subarray(cell.channel * size, (cell.channel + 1) * size);
      const rough = Float32Array.from(levels, partOf);
      this.pane.show(rough, shape[1], shape[2], { ...options, limit: 1, least: "", most: "" });
    } else {
      const down = Math.ceil(this.channels / this.across);
      const grid = new Float32Array(down * this.across).fill(NaN);
      grid.set(this.values);
      this.pane.show(grid, down, this.across, options);
    }
    this.pane.note.textContent = this.layer.map
      ? "Colours: this map\u2019s own range."
      : "Colours: this layer\u2019s own range.";
  }

  ringCell() {
    const { cell } = this;
    // In the rough map of a channel that is on its way, cells lie where they will be.
    this.pane.over((context, side) => {
      const [rows, columns] = this.layer.map
        ? [this.rows, this.columns]
        : [this.pane.rows, this.across];
      const [high, wide] = [(side * this.pane.rows) / rows, (side * this.pane.columns) / columns];
      const row = this.layer.map ? cell.row : Math.floor(cell.channel / this.across);
      const column = this.layer.map ? cell.column : cell.channel % this.across;
      ring(context, column * wide, row * high, wide, high, this.page, 12);
    });
  }

  // A few units: a bar each.
  fillUnits() {
    const values = this.values;
    const limit = finiteLimit(values) || 1;
    const buttons = this.order.map((channel, at) => {
      const value = values[channel];
      const bar = element("span", { class: "bar" });
      bar.style.width = `${(100 * Math.abs(value)) / limit}%`;
      bar.style.background = css(this.colourOf(Math.sign(value) * limit * 0.75));
      const button = element(
        "button",
        { type: "button", "aria-pressed": String(channel === this.cell.channel) },
        element("span", { class: "label", text: this.nameOf(channel) }),
        element("span", { class: "number", text: written(value, 4) }),
        element("span", { class: "track" }, bar),
      );
      button.onclick = () => {
        this.look({ channel });
        this.acts.settle(this.cell);
      };
      button.onkeydown = (event) => {
        const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!by) return;
        event.preventDefault();
        const next = this.order[at + by];
        if (next === undefined) return;
        this.look({ channel: next });
        this.acts.settle(this.cell, true);
      };
      return element("li", {}, button);
    });
    const focused = this.units.contains(this.units.getRootNode().activeElement);
    this.units.replaceChildren(...buttons);
    if (focused) this.units.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true });
  }

  firstOnFilm() {
    return Math.max(0, Math.min(this.channels - FILM, this.cell.channel - (FILM >> 1)));
  }

  // The maps before and after this one.
  drawFilm() {
    const room = this.section.clientWidth;
    const side = (room - (FILM - 1) * 4) / FILM;
    const context = sharpContext(this.film, room, side);
    context.imageSmoothingEnabled = false;
    const first = this.firstOnFilm();
    for (let at = 0; at < Math.min(FILM, this.channels); at++) {
      const x = at * (side + 4);
      context.drawImage(this.tile(first + at), x, 0, side, side);
      context.strokeStyle = this.page.border;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, 0.5, side - 1, side - 1);
      if (first + at === this.cell.channel) {
        context.strokeStyle = this.page.accent;
        context.lineWidth = 3;
        context.strokeRect(x + 1.5, 1.5, side - 3, side - 3);
      }
    }
    this.film.setAttribute("role", "img");
    this.film.setAttribute(
      "aria-label",
      "The maps before and after this one, each in its own range.",
    );
  }

  tile(channel) {
    if (!this.painted.has(channel)) {
      this.painted.set(channel, paintedTile(this.thumbnails, channel, this.page.dark));
    }
    return this.painted.get(channel);
  }

  say() {
    const at = this.hovered ?? this.cell;
    const value = this.valueAt(at);
    const where = this.layer.map ? `row ${at.row}, column ${at.column}` : this.nameOf(at.channel);
    const chip = element("span", {
      class: "chip",
      text: value === null ? "\u2026" : written(value, 4),
    });
    if (value !== null) {
      const fill = this.colourOf(value);
      chip.style.background = css(fill);
      chip.style.color = inkOn(fill);
    }
    this.readout.replaceChildren(element("span", { text: where }), chip);
    this.readout.style.display = this.listed ? "none" : "";
  }
}

export function paintedTile({ data, shape: [, rows, columns] }, index, dark) {
  const levels = data.subarray(index * rows * columns, (index + 1) * rows * columns);
  return fillCanvas(document.createElement("canvas"), columns, rows, (pixels) =>
    paintLevels(pixels, levels, table("maps", dark)),
  );
}

export function finiteLimit(values) {
  let [least, most] = extremes(values);
  if (!Number.isFinite(least) || !Number.isFinite(most)) {
    [least, most] = extremes(Float32Array.from(values).filter(Number.isFinite));
  }
  const limit = Math.max(Math.abs(least), Math.abs(most));
  return Number.isFinite(limit) ? limit : 0;
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
