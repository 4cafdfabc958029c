// The wall itself: tiles in rows on one canvas that stays in view while the wall scrolls under it.
// Only what is visible is drawn.

import { css, inkOn, partOf, signedColour, table } from "../../shared/colours.js";
import { element, fillCanvas, sharpContext } from "../../shared/dom.js";
import { eachFrame } from "../../shared/hand.js";
import { written } from "../../shared/numbers.js";
import { banded } from "../../shared/ring.js";

const GAP = 8;
const CAPTION = 17;
const MOST_PAINTED = 6_000_000; // pixels of tiles kept as pictures
export const MARKS = ["dead", "constant", "saturated", "duplicate"];

export class Tiles {
  // hover(place in the order or null), press(place), open(place); key(event) gets what is left.
  constructor({ hover, press, open, key }) {
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.spacer = element("div", { class: "spacer" }, this.canvas);
    this.section = element(
      "div",
      { class: "wall", tabindex: "0", role: "application", "aria-describedby": "facts" },
      this.spacer,
    );
    this.painted = new Map();
    this.kept = 0;
    this.draw = eachFrame(() => this.order && this.drawNow());
    this.section.onscroll = () => this.draw();
    this.section.onpointermove = (event) => hover(this.find(event));
    this.section.onpointerleave = () => hover(null);
    this.section.onclick = (event) => {
      const place = this.find(event);
      if (place !== null) press(place);
    };
    this.section.ondblclick = (event) => {
      const place = this.find(event);
      if (place !== null) open(place);
    };
    this.section.onkeydown = key;
  }

  // maps: see `MapsInHand`; order: the channels on the wall; caption(channel) and note(channel):
  // what stands below a tile, left and right; badge(channel): words on it, or ""; faded(channel):
  // whether it is drawn as what does not count.
  show(maps, { order, tile, page, limitOf, caption, note, badge, faded, key }) {
    if (key !== this.key) this.forget();
    Object.assign(this, { maps, order, page, limitOf, caption, note, badge, faded, key });
    Object.assign(this, this.layout(tile, maps, order.length));
    const needed = this.down * this.pitch + 4;
    this.section.style.height = `min(${Math.max(needed, 120)}px, var(--tallest))`;
    this.spacer.style.height = `${Math.max(1, needed)}px`;
    this.draw();
  }

  layout(tile, maps, count) {
    const room = this.section.clientWidth - 6 + GAP;
    const across = Math.max(1, Math.floor(room / (tile + GAP)));
    const side = Math.min(room / across - GAP, maps.vector ? 1.1 * tile : 1.3 * tile);
    const ratio = Math.min(1, Math.max(0.3, maps.vector ? 0.5 : maps.rows / maps.columns));
    const high = Math.round(side * ratio);
    return { across, side, high, pitch: high + CAPTION + GAP, down: Math.ceil(count / across) };
  }

  // The side at which the fewest tiles stand side by side and yet all are in view.
  sideThatFits(maps, count, least, tallest) {
    for (let across = 2; ; across++) {
      const side = Math.floor((this.section.clientWidth - 6 + GAP) / across) - GAP;
      if (side < least) return null;
      const { down, pitch } = this.layout(side, maps, count);
      if (side <= 300 && down * pitch + 4 <= tallest) return side;
    }
  }

  forget() {
    this.painted.clear();
    this.kept = 0;
  }

  find(event) {
    const box = this.section.getBoundingClientRect();
    const x = event.clientX - box.left - 3;
    const y = event.clientY - box.top - 3 + this.section.scrollTop;
    const across = Math.floor(x / (this.side + GAP));
    const down = Math.floor(y / this.pitch);
    if (across < 0 || across >= this.across || down < 0) return null;
    const place = down * this.across + across;
    return place < this.order.length ? place : null;
  }

  cornerOf(place) {
    return [
      3 + (place % this.across) * (this.side + GAP),
      3 + Math.floor(place / this.across) * this.pitch,
    ];
  }

