// Pictures as tiles; the one in hand is large, with words about it and the classes that a network
// names. All of it is here: nothing waits for Python.

import { alongStops } from "../../shared/along_stops.js";
import { ClassBars } from "../../shared/class_bars.js";
import { element, titled } from "../../shared/dom.js";
import { opened, sameBytes } from "../../shared/files.js";
import { debounced, inGrid } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { mounted } from "../../shared/mount.js";
import { Player } from "../../shared/player.js";
import { heightFor } from "../../shared/room.js";

const TOLD_AFTER = 300; // milliseconds until Python is told which one is in hand
const CAPTION = 32; // pixels below a tile's picture, its border included
const LEAST_TILE = 52;

export default mounted((root) => new PictureWall(root));

class PictureWall {
  constructor(root) {
    this.root = root;
    this.handshake = new Handshake();
    this.at = 0;
    this.tiles = [];
    this.bitmaps = [];
    this.grid = element("div", { class: "tiles", role: "group", "aria-label": "Pictures" });
    this.grid.onkeydown = (event) => this.key(event);
    this.note = element("p", { class: "note" });
    this.heading = element("span");
    this.large = element("canvas", { role: "img", class: "large" });
    this.words = element("ul", { class: "drawn" });
    this.bars = new ClassBars();
    this.barsTitle = element("p", { class: "bars-title" });
    this.rest = debounced(TOLD_AFTER, () => this.settle());
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => on || this.rest(),
    });
    this.hand = element(
      "div",
      { class: "hand" },
      titled({}, [this.heading], this.large),
      this.player.bar,
      this.words,
      this.barsTitle,
      this.bars.list,
    );
    root.replaceChildren(
      element("div", { class: "sides" }, element("div", {}, this.grid, this.note), this.hand),
    );
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    const isOld = this.handshake.isOld(settings.serial);
    this.handshake.take(settings.serial);
    const isNew = !sameBytes(this.arrays?.frames.data, arrays.frames.data);
    Object.assign(this, { settings, arrays });
    if (!(isOld || this.player.on || this.rest.isWaiting())) this.at = settings.at;
    const count = settings.answers.length;
    this.at = Math.min(this.at, count - 1);
    while (this.tiles.length > count) this.tiles.pop().button.remove();
    while (this.tiles.length < count) this.tiles.push(this.tile(this.tiles.length));
    this.note.textContent = settings.note;
    this.barsTitle.textContent = settings.bars;
    this.barsTitle.hidden = this.bars.list.hidden = !settings.classes.length;
    this.bars.list.style.setProperty("--most", Math.max(...settings.rows.map((row) => row.length)));
    this.words.style.setProperty(
      "--layers",
      Math.max(...settings.words.map((words) => words.length)),
    );
    this.tiles.forEach(({ button, caption }, at) => {
      caption.textContent = `${settings.others[at] ? "\u2260 " : ""}${settings.answers[at]}`;
      button.classList.toggle("other", settings.others[at]);
      button.setAttribute("aria-label", this.name(at));
      button.title = this.name(at);
    });
    if (isNew) this.open();
    this.layout();
    this.draw();
    this.root.dataset.ready = String(settings.serial);
  }

  tile(at) {
    const canvas = element("canvas", { "aria-hidden": "true" });
    const caption = element("span");
    const press = () => {
      this.player.stop();
      this.go(at);
      this.rest();
    };
    const told = { type: "button", class: "tile", onclick: press };
    const button = element("button", told, canvas, caption);
    this.grid.append(button);
    return { button, canvas, caption };
  }

  name(at) {
    const { titles, answers, words } = this.settings;
    return [titles[at], answers[at], ...words[at]].filter(Boolean).join(", ");
  }

  open() {
    const { frames } = this.arrays;
    opened(this.arrays, this.settings.media).then((bitmaps) => {
      if (frames !== this.arrays.frames && !sameBytes(frames.data, this.arrays.frames.data)) return;
      this.bitmaps = bitmaps;
      this.paint();
    });
  }

  paint() {
    this.tiles.forEach(({ canvas }, at) => this.put(canvas, this.bitmaps[at]));
    this.draw();
  }

  // A crop has a size of its own; it is fitted into the place that all have.
  put(canvas, bitmap) {
    const [rows, columns] = this.settings.size;
    [canvas.height, canvas.width] = bitmap ? [bitmap.height, bitmap.width] : [rows, columns];
    if (bitmap) canvas.getContext("2d").drawImage(bitmap, 0, 0);
  }

  layout() {
    if (!this.settings) return;
    const [rows, columns] = this.settings.size;
    this.grid.style.setProperty("--aspect", `${columns} / ${rows}`);
    const room = heightFor(this.root);
    const wide = this.grid.clientWidth;
    const most = Math.max(1, Math.floor(wide / LEAST_TILE));
    this.across = Math.min(3, most);
    while (this.across < most && this.highWith(this.across, wide) > room - 30) this.across++;
    this.grid.style.setProperty("--across", this.across);
    const scale = Math.min(this.hand.clientWidth / columns, Math.max(140, 0.42 * room) / rows);
    this.large.style.width = `${columns * scale}px`;
    this.large.style.height = `${rows * scale}px`;
    this.large.style.imageRendering = scale >= 2 ? "pixelated" : "auto";
  }

  highWith(across, wide) {
    const [rows, columns] = this.settings.size;
    const tile = ((wide / across) * rows) / columns + CAPTION;
    return Math.ceil(this.tiles.length / across) * tile;
  }

  // ---- from one to the next -------------------------------------------------------------------

  key(event) {
    const to = inGrid(event, this.at, this.across, this.tiles.length);
    if (to === null) return;
    event.preventDefault();
    this.player.stop();
    this.go(to);
    this.tiles[to].button.focus();
    this.rest();
  }

  stops() {
    return this.tiles.length;
  }

  draw() {
    const { classes, rows, asked, words } = this.settings;
    const { before, now } = this.arrays;
    const { at } = this;
    this.tiles.forEach(({ button }, one) => {
      button.setAttribute("aria-pressed", String(one === at));
      button.tabIndex = one === at ? 0 : -1;
    });
    this.put(this.large, this.bitmaps[at]);
    this.heading.textContent = this.settings.titles[at];
    this.large.setAttribute("aria-label", this.name(at));
    this.words.replaceChildren(...words[at].map((text) => element("li", { text })));
    this.bars.show(
      rows[at].map((one) => ({
        label: classes[one],
        before: before.data[one], // undefined where there is nothing to compare with
        now: now.data[at * classes.length + one],
        asked: one === asked[at],
      })),
    );
  }

  leave() {
    this.player.stop();
    this.rest.cancel();
  }
}

Object.assign(PictureWall.prototype, alongStops);
