// The picture that a run learns from, with the patches of a step and what a pixel in hand looks at.

import { element, enlarge, fillCanvas, sharpContext, titled } from "../../shared/dom.js";
import { ring } from "../../shared/ring.js";

export class PicturePane {
  constructor() {
    this.size = element("span", { class: "size" });
    this.canvas = element("canvas", { class: "pixels" });
    this.overlay = element("canvas", { class: "overlay" });
    this.frame = element("div", { class: "frame", role: "img" }, this.canvas, this.overlay);
    this.note = element("div", { class: "note" });
    this.section = titled({ class: "pane picture" }, ["Picture", this.size], this.frame, this.note);
  }

  // picture: grey levels of (rows, columns); tallest: as many pixels it may be high.
  layout({ shape: [rows, columns], data }, { patches, patch, alt }, tallest) {
    this.shape = [rows, columns];
    this.cell = Math.min(this.section.clientWidth / columns, tallest / rows);
    const { canvas } = this;
    fillCanvas(canvas, columns, rows, (pixels) =>
      data.forEach((level, at) => pixels.set([level, level, level, 255], 4 * at)),
    );
    enlarge(canvas, this.cell);
    this.size.textContent = `${rows} \u00d7 ${columns}`;
    this.note.textContent = patches
      ? `${patches === 1 ? "One patch" : `${patches} patches`} of ${patch[0]} \u00d7 ${patch[1]} for this step`
      : "The whole picture in every step";
    this.frame.setAttribute("aria-label", `${alt} ${this.note.textContent}.`);
  }

  // patches: their { tops, lefts } in this step; pixel: the one of the result in hand, or null.
  draw({ patches, pixel, settings, page }) {
    const { cell, overlay } = this;
    const [height, width] = this.shape.map((side) => side * cell);
    const context = sharpContext(overlay, width, height);
    if (settings.patches) this.drawPatches(context, patches, settings.patch, page);
    if (!pixel) return;
    const [top, left] = settings.corner.map((at, axis) => (at + pixel[axis]) * cell);
    const [tall, wide] = settings.reach.map((more) => (more + 1) * cell);
    ring(context, left, top, wide, tall, page, 8);
  }

  drawPatches(context, { tops, lefts }, [tall, wide], page) {
    const { cell } = this;
    for (const [colour, thickness] of [
      ["rgba(0,0,0,.35)", 2.5],
      [page.dark ? page.accent : "#3fc1b0", 1.2],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = thickness;
      for (let at = 0; at < tops.length; at++) {
        context.strokeRect(lefts[at] * cell, tops[at] * cell, wide * cell, tall * cell);
      }
    }
  }
}
