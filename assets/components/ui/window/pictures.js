// Whole pictures and what is drawn over them. These are methods of the stage.

import { paint } from "../../shared/colours.js";
import { sharpContext } from "../../shared/dom.js";
import { ring } from "../../shared/ring.js";
import { drawLegend } from "./legend.js";

export const pictureMethods = {
  paintInput() {
    if (!this.settings.pictures) return;
    const size = this.height * this.width;
    const show = this.settings.input_show ?? "clip";
    this.picture(this.input, this.height, this.width, (pixels) =>
      paint(pixels, this.inputPlanes, size, show, this.inputRange, this.maps),
    );
  },

  paintOutput() {
    const size = this.outRows * this.outColumns;
    const show = this.settings.show;
    if (this.settings.pictures) {
      this.picture(this.output, this.outRows, this.outColumns, (pixels) =>
        paint(pixels, this.values, size, show, this.range, this.maps),
      );
    }
    drawLegend(this.legend, show, this.range, this.maps);
  },

  paintBack() {
    const { gradient } = this.data;
    this.root.dataset.gradient = Boolean(gradient);
    if (!gradient) return;
    if (this.settings.pictures) {
      const size = this.height * this.width;
      const plane = gradient.data.subarray(this.channel * size, (this.channel + 1) * size);
      this.picture(this.back, this.height, this.width, (pixels) =>
        paint(pixels, plane, size, "signed", this.gradientRange, this.maps),
      );
    }
    drawLegend(this.backLegend, "signed", this.gradientRange, this.maps);
  },

  // Both pictures at one scale, so that the result is as large as it truly is.
  picture({ frame }, rows, columns, fill) {
    const [canvas] = frame.children;
    if (canvas.width !== columns) canvas.width = columns;
    if (canvas.height !== rows) canvas.height = rows;
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(columns, rows);
    fill(pixels.data);
    context.putImageData(pixels, 0, 0);
    const scale = this.pictureScale();
    canvas.style.width = `${columns * scale}px`;
    canvas.style.height = `${rows * scale}px`;
    canvas.style.imageRendering = scale >= 1 ? "pixelated" : "auto";
  },

  pictureScale() {
    const room = this.input.clientWidth;
    const high = Math.max(this.height, this.outRows);
    const wide = Math.max(this.width, this.outColumns);
    const scale = Math.min(room / wide, (Math.max(room, 240) * 1.15) / high);
    if (this.weights || this.wide) return scale;
    return Math.min(scale, this.output.clientWidth / this.outColumns);
  },

  drawOverlays() {
    const scale = this.pictureScale();
    const [row, column] = this.focus;
    const { origin, stride } = this.settings;
    const spread = this.settings.spread ?? [1, 1];
    const [top, left] = [row * stride[0] - origin[0], column * stride[1] - origin[1]];
    const onInput = (box) => box.map((side, axis) => (side * scale) / spread[axis % 2]);
    this.overlay(this.input, (context) => {
      const [zoomTop, zoomLeft] = [0, 1].map(
        (axis) => this.anchor[axis] * stride[axis] - origin[axis],
      );
      const [zoomHigh, zoomWide] = [0, 1].map(
        (axis) => (this.zoomed[axis] - 1) * stride[axis] + this.extent[axis],
      );
      faint(context, onInput([zoomTop, zoomLeft, zoomHigh, zoomWide]), this.page);
      if (this.weight) this.lightTouched(context, scale);
      this.aim(context, onInput([top, left, ...this.extent]));
      if (this.wide) this.aimAtWinner(context, onInput);
    });
    if (this.data.gradient) {
      this.overlay(this.back, (context) => {
        if (this.wide) this.aimAtWinner(context, onInput);
        else this.aim(context, onInput([top, left, ...this.extent]));
      });
    }
    this.overlay(this.output, (context) => {
      faint(
        context,
        [...this.anchor, ...this.zoomed].map((side) => side * scale),
        this.page,
      );
      this.aim(
        context,
        [row, column, 1, 1].map((side) => side * scale),
      );
    });
  },

  aimAtWinner(context, onInput) {
    if (!this.data.winners) return;
    const [top, left] = this.settings.origin;
    const [down, across] = this.winner(...this.focus);
    this.aim(context, onInput([down - top, across - left, 1, 1]));
  },

  aim(context, [top, left, height, width]) {
    ring(context, left, top, width, height, this.page, 14);
  },

  // All the pixels that one weight meets while the window slides over the whole picture.
  lightTouched(context, scale) {
    const [down, across] = this.tapPlace(...this.weight);
    const { origin, stride, dilation } = this.settings;
    const spread = this.settings.spread ?? [1, 1];
    const [top, left] = [down * dilation[0] - origin[0], across * dilation[1] - origin[1]];
    const box = [
      left / spread[1],
      top / spread[0],
      ((this.outColumns - 1) * stride[1] + 1) / spread[1],
      ((this.outRows - 1) * stride[0] + 1) / spread[0],
    ].map((side) => side * scale);
    context.fillStyle = this.page.accent;
    context.globalAlpha = 0.28;
    context.fillRect(...box);
    context.globalAlpha = 1;
    context.strokeStyle = this.page.accent;
    context.lineWidth = 2;
    context.strokeRect(...box);
  },

  overlay({ frame }, paintOver) {
    const [pixels, canvas] = frame.children;
    const [width, height] = [parseFloat(pixels.style.width), parseFloat(pixels.style.height)];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    paintOver(sharpContext(canvas, width, height));
  },
};

function faint(context, [top, left, height, width], page) {
  context.lineWidth = 1;
  context.strokeStyle = page.background;
  context.strokeRect(left - 1, top - 1, width + 2, height + 2);
  context.strokeStyle = page.ink;
  context.strokeRect(left, top, width, height);
}
