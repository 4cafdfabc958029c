// Pictures side by side and the classes that a network names. Where there are several stops, a slider
// leads along them: all of their pictures and answers are here, so nothing waits for Python.

import { alongStops, stopSlider } from "../../shared/along_stops.js";
import { ClassBars } from "../../shared/class_bars.js";
import { element, titled } from "../../shared/dom.js";
import { opened, sameBytes } from "../../shared/files.js";
import { debounced } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { mounted } from "../../shared/mount.js";
import { Player } from "../../shared/player.js";
import { heightFor } from "../../shared/room.js";

const REST = 300; // milliseconds until Python is told where the slider stands
const BELOW = 120; // pixels of titles and of the bar below the pictures

export default mounted((root) => new Steadiness(root));

class Steadiness {
  constructor(root) {
    this.root = root;
    this.handshake = new Handshake();
    this.at = 0;
    this.bitmaps = [];
    this.panes = [];
    this.pictures = element("div", { class: "pictures" });
    this.bars = new ClassBars();
    this.slider = stopSlider(this, { class: "stop" });
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => on || this.rest(),
      extra: [this.slider],
    });
    this.rest = debounced(REST, () => this.settle());
    this.sides = element(
      "div",
      { class: "sides" },
      element("div", {}, this.pictures, this.player.bar),
      element(
        "div",
        {},
        element("p", { class: "bars-title", text: "The bar is the answer now, the mark before." }),
        this.bars.list,
      ),
    );
    root.replaceChildren(this.sides);
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    const isOld = this.handshake.isOld(settings.serial);
    this.handshake.take(settings.serial);
    const { panes, stops, label, size } = settings;
    const isNew = !sameBytes(this.arrays?.frames.data, arrays.frames.data);
    Object.assign(this, { settings, arrays });
    if (!(isOld || this.player.on || this.rest.isWaiting())) this.at = settings.at;
    this.at = Math.min(this.at, stops.length - 1);
    this.player.bar.hidden = stops.length < 2;
    this.slider.max = String(stops.length - 1);
    this.slider.setAttribute("aria-label", label);
    while (this.panes.length > panes.length) this.panes.pop().section.remove();
    while (this.panes.length < panes.length) this.panes.push(this.pane());
    this.sides.dataset.panes = panes.length;
    this.pictures.style.setProperty("--panes", panes.length);
    // What stands below is not to jump while the list changes.
    this.bars.list.style.setProperty("--most", Math.max(...settings.rows.map((row) => row.length)));
    this.panes.forEach(({ canvas, heading }, at) => {
      [canvas.height, canvas.width] = size;
      canvas.setAttribute("aria-label", panes[at].alt);
      heading.textContent = panes[at].title;
    });
    if (isNew) this.open();
    this.layout();
    this.draw();
    this.root.dataset.ready = String(settings.serial);
  }

  pane() {
    const heading = element("span");
    const canvas = element("canvas", { role: "img" });
    const section = titled({ class: "pane" }, [heading], canvas);
    this.pictures.append(section);
    return { section, heading, canvas };
  }

  open() {
    const { frames } = this.arrays;
    opened(this.arrays, this.settings.media).then((bitmaps) => {
      if (frames !== this.arrays.frames && !sameBytes(frames.data, this.arrays.frames.data)) return;
      this.bitmaps = bitmaps;
      this.draw();
    });
  }

  layout() {
    if (!this.settings) return;
    const [rows, columns] = this.settings.size;
    const high = Math.max(140, heightFor(this.root) - BELOW);
    this.panes.forEach(({ section, canvas }) => {
      const scale = Math.min(section.clientWidth / columns, high / rows);
      canvas.style.width = `${columns * scale}px`;
      canvas.style.height = `${rows * scale}px`;
      canvas.style.imageRendering = scale >= 2 ? "pixelated" : "auto";
    });
  }

  // ---- along the stops ------------------------------------------------------------------------

  stops() {
    return this.settings.stops.length;
  }

  // ---- what is seen ---------------------------------------------------------------------------

  draw() {
    const { panes, stops, classes, rows, asked } = this.settings;
    const [before, now] = [this.arrays.before.data, this.arrays.now.data];
    const words = stops[this.at];
    this.slider.value = String(this.at);
    this.slider.setAttribute("aria-valuetext", words);
    this.player.where.textContent = words;
    this.panes.forEach(({ canvas }, at) => {
      const bitmap = this.bitmaps[panes[at].frame < 0 ? this.at : panes[at].frame];
      if (bitmap) canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    });
    this.bars.show(
      rows[this.at].map((one) => ({
        label: classes[one],
        before: before[one],
        now: now[this.at * classes.length + one],
        asked: one === asked,
      })),
    );
  }

  leave() {
    this.player.stop();
    this.rest.cancel();
  }
}

Object.assign(Steadiness.prototype, alongStops);
