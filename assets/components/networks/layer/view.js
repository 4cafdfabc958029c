// A layer: all its maps as a wall, one map in hand, one pinned, its kernels and how its numbers are
// spread. All browsing happens here; Python is told where one has stopped.

import { mounted } from "../../shared/mount.js";
import { theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { arrows, debounced, eachFrame } from "../../shared/hand.js";
import { MapPane } from "../../shared/map_pane.js";
import { ring } from "../../shared/ring.js";
import { withSign, written } from "../../shared/numbers.js";
import { AnswerWithout } from "./without.js";
import { Below } from "./below.js";
import { writeNumbers } from "./cells.js";
import { Choices, FIT, ONLY_TITLES, RANGE_OWNERS, SORTS } from "./choices.js";
import { MEAN, MOST, ZEROS, factsOf, percent, statisticsOf } from "./facts.js";
import { PhotoBelow } from "./photo.js";
import { Pinned, fillNumber, ownLimit } from "./pinned.js";
import { MARKS, MapsInHand, Tiles } from "./tiles.js";

const TALLEST_WALL = 620;
const TELL_AFTER = 300; // ms of rest

export default mounted((root) => new LayerView(root));

class LayerView {
  constructor(root) {
    this.root = root;
    this.at = null; // the place in the order under the pointer
    this.opened = null;
    this.tellPlace = debounced(TELL_AFTER, () => this.tell("place", this.placeNow()));
    this.showSoon = eachFrame(() => this.showHand()); // a pointer may pass several maps in a frame
    this.build();
  }

  leave() {
    this.tellPlace.cancel();
  }

  // ---- what there is ----------------------------------------------------------------------

  build() {
    this.tiles = new Tiles({
      hover: (place) => this.hover(place),
      press: (place) => this.hold({ channel: this.order[place] }),
      open: () => this.explain(),
      key: (event) => this.key(event),
    });
    this.large = new MapPane({
      title: "",
      hover: (row, column) => this.readCell(row, column),
      leave: () => this.readCell(null),
      press: (row, column) => this.pressCell(row, column),
      key: (event) => this.cellKey(event),
    });
    this.photo = new PhotoBelow((over, isDone) => this.layOver(over, isDone));
    this.facts = element("div", { class: "facts", id: "facts", "aria-live": "polite" });
    this.bigNumber = element("div", { class: "big-number" });
    this.pinButton = element("button", {
      type: "button",
      text: "Pin",
      onclick: () => this.togglePin(),
    });
    this.offButton = element("button", {
      type: "button",
      onclick: () => this.switch(this.held.channel),
    });
    this.offButton.title = "Set this map to zero and see what the network answers without it (O)";
    this.without = new AnswerWithout(() => {
      this.setOff([]);
      this.tiles.section.focus({ preventScroll: true }); // the button is gone
    });
    this.off = new Set();
    this.twinButton = element("button", { type: "button", onclick: () => this.goToTwin() });
    this.actions = element(
      "div",
      { class: "actions" },
      element("button", { type: "button", text: "Explain it", onclick: () => this.explain() }),
      this.offButton,
      this.pinButton,
      this.twinButton,
    );
    this.pinnedBox = new Pinned(() => this.trigger("pin", { layer: "", channel: -1 }));
    this.below = new Below();
    this.choices = new Choices({
      look: (name, value) => this.look(name, value),
      resize: (by) => this.resize(by),
    });
    this.words = element("div", { class: "words" });
    this.empty = element("div", { class: "none" });
    this.root.replaceChildren(
      this.words,
      this.choices.section,
      this.without.section,
      element(
        "div",
        { class: "stage" },
        element("div", { class: "wall-holder" }, this.tiles.section, this.empty),
        element(
          "div",
          { class: "hand" },
          this.large.section,
          this.photo.section,
          this.bigNumber,
          this.facts,
          this.actions,
          this.pinnedBox.section,
        ),
      ),
      this.below.section,
    );
  }

  // ---- what comes in ----------------------------------------------------------------------

  update(component, { settings, arrays }) {
    this.tell = component.setStateValue;
    this.trigger = component.setTriggerValue;
    const before = this.settings;
    this.settings = settings;
    this.data = arrays;
    this.maps = new MapsInHand(arrays, settings);
    this.page = theme(this.root.getRootNode());
    this.paintedFor = "";
    const fresh = before?.key !== settings.key;
    if (fresh) this.at = null;
    if (settings.opened !== this.opened || fresh) {
      this.tellPlace.cancel();
      this.opened = settings.opened;
      this.lookNow = { ...settings.look };
      const { channel, row, column } = settings.place;
      this.held = { channel: channel - settings.first, row, column };
    }
    this.pinned =
      settings.pin?.layer === settings.layer.name ? settings.pin.channel - settings.first : null;
    this.takeOff(fresh);
    this.photo.take(arrays, settings, () => this.showHand());
    this.tellLayer();
    this.sort();
    this.layout();
    if (fresh) {
      this.tiles.section.scrollTop = 0;
      this.tiles.reveal(this.order.indexOf(this.held.channel));
    }
  }

  tellLayer() {
    const { layer, not_finite: broken } = this.settings;
    const shape = layer.shape.join(" \u00d7 ");
    const parts = [`${layer.kind}, ${shape}. ${layer.words}`];
    if (!layer.weights && layer.inputs) parts.push("It has no weights: nothing here was learned.");
    if (broken)
      parts.push(
        `${broken.toLocaleString("en")} of its numbers are NaN or infinite; they count as zero here.`,
      );
    if (this.maps.count < layer.channels) {
      const last = this.settings.first + this.maps.count - 1;
      parts.push(
        `Here are numbers ${this.settings.first.toLocaleString("en")} to ${last.toLocaleString("en")}.`,
      );
    }
    this.words.replaceChildren(
      element("strong", { class: "layer-name", text: layer.name }),
      parts.join(" "),
    );
    const kind = layer.vector ? "numbers" : "maps";
    this.tiles.section.setAttribute(
      "aria-label",
      `Wall of the ${this.maps.count.toLocaleString("en")} ${kind} of ${layer.name}. ` +
        "The arrow keys move the selection, Enter explains it, O switches it off, P pins it.",
    );
  }

  // Put the channels in order, and count what could be shown.
  sort() {
    const { sort, only } = this.lookNow;
    const count = this.maps.count;
    const rank = SORTS.indexOf(sort);
    const ready = rank < this.data.orders.shape[0];
    const start = ready ? rank * count : 0;
    const all = this.data.orders.data.subarray(start, start + count);
    this.awaited = !ready && this.settings.has_classes;
    const bit = 1 << MARKS.indexOf(only);
    const marks = this.data.marks.data;
    this.order =
      only === "all" ? Array.from(all) : Array.from(all).filter((one) => marks[one] & bit);
    this.counts = { all: count };
    MARKS.forEach((mark, place) => {
      this.counts[mark] = marks.reduce((sum, each) => sum + ((each >> place) & 1), 0);
    });
  }

  layout() {
    this.page = theme(this.root.getRootNode());
    const { range } = this.lookNow;
    this.choices.show({
      look: this.lookNow,
      counts: this.counts,
      vector: this.maps.vector,
      classes: this.settings.has_classes,
      side: this.side(),
      sides: this.sides(),
    });
    const painted = [this.settings.key, range, this.page.dark, this.maps.exact].join();
    const nothing = this.order.length === 0;
    this.empty.textContent = nothing
      ? `No map of this layer is ${ONLY_TITLES[this.lookNow.only].toLowerCase()} for this picture.`
      : "";
    this.root.classList.toggle("awaited", this.awaited);
    this.tiles.show(this.maps, {
      order: this.order,
      tile: this.side(),
      page: this.page,
      limitOf: (channel) => this.limitOf(channel),
      caption: (channel) => this.nameOf(channel),
      note: (channel) => this.noteOf(channel),
      badge: (channel) => this.badgeOf(channel),
      faded: (channel) => this.isOff(channel),
      key: painted,
    });
    this.light();
    this.below.measure();
    this.showHand();
    this.showPinned();
  }

  limitOf(channel) {
    const { range } = this.lookNow;
    if (range === "map" && !this.maps.vector) return this.data.limits.data[channel];
    return range === "network" ? this.settings.network_limit : this.settings.limit;
  }

  nameOf(channel) {
    const { names, first } = this.settings;
    return names.length ? names[channel + first] : String(channel + first);
  }

  statistic(channel, which) {
    return statisticsOf(this.data, channel)[which];
  }

  noteOf(channel) {
    const { sort } = this.lookNow;
    if (this.maps.vector && sort !== "effect") return "";
    if (sort === "mean") return written(this.statistic(channel, MEAN), 3);
    if (sort === "maximum") return written(this.statistic(channel, MOST), 3);
    if (sort === "sparsity") return percent(this.statistic(channel, ZEROS));
    if (sort === "effect" && this.data.effect) return withSign(this.data.effect.data[channel]);
    return "";
  }

  badgeOf(channel) {
    if (this.isOff(channel)) return "off";
    const marks = this.data.marks.data[channel];
    if (this.maps.vector || !marks) return "";
    if (marks & 1) return "dead";
    if (marks & 2) return "constant";
    if (marks & 4) return "saturated";
    return `\u2248 ${this.data.twins.data[channel]}`;
  }

  // ---- what one does ----------------------------------------------------------------------

  look(name, value) {
    if (this.lookNow[name] === value) return;
    this.lookNow = { ...this.lookNow, [name]: value };
    this.sort();
    this.at = null;
    this.layout();
    this.tiles.section.scrollTop = 0;
    this.tell("look", this.lookNow);
  }

  layOver(over, isDone) {
    this.lookNow = { ...this.lookNow, over };
    this.showHand();
    if (isDone) this.tell("look", this.lookNow);
  }

  resize(by) {
    const now = this.side();
    const side =
      by > 0 ? this.sides().find((one) => one > now) : this.sides().findLast((one) => one < now);
    if (side) this.look("tile", side);
  }

  // Numbers need room to be read.
  sides() {
    const { tile_sides: all } = this.settings;
    return this.maps.vector ? all.slice(2) : all;
  }

  side() {
    const [least] = this.sides();
    const { tile } = this.lookNow;
    if (tile !== FIT) return Math.max(least, tile);
    return this.tiles.sideThatFits(this.maps, this.order.length, least, TALLEST_WALL) ?? 84;
  }

  hover(place) {
    if (place === this.at) return;
    this.at = place;
    this.light();
    this.showSoon();
  }

  // Keep a channel or a cell in hand, and tell Python once nothing more happens.
  hold(change) {
    this.held = { ...this.held, ...change };
    this.at = null;
    this.light();
    this.showHand();
    this.showPinned();
    this.tellPlace();
  }

  placeNow() {
    const { layer, first } = this.settings;
    const { channel, row, column } = this.held;
    return { layer: layer.name, channel: channel + first, row, column };
  }

  explain() {
    this.tellPlace.cancel();
    this.trigger("open", this.placeNow());
  }

  // Go to another layer, from the map that is in hand here.
  step(by) {
    if (this.tellPlace.isWaiting()) {
      this.tellPlace.cancel();
      this.tell("place", this.placeNow());
    }
    this.trigger("step", { by });
  }

  togglePin() {
    const { layer, first, pin } = this.settings;
    const channel = this.held.channel;
    const same = pin?.layer === layer.name && pin.channel === channel + first;
    this.trigger(
      "pin",
      same ? { layer: "", channel: -1 } : { layer: layer.name, channel: channel + first },
    );
  }

  // ---- channels switched off --------------------------------------------------------------

  isOff(channel) {
    return this.off.has(channel + this.settings.first);
  }

  switch(channel) {
    if (!this.settings.can_be_off) return;
    const off = new Set(this.off);
    const number = channel + this.settings.first;
    const most = this.settings.most_off;
    if (!off.delete(number)) {
      if (off.size >= most) return this.without.say(`Up to ${most} can be off at once.`);
      off.add(number);
    }
    this.setOff([...off].sort((a, b) => a - b));
  }

  setOff(channels) {
    this.off = new Set(channels);
    this.offAsked = channels.join();
    this.showWithout();
    this.tiles.draw();
    this.showHand();
    this.trigger("off", { layer: this.settings.layer.name, channels });
  }

  // An answer to an earlier press must not undo a later one.
  takeOff(fresh) {
    const { off } = this.settings;
    if (fresh || this.offAsked === undefined || off.join() === this.offAsked) {
      this.off = new Set(off);
      this.offAsked = undefined;
    }
    this.showWithout();
  }

  showWithout() {
    const { layer, without, first } = this.settings;
    this.without.show({
      off: [...this.off],
      name: (number) => (this.maps.vector ? `number ${number}` : `map ${number}`),
      kind: this.maps.vector ? "numbers" : "maps",
      layer: layer.name,
      found: this.offAsked === undefined ? without : null,
      // Not a number where one of them is beyond what has been sent.
      foretold: [...this.off].reduce((sum, one) => sum + this.data.effect?.data[one - first], 0),
    });
  }

  goToTwin() {
    const twin = this.data.twins.data[this.held.channel] - this.settings.first;
    if (twin < 0 || twin >= this.maps.count) return;
    this.hold({ channel: twin });
    this.tiles.reveal(this.order.indexOf(twin));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = this.order.indexOf(this.held.channel);
    const go = (place) => {
      const to = Math.max(0, Math.min(this.order.length - 1, place));
      if (!this.order.length) return;
      this.hold({ channel: this.order[to] });
      this.tiles.reveal(to);
    };
    const { across } = this.tiles;
    const page = across * this.tiles.rowsInView();
    const actions = {
      ArrowLeft: () => go(from - 1),
      ArrowRight: () => go(from + 1),
      ArrowUp: () => go(from < across ? from : from - across),
      ArrowDown: () => go(from + across < this.order.length ? from + across : from),
      PageUp: () => go(from - page),
      PageDown: () => go(from + page),
      Home: () => go(0),
      End: () => go(this.order.length - 1),
      Enter: () => this.explain(),
      e: () => this.explain(),
      o: () => this.switch(this.held.channel),
      p: () => this.togglePin(),
      "[": () => this.step(-1),
      "]": () => this.step(1),
      "+": () => this.resize(1),
      "-": () => this.resize(-1),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  light() {
    this.tiles.light({ at: this.at, held: this.held.channel, pinned: this.pinned });
  }

  // ---- the map in hand --------------------------------------------------------------------

  get shownChannel() {
    return this.at === null ? this.held.channel : this.order[this.at];
  }

  showHand() {
    const channel = this.shownChannel;
    const { vector } = this.maps;
    const { layer } = this.settings;
    this.large.section.style.display = vector ? "none" : "";
    this.bigNumber.style.display = vector ? "" : "none";
    if (vector) {
      fillNumber(this.bigNumber, this.maps.value(channel, 0, 0), this.limitOf(channel), this.page);
    } else {
      this.showLarge(channel);
    }
    this.tellFacts(channel);
    const { data, settings, page } = this;
    this.below.show(channel, { data, settings, vector, page });
    const { pin, first } = this.settings;
    const held = this.held.channel;
    const isPinned = pin?.layer === layer.name && pin.channel === held + first;
    this.pinButton.textContent = isPinned ? "Unpin" : "Pin";
    this.pinButton.setAttribute("aria-pressed", String(isPinned));
    this.offButton.style.display = this.settings.can_be_off ? "" : "none";
    this.offButton.textContent = this.isOff(held) ? "Switch on" : "Switch off";
    this.offButton.setAttribute("aria-pressed", String(this.isOff(held)));
    const twin = this.data.twins.data[held];
    this.twinButton.style.display = twin >= 0 && !vector ? "" : "none";
    this.twinButton.textContent = `Its likeness, map ${twin}`;
  }

  showLarge(channel) {
    const map = this.maps.mapOf(channel);
    this.inLarge = map;
    const { layer } = this.settings;
    const { range } = this.lookNow;
    this.large.heading.textContent = `Map ${channel + this.settings.first}`;
    this.large.size.textContent = `${layer.rows} \u00d7 ${layer.columns}`;
    const { page } = this;
    const limit = this.limitOf(channel) || 1;
    this.large.show(map.values, map.rows, map.columns, { page, limit, tallest: 320 });
    this.photo.draw(this.large, this.lookNow.over, { ...map, limit, page });
    const owner = RANGE_OWNERS[range] + (this.lookNow.over ? ", over the photo" : "");
    this.large.frame.setAttribute(
      "aria-label",
      `Map ${channel + this.settings.first} of ${layer.name}, large, colours to ${owner}. ` +
        "The arrow keys move the cell, Enter explains it.",
    );
    this.drawOver(null);
    this.tellCell(null);
  }

  cellInHand() {
    const { row, column } = this.held;
    const { rows, columns } = this.settings.layer;
    return [Math.min(row, rows - 1), Math.min(column, columns - 1)];
  }

  drawOver(hovered) {
    const { columns } = this.inLarge;
    const { layer } = this.settings;
    const limit = this.limitOf(this.shownChannel) || 1;
    this.large.over((context, cell) => {
      if (!this.lookNow.over) writeNumbers(context, this.inLarge, { cell, limit, page: this.page });
      const scale = (columns * cell) / layer.columns;
      const [row, column] = this.cellInHand();
      ring(context, column * scale, row * scale, scale, scale, this.page, 9);
      if (hovered) {
        context.strokeStyle = this.page.ink;
        context.lineWidth = 1.5;
        context.strokeRect(hovered[1] * cell, hovered[0] * cell, cell, cell);
      }
    });
  }

  readCell(row, column) {
    const hovered = row === null ? null : [row, column];
    this.drawOver(hovered);
    this.tellCell(hovered);
  }

  tellCell(hovered) {
    const { rows, columns, values, exact } = this.inLarge;
    const { layer } = this.settings;
    const shrunk = rows !== layer.rows || columns !== layer.columns;
    const [row, column] = hovered ?? this.cellInHand();
    const inside = row < rows && column < columns;
    const { note } = this.large;
    if (shrunk) {
      note.textContent = "Averaged down; click the map for its own cells.";
    } else if (inside) {
      const value = values[row * columns + column];
      const about = exact ? "" : "about ";
      const owner = RANGE_OWNERS[this.lookNow.range];
      note.textContent =
        `Row ${row}, column ${column}: ${about}${written(value, exact ? 5 : 3)}. ` +
        `Colours: ${owner}.`;
    }
  }

  pressCell(row, column) {
    const { rows, columns } = this.inLarge;
    const { layer } = this.settings;
    const channel = this.shownChannel;
    this.hold({
      channel,
      row: Math.floor((row * layer.rows) / rows),
      column: Math.floor((column * layer.columns) / columns),
    });
  }

  cellKey(event) {
    const step = arrows(event, 1);
    if (event.key === "Enter") this.explain();
    else if (step) {
      const { rows, columns } = this.settings.layer;
      const [row, column] = this.cellInHand();
      this.hold({
        row: Math.max(0, Math.min(rows - 1, row + step[0])),
        column: Math.max(0, Math.min(columns - 1, column + step[1])),
      });
    } else return;
    event.preventDefault();
  }

  tellFacts(channel) {
    const { data, settings, maps, lookNow } = this;
    const { names, first } = settings;
    const { range } = lookNow;
    const lines = factsOf(channel, { data, settings, vector: maps.vector, range });
    const heading = names.length ? [element("strong", { text: names[channel + first] })] : [];
    this.facts.replaceChildren(...heading, ...lines.map((text) => element("p", { text })));
  }

  showPinned() {
    const { settings, data, page, lookNow } = this;
    const { pin, layer } = settings;
    const limits = pin && { map: ownLimit(pin), layer: pin.limit };
    const [rows, columns] = data.pinned?.shape ?? [];
    const alike = rows === layer.rows && columns === layer.columns;
    this.pinnedBox.show({
      pin,
      map: data.pinned,
      limit: limits?.[lookNow.range] ?? settings.network_limit,
      cell: alike ? this.cellInHand() : null,
      page,
    });
  }
}
