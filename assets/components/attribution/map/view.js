// A map of reasons over the photo, beside it the map alone; below, all methods and all layers, each
// as a small map to press.

import { extremes, paint, signedColour, table, theme } from "../../shared/colours.js";
import { element, enlarge, fillCanvas } from "../../shared/dom.js";
import { announcer, eachFrame, inGrid } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { mounted } from "../../shared/mount.js";
import { asPercent, written } from "../../shared/numbers.js";

export default mounted((root) => new Reasons(root));

class Reasons {
  constructor(root) {
    this.root = root;
    this.handshake = new Handshake();
    this.question = element("p", { class: "question" });
    this.photo = element("canvas", { class: "photo", role: "img" });
    this.frame = element("div", { class: "seen" });
    this.alone = element("canvas", { class: "alone", role: "img" });
    this.ramp = element("canvas", { class: "ramp", width: "256", height: "1" });
    this.ends = ["least", "zero", "most"].map((name) => element("span", { class: name }));
    this.outside = element("p", {
      class: "outside",
      text: "Dashed: what the network is shown. The rest of the photo has no say.",
    });
    this.words = element("p", { class: "pointed", "aria-live": "polite" });
    this.say = announcer(this.words, 80);
    this.opacity = slider("Opacity of the map", 70, () => this.drawSoon());
    this.least = slider("Show only what is above", 0, () => this.drawSoon());
    this.methods = strip("Methods", (name) => this.ask("method", name));
    this.layers = strip("Layers", (name) => this.ask("layer", name), "strip long");
    this.wait = element("p", { class: "wait", text: "The map is being made." });
    root.replaceChildren(
      this.question,
      element(
        "div",
        { class: "panes" },
        element(
          "figure",
          {},
          element("div", { class: "over" }, this.photo, this.frame),
          element("figcaption", { text: "Over the photo" }),
        ),
        element("figure", {}, this.alone, element("figcaption", { text: "The map alone" })),
      ),
      this.wait,
      element(
        "div",
        { class: "under" },
        element("div", { class: "legend" }, this.ramp, ...this.ends),
        this.opacity.label,
        this.least.label,
      ),
      this.outside,
      this.words,
      this.methods.section,
      this.layers.section,
    );
    this.drawSoon = eachFrame(() => this.draw());
    for (const canvas of [this.photo, this.alone]) {
      canvas.onpointermove = (event) => this.point(canvas, event);
      canvas.onpointerleave = () => this.leaveCell();
    }
  }

  layout() {
    this.drawSoon();
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    if (this.handshake.isOld(settings.serial)) return;
    this.handshake.take(settings.serial);
    Object.assign(this, { settings, arrays });
    this.page = theme(this.root.getRootNode());
    this.question.textContent = settings.question;
    this.wait.hidden = Boolean(arrays.values);
    const [rows, columns] = settings.size;
    this.photo.setAttribute("aria-label", `${settings.alt} On it the map by ${settings.title}.`);
    this.alone.setAttribute("aria-label", `The map by ${settings.title}.`);
    this.limit = arrays.values ? Math.max(...extremes(arrays.values.data).map(Math.abs)) || 1 : 1;
    Object.assign(this, { rows, columns });
    this.legend();
    this.showMethods();
    this.showLayers();
    createImageBitmap(new Blob([arrays.photo.data], { type: "image/jpeg" })).then((picture) => {
      if (this.arrays !== arrays) return;
      this.picture = picture;
      this.draw();
    });
    this.root.dataset.ready = String(settings.serial);
  }

  ask(kind, value) {
    this.tell("ask", { kind, value, serial: this.handshake.send() });
  }

  // ---- the map ----------------------------------------------------------------------------

  bytes(signed) {
    return table(signed ? "maps" : "attributions", this.page.dark);
  }

  colour(value) {
    const bytes = this.bytes(this.settings.signed);
    if (this.settings.signed) return signedColour(value, this.limit, bytes);
    const last = bytes.length / 3 - 1;
    const at = 3 * Math.round(Math.max(0, Math.min(1, this.part(value))) * last);
    return [bytes[at], bytes[at + 1], bytes[at + 2]];
  }

