// Cover a part of the photo by dragging a patch or painting; the classes follow. Two questions are on
// their way at a time, so that Python works out the one while the page draws the other; the last one
// always gets its answer.

import { ClassBars } from "../../shared/class_bars.js";
import { theme } from "../../shared/colours.js";
import { element, iconButton } from "../../shared/dom.js";
import { arrows, debounced, dragged } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { mounted } from "../../shared/mount.js";
import { asPercent } from "../../shared/numbers.js";

const ON_THE_WAY = 2;
const WORDS = { grey: "Grey", mean: "Its mean colour", blurred: "Blurred" };
const TOOLS = { patch: "Drag a patch", brush: "Paint", eraser: "Wipe off" };

export default mounted((root) => new Cover(root));

class Cover {
  constructor(root) {
    this.root = root;
    this.handshake = new Handshake();
    this.sent = [];
    this.tool = "patch";
    this.corner = [0.35, 0.35];
    this.canvas = element("canvas", { class: "photo", tabindex: "0", role: "application" });
    this.bars = new ClassBars();
    this.share = element("p", { class: "share", "aria-live": "polite" });
    this.size = element("input", { type: "range", min: "4", max: "48", step: "1", value: "16" });
    this.size.oninput = () => this.tool === "patch" && this.placed() && this.patch(this.corner);
    this.size.onchange = () => this.settle();
    this.tools = choice("Tool", TOOLS, (name) => {
      this.tool = name;
      this.tools.mark(name);
    });
    this.tools.mark(this.tool);
    this.fills = choice("Cover with", WORDS, (name) => {
      this.fill = name;
      this.fills.mark(name);
      this.draw();
      this.settle();
    });
    root.replaceChildren(
      element(
        "div",
        { class: "sides" },
        element(
          "div",
          { class: "left" },
          this.canvas,
          element(
            "div",
            { class: "row" },
            this.tools.group,
            element("label", { class: "size" }, element("span", { text: "Size" }), this.size),
            iconButton("ink_eraser", "Uncover everything", () => {
              this.mask.fill(0);
              this.draw();
              this.settle();
            }),
          ),
          element("div", { class: "row" }, this.fills.group),
        ),
        element(
          "div",
          { class: "right" },
          element("p", { class: "title", text: "What the network says now" }),
          this.bars.list,
          this.share,
        ),
      ),
    );
    this.canvas.setAttribute(
      "aria-label",
      "The photo. Arrow keys move the patch; Shift moves it further.",
    );
    this.settleSoon = debounced(350, () => this.settle());
    this.canvas.onkeydown = (event) => this.key(event);
    dragged(this.canvas, {
      start: (event) => this.press(event),
      move: (event) => this.press(event),
      end: () => this.settle(),
    });
  }

  layout() {
    this.place();
    this.draw();
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    const unanswered = this.sent.filter((serial) => serial > settings.serial);
    // What answers none of them may be a new session's, which knows of none.
    this.sent = unanswered.length < this.sent.length ? unanswered : [];
    const old = this.handshake.isOld(settings.serial);
    this.handshake.take(settings.serial);
    const first = !this.settings || this.settings.picture !== settings.picture;
    Object.assign(this, { settings, arrays });
    this.page = theme(this.root.getRootNode());
    if (first || !(old || this.next)) {
      this.mask = Uint8Array.from(arrays.mask.data);
      this.fill = settings.fill;
      this.fills.mark(this.fill);
    }
    if (arrays.photo && this.held !== settings.picture) this.open(arrays.photo.data);
    this.place();
    this.answer();
    this.draw();
    // Python leaves the photo out where the last view had it: a new one asks for it.
    const next = this.next ?? (this.held === settings.picture ? null : { settled: false });
    this.next = null;
    if (next) this.send(next.settled);
    this.root.dataset.ready = String(settings.serial);
  }

  open(bytes) {
    this.held = this.settings.picture;
    createImageBitmap(new Blob([bytes], { type: "image/jpeg" })).then((picture) => {
      this.picture = picture;
      this.soft = null;
      this.draw();
    });
  }

  placed() {
    return this.mask.some(Boolean);
  }

  // ---- what the hand does -------------------------------------------------------------------