  reveal(place) {
    if (place < 0) return;
    const top = Math.floor(place / this.across) * this.pitch;
    const { scrollTop, clientHeight } = this.section;
    if (top < scrollTop) this.section.scrollTop = top;
    else if (top + this.pitch > scrollTop + clientHeight) {
      this.section.scrollTop = top + this.pitch + 6 - clientHeight;
    }
  }

  rowsInView() {
    return Math.max(1, Math.floor(this.section.clientHeight / this.pitch));
  }

  light({ at, held, pinned }) {
    Object.assign(this, { at, held, pinned });
    this.draw();
  }

  drawNow() {
    const [width, height] = [this.section.clientWidth, this.section.clientHeight];
    if (!width || !height) return;
    const context = sharpContext(this.canvas, width, height);
    const scrolled = this.section.scrollTop;
    const first = Math.max(0, Math.floor(scrolled / this.pitch)) * this.across;
    const last = Math.ceil((scrolled + height) / this.pitch) * this.across;
    context.translate(0, -scrolled);
    for (let place = first; place < Math.min(last, this.order.length); place++) {
      this.drawTile(context, place);
    }
    if (this.pinned !== null) this.frame(context, this.order.indexOf(this.pinned), 2, true);
    this.frame(context, this.order.indexOf(this.held), 3);
    if (this.at !== null) this.frame(context, this.at, 3);
  }

