// The query's picture, and the region of it that is looked at: drag a rectangle, or use the keys.

import { element, iconButton, sharpContext } from "../../shared/dom.js";
import { arrows, debounced } from "../../shared/hand.js";
import { outlined } from "../../shared/ring.js";

const STEP = 20;
const TALLEST = 13; // rem

export class RegionPicker {
  // choose(region): [top, left, bottom, right] in thousandths, or null for all of the picture.
  constructor(choose) {
    this.tell = debounced(0, choose);
    this.image = element("img", { class: "whole", alt: "", draggable: "false" });
    this.over = element("canvas", { class: "over" });
    this.box = element(
      "div",
      { class: "query-picture", tabindex: "0", role: "application" },
      this.image,
      this.over,
    );
    this.all = iconButton("crop_free", "Search with the whole picture", () => this.rest(null, 0));
    this.section = element("div", { class: "region" }, this.box, this.all);
    this.image.onload = () => {
      // As large as there is room for, however small the file.
      const shape = this.image.naturalWidth / this.image.naturalHeight;
      this.image.style.width = `min(100%, calc(min(${TALLEST}rem, 28svh) * ${shape}))`;
      this.draw();
    };
    this.box.onpointerdown = (event) => this.begin(event);
    this.box.onpointermove = (event) => this.start && this.follow(event);
    this.box.onpointerup = (event) => this.end(event);
    this.box.onpointercancel = () => this.cancel();
    this.box.onkeydown = (event) => this.key(event);
  }

  // least: of a region's sides, in thousandths of the picture's.
  show({ bytes, alt, region, least, page }) {
    Object.assign(this, { least, page });
    if (this.bytes?.length !== bytes.length || this.bytes.some((one, at) => one !== bytes[at])) {
      URL.revokeObjectURL(this.made);
      this.made = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
      this.image.src = this.made;
      this.bytes = bytes;
    }
    this.alt = alt;
    if (!this.start && !this.tell.isWaiting()) this.set(region);
  }

  // Show a small copy, whole, until the picture itself is there.
  standIn(url, alt) {
    this.image.src = url;
    this.bytes = null;
    this.alt = alt;
    this.set(null);
  }

  set(region) {
    this.region = region;
    this.all.disabled = !region;
    const words = region
      ? `The region from ${region[0] / 10} to ${region[2] / 10}% of the height and ` +
        `${region[1] / 10} to ${region[3] / 10}% of the width is searched with.`
      : "The whole picture is searched with.";
    this.box.setAttribute(
      "aria-label",
      `${this.alt} ${words} Drag a rectangle, or press Enter for a region; arrow keys move it, ` +
        "with Shift they change its size, Escape takes the whole picture.",
    );
    this.draw();
  }

  at(event) {
    const box = this.image.getBoundingClientRect();
    return [
      Math.round(Math.max(0, Math.min(1, (event.clientY - box.top) / box.height)) * 1000),
      Math.round(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * 1000),
    ];
  }

  begin(event) {
    if (event.button > 0) return;
    this.box.setPointerCapture(event.pointerId);
    this.before = this.region;
    this.start = this.at(event);
    const [row, column] = this.start;
    const held = this.region;
    // Inside the region a drag moves it; elsewhere it draws a new one.
    this.moving =
      held && row > held[0] && row < held[2] && column > held[1] && column < held[3] ? held : null;
  }

  follow(event) {
    const [row, column] = this.at(event);
    const [down, across] = [row - this.start[0], column - this.start[1]];
    if (this.moving) return this.set(moved(this.moving, down, across));
    return this.set([
      Math.min(row, this.start[0]),
      Math.min(column, this.start[1]),
      Math.max(row, this.start[0]),
      Math.max(column, this.start[1]),
    ]);
  }

  end(event) {
    if (!this.start) return;
    const [row, column] = this.at(event);
    const far = Math.max(Math.abs(row - this.start[0]), Math.abs(column - this.start[1]));
    this.start = null;
    if (far < 12) return this.set(this.before); // a click, no drag
    const [top, left, bottom, right] = this.region;
    const large = bottom - top >= this.least && right - left >= this.least;
    if (!large) return this.set(this.before);
    return this.rest(this.region, 0);
  }

  cancel() {
    if (this.start) this.set(this.before);
    this.start = null;
  }

  key(event) {
    const way = arrows(event, STEP);
    if (event.key === "Escape" && this.region) this.rest(null, 0);
    else if (event.key === "Enter" && !this.region) this.rest([250, 250, 750, 750], 0);
    else if (way && this.region) this.rest(this.nudged(way, event.shiftKey), 350);
    else return;
    event.preventDefault();
  }

  nudged([down, across], resize) {
    if (!resize) return moved(this.region, down, across);
    const [top, left, bottom, right] = this.region;
    return [
      top,
      left,
      Math.max(top + this.least, Math.min(1000, bottom + down)),
      Math.max(left + this.least, Math.min(1000, right + across)),
    ];
  }

  rest(region, wait) {
    this.set(region);
    this.tell.after(wait, region);
  }

  draw() {
    const [width, height] = [this.image.clientWidth, this.image.clientHeight];
    if (!width || !height || !this.page) return;
    const context = sharpContext(this.over, width, height);
    if (!this.region) return;
    const [top, left, bottom, right] = this.region.map(
      (part, at) => (part / 1000) * (at % 2 ? width : height),
    );
    context.fillStyle = "rgba(0, 0, 0, 0.55)";
    context.fillRect(0, 0, width, height);
    context.clearRect(left, top, right - left, bottom - top);
    const strokes = [
      ["#000000", 5],
      ["#ffffff", 3],
    ];
    outlined(context, strokes, left, top, right - left, bottom - top);
  }

  leave() {
    this.tell.cancel();
  }
}

function moved([top, left, bottom, right], down, across) {
  const [high, wide] = [bottom - top, right - left];
  const row = Math.max(0, Math.min(1000 - high, top + down));
  const column = Math.max(0, Math.min(1000 - wide, left + across));
  return [row, column, row + high, column + wide];
}
