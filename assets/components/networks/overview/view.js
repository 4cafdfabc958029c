// A whole network on one screen: a column of maps for each layer, left to right, and the answer.
// Deep networks fold by stage (the layers between two changes of the map's size).

import { unpack } from "../../shared/wire.js";
import { written } from "../../shared/numbers.js";
import { table, theme } from "../../shared/colours.js";
import { element, iconButton, sharpContext } from "../../shared/dom.js";

const FOLD_FROM = 26; // layers; fewer fit on a screen as they are
const HEIGHT = 470;
const GAP = 5;
const ZERO = 128;

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".root");
  root.overview ??= new Overview(root);
  root.overview.update(component, unpack(data));
  return () => root.overview.leave();
}

class Overview {
  constructor(root) {
    this.root = root;
    this.unfolded = new Set();
    this.at = null; // {column, tile} under the pointer or the keyboard
    this.pinned = null;
    this.build();
    this.resized = new ResizeObserver(() => this.data && this.fit());
    this.resized.observe(this.holder);
  }

  leave() {
    this.resized.disconnect();
  }

  build() {
    this.canvas = element("canvas");
    this.holder = element(
      "div",
      { class: "network", tabindex: "0", role: "application", "aria-describedby": "facts" },
      this.canvas,
    );
    const tools = element(
      "div",
      { class: "tools" },
      iconButton("fit_screen", "Show the whole network", () => this.fit()),
      iconButton("zoom_in", "Closer", () => this.zoom(1.4)),
      iconButton("zoom_out", "Farther", () => this.zoom(1 / 1.4)),
    );
    this.foldButton = iconButton("unfold_more", "Unfold all stages", () => this.foldAll());
    tools.append(this.foldButton);
    this.answer = element("section", { class: "answer", "aria-label": "Answer" });
    this.large = element("canvas", { class: "large", role: "img" });
    this.facts = element("div", { class: "facts", id: "facts", "aria-live": "polite" });
    const open = (view) => () => this.open(view);
    this.actions = element(
      "div",
      { class: "actions" },
      element("button", { type: "button", text: "See the whole layer", onclick: open("Layer") }),
      element("button", { type: "button", text: "Explain its numbers", onclick: open("Explain") }),
    );
    this.root.replaceChildren(
      element("div", { class: "top" }, element("div", { class: "map" }, tools, this.holder)),
      element(
        "div",
        { class: "bottom" },
        element("div", { class: "large-holder" }, this.large),
        element("div", { class: "words" }, this.facts, this.actions),
        this.answer,
      ),
    );
    this.watch();
  }