  drawTile(context, place) {
    const channel = this.order[place];
    const [x, y] = this.cornerOf(place);
    const { maps, page, side, high } = this;
    if (maps.vector) {
      const value = maps.value(channel, 0, 0);
      const fill = signedColour(value, this.limitOf(channel), table("maps", page.dark));
      context.fillStyle = css(fill);
      context.fillRect(x, y, side, high);
      context.fillStyle = inkOn(fill);
      context.font = `600 ${Math.min(high * 0.4, side * 0.2, 17)}px ${page.font}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(written(value, 3), x + side / 2, y + high / 2 + 1);
    } else {
      const picture = this.pictureOf(channel);
      const scale = Math.min(side / picture.width, high / picture.height);
      const [wide, tall] = [picture.width * scale, picture.height * scale];
      context.imageSmoothingEnabled = scale * (window.devicePixelRatio || 1) < 1;
      context.drawImage(picture, x + (side - wide) / 2, y + (high - tall) / 2, wide, tall);
    }
    if (this.faded(channel)) {
      context.globalAlpha = 0.85;
      context.fillStyle = page.background;
      context.fillRect(x, y, side, high);
      context.globalAlpha = 1;
    }
    context.strokeStyle = page.border;
    context.lineWidth = 1;
    context.strokeRect(x, y, side, high);
    this.drawWords(context, channel, x, y);
  }

  drawWords(context, channel, x, y) {
    const { page, side, high } = this;
    context.textBaseline = "alphabetic";
    context.fillStyle = page.ink;
    const below = y + high + 13;
    const note = this.note(channel);
    let room = side;
    if (note) {
      context.font = `12px ${page.font}`;
      const wide = context.measureText(note).width;
      if (wide < side * 0.7) {
        context.textAlign = "right";
        context.fillText(note, x + side, below);
        room = side - wide - 6;
      }
    }
    context.font = `600 12px ${page.font}`;
    context.textAlign = "left";
    context.fillText(fitted(context, this.caption(channel), room), x, below);
    const badge = this.badge(channel);
    if (!badge) return;
    context.font = `600 11px ${page.font}`;
    const text = fitted(context, badge, side - 8);
    const wide = context.measureText(text).width + 8;
    context.fillStyle = page.background;
    context.fillRect(x + side - wide, y, wide, 16);
    context.strokeStyle = page.border;
    context.strokeRect(x + side - wide, y, wide, 16);
    context.fillStyle = page.ink;
    context.fillText(text, x + side - wide + 4, y + 12);
  }

  frame(context, place, thickness, dashed = false) {
    if (place < 0) return;
    const [x, y] = this.cornerOf(place);
    context.setLineDash(dashed ? [6, 4] : []);
    banded(context, this.page, thickness, x - 1, y - 1, this.side + 2, this.high + 2);
    context.setLineDash([]);
  }

  pictureOf(channel) {
    const found = this.painted.get(channel);
    if (found) return found;
    const { rows, columns } = this.maps;
    if (this.kept + rows * columns > MOST_PAINTED) this.forget();
    const canvas = fillCanvas(document.createElement("canvas"), columns, rows, (pixels) =>
      this.maps.paint(pixels, channel, this.limitOf(channel), table("maps", this.page.dark)),
    );
    this.painted.set(channel, canvas);
    this.kept += rows * columns;
    return canvas;
  }
}

// The numbers of a layer's maps as they came: all of them, or each map in steps of its own range.
export class MapsInHand {
  constructor({ planes, limits, exact_map: exact }, settings) {
    this.planes = planes.data;
    [this.count, this.rows, this.columns] = planes.shape;
    this.size = this.rows * this.columns;
    this.limits = limits.data;
    this.vector = settings.layer.vector;
    this.exact = settings.exact;
    this.whole = exact; // one map in full, where the others are in steps
    this.wholeChannel = settings.exact_channel;
  }

  value(channel, row, column) {
    const at = channel * this.size + row * this.columns + column;
    if (this.exact) return this.planes[at];
    return partOf(this.planes[at]) * this.limits[channel];
  }

  // One map to look at closely: { values, rows, columns, exact }.
  mapOf(channel) {
    if (!this.exact && channel === this.wholeChannel) {
      const [rows, columns] = this.whole.shape;
      return { values: this.whole.data, rows, columns, exact: true };
    }
    const { rows, columns, size } = this;
    const part = this.planes.subarray(channel * size, (channel + 1) * size);
    if (this.exact) return { values: part, rows, columns, exact: true };
    const limit = this.limits[channel];
    const values = Float32Array.from(part, (level) => partOf(level) * limit);
    return { values, rows, columns, exact: false };
  }

  // Fill RGBA bytes; zero is the middle of the scale, either limit an end.
  paint(pixels, channel, limit, bytes) {
    const words = new Uint32Array(pixels.buffer);
    const colours = packed(bytes);
    const middle = (colours.length - 1) / 2;
    const start = channel * this.size;
    if (this.exact) {
      const factor = middle / (limit || 1);
      for (let at = 0; at < this.size; at++) {
        words[at] = colours[clamped(this.planes[start + at] * factor + middle, colours.length)];
      }
      return;
    }
    const factor = (middle * this.limits[channel]) / (limit || 1);
    const byLevel = new Uint32Array(256);
    for (let level = 0; level < 256; level++) {
      byLevel[level] = colours[clamped(partOf(level) * factor + middle, colours.length)];
    }
    for (let at = 0; at < this.size; at++) words[at] = byLevel[this.planes[start + at]];
  }
}

function clamped(place, length) {
  return Math.max(0, Math.min(length - 1, Math.round(place)));
}

// A table of colours as 32-bit words, in the order in which a canvas keeps its bytes.
const packedTables = new Map();

function packed(bytes) {
  if (!packedTables.has(bytes)) {
    const words = new Uint32Array(bytes.length / 3);
    const view = new Uint8Array(words.buffer);
    for (let at = 0; at < words.length; at++) {
      view.set([bytes[3 * at], bytes[3 * at + 1], bytes[3 * at + 2], 255], 4 * at);
    }
    packedTables.set(bytes, words);
  }
  return packedTables.get(bytes);
}

export function fitted(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let cut = text;
  while (cut.length > 1 && context.measureText(`${cut}\u2026`).width > room) cut = cut.slice(0, -1);
  return `${cut}\u2026`;
}
