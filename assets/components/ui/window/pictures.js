// Whole pictures: the input, the result and, in pooling, where a gradient flows back; and what is
// drawn over them.

import { paint } from "../../shared/colours.js";
import { element, enlarge, fillCanvas, sharpContext } from "../../shared/dom.js";
import { legendStrip } from "../../shared/legend.js";
import { ring, veiled } from "../../shared/ring.js";
import { drawLegend } from "./legend.js";

const SMALL = 110; // pixels: a smaller result is enlarged by a whole number, which is said

export class Pictures {
  // stage: what is in hand, and the places that it lies in.
  constructor(stage) {
    this.stage = stage;
    this.input = picturePane("input", "Picture");
    this.output = picturePane("output", "Result");
    this.back = picturePane("back", "Where a gradient flows back");
    this.back.frame.removeAttribute("tabindex");
    this.back.frame.setAttribute("role", "img");
    this.legend = legendStrip();
    this.backLegend = legendStrip();
  }

  name(settings, { height, width }) {
    this.input.heading.textContent = settings.input_title ?? "Picture";
    this.output.heading.textContent = settings.output_title ?? "Result";
    this.input.size.textContent = `${height} \u00d7 ${width}`;
    const says = ({ frame }, text) => frame.setAttribute("aria-label", text);
    says(this.input, `${settings.input_alt} Arrow keys move the window.`);
    says(this.output, `${settings.output_alt} Arrow keys move the window.`);
    says(this.back, "How much of a gradient each pixel of the input gets.");
  }

  // ---- pixels ---------------------------------------------------------------------------------

  paintInput() {
    const { settings, places, inputRange, maps } = this.stage;
    if (!settings.pictures) return;
    const { height, width, planes } = places;
    const show = settings.input_show ?? "clip";
    this.fill(this.input, height, width, (pixels) =>
      paint(pixels, planes, height * width, show, inputRange, maps),
    );
  }

  paintOutput() {
    const { settings, places, range, maps } = this.stage;
    const { outRows, outColumns, values } = places;
    if (settings.pictures) {
      const times = this.enlargement();
      this.fill(
        this.output,
        outRows,
        outColumns,
        (pixels) => paint(pixels, values, outRows * outColumns, settings.show, range, maps),
        times,
      );
      const size = `${outRows} \u00d7 ${outColumns}`;
      this.output.size.textContent = times > 1 ? `${size}, enlarged ${times} times` : size;
    }
    drawLegend(this.legend, settings.show, range, maps);
  }

  paintBack() {
    const { settings, places, data, channel, gradientRange, maps } = this.stage;
    const { gradient } = data;
    if (!gradient) return;
    if (settings.pictures) {
      const { height, width } = places;
      const size = height * width;
      const plane = gradient.data.subarray(channel * size, (channel + 1) * size);
      this.fill(this.back, height, width, (pixels) =>
        paint(pixels, plane, size, "signed", gradientRange, maps),
      );
    }
    drawLegend(this.backLegend, "signed", gradientRange, maps);
  }

  fill({ frame }, rows, columns, draw, times = 1) {
    const [canvas] = frame.children;
    fillCanvas(canvas, columns, rows, draw);
    enlarge(canvas, this.scale() * times);
  }

  // How high the input or the result would be if it were as wide as its pane.
  height() {
    const { height, width, outRows, outColumns } = this.stage.places;
    const wide = Math.max(width, outColumns);
    return (Math.max(height, outRows) * this.input.clientWidth) / wide;
  }

  // All pictures at one scale, so that the result is as large as it truly is.
  scale() {
    const { height, width, outRows, outColumns, weights } = this.stage.places;
    const room = this.input.clientWidth;
    const [high, wide] = [Math.max(height, outRows), Math.max(width, outColumns)];
    const tallest = Math.min(Math.max(room, 240) * 1.15, this.stage.high);
    const scale = Math.min(room / wide, tallest / high);
    if (weights || this.stage.wide) return scale;
    return Math.min(scale, this.output.clientWidth / outColumns);
  }

  // How many times as large as the input a result is drawn that would be too small to see.
  enlargement() {
    const { outRows, outColumns } = this.stage.places;
    const [high, wide] = [outRows, outColumns].map((side) => side * this.scale());
    if (Math.max(high, wide) >= SMALL) return 1;
    const room = Math.min(this.output.clientWidth / wide, this.input.frame.clientHeight / high);
    return Math.max(1, Math.floor(room));
  }

