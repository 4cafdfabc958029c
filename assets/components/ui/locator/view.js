// A small picture with a frame on it: drag the frame, or move it with the arrow keys, to choose
// the patch that a page works on.

import { mounted } from "../../shared/mount.js";
import { theme } from "../../shared/colours.js";
import { element, fillCanvas, sharpContext } from "../../shared/dom.js";
import { arrows, debounced, dragged } from "../../shared/hand.js";
import { ring } from "../../shared/ring.js";

export default mounted((root) => new Locator(root));

class Locator {
  constructor(root) {
    this.root = root;
    this.pixels = element("canvas", { class: "pixels" });
    this.frame = element("canvas", { class: "frame" });
    this.box = element(
      "div",
      { class: "picture", tabindex: "0", role: "application" },
      this.pixels,
      this.frame,
    );
    root.replaceChildren(this.box);
    this.rest = debounced(250, () => this.tell("corner", this.corner));
    dragged(this.box, {
      start: (event) => {
        this.dragging = true;
        this.follow(event);
      },
      move: (event) => this.follow(event),
      end: () => {
        this.dragging = false;
        this.rest.cancel();
        this.tell("corner", this.corner);
      },
    });
    this.box.onkeydown = (event) => {
      const move = arrows(event);
      if (!move) return;
      event.preventDefault();
      this.go(this.corner.map((at, axis) => at + move[axis]));
      this.rest();
    };
  }

  update({ setStateValue }, { settings, arrays }) {
    this.tell = setStateValue;
    if (this.dragging) return;
    const [height, width] = arrays.picture.shape;
    Object.assign(this, { height, width, size: settings.size, alt: settings.alt });
    fillCanvas(this.pixels, width, height, (pixels) =>
      arrays.picture.data.forEach((level, at) => pixels.set([level, level, level, 255], 4 * at)),
    );
    this.go(settings.corner);
  }

  follow(event) {
    const box = this.pixels.getBoundingClientRect();
    const row = ((event.clientY - box.top) / box.height) * this.height;
    const column = ((event.clientX - box.left) / box.width) * this.width;
    this.go([Math.round(row - this.size[0] / 2), Math.round(column - this.size[1] / 2)]);
  }

  go(corner) {
    this.corner = [this.height, this.width].map((length, axis) =>
      Math.max(0, Math.min(length - this.size[axis], corner[axis])),
    );
    this.box.setAttribute(
      "aria-label",
      `${this.alt} The patch begins at row ${this.corner[0]}, column ${this.corner[1]}. ` +
        "Arrow keys move it.",
    );
    this.layout();
  }

  layout() {
    const scale = this.root.clientWidth / this.width;
    const [width, height] = [this.width * scale, this.height * scale];
    this.pixels.style.width = `${width}px`;
    this.pixels.style.height = `${height}px`;
    const page = theme(this.root.getRootNode());
    const context = sharpContext(this.frame, width, height);
    const [top, left] = this.corner.map((at) => at * scale);
    const [high, wide] = this.size.map((side) => side * scale);
    ring(context, left, top, wide, high, page, 0);
  }
}