  watch() {
    const { holder } = this;
    let grabbed = null;
    holder.onpointerdown = (event) => {
      grabbed = {
        x: event.clientX,
        y: event.clientY,
        left: this.left,
        top: this.top,
        moved: false,
      };
      holder.setPointerCapture(event.pointerId);
    };
    holder.onpointermove = (event) => {
      if (grabbed) {
        const [dx, dy] = [event.clientX - grabbed.x, event.clientY - grabbed.y];
        if (Math.abs(dx) + Math.abs(dy) > 4) grabbed.moved = true;
        if (grabbed.moved) {
          this.left = grabbed.left - dx / this.scale;
          this.top = grabbed.top - dy / this.scale;
          this.limit();
          this.draw();
          return;
        }
      }
      this.point(this.find(event));
    };
    holder.onpointerup = (event) => {
      const click = grabbed && !grabbed.moved;
      grabbed = null;
      if (!click) return;
      const found = this.find(event);
      if (!found) return;
      if (found.tile === null) this.toggle(this.columns[found.column].stage);
      else this.pin(found);
    };
    holder.onpointerleave = () => {
      if (!grabbed) this.point(this.pinned);
    };
    holder.ondblclick = (event) => {
      const found = this.find(event);
      if (found?.tile !== null && found) this.open("Layer");
    };
    holder.onwheel = (event) => {
      if (!event.ctrlKey && !event.metaKey) {
        const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
        if (!sideways && !event.shiftKey) return;
        event.preventDefault();
        this.left += (sideways ? event.deltaX : event.deltaY) / this.scale;
        this.limit();
        this.draw();
        return;
      }
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event);
    };
    holder.onkeydown = (event) => this.key(event);
  }

  key(event) {
    const at = this.at?.tile != null ? this.at : (this.pinned ?? { column: 0, tile: 0 });
    const go = (column, tile) => {
      const to = Math.max(0, Math.min(this.columns.length - 1, column));
      const count = this.columns[to].layer.count;
      this.pin({ column: to, tile: Math.max(0, Math.min(count - 1, tile)) });
      this.reveal(to);
    };
    const keys = {
      ArrowLeft: () => go(at.column - 1, at.tile),
      ArrowRight: () => go(at.column + 1, at.tile),
      ArrowUp: () => go(at.column, at.tile - 1),
      ArrowDown: () => go(at.column, at.tile + 1),
      Home: () => go(0, 0),
      End: () => go(this.columns.length - 1, 0),
      "+": () => this.zoom(1.4),
      "=": () => this.zoom(1.4),
      "-": () => this.zoom(1 / 1.4),
      0: () => this.fit(),
      f: () => this.toggle(this.columns[at.column].stage),
      Enter: () => this.open("Layer"),
      e: () => this.open("Explain"),
    };
    const action = !event.ctrlKey && !event.metaKey && keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    const fresh = this.settings?.identity !== settings.identity;
    this.settings = settings;
    this.data = arrays;
    this.page = theme(this.root.getRootNode());
    this.painted = new Map();
    let start = 0;
    let first = 0;
    this.layers = settings.layers.map((layer, index) => {
      const size = layer.count * layer.rows * layer.columns;
      const made = { ...layer, index, start, first };
      start += size;
      first += layer.count;
      return made;
    });
    this.byName = new Map(this.layers.map((layer) => [layer.name, layer]));
    if (fresh) {
      this.unfolded.clear();
      if (this.layers.length < FOLD_FROM)
        this.layers.forEach(({ stage }) => this.unfolded.add(stage));
    }
    this.fillAnswer();
    this.arrange();
    const place = settings.place;
    const column = this.columnOf(place.layer);
    const tile =
      column === null ? -1 : this.channelsOf(this.columns[column].layer).indexOf(place.channel);
    this.pinned =
      column !== null && this.columns[column].layer.name === place.layer
        ? { column, tile: Math.max(0, tile) }
        : { column: this.columns.length - 1, tile: 0 };
    this.at = this.pinned;
    if (fresh || !this.scale) this.fit();
    else {
      this.limit();
      this.draw();
    }
    this.tellFacts();
  }

  channelsOf(layer) {
    return Array.from(this.data.channels.data.subarray(layer.first, layer.first + layer.count));
  }

  // ---- columns ----------------------------------------------------------------------------

  // A folded stage is one column: its last layer stands for all.
  arrange() {
    this.columns = [];
    const stages = new Map();
    for (const layer of this.layers) {
      if (!stages.has(layer.stage)) stages.set(layer.stage, []);
      stages.get(layer.stage).push(layer);
    }
    for (const [stage, layers] of stages) {
      const alone = layers.length === 1;
      const input = layers[0].index === 0 && layers.length > 1;
      if (this.unfolded.has(stage) || alone) {
        layers.forEach((layer) =>
          this.columns.push({ layer, stage, covers: [layer], folds: !alone }),
        );
      } else {
        if (input)
          this.columns.push({ layer: layers[0], stage, covers: [layers[0]], folds: false });
        const rest = input ? layers.slice(1) : layers;
        this.columns.push({ layer: rest.at(-1), stage, covers: rest, folds: rest.length > 1 });
      }
    }
    const largest = Math.max(...this.layers.slice(1).map((layer) => layer.true_rows));
    for (const column of this.columns) {
      const { layer } = column;
      column.tile = layer.index === 0 ? 96 : tileSize(layer, largest);
      column.count = layer.index === 0 ? 1 : layer.count;
      column.width = Math.max(column.tile, 48);
      column.high = column.count * (column.tile + GAP) - GAP;
      column.y = -column.high / 2;
    }
    this.high = Math.max(...this.columns.map((column) => column.high)) + 136;
    this.spread(16);
    const folded = this.columns.some((column) => column.covers.length > 1);
    const foldable = this.layers.length >= FOLD_FROM;
    this.foldButton.style.display = foldable ? "" : "none";
    this.foldButton.firstChild.textContent = folded ? "unfold_more" : "unfold_less";
    const label = folded ? "Unfold all stages" : "Fold all stages";
    this.foldButton.title = label;
    this.foldButton.setAttribute("aria-label", label);
  }

  // Put the columns side by side, `gap` apart.
  spread(gap) {
    let x = 0;
    for (const column of this.columns) {
      column.x = x;
      x += column.width + gap;
    }
    this.width = x - gap;
  }

  columnOf(name) {
    const found = this.columns.findIndex((column) =>
      column.covers.some((layer) => layer.name === name),
    );
    return found < 0 ? null : found;
  }

  toggle(stage) {
    const layers = this.layers.filter((layer) => layer.stage === stage);
    if (layers.length < 2) return;
    const kept = this.columns[this.pinned.column].layer.name;
    if (this.unfolded.has(stage)) this.unfolded.delete(stage);
    else this.unfolded.add(stage);
    this.arrange();
    this.pinned = { column: this.columnOf(kept) ?? 0, tile: 0 };
    this.at = this.pinned;
    this.fit();
    if (this.unfolded.has(stage)) this.reveal(this.columnOf(layers[0].name));
  }

  foldAll() {
    const folded = this.columns.some((column) => column.covers.length > 1);
    this.unfolded.clear();
    if (folded) this.layers.forEach(({ stage }) => this.unfolded.add(stage));
    this.arrange();
    this.pinned = this.at = { column: this.columns.length - 1, tile: 0 };
    this.fit();
  }

  // ---- view -------------------------------------------------------------------------------

  fit() {
    this.page = theme(this.root.getRootNode());
    const room = this.holder.clientWidth;
    this.spread(16);
    this.scale = Math.max(0.62, Math.min(1.25, (room - 24) / this.width, HEIGHT / this.high));
    // What room is left goes between the columns.
    const spare = (room - 24) / this.scale - this.width;
    if (spare > 0) this.spread(16 + Math.min(90, spare / Math.max(1, this.columns.length - 1)));
    this.left = 0;
    this.top = 0;
    if (this.width * this.scale < room) this.left = -(room / this.scale - this.width) / 2;
    this.limit();
    this.draw();
  }

  zoom(factor, event) {
    const room = this.holder.clientWidth;
    const box = this.holder.getBoundingClientRect();
    const x = event ? event.clientX - box.left : room / 2;
    const before = this.left + x / this.scale;
    this.scale = Math.max(0.3, Math.min(5, this.scale * factor));
    this.left = before - x / this.scale;
    this.limit();
    this.draw();
  }

  reveal(index) {
    const column = this.columns[index];
    const room = this.holder.clientWidth / this.scale;
    if (column.x < this.left) this.left = column.x - 20;
    if (column.x + column.width > this.left + room) this.left = column.x + column.width - room + 20;
    this.limit();
    this.draw();
  }

  limit() {
    const room = this.holder.clientWidth / this.scale;
    const most = Math.max(this.width - room + 12, -12);
    if (this.width > room) this.left = Math.max(-12, Math.min(most, this.left));
    const tall = Math.max(0, (this.high - HEIGHT / this.scale) / 2);
    this.top = Math.max(-tall, Math.min(tall, this.top));
  }

  toWorld(event) {
    const box = this.holder.getBoundingClientRect();
    return [
      (event.clientX - box.left) / this.scale + this.left,
      (event.clientY - box.top - HEIGHT / 2) / this.scale + this.top,
    ];
  }

  // The tile under the pointer; tile null is a column's heading.
  find(event) {
    const [x, y] = this.toWorld(event);
    const index = this.columns.findIndex(
      (column) => x >= column.x - 6 && x <= column.x + column.width + 6,
    );
    if (index < 0) return null;
    const column = this.columns[index];
    if (y < column.y - 4 && y > column.y - 46 && column.folds) return { column: index, tile: null };
    const tile = Math.floor((y - column.y) / (column.tile + GAP));
    if (tile < 0 || tile >= column.count) return null;
    return { column: index, tile };
  }

  point(found) {
    const same = found?.column === this.at?.column && found?.tile === this.at?.tile;
    this.holder.style.cursor = found ? "pointer" : "grab";
    if (same) return;
    this.at = found;
    this.draw();
    if (found && found.tile !== null) this.tellFacts();
  }

  pin(found) {
    this.pinned = found;
    this.at = found;
    this.draw();
    this.tellFacts();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell("place", this.placeOf(found)), 400);
  }

  placeOf({ column, tile }) {
    const { layer } = this.columns[column];
    return { layer: layer.name, channel: layer.index === 0 ? 0 : this.channelsOf(layer)[tile] };
  }

  open(view) {
    const at = this.at?.tile != null ? this.at : this.pinned;
    this.trigger("open", { view, ...this.placeOf(at) });
  }

  // ---- drawing ----------------------------------------------------------------------------

  paintedTiles(layer) {
    if (this.painted.has(layer.index)) return this.painted.get(layer.index);
    const { rows, columns, count, start } = layer;
    const canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = rows * count;
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows * count);
    const levels = this.data.thumbnails.data;
    const bytes = table("maps", this.page.dark);
    const last = bytes.length / 3 - 1;
    for (let at = 0; at < rows * columns * count; at++) {
      const from = 3 * Math.round(((levels[start + at] - ZERO) / 127 + 1) * 0.5 * last);
      image.data.set([bytes[from], bytes[from + 1], bytes[from + 2], 255], at * 4);
    }
    context.putImageData(image, 0, 0);
    this.painted.set(layer.index, canvas);
    return canvas;
  }

  paintedPicture() {
    if (this.painted.has("picture")) return this.painted.get("picture");
    const [height, width] = this.data.picture.shape;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const pixels = this.data.picture.data;
    for (let at = 0; at < width * height; at++) {
      image.data.set([pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2], 255], at * 4);
    }
    context.putImageData(image, 0, 0);
    this.painted.set("picture", canvas);
    return canvas;
  }

  draw() {
    if (this.waiting || !this.columns) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.drawNow();
    });
  }

  drawNow() {
    const width = this.holder.clientWidth;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${HEIGHT}px`;
    const context = sharpContext(this.canvas, width, HEIGHT);
    context.translate(0, HEIGHT / 2);
    context.scale(this.scale, this.scale);
    context.translate(-this.left, -this.top);
    context.imageSmoothingEnabled = false;
    const seen = (column) =>
      column.x + column.width > this.left - 60 && column.x < this.left + width / this.scale + 60;
    this.columns.forEach((column, index) => this.drawWires(context, column, index, seen));
    this.columns.forEach(
      (column, index) => seen(column) && this.drawColumn(context, column, index),
    );
    this.drawLit(context);
  }

  sourcesOf(column, index) {
    const inside = new Set(column.covers.map((layer) => layer.name));
    const names = column.covers
      .flatMap((layer) => layer.inputs)
      .filter((name) => !inside.has(name));
    const found = names
      .map((name) => this.columnOf(name))
      .filter((at) => at !== null && at !== index);
    return [...new Set(found)];
  }

  drawWires(context, column, index, seen) {
    for (const from of this.sourcesOf(column, index)) {
      const source = this.columns[from];
      if (!seen(source) && !seen(column)) continue;
      const [x1, x2] = [tileLeft(source) + source.tile + 2, tileLeft(column) - 2];
      if (from === index - 1) {
        context.fillStyle = this.page.panel;
        context.beginPath();
        context.moveTo(x1, source.y);
        context.lineTo(x2, column.y);
        context.lineTo(x2, column.y + column.high);
        context.lineTo(x1, source.y + source.high);
        context.fill();
      } else {
        // A way around: over the heads of the columns between.
        const between = this.columns.slice(from, index + 1);
        const peak = Math.min(...between.map((one) => one.y)) - 52 - 3 * (index - from);
        context.strokeStyle = this.page.ink;
        context.globalAlpha = 0.55;
        context.lineWidth = 1.4;
        context.beginPath();
        context.moveTo(x1 - source.tile / 2, source.y - 46);
        context.bezierCurveTo(x1, peak, x2, peak, x2 + column.tile / 2, column.y - 46);
        context.stroke();
        context.globalAlpha = 1;
      }
    }
  }

  drawColumn(context, column, index) {
    const { layer, tile } = column;
    const x = tileLeft(column);
    if (layer.index === 0) {
      const [height, width] = this.data.picture.shape;
      const scale = column.tile / Math.max(height, width);
      context.imageSmoothingEnabled = width > 96;
      context.drawImage(this.paintedPicture(), x, column.y, width * scale, height * scale);
      context.imageSmoothingEnabled = false;
    } else {
      const painted = this.paintedTiles(layer);
      for (let at = 0; at < layer.count; at++) {
        const y = column.y + at * (tile + GAP);
        context.drawImage(painted, 0, at * layer.rows, layer.columns, layer.rows, x, y, tile, tile);
        context.strokeStyle = this.page.border;
        context.lineWidth = 1;
        context.strokeRect(x, y, tile, tile);
      }
    }
    context.textAlign = "center";
    context.fillStyle = this.page.ink;
    const middle = column.x + column.width / 2;
    const folded = column.covers.length > 1;
    context.font = `600 11px ${this.page.font}`;
    const title = folded ? `${column.covers.length} layers` : short(layer);
    context.fillText(clipped(context, title, column.width + 14), middle, column.y - 24);
    context.font = `11px ${this.page.font}`;
    context.fillText(clipped(context, shape(layer), column.width + 18), middle, column.y - 10);
    const left = layer.channels - layer.count;
    if (left > 0 && layer.index !== 0) {
      context.fillText(`+ ${left}`, middle, column.y + column.high + 15);
    }
    if (column.folds) {
      const first = !this.columns[index - 1] || this.columns[index - 1].stage !== column.stage;
      if (folded || first) {
        context.font = `600 13px ${this.page.font}`;
        context.fillStyle = this.page.accent;
        context.fillText(folded ? "\u2295 unfold" : "\u2296 fold", middle, column.y - 40);
      }
    }
  }

  // The tile in hand, and the tiles that it is made from.
  drawLit(context) {
    if (
      this.pinned &&
      (this.pinned.column !== this.at?.column || this.pinned.tile !== this.at?.tile)
    ) {
      this.frame(context, this.pinned, 1.5);
    }
    if (!this.at || this.at.tile === null) return;
    const column = this.columns[this.at.column];
    const to = this.tileBox(column, this.at.tile);
    const channel = column.layer.index === 0 ? 0 : this.channelsOf(column.layer)[this.at.tile];
    context.strokeStyle = this.page.accent;
    for (const from of this.sourcesOf(column, this.at.column)) {
      const source = this.columns[from];
      const channels = this.channelsOf(source.layer);
      for (let tile = 0; tile < source.count; tile++) {
        const all = column.covers.length > 1 || column.layer.mixes || source.layer.index === 0;
        if (!all && channels[tile] !== channel) continue;
        const box = this.tileBox(source, tile);
        context.globalAlpha = all ? 0.55 : 1;
        context.lineWidth = all ? 1.2 : 2.2;
        context.beginPath();
        const [x1, y1] = [box.x + box.size, box.y + box.size / 2];
        const [x2, y2] = [to.x, to.y + to.size / 2];
        context.moveTo(x1, y1);
        context.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
        context.stroke();
        context.globalAlpha = 1;
        context.lineWidth = 2;
        context.strokeRect(box.x - 1, box.y - 1, box.size + 2, box.size + 2);
      }
    }
    this.frame(context, this.at, 3);
  }

  frame(context, { column, tile }, thickness) {
    const box = this.tileBox(this.columns[column], tile);
    context.strokeStyle = this.page.background;
    context.lineWidth = thickness + 2;
    context.strokeRect(box.x - 1, box.y - 1, box.size + 2, box.size + 2);
    context.strokeStyle = this.page.accent;
    context.lineWidth = thickness;
    context.strokeRect(box.x - 1, box.y - 1, box.size + 2, box.size + 2);
  }

  tileBox(column, tile) {
    return { x: tileLeft(column), y: column.y + tile * (column.tile + GAP), size: column.tile };
  }

  // ---- words ------------------------------------------------------------------------------

  tellFacts() {
    const { column, tile } = this.at ?? this.pinned;
    const { layer, covers } = this.columns[column];
    const channel = layer.index === 0 ? null : this.channelsOf(layer)[tile];
    const lines = [];
    if (layer.index === 0) {
      lines.push(`What the network is shown: ${shape(layer)}.`);
    } else {
      const [least, mean, most] = this.data.statistics.data.subarray(
        3 * (layer.first + tile),
        3 * (layer.first + tile) + 3,
      );
      lines.push(
        layer.rows * layer.columns === 1 && layer.vector
          ? `Number ${channel} of ${layer.channels}: ${written(mean)}.`
          : `Map ${channel} of ${layer.channels}: from ${written(least, 3)} to ${written(most, 3)}, ` +
              `on average ${written(mean, 3)}.`,
      );
      lines.push(`${layer.kind}, ${shape(layer)}. ${layer.words}`);
      lines.push(
        `Colours: blue \u2212${written(layer.limit, 3)}, red ${written(layer.limit, 3)}, the layer\u2019s own range.`,
      );
      if (covers.length > 1) lines.push(`Last of ${covers.length} layers folded together.`);
    }
    this.facts.replaceChildren(
      element("strong", { text: layer.index === 0 ? "Picture" : layer.name }),
      ...lines.map((text) => element("p", { text })),
    );
    this.drawLarge(layer, tile);
  }

  drawLarge(layer, tile) {
    const side = 176;
    this.large.style.width = this.large.style.height = `${side}px`;
    const context = sharpContext(this.large, side, side);
    context.imageSmoothingEnabled = false;
    if (layer.index === 0) {
      const [height, width] = this.data.picture.shape;
      const scale = side / Math.max(height, width);
      context.drawImage(this.paintedPicture(), 0, 0, width * scale, height * scale);
    } else {
      const { rows, columns } = layer;
      const scale = side / Math.max(rows, columns);
      context.drawImage(
        this.paintedTiles(layer),
        0,
        tile * rows,
        columns,
        rows,
        0,
        0,
        columns * scale,
        rows * scale,
      );
    }
    this.large.setAttribute("aria-label", `${layer.name} large`);
  }

  fillAnswer() {
    const { predictions, answer_title: title } = this.settings;
    const rows = predictions.map(({ label, probability }) => {
      const bar = element("span", { class: "bar" });
      bar.style.width = `${Math.max(0.5, probability * 100)}%`;
      return element(
        "li",
        {},
        element("span", { class: "label", text: label }),
        element("span", { class: "number", text: percent(probability) }),
        element("span", { class: "track" }, bar),
      );
    });
    this.answer.replaceChildren(
      element("div", { class: "title", text: title }),
      element("ol", {}, ...rows),
    );
  }
}

function percent(probability) {
  const share = probability * 100;
  return share >= 0.05 ? `${share.toFixed(1)} %` : "< 0.1 %";
}

function tileLeft(column) {
  return column.x + (column.width - column.tile) / 2;
}

// Smaller maps are drawn smaller, though not by as much as they are.
function tileSize(layer, largest) {
  if (layer.vector) return 26;
  return Math.round(20 + 26 * Math.sqrt(layer.true_rows / largest));
}

function short(layer) {
  return layer.index === 0 ? "Picture" : layer.name.replace(/^stage\d+_/, "");
}

function shape(layer) {
  return layer.shape.join("\u00d7");
}

function clipped(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let cut = text;
  while (cut.length > 3 && context.measureText(`${cut}\u2026`).width > room) cut = cut.slice(0, -1);
  return `${cut}\u2026`;
}
