// A whole network on one screen: a column of maps for each layer, left to right, and the answer.
// Deep networks fold by stage (the layers between two changes of the map's size). One zoom leads
// from the whole to one map, to one cell of it, and back.

import { unpack } from "../../shared/wire.js";
import { theme } from "../../shared/colours.js";
import { element, sharpContext } from "../../shared/dom.js";
import { announcer, debounced, eachFrame } from "../../shared/hand.js";
import { inTurn } from "../../shared/mount.js";
import { Answer } from "./answer.js";
import { Bar } from "./bar.js";
import {
  drawHeadings,
  drawHeadingsBetween,
  drawLegends,
  HEADING_BETWEEN,
  LEGEND,
} from "./bands.js";
import { around, between, closer, eased, held, inWorld } from "./camera.js";
import { cellGrid, Drawing } from "./drawing.js";
import { Gestures } from "./gestures.js";
import { moved, tileAt, tileBox } from "./layout.js";
import { Links, readLinks, strongest } from "./links.js";
import { Maps, numbered } from "./maps.js";
import { NARROW, roomBelow, stand } from "./standing.js";
import { aboutCell, aboutMap, named } from "./words.js";

const INSIDE = 2.2; // how much closer than the whole one is inside a map
const CELL = 10; // pixels of a cell that one can take in hand
const LARGEST_CELL = 150;
const STEP = 1.6; // closer or farther by so much
const TRAVEL = 450; // milliseconds

// Where one was in each network, for whoever comes back.
const cameras = (globalThis.cnnvizOverviews ??= new Map());

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  root.overview ??= new Overview(root);
  const show = ([from, message]) => root.overview.update(from, message);
  return inTurn(root, [component, unpack(component.data)], show, () => root.overview.leave());
}

class Overview {
  constructor(root) {
    this.root = root;
    this.at = null; // {column, tile} pointed at
    this.pinned = null; // the one in hand
    this.cell = null; // [row, column] of it, once one is near enough
    this.build();
    this.redraw = eachFrame(() => this.drawNow());
    this.tellPlace = debounced(400, () => {
      this.told = this.placeOf(this.pinned, this.cell);
      this.tell("place", this.told);
    });
    this.comeNear = debounced(120, () => this.askForCells());
    this.announce = announcer(this.said);
    this.resized = new ResizeObserver(() => this.settings && this.resize());
    this.resized.observe(this.holder);
    this.onresize = () => this.settings && this.resize();
    globalThis.addEventListener("resize", this.onresize);
  }

  leave() {
    this.resized.disconnect();
    globalThis.removeEventListener("resize", this.onresize);
    cancelAnimationFrame(this.travelling);
  }

  build() {
    this.canvas = element("canvas");
    this.answer = new Answer();
    this.holder = element(
      "div",
      {
        class: "network",
        tabindex: "0",
        role: "application",
        "aria-label":
          "The network. Arrows go from map to map, plus and minus zoom, Enter goes into a map and " +
          "explains a cell of it, Escape goes back.",
      },
      this.canvas,
    );
    this.bar = new Bar({
      whole: () => this.goWhole(),
      closer: () => this.step(STEP),
      farther: () => this.step(1 / STEP),
      near: () => (this.isInside() ? this.goWhole() : this.enter()),
      fold: () => this.foldAll(),
      open: (view) => this.open(view),
    });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.diagram = element("div", { class: "diagram" }, this.holder, this.answer.section);
    this.root.replaceChildren(this.diagram, this.bar.key, this.bar.section, this.said);
    this.gestures = new Gestures(this.holder, {
      camera: () => this.camera,
      isInside: () => this.isInside(),
      isCloser: () => this.camera.scale > 1.001 * this.whole.scale,
      point: (at) => this.point(at),
      leave: () => this.point(null),
      click: (at, isTouch) => this.click(at, isTouch),
      enter: (at) => this.enterAt(at),
      zoom: (factor, at) => this.zoom(factor, at),
      drag: (camera, dx, dy) => this.drag(camera, dx, dy),
      slide: (by) => this.slide(by),
      walk: (step) => this.walk(step),
      first: () => this.walkTo(0, 0),
      last: () => this.walkTo(this.columns.length - 1, 0),
      closer: () => this.step(STEP),
      farther: () => this.step(1 / STEP),
      whole: () => this.goWhole(),
      fold: () => this.toggle(this.columns[this.pinned.column].stage),
      open: (view) => this.open(view),
      onwards: () => (this.isInside() ? this.open("Explain") : this.enter()),
    });
  }

