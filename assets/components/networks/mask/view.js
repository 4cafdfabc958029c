// A mask over the photo: the class that wins in each cell, or how probable one class is in each, and
// what the cell under the pointer says.

import { css, table, theme } from "../../shared/colours.js";
import { element, fillCanvas, sharpContext } from "../../shared/dom.js";
import { announcer, arrows, debounced, eachFrame } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { legendStrip } from "../../shared/legend.js";
import { mounted } from "../../shared/mount.js";
import { asPercent } from "../../shared/numbers.js";
import { ring } from "../../shared/ring.js";
import { heightFor } from "../../shared/room.js";

const USUAL_OPACITY = 60; // percent
const UNDER = 170; // pixels of controls and words below the picture
const REST_OF_HAND = 300; // milliseconds
const NAMED = 3; // classes that are named of a cell
const GREY = [128, 128, 128];

export default mounted((root) => new Segmentation(root));

class Segmentation {
  constructor(root) {
    this.root = root;
    this.handshake = new Handshake();
    this.alone = false; // one class alone is shown, by its probability
    this.picture = element("canvas", { class: "pixels" });
    this.overlay = element("canvas", { class: "overlay" });
    this.frame = element(
      "div",
      { class: "frame", tabindex: "0", role: "application" },
      this.picture,
      this.overlay,
    );
    this.words = element("p", { class: "said", "aria-live": "polite" });
    this.say = announcer(this.words, 60);
    this.number = element("span", { class: "percent", text: `${USUAL_OPACITY}%` });
    this.opacity = element("input", {
      type: "range",
      min: "0",
      max: "100",
      step: "1",
      value: String(USUAL_OPACITY),
      "aria-label": "Opacity of the mask",
    });
    this.opacity.oninput = () => {
      this.number.textContent = `${this.opacity.value}%`;
      this.drawSoon();
    };
    this.list = element("div", { class: "legend-of-classes", role: "group" });
    this.list.setAttribute("aria-label", "Classes");
    this.rest = element("p", { class: "rest" });
    this.ramp = legendStrip();
    root.replaceChildren(
      element(
        "div",
        { class: "sides" },
        element(
          "div",
          { class: "left" },
          this.frame,
          element(
            "label",
            { class: "opacity" },
            element("span", { text: "Opacity" }),
            this.opacity,
            this.number,
          ),
          this.ramp,
          this.words,
        ),
        element("div", { class: "right" }, this.list, this.rest),
      ),
    );
    this.drawSoon = eachFrame(() => this.draw());
    this.settle = debounced(REST_OF_HAND, () => this.tellPlace());
    this.frame.onpointermove = (event) => this.point(this.cellAt(event));
    this.frame.onpointerleave = () => this.point(null);
    this.frame.onpointerdown = (event) => this.take(this.cellAt(event));
    this.frame.onkeydown = (event) => this.key(event);
  }

  layout() {
    this.drawSoon();
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    const isOld = this.handshake.isOld(settings.serial);
    this.handshake.take(settings.serial);
    Object.assign(this, { settings, arrays });
    [this.rows, this.columns] = settings.size;
    this.page = theme(this.root.getRootNode());
    if (!isOld && !this.settle.isWaiting()) {
      // One channel says two classes: which of them is looked at, only the browser knows.
      const at = settings.one_channel ? this.place?.at : undefined;
      this.place = { ...settings.place, at: at ?? settings.place.at };
    }
    this.place.at = Math.min(this.place.at, settings.classes.length - 1);
    this.legend();
    this.open(arrays.photo.data);
    this.describe();
    this.draw();
    this.root.dataset.ready = String(settings.serial);
  }

  open(bytes) {
    createImageBitmap(new Blob([bytes], { type: "image/jpeg" })).then((photo) => {
      if (bytes !== this.arrays.photo.data) return;
      this.photo = photo;
      this.draw();
    });
  }

  // ---- the classes ----------------------------------------------------------------------------

  legend() {
    const { classes, others, other_share: otherShare, nothing_share: nothing } = this.settings;
    const key = JSON.stringify([classes, others, otherShare, nothing]);
    if (key === this.listed) return; // who has pressed one keeps it
    this.listed = key;
    const all = this.button("All classes", null, () => this.show(false, this.place.at));
    const each = classes.map((one, at) =>
      this.button(`${one.label}, ${asPercent(one.share)}`, one.colour, () => this.show(true, at)),
    );
    this.list.replaceChildren(all, ...each);
    const words = [];
    if (otherShare) {
      const all = others === 1 ? "one other class" : `${others} other classes`;
      words.push(`Grey: ${all}, ${asPercent(otherShare)}.`);
    }
    if (nothing) words.push(`No class reaches one half in ${asPercent(nothing)}.`);
    words.push("The share of the cells that each class wins. Press one for its probability.");
    this.rest.textContent = words.join(" ");
  }

  button(text, colour, onclick) {
    const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
    if (colour) swatch.style.background = css(colour);
    else swatch.hidden = true;
    return element("button", { type: "button", onclick }, swatch, element("span", { text }));
  }

