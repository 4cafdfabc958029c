// All photos on a map. Zoom, pan, point, press to search; the layers play through and the photos
// move to where the next layer puts them.

import { theme } from "../../shared/colours.js";
import { element, iconButton, sharpContext } from "../../shared/dom.js";
import { arrows, eachFrame } from "../../shared/hand.js";
import { LayerSlider } from "../../shared/layer_slider.js";
import { collectionOf } from "../collection.js";
import { mounted } from "../../shared/mount.js";

const GLIDE = 700; // milliseconds from one layer's places to the next one's
const DOTS = 1200; // photos in view beyond which they are dots
const MOST_ZOOM = 24;

export default mounted((root) => new PhotoMap(root));

class PhotoMap {
  constructor(root) {
    this.root = root;
    this.serial = 0;
    this.view = { zoom: 1, x: 0.5, y: 0.5 };
    this.pictures = new Map();
    this.canvas = element("canvas", { class: "map", tabindex: "0", role: "application" });
    this.words = element("p", { class: "pointed", "aria-live": "polite" });
    this.groups = element("div", { class: "groups", role: "group", "aria-label": "Labels" });
    this.slider = new LayerSlider((at, settled) => this.walk(at, settled));
    this.tools = element(
      "div",
      { class: "tools" },
      iconButton("add", "Zoom in", () => this.zoom(1.5)),
      iconButton("remove", "Zoom out", () => this.zoom(1 / 1.5)),
      iconButton("fit_screen", "Show all", () => this.showAll()),
    );
    this.holder = element("div", { class: "holder" }, this.canvas, this.tools);
    root.replaceChildren(this.groups, this.holder, this.words, this.slider.section);
    this.canvas.onpointerdown = (event) => this.press(event);
    this.canvas.onpointermove = (event) => this.move(event);
    this.canvas.onpointerup = (event) => this.release(event);
    this.canvas.onpointercancel = () => this.pointers.clear();
    this.canvas.onpointerleave = () => this.point(null);
    this.canvas.onkeydown = (event) => this.key(event);
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.pointers = new Map();
    this.drawSoon = eachFrame(() => this.draw());
  }

  layout() {
    this.redraw();
  }

  leave() {
    this.slider.leave();
    this.stopWaiting?.();
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    const late = settings.serial < this.serial && this.settings;
    this.serial = Math.max(this.serial, settings.serial);
    if (late) return;
    const before = this.settings;
    Object.assign(this, { settings, arrays });
    const busy = this.slider.busy && this.slider.at < settings.layers.length;
    const at = busy ? this.slider.at : settings.layer;
    this.slider.section.hidden = settings.layers.length < 2;
    this.slider.show(settings.layers, at);
    this.stopWaiting?.();
    this.stopWaiting = collectionOf(settings.collection, (photos) => {
      if (this.photos !== photos) {
        this.photos = photos;
        this.pictures.clear();
        this.only = null;
        this.focus = null;
        this.showGroups();
      }
      const same = before && before.collection === settings.collection && this.now;
      this.glide(at, Boolean(same));
      this.describe();
    });
  }

  ask(kind, value) {
    this.serial += 1;
    this.tell("ask", { kind, value, serial: this.serial });
  }

  walk(at, settled) {
    this.glide(at, true);
    if (settled && at !== this.settings.layer) {
      this.settings.layer = at;
      this.ask("layer", this.settings.layers[at].name);
    }
  }

  // ---- labels ---------------------------------------------------------------------------

  showGroups() {
    const { groups, colours } = this.photos;
    const page = theme(this.root.getRootNode());
    this.colours = colours[page.dark ? "dark" : "light"];
    const shown = groups.filter(Boolean).slice(0, 40);
    this.groups.replaceChildren(
      ...shown.map((group) => {
        const swatch = element("span", { class: "swatch" });
        swatch.style.background = this.colours[groups.indexOf(group)];
        const button = element(
          "button",
          { type: "button", "aria-pressed": "false" },
          swatch,
          element("span", { text: group }),
        );
        button.onclick = () => {
          this.only = this.only === group ? null : group;
          for (const one of this.groups.children) one.setAttribute("aria-pressed", "false");
          button.setAttribute("aria-pressed", String(this.only === group));
          this.redraw();
        };
        return button;
      }),
    );
  }

  // ---- places ---------------------------------------------------------------------------

  target(at) {
    const size = 2 * this.settings.count;
    return this.arrays.places.data.subarray(at * size, (at + 1) * size);
  }

