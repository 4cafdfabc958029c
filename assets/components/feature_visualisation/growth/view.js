// A picture as it grows: its frames are all here, so the way is played and stepped through without
// Python. While it is being made, the last frame is shown unless a hand has chosen another.

import { element } from "../../shared/dom.js";
import { opened } from "../../shared/files.js";
import { mounted } from "../../shared/mount.js";
import { Player } from "../../shared/player.js";
import { heightFor } from "../../shared/room.js";

const BELOW = 110; // pixels of the bar and the words below the picture
const LEAST = 180;

export default mounted((root) => new Growth(root));

class Growth {
  constructor(root) {
    this.root = root;
    this.at = 0;
    this.frames = [];
    this.canvas = element("canvas", { role: "img" });
    this.slider = element("input", {
      type: "range",
      class: "step",
      min: "0",
      step: "1",
      "aria-label": "Step of the ascent",
    });
    this.slider.oninput = () => {
      this.player.stop();
      this.go(Number(this.slider.value));
    };
    this.player = new Player({ advance: (steps) => this.advance(steps), extra: [this.slider] });
    this.title = element("p", { class: "of-what" });
    root.replaceChildren(this.canvas, this.player.bar, this.title);
  }

  update(_, { settings, arrays }) {
    const last = this.settings ? this.settings.stops.length - 1 : 0;
    const follows = this.settings?.key !== settings.key || this.at === last;
    const isNew = arrays.frames.data.length !== this.arrays?.frames.data.length;
    const isOther = this.settings?.key !== settings.key;
    Object.assign(this, { settings, arrays });
    [this.canvas.height, this.canvas.width] = settings.size;
    this.slider.max = String(settings.stops.length - 1);
    this.player.bar.hidden = settings.stops.length < 2;
    this.title.textContent = settings.title;
    if (isOther || isNew) this.open();
    if (follows && !this.player.on) this.at = settings.stops.length - 1;
    this.at = Math.min(this.at, settings.stops.length - 1);
    this.layout();
    this.draw();
    this.root.dataset.ready = String(settings.stops.length);
  }

  open() {
    const { frames } = this.arrays;
    opened(this.arrays, this.settings.media).then((all) => {
      if (frames !== this.arrays.frames) return;
      this.frames = all;
      this.draw();
    });
  }

  layout() {
    if (!this.settings) return;
    const [rows, columns] = this.settings.size;
    const high = Math.max(LEAST, heightFor(this.root) - BELOW);
    const scale = Math.min(this.root.clientWidth / columns, high / rows);
    this.canvas.style.width = `${columns * scale}px`;
    this.canvas.style.height = `${rows * scale}px`;
    this.canvas.style.imageRendering = scale >= 2 ? "pixelated" : "auto";
  }

  advance(steps) {
    const count = this.settings.stops.length;
    this.go((((this.at + steps) % count) + count) % count);
  }

  go(at) {
    this.at = at;
    this.draw();
  }

  draw() {
    const words = this.settings.stops[this.at];
    this.slider.value = String(this.at);
    this.slider.setAttribute("aria-valuetext", words);
    this.player.where.textContent = words;
    this.canvas.setAttribute("aria-label", `${this.settings.alt} ${words}.`);
    const frame = this.frames[this.at];
    const { width, height } = this.canvas;
    if (frame) this.canvas.getContext("2d").drawImage(frame, 0, 0, width, height);
    this.root.dataset.at = String(this.at);
  }

  leave() {
    this.player.stop();
  }
}
