// A whole network on one screen: a column of maps for each layer, left to right, and the answer.
// Deep networks fold by stage (the layers between two changes of the map's size).

import { unpack } from "../../shared/wire.js";
import { theme } from "../../shared/colours.js";
import { element, iconButton, sharpContext } from "../../shared/dom.js";
import { Columns } from "./columns.js";
import { Drawing, headingTop } from "./drawing.js";
import { Hand } from "./hand.js";
import { Maps } from "./maps.js";

const FOLD_FROM = 26; // layers; fewer fit on a screen as they are
const HEIGHT = 470;
const MARGIN = 12;

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
    this.columns = new Columns();
    this.at = null; // {column, tile} under the pointer or the keyboard
    this.pinned = null; // the one in hand
    this.build();
    this.resized = new ResizeObserver(() => this.maps && this.fit());
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
    this.foldButton = iconButton("unfold_more", "Unfold all stages", () => this.foldAll());
    const tools = element(
      "div",
      { class: "tools" },
      iconButton("fit_screen", "Show the whole network", () => this.fit()),
      iconButton("zoom_in", "Closer", () => this.zoom(1.4)),
      iconButton("zoom_out", "Farther", () => this.zoom(1 / 1.4)),
      this.foldButton,
    );
    this.hand = new Hand((view) => this.open(view));
    this.root.replaceChildren(
      element("div", { class: "map" }, tools, this.holder),
      this.hand.section,
    );
    this.watch();
  }

  watch() {
    const { holder } = this;
    let grabbed = null;
    holder.onpointerdown = (event) => {
      const { left, top } = this;
      grabbed = { x: event.clientX, y: event.clientY, left, top, moved: false };
      holder.setPointerCapture(event.pointerId);
    };
    holder.onpointermove = (event) => {
      if (grabbed && this.drag(grabbed, event)) return;
      this.point(this.find(event));
    };
    holder.onpointerup = (event) => {
      const click = grabbed && !grabbed.moved;
      grabbed = null;
      const found = click && this.find(event);
      if (!found) return;
      if (found.tile === null) this.toggle(this.columns.list[found.column].stage);
      else this.pin(found);
    };
    holder.onpointerleave = () => {
      if (!grabbed) this.point(this.pinned);
    };
    holder.ondblclick = (event) => {
      const found = this.find(event);
      if (found && found.tile !== null) this.open("Layer");
    };
    holder.onwheel = (event) => this.wheel(event);
    holder.onkeydown = (event) => this.key(event);
  }

  drag(grabbed, event) {
    const [dx, dy] = [event.clientX - grabbed.x, event.clientY - grabbed.y];
    if (Math.abs(dx) + Math.abs(dy) > 4) grabbed.moved = true;
    if (!grabbed.moved) return false;
    this.left = grabbed.left - dx / this.scale;
    this.top = grabbed.top - dy / this.scale;
    this.show();
    return true;
  }

  wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event);
      return;
    }
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!sideways && !event.shiftKey) return;
    event.preventDefault();
    this.left += (sideways ? event.deltaX : event.deltaY) / this.scale;
    this.show();
  }

  key(event) {
    const { list } = this.columns;
    const at = this.at && this.at.tile !== null ? this.at : (this.pinned ?? { column: 0, tile: 0 });
    const go = (column, tile) => {
      const to = Math.max(0, Math.min(list.length - 1, column));
      this.pin({ column: to, tile: Math.max(0, Math.min(list[to].count - 1, tile)) });
      this.reveal(to);
    };
    const keys = {
      ArrowLeft: () => go(at.column - 1, at.tile),
      ArrowRight: () => go(at.column + 1, at.tile),
      ArrowUp: () => go(at.column, at.tile - 1),
      ArrowDown: () => go(at.column, at.tile + 1),
      Home: () => go(0, 0),
      End: () => go(list.length - 1, 0),
      "+": () => this.zoom(1.4),
      "=": () => this.zoom(1.4),
      "-": () => this.zoom(1 / 1.4),
      0: () => this.fit(),
      f: () => this.toggle(list[at.column].stage),
      Enter: () => this.open("Layer"),
      e: () => this.open("Explain"),
    };
    const action = !event.ctrlKey && !event.metaKey && keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  // ---- what comes in ----------------------------------------------------------------------

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    const fresh = this.settings?.identity !== settings.identity;
    this.settings = settings;
    this.page = theme(this.root.getRootNode());
    this.layers = withPlaces(settings.layers);
    this.maps = new Maps(arrays, this.page.dark);
    this.hand.fillAnswer(settings);
    const { place } = settings;
    if (fresh) {
      this.pinned = null;
      this.unfoldFor(place.layer);
    }
    this.arrange();
    this.take(place);
    if (fresh || !this.scale) {
      this.fit();
      this.reveal(this.pinned.column);
    } else this.show();
    this.tellFacts();
  }

  // What fits on a screen is unfolded, and the stage of the map in hand where it would be hidden.
  unfoldFor(name) {
    const { unfolded } = this.columns;
    unfolded.clear();
    if (this.layers.length < FOLD_FROM) this.layers.forEach(({ stage }) => unfolded.add(stage));
    this.columns.arrange(this.layers);
    const column = this.columns.list[this.columns.of(name)];
    if (column && column.layer.name !== name) unfolded.add(column.stage);
  }

  // The message of a click comes back later: one that has been folded away since stays away.
  take({ layer, channel }) {
    const at = this.columns.of(layer);
    const column = this.columns.list[at];
    const tile =
      column?.layer.name === layer ? this.maps.channelsOf(column.layer).indexOf(channel) : -1;
    if (tile >= 0) this.pinned = { column: at, tile };
    else this.pinned ??= { column: this.columns.list.length - 1, tile: 0 };
    this.at = this.pinned;
  }

  arrange() {
    this.columns.arrange(this.layers);
    const { folded } = this.columns;
    this.foldButton.style.display = this.layers.length >= FOLD_FROM ? "" : "none";
    this.foldButton.firstChild.textContent = folded ? "unfold_more" : "unfold_less";
    const label = folded ? "Unfold all stages" : "Fold all stages";
    this.foldButton.title = label;
    this.foldButton.setAttribute("aria-label", label);
  }

  toggle(stage) {
    const layers = this.layers.filter((layer) => layer.stage === stage);
    if (layers.length < 2) return;
    const { unfolded } = this.columns;
    if (!unfolded.delete(stage)) unfolded.add(stage);
    this.refold();
    if (unfolded.has(stage)) this.reveal(this.columns.of(layers[0].name));
  }

  foldAll() {
    const { folded, unfolded } = this.columns;
    unfolded.clear();
    if (folded) this.layers.forEach(({ stage }) => unfolded.add(stage));
    this.refold();
  }

  // The map in hand stays; where its column is folded away, the one that stands for it is taken.
  refold() {
    const before = this.columns.list[this.pinned.column].layer.name;
    const { tile } = this.pinned;
    this.arrange();
    const column = this.columns.of(before) ?? 0;
    const stays = this.columns.list[column].layer.name === before;
    this.fit();
    if (stays) {
      this.pinned = this.at = { column, tile };
      this.tellFacts();
    } else this.pin({ column, tile: 0 });
  }

  // ---- view -------------------------------------------------------------------------------

  fit() {
    this.page = theme(this.root.getRootNode());
    const room = this.holder.clientWidth;
    this.scale = this.columns.fit(room - 2 * MARGIN, HEIGHT);
    this.left = Math.min(0, (this.columns.width - room / this.scale) / 2);
    this.top = 0;
    this.show();
  }

  zoom(factor, event) {
    const room = this.holder.clientWidth;
    const box = this.holder.getBoundingClientRect();
    const x = event ? event.clientX - box.left : room / 2;
    const before = this.left + x / this.scale;
    this.scale = Math.max(0.3, Math.min(5, this.scale * factor));
    this.left = before - x / this.scale;
    this.show();
  }

  reveal(index) {
    const column = this.columns.list[index];
    const room = this.holder.clientWidth / this.scale;
    if (column.x < this.left) this.left = column.x - 20;
    if (column.x + column.width > this.left + room) this.left = column.x + column.width - room + 20;
    this.show();
  }

  // Stay on the diagram, and draw it.
  show() {
    const room = this.holder.clientWidth / this.scale;
    const { width, high } = this.columns;
    const most = Math.max(width - room + MARGIN, -MARGIN);
    if (width > room) this.left = Math.max(-MARGIN, Math.min(most, this.left));
    const tall = Math.max(0, (high - HEIGHT / this.scale) / 2);
    this.top = Math.max(-tall, Math.min(tall, this.top));
    this.draw();
  }

  // The upper edge of what is in view.
  get edge() {
    return this.top - HEIGHT / 2 / this.scale;
  }

  find(event) {
    const box = this.holder.getBoundingClientRect();
    return this.columns.at(
      (event.clientX - box.left) / this.scale + this.left,
      (event.clientY - box.top) / this.scale + this.edge,
      (column) => headingTop(column, this.edge),
    );
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
    const { layer } = this.columns.list[column];
    return {
      layer: layer.name,
      channel: layer.index === 0 ? 0 : this.maps.channelsOf(layer)[tile],
    };
  }

  open(view) {
    const at = this.at && this.at.tile !== null ? this.at : this.pinned;
    this.trigger("open", { view, ...this.placeOf(at) });
  }

  tellFacts() {
    const { column, tile } = this.at && this.at.tile !== null ? this.at : this.pinned;
    this.hand.show(this.columns.list[column], tile, this.maps);
  }

  draw() {
    if (this.waiting || !this.maps) return;
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
    context.scale(this.scale, this.scale);
    context.translate(-this.left, -this.edge);
    context.imageSmoothingEnabled = false;
    const [from, to] = [this.left - 60, this.left + width / this.scale + 60];
    const seen = (column) => column.x + column.width > from && column.x < to;
    const { columns, maps, page, edge } = this;
    new Drawing(context, { columns, maps, page, top: edge }).draw(seen, this.at, this.pinned);
  }
}

// Where each layer's maps begin among all that were sent.
function withPlaces(layers) {
  let [start, first] = [0, 0];
  return layers.map((layer, index) => {
    const made = { ...layer, index, start, first };
    start += layer.count * layer.rows * layer.columns;
    first += layer.count;
    return made;
  });
}