  // ---- what is drawn over them ----------------------------------------------------------------

  drawOverlays() {
    const { stage } = this;
    const { places, settings, focus, anchor, zoomed, page } = stage;
    const scale = this.scale();
    const { origin, stride } = settings;
    const corner = (cell) => cell.map((at, axis) => at * stride[axis] - origin[axis]);
    const onInput = (box) => box.map((side, axis) => (side * scale) / places.spread[axis % 2]);
    const window = onInput([...corner(focus), ...places.extent]);
    this.over(this.input, (context) => {
      const size = zoomed.map((count, axis) => (count - 1) * stride[axis] + places.extent[axis]);
      faint(context, onInput([...corner(anchor), ...size]), page);
      if (stage.weight) this.lightTouched(context, scale);
      this.aim(context, window);
      if (stage.wide) this.aimAtWinner(context, onInput);
    });
    if (stage.data.gradient) {
      this.over(this.back, (context) => {
        if (stage.wide) this.aimAtWinner(context, onInput);
        else this.aim(context, window);
      });
    }
    this.over(this.output, (context) => {
      const onOutput = (box) => box.map((side) => side * scale * this.enlargement());
      faint(context, onOutput([...anchor, ...zoomed]), page);
      this.aim(context, onOutput([...focus, 1, 1]));
    });
  }

  aimAtWinner(context, onInput) {
    const { data, places, focus, channel, settings } = this.stage;
    if (!data.winners) return;
    const [down, across] = places.winner(focus, channel);
    const [top, left] = settings.origin;
    this.aim(context, onInput([down - top, across - left, 1, 1]));
  }

  aim(context, [top, left, height, width]) {
    ring(context, left, top, width, height, this.stage.page, 14);
  }

  // All the pixels that one weight meets while the window slides over the whole picture.
  lightTouched(context, scale) {
    const { places, settings, weight, page } = this.stage;
    const { spread, outRows, outColumns } = places;
    const [down, across] = places.tapPlace(...weight);
    const { origin, stride, dilation } = settings;
    const [top, left] = [down * dilation[0] - origin[0], across * dilation[1] - origin[1]];
    const box = [
      left / spread[1],
      top / spread[0],
      ((outColumns - 1) * stride[1] + 1) / spread[1],
      ((outRows - 1) * stride[0] + 1) / spread[0],
    ].map((side) => side * scale);
    veiled(context, page, 0.28, ...box);
  }

  over({ frame }, draw) {
    const [pixels, canvas] = frame.children;
    const [width, height] = [parseFloat(pixels.style.width), parseFloat(pixels.style.height)];
    draw(sharpContext(canvas, width, height));
  }

  // ---- pointing -------------------------------------------------------------------------------

  // The output whose window has its middle at a pointer on the input.
  fromInput(event) {
    const { places, settings } = this.stage;
    const box = this.input.frame.firstChild.getBoundingClientRect();
    const at = [
      ((event.clientY - box.top) / box.height) * places.height * places.spread[0],
      ((event.clientX - box.left) / box.width) * places.width * places.spread[1],
    ];
    return at.map((part, axis) => {
      const first = part + settings.origin[axis] - places.extent[axis] / 2;
      return Math.floor(first / settings.stride[axis] + 0.5);
    });
  }

  fromOutput(event) {
    const { outRows, outColumns } = this.stage.places;
    const box = this.output.frame.firstChild.getBoundingClientRect();
    return [
      Math.floor(((event.clientY - box.top) / box.height) * outRows),
      Math.floor(((event.clientX - box.left) / box.width) * outColumns),
    ];
  }
}

function picturePane(name, title) {
  const size = element("span", { class: "size" });
  const heading = element("div", { class: "title" }, element("span", { text: title }), size);
  const frame = element(
    "div",
    { class: "frame", tabindex: "0", role: "application", "aria-describedby": "said" },
    element("canvas", { class: "pixels" }),
    element("canvas", { class: "overlay" }),
  );
  const made = element("section", { class: `pane ${name}` }, heading, frame);
  return Object.assign(made, { heading: heading.firstChild, size, frame });
}

function faint(context, [top, left, height, width], page) {
  context.lineWidth = 1;
  context.strokeStyle = page.background;
  context.strokeRect(left - 1, top - 1, width + 2, height + 2);
  context.strokeStyle = page.ink;
  context.strokeRect(left, top, width, height);
}
