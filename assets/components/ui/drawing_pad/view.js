// A small canvas to draw a picture on, by mouse, finger or keys. After each line the drawing
// becomes the picture in hand.

import { element, iconButton } from "../../shared/dom.js";
import { arrows, debounced, dragged } from "../../shared/hand.js";
import { upload } from "../../shared/upload.js";

const SIDE = 224; // pixels of the canvas; what is sent may be smaller
const SIDES = [28, 64, 224];
const PENS = {
  White: "#ffffff",
  Black: "#000000",
  Red: "#d62728",
  Yellow: "#ffd92f",
  Green: "#2ca02c",
  Blue: "#1f77b4",
};
const MOST_UNDONE = 20;

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  root.pad ??= new Pad(root);
}

class Pad {
  constructor(root) {
    this.before = [];
    this.pen = PENS.White;
    this.at = [SIDE / 2, SIDE / 2];
    this.canvas = element("canvas", {
      width: SIDE,
      height: SIDE,
      tabindex: "0",
      role: "application",
      "aria-label":
        "Drawing pad. Drag to draw. With the keyboard: arrow keys move the pen, and draw while " +
        "Space is held down.",
    });
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    Object.assign(this.context, { lineCap: "round", lineJoin: "round" });
    this.rest = debounced(400, () => this.send());
    root.replaceChildren(this.pens(), this.canvas, this.tools());
    this.fill("#000000");
    this.draws();
  }

  pens() {
    const choose = ([name, colour], at) => {
      const radio = element("input", { type: "radio", name: "pen", "aria-label": name });
      radio.checked = at === 0;
      radio.onchange = () => (this.pen = colour);
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = colour;
      return element("label", { title: name }, radio, swatch);
    };
    return element(
      "div",
      { class: "pens", role: "radiogroup", "aria-label": "Pen" },
      ...Object.entries(PENS).map(choose),
    );
  }

  tools() {
    this.width = element("input", {
      type: "range",
      min: 2,
      max: 48,
      value: 18,
      "aria-label": "Width of the pen",
    });
    this.size = element(
      "select",
      { "aria-label": "Size of the picture", title: "Size of the picture" },
      ...SIDES.map((side) => element("option", { value: side, text: `${side} \u00d7 ${side}` })),
    );
    this.size.onchange = () => this.send();
    return element(
      "div",
      { class: "tools" },
      this.width,
      this.size,
      iconButton("format_color_fill", "Fill all with the pen's colour", () => {
        this.keep();
        this.fill(this.pen);
        this.rest();
      }),
      iconButton("undo", "Undo", () => {
        if (this.before.length) this.context.putImageData(this.before.pop(), 0, 0);
        this.rest();
      }),
    );
  }

  draws() {
    dragged(this.canvas, {
      start: (event) => {
        this.canvas.focus({ preventScroll: true });
        this.keep();
        this.at = this.place(event);
        this.line(this.at);
      },
      move: (event) => this.line(this.place(event)),
      end: () => this.rest(),
    });
    this.canvas.onkeydown = (event) => {
      if (event.key === " ") {
        event.preventDefault();
        if (this.down) return;
        this.keep();
        this.down = true;
        this.line(this.at);
      }
      const step = arrows(event, event.shiftKey ? 16 : 4);
      if (!step) return;
      event.preventDefault();
      const to = this.at.map((at, axis) => Math.max(0, Math.min(SIDE, at + step[1 - axis])));
      if (this.down) this.line(to);
      this.at = to;
    };
    this.canvas.onkeyup = (event) => {
      if (event.key !== " " || !this.down) return;
      this.down = false;
      this.rest();
    };
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * SIDE,
      ((event.clientY - box.top) / box.height) * SIDE,
    ];
  }

  line(to) {
    const { context } = this;
    context.strokeStyle = this.pen;
    context.lineWidth = Number(this.width.value);
    context.beginPath();
    context.moveTo(...this.at);
    context.lineTo(...to);
    context.stroke();
    this.at = to;
  }

  fill(colour) {
    this.context.fillStyle = colour;
    this.context.fillRect(0, 0, SIDE, SIDE);
  }

  keep() {
    this.before.push(this.context.getImageData(0, 0, SIDE, SIDE));
    this.before.splice(0, this.before.length - MOST_UNDONE);
  }

  send() {
    const side = Number(this.size.value);
    const small = element("canvas", { width: side, height: side });
    const context = small.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.canvas, 0, 0, side, side);
    small.toBlob((blob) => upload(new File([blob], "Drawing.png", { type: "image/png" })));
  }
}
