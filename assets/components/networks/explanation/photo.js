// The photo: what the network is shown of it, and what the number in hand sees.

import { element, sharpContext, titled } from "../../shared/dom.js";
import { ring } from "../../shared/ring.js";

const TALLEST_PHOTO = 250;
const VIEW_SIDE = 112;

export class Photo {
  constructor() {
    this.canvas = element("canvas", { role: "img" });
    this.view = element("canvas", { class: "view", role: "img" });
    this.words = element("p", { class: "sees" });
    this.beside = element("div", { class: "beside" }, this.view, this.words);
    this.section = titled(
      { class: "photo" },
      ["What it sees of the photo"],
      element("div", { class: "photo-holder" }, this.canvas),
      this.beside,
    );
    this.picture = null;
    this.region = [0, 0, 0, 0];
    this.other = null;
    this.path = [];
  }

  take(bytes, frame) {
    this.frame = frame;
    const picture = new Image();
    const address = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
    picture.onload = () => {
      URL.revokeObjectURL(address);
      this.picture = picture;
      this.draw();
    };
    picture.src = address;
  }

  // region: [top, left, height, width] in pixels of the network's input; other: one more, tinted.
  show(region, input, page, other = null) {
    Object.assign(this, { region, input, page, other });
    this.draw();
  }

  boxOnPhoto([top, left, height, width]) {
    const [rows, columns] = this.input;
    const [cropTop, cropLeft, cropHeight, cropWidth] = this.frame.crop;
    return [
      (cropTop + (top / rows) * cropHeight) * this.high,
      (cropLeft + (left / columns) * cropWidth) * this.wide,
      (height / rows) * cropHeight * this.high,
      (width / columns) * cropWidth * this.wide,
    ];
  }

  draw() {
    if (!this.picture || !this.input) return;
    const room = this.canvas.parentElement.clientWidth;
    const scale = Math.min(room / this.frame.width, TALLEST_PHOTO / this.frame.height);
    [this.wide, this.high] = [this.frame.width * scale, this.frame.height * scale];
    const context = sharpContext(this.canvas, this.wide, this.high);
    context.drawImage(this.picture, 0, 0, this.wide, this.high);
    const [top, left, height, width] = this.boxOnPhoto(this.region);
    const crop = this.boxOnPhoto([0, 0, this.input[0], this.input[1]]);
    // All that the number does not see steps back.
    context.save();
    context.beginPath();
    context.rect(0, 0, this.wide, this.high);
    context.rect(left, top, width, height);
    context.clip("evenodd");
    context.fillStyle = this.page.dark ? "rgba(14,17,23,.62)" : "rgba(255,255,255,.62)";
    context.fillRect(0, 0, this.wide, this.high);
    context.restore();
    context.setLineDash([4, 4]);
    context.lineWidth = 1;
    context.strokeStyle = this.page.ink;
    context.strokeRect(crop[1] + 0.5, crop[0] + 0.5, crop[3] - 1, crop[2] - 1);
    context.setLineDash([]);
    // The numbers on the way here saw more and more of it.
    context.strokeStyle = this.page.accent;
    context.globalAlpha = 0.4;
    for (const box of this.path) {
      const [y, x, tall, across] = this.boxOnPhoto(box);
      context.strokeRect(x, y, across, tall);
    }
    context.globalAlpha = 1;
    if (width > 0) ring(context, left, top, width, height, this.page);
    if (this.other) {
      const [y, x, tall, across] = this.boxOnPhoto(this.other);
      context.fillStyle = this.page.accent;
      context.globalAlpha = 0.3;
      context.fillRect(x, y, across, tall);
      context.globalAlpha = 1;
      context.strokeStyle = "#ffffff";
      context.lineWidth = 2;
      context.strokeRect(x, y, across, tall);
    }
  }

  tell(words, alt) {
    this.words.textContent = words;
    this.canvas.setAttribute("aria-label", alt);
  }

  // The input's own pixels, where they are few: origin is the corner of the piece that was cut.
  magnify(pixels, origin, region) {
    this.view.style.display = pixels ? "" : "none";
    if (!pixels) return;
    const [rows, columns] = pixels.shape;
    const scale = VIEW_SIDE / Math.max(rows, columns);
    const [width, height] = [columns * scale, rows * scale];
    const context = sharpContext(this.view, width, height);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = 3 * (row * columns + column);
        context.fillStyle = `rgb(${pixels.data.subarray(at, at + 3).join(",")})`;
        context.fillRect(column * scale, row * scale, scale + 0.5, scale + 0.5);
      }
    }
    const [top, left, tall, wide] = region;
    ring(
      context,
      (left - origin[1]) * scale,
      (top - origin[0]) * scale,
      wide * scale,
      tall * scale,
      this.page,
      4,
    );
    this.view.setAttribute("aria-label", "The same pixels as the network is shown, enlarged.");
  }
}