  glide(at, smooth) {
    const target = this.target(at);
    this.at = at;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!smooth || still || this.now?.length !== target.length) {
      this.now = Float32Array.from(target);
      this.redraw();
      return;
    }
    this.from = Float32Array.from(this.now);
    this.goal = target;
    this.began = performance.now();
    if (!this.gliding) this.step(this.began);
  }

  step(time) {
    const part = Math.min(1, Math.max(0, (time - this.began) / GLIDE));
    const eased = part < 0.5 ? 2 * part * part : 1 - 2 * (1 - part) * (1 - part);
    for (let at = 0; at < this.now.length; at++) {
      this.now[at] = this.from[at] + (this.goal[at] - this.from[at]) * eased;
    }
    this.gliding = part < 1;
    this.draw();
    if (this.gliding) requestAnimationFrame((next) => this.step(next));
  }

  redraw() {
    if (!this.gliding) this.drawSoon();
  }

  // ---- drawing --------------------------------------------------------------------------

  get size() {
    return [this.holder.clientWidth, this.holder.clientHeight];
  }

  get unit() {
    const [width, height] = this.size;
    return Math.min(width, height) * 0.9 * this.view.zoom;
  }

  screen(at) {
    const [width, height] = this.size;
    return [
      width / 2 + (this.now[2 * at] - this.view.x) * this.unit * this.stretch,
      height / 2 + (this.now[2 * at + 1] - this.view.y) * this.unit,
    ];
  }

  // A wide stage is filled: the map is stretched across, at most by half.
  get stretch() {
    const [width, height] = this.size;
    return Math.max(1, Math.min(1.6, width / height));
  }

  get side() {
    const count = this.settings.count;
    const room = Math.min(...this.size) / Math.sqrt(count);
    return Math.max(16, Math.min(110, room * 0.85 * Math.sqrt(this.view.zoom)));
  }

  picture(at) {
    let image = this.pictures.get(at);
    if (!image) {
      image = new Image();
      image.onload = () => this.redraw();
      image.src = this.photos.urls[at];
      this.pictures.set(at, image);
    }
    return image.complete && image.naturalWidth ? image : null;
  }

  draw() {
    if (!this.photos || !this.now) return;
    const [width, height] = this.size;
    if (!width) return;
    const page = theme(this.root.getRootNode());
    this.colours = this.photos.colours[page.dark ? "dark" : "light"];
    const context = sharpContext(this.canvas, width, height);
    const side = this.side;
    const seen = [];
    for (let at = 0; at < this.settings.count; at++) {
      const [x, y] = this.screen(at);
      if (x > -side && y > -side && x < width + side && y < height + side) seen.push(at);
    }
    this.seen = seen;
    const dots = seen.length > DOTS;
    this.lines(context, page);
    const top = this.settings.place;
    for (const at of seen) {
      if (at !== this.focus && at !== top) this.paint(context, at, side, dots, page);
    }
    if (top !== null) this.paint(context, top, side * 1.35, false, page);
    if (this.focus !== null && this.focus !== undefined) {
      this.paint(context, this.focus, Math.max(150, side * 1.6), false, page);
    }
    this.canvas.dataset.drawn = String(this.at);
  }

  // From the query to what it finds, the nearest strongest.
  lines(context, page) {
    const { place } = this.settings;
    if (place === null || !this.arrays.indices) return;
    const { data, shape } = this.arrays.indices;
    const found = data.subarray(this.at * shape[1], (this.at + 1) * shape[1]);
    const [x, y] = this.screen(place);
    context.strokeStyle = page.accent;
    found.forEach((index, rank) => {
      if (index < 0) return;
      context.globalAlpha = 0.9 - (0.7 * rank) / found.length;
      context.lineWidth = rank < 1 ? 3 : 1.5;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(...this.screen(index));
      context.stroke();
    });
    context.globalAlpha = 1;
  }

  paint(context, at, side, dot, page) {
    const { groups, labels } = this.photos;
    const label = labels[at];
    let [x, y] = this.screen(at);
    const colour = this.colours[groups.indexOf(label)] ?? page.ink;
    context.globalAlpha = this.only && label !== this.only && at !== this.focus ? 0.12 : 1;
    if (dot) {
      context.fillStyle = colour;
      context.fillRect(x - 3, y - 3, 6, 6);
      context.globalAlpha = 1;
      return;
    }
    const image = this.picture(at);
    const ratio = image ? image.naturalWidth / image.naturalHeight : 1;
    const [wide, high] = ratio > 1 ? [side, side / ratio] : [side * ratio, side];
    if (at === this.focus) {
      // The large one stays in view.
      const [width, height] = this.size;
      x = Math.max(wide / 2 + 6, Math.min(width - wide / 2 - 6, x));
      y = Math.max(high / 2 + 6, Math.min(height - high / 2 - 6, y));
    }
    const frame = at === this.settings.place ? 5 : Math.max(2, Math.min(4, side / 16));
    context.fillStyle = at === this.settings.place ? page.accent : colour;
    context.fillRect(
      x - wide / 2 - frame,
      y - high / 2 - frame,
      wide + 2 * frame,
      high + 2 * frame,
    );
    if (image) context.drawImage(image, x - wide / 2, y - high / 2, wide, high);
    context.globalAlpha = 1;
  }

  // ---- pointing and pressing ------------------------------------------------------------

  near(event) {
    const frame = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    let best = null;
    let least = (this.side / 2 + 4) ** 2;
    for (const at of this.seen ?? []) {
      const [across, down] = this.screen(at);
      const away = (across - x) ** 2 + (down - y) ** 2;
      if (away < least && (!this.only || this.photos.labels[at] === this.only)) {
        [best, least] = [at, away];
      }
    }
    return best;
  }

  point(at) {
    if (this.focus === at) return;
    this.focus = at;
    this.describe();
    this.redraw();
  }

  describe() {
    if (!this.photos) return;
    const { titles, labels, credits } = this.photos;
    const named = (at) => `${titles[at]}${labels[at] ? `, ${labels[at]}` : ""}`;
    const { count, place, layers } = this.settings;
    const here = this.focus ?? null;
    this.words.textContent =
      here === null
        ? "Point at a photo to see it large, press it to search with it. Drag to move the map; " +
          "zoom with the buttons, with two fingers, or with Ctrl and the wheel."
        : `${named(here)}${credits[here] ? `. Photo: ${credits[here]}` : ""}`;
    this.canvas.setAttribute(
      "aria-label",
      `A map of ${count} photos at the layer ${layers[this.at]?.name}. ` +
        `${place === null ? "" : `The query is ${named(place)}. `}` +
        `${here === null ? "" : `At hand is ${named(here)}. `}` +
        "Arrow keys go to the next photo, Enter searches with it, plus and minus zoom.",
    );
  }

  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    this.travelled = 0;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.point(this.near(event));
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
    const after = [event.clientX, event.clientY];
    if (others.length) {
      const [, other] = others[0];
      const apart = ([x, y]) => Math.hypot(x - other[0], y - other[1]) || 1;
      this.zoom(apart(after) / apart(before), event);
    } else {
      this.view.x -= (after[0] - before[0]) / (this.unit * this.stretch);
      this.view.y -= (after[1] - before[1]) / this.unit;
      this.travelled += Math.hypot(after[0] - before[0], after[1] - before[1]);
    }
    this.pointers.set(event.pointerId, after);
    return this.redraw();
  }

  release(event) {
    const held = this.pointers.delete(event.pointerId);
    if (!held || this.travelled > 6) return;
    const at = this.near(event);
    if (at !== null) this.search(at);
  }

  search(at) {
    this.settings.place = at;
    this.arrays.indices = null; // its lines come with the answer
    this.redraw();
    this.ask("query", at);
  }

  wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), event);
  }

  zoom(factor, event) {
    const before = this.view.zoom;
    const [width, height] = this.size;
    const frame = this.canvas.getBoundingClientRect();
    // What lies under the pointer stays there.
    const x = event ? event.clientX - frame.left - width / 2 : 0;
    const y = event ? event.clientY - frame.top - height / 2 : 0;
    const unit = this.unit;
    this.view.zoom = Math.max(0.7, Math.min(MOST_ZOOM, before * factor));
    this.view.x += (x / this.stretch) * (1 / unit - 1 / this.unit);
    this.view.y += y * (1 / unit - 1 / this.unit);
    this.redraw();
  }

  showAll() {
    this.view = { zoom: 1, x: 0.5, y: 0.5 };
    this.redraw();
  }

  key(event) {
    const way = arrows(event, 1);
    if (way) this.point(this.neighbour(way));
    else if (event.key === "+" || event.key === "=") this.zoom(1.4);
    else if (event.key === "-") this.zoom(1 / 1.4);
    else if (event.key === "Escape") this.showAll();
    else if (event.key === "Enter" && this.focus !== null && this.focus !== undefined) {
      this.search(this.focus);
    } else return;
    event.preventDefault();
  }

  // The nearest photo that lies that way, within a right angle.
  neighbour([down, across]) {
    const here = this.focus ?? this.settings.place ?? 0;
    const [x, y] = this.screen(here);
    let best = here;
    let least = Infinity;
    for (let at = 0; at < this.settings.count; at++) {
      if (at === here || (this.only && this.photos.labels[at] !== this.only)) continue;
      const [right, below] = this.screen(at);
      const along = (right - x) * across + (below - y) * down;
      const aside = Math.abs((right - x) * down) + Math.abs((below - y) * across);
      const away = along + 2 * aside;
      if (along > 0 && aside <= along && away < least) [best, least] = [at, away];
    }
    return best;
  }
}