  // How large a value is, as a part of the largest; 0 where the colours begin.
  part(value) {
    const { base, signed } = this.settings;
    if (signed) return Math.abs(value) / this.limit;
    return Math.max(0, (value - base) / (this.limit - base || 1));
  }

  legend() {
    const { signed, sides, base } = this.settings;
    const from = signed ? -this.limit : base;
    fillCanvas(this.ramp, 256, 1, (pixels) => {
      for (let at = 0; at < 256; at++) {
        const value = from + ((this.limit - from) * at) / 255;
        pixels.set([...this.colour(value), 255], 4 * at);
      }
    });
    this.ends[0].textContent = `${written(from)} ${sides[0]}`;
    this.ends[1].textContent = signed ? "0" : "";
    this.ends[2].textContent = `${written(this.limit)} ${sides[1]}`;
  }

  draw() {
    if (!this.picture) return;
    const { rows, columns } = this;
    const panes = this.photo.closest(".panes");
    const room = Math.max(140, this.photo.closest("figure").clientWidth);
    const tall = Math.max(180, Math.min(440, window.innerHeight - 420));
    const scale = Math.min(room / columns, tall / rows);
    panes.style.setProperty("--wide", `${columns * scale}px`);
    const heat = this.arrays.values?.data;
    const [opacity, least] = [this.opacity.value() / 100, this.least.value() / 100];
    fillCanvas(this.photo, columns, rows, () => {});
    const context = this.photo.getContext("2d");
    context.drawImage(this.picture, 0, 0, columns, rows);
    if (heat) {
      const image = context.getImageData(0, 0, columns, rows);
      for (let at = 0; at < heat.length; at++) {
        const part = Math.min(1, this.part(heat[at]));
        if (part < least || part <= 0) continue;
        // A faint map lets the photo through; a strong one covers it.
        const alpha = opacity * Math.min(1, 0.25 + part);
        const colour = this.colour(heat[at]);
        for (let channel = 0; channel < 3; channel++) {
          const to = 4 * at + channel;
          image.data[to] = (1 - alpha) * image.data[to] + alpha * colour[channel];
        }
      }
      context.putImageData(image, 0, 0);
    }
    this.placeFrame();
    fillCanvas(this.alone, columns, rows, (pixels) => {
      const [top, left, bottom, right] = this.box();
      for (let at = 0; heat && at < heat.length; at++) {
        const [row, column] = [Math.floor(at / columns), at % columns];
        if (row < top || row >= bottom || column < left || column >= right) continue;
        if (this.part(heat[at]) < least) continue;
        pixels.set([...this.colour(heat[at]), 255], 4 * at);
      }
    });
    for (const canvas of [this.photo, this.alone]) {
      enlarge(canvas, scale);
      canvas.style.imageRendering = "auto";
    }
  }

  // Top, left, bottom and right of what the network is shown, in pixels of the photo.
  box() {
    const { rows, columns } = this;
    return this.settings.seen.map((part, at) => Math.round(part * (at % 2 ? columns : rows)));
  }

  // Around what the network is shown: a line of the page, as thin over a small photo as over a large.
  placeFrame() {
    const [top, left, bottom, right] = this.box();
    const { rows, columns } = this;
    const whole = right - left >= columns - 1 && bottom - top >= rows - 1;
    this.outside.hidden = this.frame.hidden = whole;
    const percent = (part) => `${100 * part}%`;
    Object.assign(this.frame.style, {
      top: percent(top / rows),
      left: percent(left / columns),
      height: percent((bottom - top) / rows),
      width: percent((right - left) / columns),
    });
  }