  show(alone, at) {
    const changed = at !== this.place.at;
    this.alone = alone;
    this.place.at = at;
    this.draw();
    this.describe();
    if (changed) this.settle();
  }

  // ---- a cell ---------------------------------------------------------------------------------

  cellAt(event) {
    const box = this.picture.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const inside = row >= 0 && column >= 0 && row < this.rows && column < this.columns;
    return inside ? [row, column] : null;
  }

  point(cell) {
    this.pointed = cell;
    this.describe();
  }

  take(cell) {
    if (!cell) return;
    [this.place.row, this.place.column] = cell;
    this.drawSoon();
    this.describe();
    this.settle();
  }

  key(event) {
    const step = arrows(event);
    if (!step) return;
    event.preventDefault();
    const within = (at, most) => Math.max(0, Math.min(most - 1, at));
    this.pointed = null;
    this.take([
      within(this.place.row + step[0], this.rows),
      within(this.place.column + step[1], this.columns),
    ]);
  }

  tellPlace() {
    const { row, column, at } = this.place;
    const { classes, one_channel: single } = this.settings;
    const channel = single ? 0 : classes[at].index;
    this.tell("place", { row, column, channel, serial: this.handshake.send() });
  }

  describe() {
    const { classes, alt } = this.settings;
    const [row, column] = this.pointed ?? [this.place.row, this.place.column];
    const { data } = this.arrays.probabilities;
    const cells = this.rows * this.columns;
    const here = classes.map(({ label }, at) => ({
      label,
      chance: data[at * cells + row * this.columns + column],
    }));
    here.sort((one, other) => other.chance - one.chance);
    const said = here.slice(0, NAMED).map(({ label, chance }) => `${label} ${asPercent(chance)}`);
    // What wins here may be a class that is not listed.
    const isGrey = this.arrays.winners.data[row * this.columns + column] === classes.length;
    if (isGrey) said.unshift("one of the classes in grey");
    this.say(`Row ${row}, column ${column}: ${said.join(", ")}.`);
    const shown = this.alone ? `the probability of ${classes[this.place.at].label}` : "each class";
    this.frame.setAttribute(
      "aria-label",
      `${alt} On it ${shown}. Arrow keys go from cell to cell.`,
    );
  }

  // ---- what is seen ---------------------------------------------------------------------------

  colourOf() {
    const { classes } = this.settings;
    const { winners, probabilities } = this.arrays;
    if (!this.alone) {
      const colours = [...classes.map((one) => one.colour), GREY];
      return (at) => (winners.data[at] < 0 ? null : colours[winners.data[at]]);
    }
    const bytes = table("attributions", this.page.dark);
    const last = bytes.length / 3 - 1;
    const from = this.place.at * this.rows * this.columns;
    return (at) => {
      const level = 3 * Math.round(Math.max(0, Math.min(1, probabilities.data[from + at])) * last);
      return [bytes[level], bytes[level + 1], bytes[level + 2]];
    };
  }

  draw() {
    if (!this.settings) return;
    const { rows, columns } = this;
    const wide = this.frame.parentElement.clientWidth;
    const scale = Math.min(wide / columns, Math.max(180, heightFor(this.root) - UNDER) / rows);
    const [width, height] = [columns * scale, rows * scale];
    const context = sharpContext(this.picture, width, height);
    if (this.photo) {
      const [top, left, bottom, right] = this.settings.area;
      const { width: across, height: down } = this.photo;
      const part = [left * across, top * down, (right - left) * across, (bottom - top) * down];
      context.drawImage(this.photo, ...part, 0, 0, width, height);
    }
    const colour = this.colourOf();
    this.drawn ??= element("canvas");
    fillCanvas(this.drawn, columns, rows, (pixels) => {
      for (let at = 0; at < rows * columns; at++) {
        const one = colour(at);
        if (one) pixels.set([...one, 255], 4 * at);
      }
    });
    context.globalAlpha = Number(this.opacity.value) / 100;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.drawn, 0, 0, width, height);
    const above = sharpContext(this.overlay, width, height);
    ring(above, this.place.column * scale, this.place.row * scale, scale, scale, this.page);
    this.marks();
  }

  marks() {
    [...this.list.children].forEach((button, at) => {
      const on = at === 0 ? !this.alone : this.alone && at - 1 === this.place.at;
      button.setAttribute("aria-pressed", String(on));
    });
    this.ramp.style.display = this.alone ? "" : "none";
    if (!this.alone) return;
    const bytes = table("attributions", this.page.dark);
    const [canvas, least, , most] = this.ramp.children;
    fillCanvas(canvas, 256, 1, (pixels) => {
      for (let at = 0; at < 256; at++)
        pixels.set([...bytes.slice(3 * at, 3 * at + 3), 255], 4 * at);
    });
    least.textContent = "0";
    most.textContent = "1";
  }

  leave() {
    this.settle.cancel();
  }
}