  // ---- what comes in ----------------------------------------------------------------------

  update(component, message) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    const { settings } = message;
    const before = this.settings;
    this.asked = null;
    const fresh = before?.identity !== settings.identity;
    const [names, counts] = ["covers", "count"].map((what) =>
      settings.columns.map((column) => `${column.name} ${column[what]}`).join(),
    );
    const refolded = !fresh && names !== this.names;
    const moves = fresh || refolded || counts !== this.counts;
    Object.assign(this, { settings, names, counts });
    this.columns = numbered(settings.columns);
    this.page = theme(this.root.getRootNode());
    this.maps = new Maps(message, this.columns, this.page.dark);
    this.leads = readLinks(this.columns, message.arrays);
    this.answer.fill(settings);
    this.bar.fill(this);
    this.take(settings.place, fresh);
    const old = this.places;
    if (moves) this.arrange();
    else this.links = new Links(this.leads, this.places, this.isDown);
    if (moves) this.at = null;
    if (fresh) this.comeBack();
    else if (refolded) this.refold(before, old);
    else this.show();
    this.tellFacts();
  }

  // Take the place that Python names in hand, if it is news: an answer to something else may come
  // while it has not heard yet of what the hand has done since.
  take(place, fresh) {
    const { layer, channel } = place;
    const heard = `${layer} ${channel} ${place.row} ${place.column}`;
    const news = fresh || heard !== this.heard;
    const isOwn = this.told?.layer === layer && this.told.channel === channel;
    const isLate = this.tellPlace.isWaiting() || (this.told && !isOwn);
    if (isOwn) this.told = null;
    this.heard = heard;
    const wanted = fresh || (news && !isLate) ? place : this.wanted;
    const column = this.columns.findIndex(({ name }) => name === wanted.layer);
    const tile = column < 0 ? -1 : this.maps.tileOf(this.columns[column], wanted.channel);
    this.pinned = tile < 0 ? { column: this.columns.length - 1, tile: 0 } : { column, tile };
    if (wanted === place) this.cell = [place.row, place.column];
    this.wanted = this.placeOf(this.pinned);
  }

  // ---- where everything stands ------------------------------------------------------------

  arrange() {
    const { columns, leads, page } = this;
    const answers = this.settings.classes.length;
    const room = { width: this.diagram.clientWidth, height: roomBelow(this.root, this.diagram) };
    const context = this.canvas.getContext("2d");
    Object.assign(this, stand(context, { columns, leads, page, answers }, room));
    this.diagram.classList.toggle("down", this.isDown);
    this.links = new Links(this.leads, this.places, this.isDown);
    this.holder.style.height = `${this.height}px`;
    this.sizes = `${room.width} ${this.isDown || room.height}`;
  }

  resize() {
    const width = this.diagram.clientWidth;
    if (!width) return;
    const sizes = `${width} ${width < NARROW || roomBelow(this.root, this.diagram)}`;
    if (sizes === this.sizes) return;
    const inside = this.isInside();
    this.arrange();
    this.camera = inside ? this.near() : this.goalOf(this.pinned.column);
    // Where one was is not forgotten while the page takes the diagram away.
    this.redraw();
  }

  // The columns walk from where they stood to where they stand now.
  refold(before, old) {
    const from = new Map(before.columns.map((column, at) => [column.stage, old[at]]));
    before.columns.forEach((column, at) => from.set(column.name, old[at]));
    const starts = this.columns.map(({ name, stage }) => from.get(name) ?? from.get(stage));
    const places = this.places;
    const camera = this.camera;
    const goal = this.goalOf(this.pinned.column);
    this.travel((part) => {
      this.isMoving = part < 1;
      const walk = (place, at) => (starts[at] ? moved(starts[at], place, part) : place);
      this.places = this.isMoving ? places.map(walk) : places;
      this.camera = between(camera, goal, part);
    });
  }

  // As far out as possible, with a column in view.
  goalOf(index) {
    const place = this.places[index];
    const camera = { ...this.whole };
    const seen = this.window.width / camera.scale;
    if (place.x + place.width > camera.left + seen || place.x < camera.left) {
      camera.left = place.x + place.width / 2 - seen / 2;
    }
    return held(camera, this.world, this.window);
  }

  // ---- the camera -------------------------------------------------------------------------

  isInside() {
    return this.camera.scale > INSIDE * this.whole.scale;
  }

  // The map in hand, as large as it fits.
  near() {
    const view = this.view();
    const camera = around(tileBox(this.places[this.pinned.column], this.pinned.tile), view);
    const top = camera.top - (view.above ?? 0) / camera.scale;
    return held({ ...camera, top }, this.world, this.window);
  }

  // What of the window is on the screen.
  view() {
    if (!this.isDown) return this.window;
    const box = this.holder.getBoundingClientRect();
    const top = Math.max(0, -box.top);
    const bottom = Math.min(box.height, globalThis.innerHeight - box.top - 90);
    return { ...this.window, height: Math.max(200, bottom - top), above: top };
  }

  goTo(goal) {
    const from = this.camera;
    this.travel((part) => {
      this.camera = between(from, goal, part);
    });
  }

  // Move something from 0 to 1, and draw it each frame.
  travel(step) {
    this.halt();
    const still = globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const started = performance.now();
    const next = (now) => {
      const part = still ? 1 : Math.max(0, Math.min(1, (now - started) / TRAVEL));
      step(eased(part));
      this.drawNow();
      if (part < 1) this.travelling = requestAnimationFrame(next);
      else this.arrive();
    };
    this.travelling = requestAnimationFrame(next);
  }

  arrive() {
    this.halt();
    this.show();
    this.tellFacts();
  }

  halt() {
    cancelAnimationFrame(this.travelling);
    this.travelling = null;
    this.isMoving = false;
    this.places = this.world.places;
  }

  // Where one was before with the same map in hand, or all of it.
  comeBack() {
    const before = cameras.get(this.settings.identity);
    const { layer, channel } = this.settings.place;
    if (before?.layer !== layer || before.channel !== channel) {
      this.camera = this.goalOf(this.pinned.column);
    } else {
      const fits = before.width === this.width && before.height === this.height;
      this.camera = fits && before.names === this.names ? before.camera : this.near();
    }
    // Streamlit may draw it once more with the place before, as it takes it away.
    this.show({ forget: false });
  }

  goWhole() {
    this.goTo(this.goalOf(this.pinned.column));
    this.holder.focus({ preventScroll: true });
  }

  // Into the map in hand.
  enter() {
    this.comeNear();
    this.goTo(this.near());
    this.holder.focus({ preventScroll: true });
  }

  enterAt(at) {
    const found = this.find(at);
    if (!found || this.isInside()) return;
    this.pin(found);
    this.enter();
  }

  held(camera) {
    return held(camera, this.world, this.window);
  }

  // Closer or farther around the map in hand.
  step(factor) {
    const [x, y] = this.middleOfHand();
    this.goTo(this.zoomed(factor, x, y));
  }

  middleOfHand() {
    const { camera, window } = this;
    const box = tileBox(this.places[this.pinned.column], this.pinned.tile);
    return [
      (box.x + box.width / 2 - camera.left) * camera.scale + window.x,
      (box.y + box.height / 2 - camera.top) * camera.scale + window.y,
    ];
  }

  zoomed(factor, x, y) {
    const scale = this.camera.scale * factor;
    if (scale <= this.whole.scale) return this.whole;
    const index = (this.at ?? this.pinned).column;
    const [rows] = this.maps.cellsOf(this.columns[index]);
    const most = Math.max(4, (LARGEST_CELL * rows) / this.places[index].tall);
    const camera = closer(
      this.camera,
      this.window,
      Math.min(factor, most / this.camera.scale),
      x,
      y,
    );
    return this.held(camera);
  }

  zoom(factor, [x, y]) {
    this.halt();
    this.camera = this.zoomed(factor, x, y);
    const found = this.find([x, y]);
    // What one comes near to is taken in hand.
    if (this.isInside() && found && !same(found, this.pinned)) this.pin(found);
    this.show();
  }

  drag(camera, dx, dy) {
    this.halt();
    const [left, top] = [camera.left - dx / camera.scale, camera.top - dy / camera.scale];
    this.camera = this.held({ scale: camera.scale, left, top });
    this.show();
  }

  slide(by) {
    const before = this.camera.left;
    this.camera = this.held({ ...this.camera, left: before + by / this.camera.scale });
    this.show();
    return this.camera.left !== before;
  }

  // ---- the hand ---------------------------------------------------------------------------

  find([x, y]) {
    if (this.bands && (y < this.window.y || y > this.window.y + this.window.height)) return null;
    const counts = this.columns.map(({ count }) => count);
    return tileAt(this.places, counts, ...inWorld(this.camera, this.window, x, y));
  }

  // The cell of a tile at a point, where they are large enough to be taken in hand.
  cellAt(found, [x, y]) {
    const column = this.columns[found.column];
    const grid = cellGrid(this, found.column, found.tile, this.maps.cellsOf(column));
    if (!this.isInside() || Math.min(grid.wide, grid.tall) < CELL) return null;
    return grid.at(x, y);
  }

  // The column whose heading lies at a point and folds.
  foldAt([x, y]) {
    if (this.bands && y > this.bands.height) return null;
    const [wx, wy] = inWorld(this.camera, this.window, x, y);
    const isOver = (column, at) => {
      const place = this.places[at];
      if (this.isDown) return wy < place.y && wy > place.y - HEADING_BETWEEN / this.camera.scale;
      return 2 * Math.abs(wx - place.x - place.width / 2) < Math.max(place.width, this.rooms[at]);
    };
    return this.columns.find((column, at) => column.folds && isOver(column, at)) ?? null;
  }

  point(at) {
    const found = at && this.find(at);
    this.hovered = found && this.cellAt(found, at);
    this.holder.style.cursor = found || (at && this.foldAt(at)) ? "pointer" : "grab";
    const changed = !same(found, this.at) || this.hovered;
    this.at = found ?? null;
    if (!changed) return;
    this.redraw();
    this.tellFacts();
  }

  click(at, isTouch) {
    const folds = this.foldAt(at);
    if (folds) {
      this.toggle(folds.stage);
      return;
    }
    const found = this.find(at);
    if (!found) return;
    const cell = this.cellAt(found, at);
    const known = same(found, this.pinned) && String(cell) === String(this.cell);
    this.pin(found, cell);
    // A finger cannot hover: it takes a cell in hand first, and opens it with the next touch.
    if (cell && (known || !isTouch) && !this.travelling) this.open("Explain");
  }

  pin(found, cell = null) {
    if (!same(found, this.pinned)) this.comeNear();
    this.pinned = found;
    this.wanted = this.placeOf(found);
    this.cell = cell ?? middleCell(this.maps.cellsOf(this.columns[found.column]));
    this.at = null;
    this.redraw();
    this.tellFacts();
    this.tellPlace();
  }

  // From map to map; inside a map from cell to cell.
  walk([downwards, sideways]) {
    const { column, tile } = this.pinned;
    if (this.isInside()) {
      const [rows, columns] = this.maps.cellsOf(this.columns[column]);
      const cell = [
        Math.max(0, Math.min(rows - 1, this.cell[0] + downwards)),
        Math.max(0, Math.min(columns - 1, this.cell[1] + sideways)),
      ];
      this.pin(this.pinned, cell);
      this.keepInView();
      return;
    }
    const [onwards, along] = this.isDown ? [downwards, sideways] : [sideways, downwards];
    this.walkTo(column + onwards, tile + along);
  }

  walkTo(column, tile) {
    const to = Math.max(0, Math.min(this.columns.length - 1, column));
    this.pin({ column: to, tile: Math.max(0, Math.min(this.columns[to].count - 1, tile)) });
    this.camera = this.isInside() ? this.near() : this.goalOf(to);
    this.show();
  }

  keepInView() {
    const grid = cellGrid(this, this.pinned.column, this.pinned.tile, this.cellsOfHand());
    const [x, y] = [
      grid.x + (this.cell[1] + 0.5) * grid.wide,
      grid.y + (this.cell[0] + 0.5) * grid.tall,
    ];
    const { window, camera } = this;
    const inside =
      x > window.x && x < window.x + window.width && y > window.y && y < window.y + window.height;
    if (inside) return;
    const [left, top] = [
      camera.left + (x - window.x - window.width / 2) / camera.scale,
      camera.top + (y - window.y - window.height / 2) / camera.scale,
    ];
    this.goTo(this.held({ scale: camera.scale, left, top }));
  }

  cellsOfHand() {
    return this.maps.cellsOf(this.columns[this.pinned.column]);
  }

  // ---- what Python hears ------------------------------------------------------------------

  placeOf({ column, tile }, cell) {
    const shown = this.columns[column];
    const place = { layer: shown.name, channel: this.maps.channelOf(shown, tile) };
    return cell ? { ...place, row: cell[0], column: cell[1] } : place;
  }

  open(view) {
    this.tellPlace.cancel();
    this.remember();
    this.trigger("open", { view, ...this.placeOf(this.pinned, this.cell) });
  }

  askForCells() {
    const { layer, channel } = this.placeOf(this.pinned);
    const { exact } = this.settings;
    if (!this.isInside() && !this.travelling) return;
    if (exact?.layer === layer && exact.channel === channel) return;
    if (this.columns[this.pinned.column].vector) return;
    if (this.asked === `${layer} ${channel}`) return;
    this.asked = `${layer} ${channel}`;
    this.tell("near", { layer, channel });
  }

  remember() {
    const { camera, names, width, height, settings } = this;
    const here = { ...this.placeOf(this.pinned), camera, names, width, height };
    if (this.isInside()) cameras.set(settings.identity, here);
    else cameras.delete(settings.identity);
  }

  toggle(stage) {
    const open = new Set(this.settings.unfolded);
    if (!open.delete(stage)) open.add(stage);
    this.unfold([...open]);
  }

  foldAll() {
    const folded = this.columns.some((column) => column.covers > 1);
    const stages = this.columns.filter((column) => column.folds).map((column) => column.stage);
    this.unfold(folded ? [...new Set(stages)] : []);
  }

  // A map that is hidden now gives way to another, which Python names.
  unfold(stages) {
    this.tellPlace.cancel();
    this.told = null;
    this.tell("unfolded", { stages });
  }

  tellFacts() {
    const { column: index, tile } = this.at ?? this.pinned;
    const column = this.columns[index];
    const lead = named(strongest(this.leads, index, tile), this.columns, this.maps);
    const { title, lines } = aboutMap(column, tile, this.maps, lead);
    const cell = this.at ? this.hovered : this.isInside() && this.cell;
    if (cell) lines.unshift(`${aboutCell(column, tile, cell, this.maps)}. Press it for its sum.`);
    this.bar.say({ title, lines });
    this.announce(`${title}. ${lines.slice(0, 2).join(" ")}`);
  }

  // ---- drawing ----------------------------------------------------------------------------

  show({ forget = true } = {}) {
    this.bar.setInside(this.isInside());
    this.diagram.classList.toggle("inside", this.isInside());
    if (forget || this.isInside()) this.remember();
    if (this.isInside()) this.comeNear();
    this.redraw();
  }

  drawNow() {
    if (!this.maps || !this.width) return;
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    const context = sharpContext(this.canvas, this.width, this.height);
    const { columns, places, maps, links, page, camera, window, isDown } = this;
    const view = { columns, places, maps, links, page, camera, window, isDown, width: this.width };
    new Drawing(context, view).draw({
      at: this.at ?? this.pinned,
      pinned: this.pinned,
      cell: this.at ? this.hovered : this.isInside() && this.cell,
      isMoving: this.isMoving,
      isHovered: this.at !== null,
    });
    if (this.bands) {
      drawHeadings(context, view, this.bands);
      drawLegends(context, { ...view, bottom: this.height - LEGEND });
      this.answer.place(view, this.beside - 14);
    } else {
      const { above } = this.isInside() ? this.view() : { above: 0 };
      drawHeadingsBetween(context, { ...view, height: this.height, above });
      this.answer.stand();
    }
  }
}

function same(one, other) {
  return one?.column === other?.column && one?.tile === other?.tile;
}

function middleCell([rows, columns]) {
  return [Math.floor(rows / 2), Math.floor(columns / 2)];
}