  point(canvas, event) {
    const heat = this.arrays.values?.data;
    if (!heat) return;
    const box = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) return;
    const value = heat[row * this.columns + column];
    const part = asPercent(this.part(value));
    const of = this.settings.base ? "of the way from the least to the most" : "of the largest";
    this.say(`Here ${written(value)}, ${part} ${of}.`);
  }

  leaveCell() {
    this.say("");
  }

  // ---- small maps -------------------------------------------------------------------------

  showMethods() {
    const { methods, method } = this.settings;
    const [, rows, columns] = this.arrays.tiles.shape;
    const size = rows * columns;
    this.methods.show(
      "Methods",
      methods.map((one, at) => ({
        name: one.name,
        title: one.title,
        hint: one.words,
        pressed: one.name === method,
        disabled: one.state === "none",
        note: { asks: "press to ask", none: "no layer with maps" }[one.state] ?? "",
        rows,
        columns,
        levels: this.arrays.tiles.data.subarray(at * size, (at + 1) * size),
        signed: one.signed,
        empty: one.state !== "ready",
      })),
      this,
    );
  }

  showLayers() {
    const { layers, layer, layers_by: by } = this.settings;
    let from = 0;
    const tiles = layers.map((one) => {
      const size = one.rows * one.columns;
      const levels = this.arrays.layer_tiles.data.subarray(from, (from += size));
      return {
        name: one.name,
        title: one.name,
        hint: `${one.name}: ${one.of[0]} × ${one.of[1]} cells`,
        pressed: one.name === layer,
        note: `${one.of[0]} × ${one.of[1]}${one.empty ? ", all 0" : ""}`,
        rows: one.rows,
        columns: one.columns,
        levels,
        signed: false,
      };
    });
    this.layers.show(`Layers, by ${by}, from the picture to the answer`, tiles, this);
    this.layers.section.hidden = !tiles.length;
  }
}

function slider(text, value, changed) {
  const input = element("input", { type: "range", min: "0", max: "100", step: "1", value });
  const number = element("span", { class: "number", text: `${value}%` });
  input.oninput = () => {
    number.textContent = `${input.value}%`;
    changed();
  };
  const label = element("label", { class: "slider" }, element("span", { text }), input, number);
  return { label, value: () => Number(input.value) };
}

// A row of small maps that are buttons; arrow keys go from one to the next.
function strip(label, press, look = "strip") {
  const heading = element("div", { class: "title" });
  const list = element("div", { class: look, role: "group", "aria-label": label });
  const section = element("section", {}, heading, list);
  list.onkeydown = (event) => {
    const all = [...list.children];
    const at = all.indexOf(event.target.closest("button"));
    const to = at < 0 ? null : inGrid(event, at, 1, all.length);
    if (to === null) return;
    event.preventDefault();
    all[to].focus();
  };
  const show = (title, tiles, owner) => {
    heading.textContent = title;
    list.setAttribute("aria-label", title);
    while (list.children.length > tiles.length) list.lastChild.remove();
    tiles.forEach((tile, at) => {
      const button = list.children[at] ?? list.appendChild(tileButton());
      fillTile(button, tile, owner);
      button.onclick = () => press(tile.name);
    });
    const held = list.querySelector("[aria-pressed='true']");
    if (held && list.dataset.held !== held.title) {
      list.dataset.held = held.title;
      list.scrollLeft = held.offsetLeft - (list.clientWidth - held.clientWidth) / 2;
    }
  };
  return { section, show };
}

function tileButton() {
  return element(
    "button",
    { type: "button", class: "tile" },
    element("canvas", { "aria-hidden": "true" }),
    element("span", { class: "name" }),
    element("span", { class: "note" }),
  );
}

function fillTile(button, tile, owner) {
  const [canvas, name, note] = button.children;
  button.title = tile.hint;
  button.disabled = Boolean(tile.disabled);
  button.setAttribute("aria-pressed", String(tile.pressed));
  name.textContent = tile.title;
  note.textContent = tile.note;
  const bytes = owner.bytes(tile.signed);
  fillCanvas(canvas, tile.columns, tile.rows, (pixels) => {
    if (tile.empty) return;
    if (tile.signed) {
      const values = Float32Array.from(tile.levels, (level) => level - 128);
      paint(pixels, values, values.length, "signed", [-127, 127], bytes);
      return;
    }
    tile.levels.forEach((level, at) => {
      pixels.set([bytes[3 * level], bytes[3 * level + 1], bytes[3 * level + 2], 255], 4 * at);
    });
  });
  canvas.classList.toggle("empty", Boolean(tile.empty));
}