  press(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width].map(
      (part) => Math.max(0, Math.min(1, part)),
    );
    if (this.tool === "patch") this.patch(at.map((part) => part - this.size.value / 128));
    else this.dab(at, this.tool === "brush" ? 1 : 0);
  }

  key(event) {
    const step = arrows(event, event.shiftKey ? 8 : 1);
    if (!step) return;
    event.preventDefault();
    this.patch(this.corner.map((part, axis) => part + step[axis] / this.settings.side));
    this.settleSoon();
  }

  patch(corner) {
    const { side } = this.settings;
    const size = Number(this.size.value);
    const [top, left] = corner.map((part) =>
      Math.round(Math.max(0, Math.min(side - size, part * side))),
    );
    this.corner = [top / side, left / side];
    this.mask.fill(0);
    for (let row = top; row < top + size; row++) {
      this.mask.fill(1, row * side + left, row * side + left + size);
    }
    this.changed();
  }

  dab([down, across], value) {
    const { side } = this.settings;
    const radius = Number(this.size.value) / 2;
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        if (Math.hypot(row + 0.5 - down * side, column + 0.5 - across * side) <= radius) {
          this.mask[row * side + column] = value;
        }
      }
    }
    this.changed();
  }

  changed() {
    // A mouse reports more often than there are frames.
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
    this.send(false);
  }

  settle() {
    if (this.mask) this.send(true);
  }

  send(settled) {
    if (this.sent.length >= ON_THE_WAY) {
      this.next = { settled: settled || Boolean(this.next?.settled) };
      return;
    }
    const serial = this.handshake.send();
    this.sent.push(serial);
    const bits = new Uint8Array(this.mask.length / 8);
    this.mask.forEach((bit, at) => {
      if (bit) bits[at >> 3] |= 128 >> (at & 7);
    });
    this.tell("ask", {
      mask: btoa(String.fromCharCode(...bits)),
      fill: this.fill,
      settled,
      picture: this.held,
      serial,
    });
  }

  // ---- what is seen -------------------------------------------------------------------------

  // How large the canvas is: to ask for the room at each frame of a drag lays out the page again.
  place() {
    const [rows, columns] = this.settings.size;
    const room = this.canvas.parentElement.clientWidth;
    const scale = Math.min(room / columns, Math.max(200, window.innerHeight - 380) / rows);
    if (this.canvas.width !== columns) this.canvas.width = columns;
    if (this.canvas.height !== rows) this.canvas.height = rows;
    this.canvas.style.width = `${columns * scale}px`;
    this.canvas.style.height = `${rows * scale}px`;
  }

  draw() {
    if (!this.picture || !this.mask) return;
    const [rows, columns] = this.settings.size;
    const { side } = this.settings;
    const context = this.canvas.getContext("2d");
    context.drawImage(this.picture, 0, 0, columns, rows);
    context.save();
    context.beginPath();
    const [high, wide] = [rows / side, columns / side];
    // Cells that lie side by side are one rectangle: to clip by many of them takes long.
    for (let at = 0; at < this.mask.length; at++) {
      if (!this.mask[at]) continue;
      const [row, from] = [Math.floor(at / side), at % side];
      while ((at + 1) % side && this.mask[at + 1]) at++;
      const [x, y] = [Math.floor(from * wide), Math.floor(row * high)];
      const right = Math.ceil(((at % side) + 1) * wide);
      context.rect(x, y, right - x, Math.ceil((row + 1) * high) - y);
    }
    context.clip();
    if (this.fill === "blurred") {
      context.drawImage(this.blurred(), 0, 0);
    } else {
      context.fillStyle = this.fill === "grey" ? "rgb(128,128,128)" : this.meanColour();
      context.fillRect(0, 0, columns, rows);
    }
    context.restore();
  }

  blurred() {
    if (!this.soft) {
      const [rows, columns] = this.settings.size;
      this.soft = new OffscreenCanvas(columns, rows);
      const context = this.soft.getContext("2d");
      context.filter = `blur(${Math.min(rows, columns) / 16}px)`;
      context.drawImage(this.picture, 0, 0, columns, rows);
    }
    return this.soft;
  }

  meanColour() {
    if (this.meanOf !== this.picture) {
      const small = new OffscreenCanvas(16, 16).getContext("2d");
      small.drawImage(this.picture, 0, 0, 16, 16);
      const { data } = small.getImageData(0, 0, 16, 16);
      const mean = [0, 0, 0];
      for (let at = 0; at < data.length; at++) if (at % 4 < 3) mean[at % 4] += data[at] / 256;
      this.meanOf = this.picture;
      this.mean = `rgb(${mean.map(Math.round).join(",")})`;
    }
    return this.mean;
  }

  answer() {
    const { labels, asked, share } = this.settings;
    const [before, now] = [this.arrays.before.data, this.arrays.now.data];
    this.bars.show(
      labels.map((label, at) => ({ label, before: before[at], now: now[at], asked: at === asked })),
    );
    this.share.textContent = share
      ? `${asPercent(share)} of the picture is covered. The upright mark is the answer without.`
      : "Press on the photo to cover a part of it.";
  }
}

function choice(label, words, chosen) {
  const group = element("div", { class: "choice", role: "group", "aria-label": label });
  for (const [name, text] of Object.entries(words)) {
    group.append(element("button", { type: "button", text, onclick: () => chosen(name) }));
  }
  const mark = (held) =>
    Object.keys(words).forEach((name, at) =>
      group.children[at].setAttribute("aria-pressed", String(name === held)),
    );
  return { group, mark };
}
