// The stack as a stage: layers side by side (on a phone, below each other) that a hand adds, moves,
// repeats, deletes and sets. What is done shows at once; what it gives and costs says Python.

import { Card, COSTS, inBytes, shapeWords } from "./card.js";
import { formatted, fresh, inserted, moved, namesOf, parsed, replaced, without } from "./design.js";
import { lifted } from "./dragging.js";
import { OptionsForm } from "./options.js";
import { Palette } from "./palette.js";
import { theme } from "../../shared/colours.js";
import { element, iconButton } from "../../shared/dom.js";
import { announcer, debounced } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { mounted } from "../../shared/mount.js";
import { writtenCount } from "../../shared/numbers.js";
import { heightFor } from "../../shared/room.js";
import { fillTools } from "../../shared/tools.js";

export default mounted((root) => new Stack(root));

const NARROW = 600; // pixels, below which layers lie below each other
const PANEL = 190; // pixels that stand below the maps: the form, the line above it
const MAPS = 6; // that a card shows, where there is room for them
const AROUND = 176; // pixels of a card beside its maps
const KEYS =
  "Arrow keys choose a layer, Alt and arrow keys move it, Delete deletes it, D repeats it, " +
  "+ adds one behind it.";

const sectionOf = (card) => card.section;

class Stack {
  constructor(root) {
    this.root = root;
    this.handshake = new Handshake();
    this.cards = [];
    this.layers = [];
    this.run = element("ol", { class: "run", "aria-label": `Layers. ${KEYS}` });
    this.run.onkeydown = (event) => this.key(event);
    this.labels = element(
      "div",
      { class: "labels", "aria-hidden": "true" },
      ...COSTS.map(({ label }) => element("span", { text: label })),
    );
    this.totals = element("span", { class: "totals" });
    const said = COSTS.map(({ label }) => label).join(", ");
    this.legend = element("span", { class: "rows", text: `Rows: ${said}` });
    this.note = element("span", { class: "note" });
    this.tools = element("div", { class: "tools" });
    this.problem = element("div", { class: "problem", role: "alert" });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(this.said);
    this.tell = debounced(150, () => this.send());
    this.complaint = element("div", { class: "complaint", role: "alert" });
    this.form = new OptionsForm(
      (letter, text) => this.setOption(letter, text),
      (text) => (this.complaint.textContent = text),
    );
    this.palette = new Palette(
      (code) => this.addKind(code),
      () => this.closePalette(),
    );
    this.facts = element("div", { class: "facts" });
    this.actions = this.makeActions();
    this.panel = element(
      "div",
      { class: "panel" },
      element("div", { class: "head" }, this.facts, this.actions, this.tools),
      this.complaint,
      this.form.section,
      this.palette.section,
    );
    this.palette.section.hidden = true;
    root.replaceChildren(
      element("div", { class: "bar" }, this.totals, this.legend, this.note),
      element("div", { class: "scroller" }, this.labels, this.run),
      this.problem,
      this.panel,
      this.said,
    );
    root.onkeydown = (event) => this.undoKey(event);
  }

  makeActions() {
    const button = (symbol, label, act) => iconButton(symbol, label, act);
    this.buttons = {
      earlier: button("arrow_back", "Move it one earlier (Alt+Left)", () => this.move(-1)),
      later: button("arrow_forward", "Move it one later (Alt+Right)", () => this.move(1)),
      repeat: button("content_copy", "Repeat it (D)", () => this.repeat()),
      remove: button("delete", "Delete it (Delete)", () => this.remove()),
      add: button("add", "Add a layer behind it (+)", () => this.openPalette(this.hand)),
    };
    return element("div", { class: "actions" }, ...Object.values(this.buttons));
  }

  update({ setStateValue }, { settings, arrays }) {
    this.setStateValue = setStateValue;
    if (this.handshake.isOld(settings.serial)) return;
    this.handshake.take(settings.serial);
    this.settings = settings;
    this.kinds = settings.kinds;
    let start = 0;
    this.layers = settings.rows.map((row) => {
      const layer = { ...parsed(row.text, this.kinds), row };
      if (row.tiles) {
        const size = row.tiles.reduce((product, side) => product * side, 1);
        layer.tiles = row.tiles;
        layer.levels = arrays.tiles.data.subarray(start, start + size);
        start += size;
      }
      return layer;
    });
    this.layers[0].picture = arrays.picture;
    this.waitsFrom = Infinity;
    this.hand = Math.min(settings.layer, this.layers.length - 1);
    this.complaint.textContent = settings.complaint;
    fillTools(this.tools, settings.tools, (name) => this.press(name));
    this.render();
  }

  // ---- what is drawn ----------------------------------------------------------------------------

  render() {
    const { rows, problem } = this.settings;
    const names = namesOf(this.layers, this.kinds);
    const known = this.layers.map(({ row }) => row).filter((row) => row?.shape);
    const input = rows[0].shape;
    const most = COSTS.map((cost) => Math.max(...known.map((row) => cost.of(row, input)), 0));
    while (this.cards.length < this.layers.length) this.cards.push(this.makeCard());
    this.layers.forEach((layer, at) => {
      const { kind, colour } = this.kinds[layer.code];
      this.cards[at].show(layer, names[at], {
        ...{ kind, colour, most, input },
        inHand: at === this.hand,
        waits: at >= this.waitsFrom,
        impossible: problem?.position === at && this.waitsFrom === Infinity,
        isInput: at === 0,
      });
    });
    // Those that stay are left where they are, and one of them keeps the focus.
    const { children } = this.run;
    while (children.length > this.layers.length) children[children.length - 1].remove();
    this.run.append(...this.cards.slice(children.length, this.layers.length).map(sectionOf));
    this.names = names;
    this.fillPanel();
    this.fillProblem();
    this.layout();
  }

  makeCard() {
    const card = new Card();
    const at = () => this.cards.indexOf(card);
    card.button.onclick = () => card.wasLifted || this.choose(at());
    card.add.onclick = () => this.openPalette(at());
    lifted(card, {
      may: () => at() > 0,
      cards: () => this.cards.slice(0, this.layers.length),
      lies: () => !this.isNarrow,
      drop: (to) => this.moveTo(at(), to),
    });
    return card;
  }

  fillPanel() {
    const layer = this.layers[this.hand];
    const kind = this.kinds[layer.code];
    const name = this.names[this.hand];
    const before = this.layers[this.hand - 1]?.row?.shape;
    const row = layer.row;
    const shapes = [before, row?.shape]
      .filter(Boolean)
      .map((one) => shapeWords(one))
      .join(" \u2192 ");
    this.facts.replaceChildren(
      element("strong", { text: name }),
      element("span", { text: ` ${kind.kind}` }),
      element("span", { class: "faint", text: shapes && ` \u00b7 ${shapes}` }),
    );
    this.facts.title = kind.words;
    this.form.show({ ...layer, serial: `${this.hand} ${name}` }, kind);
    const { earlier, later, repeat, remove } = this.buttons;
    earlier.disabled = this.hand < 2;
    later.disabled = this.hand === 0 || this.hand === this.layers.length - 1;
    repeat.disabled = remove.disabled = this.hand === 0;
    this.fillTotals();
    this.totals.classList.toggle("waits", this.waitsFrom < Infinity);
    this.note.textContent = this.settings.note;
  }

  fillTotals() {
    const rows = this.layers.map((one) => one.row).filter((one) => one?.shape);
    const sum = (of) => rows.reduce((total, one) => total + of(one), 0);
    const count = this.layers.length - 1;
    // Where one does not fit, the sums are of those in front of it.
    const summed = rows.length > count ? "" : `${Math.max(0, rows.length - 1)} of `;
    this.totals.textContent =
      `${summed}${count} ${count === 1 ? "layer" : "layers"} \u00b7 ${writtenCount(sum((one) => one.weights))} weights` +
      ` \u00b7 ${writtenCount(sum((one) => one.multiply_adds))} ${this.isNarrow ? "mult.-adds" : "multiply-adds"}` +
      ` \u00b7 ${inBytes(sum((one) => one.memory))}${this.isNarrow ? "" : " of maps"}`;
  }

  fillProblem() {
    const { problem } = this.settings;
    if (!problem || this.waitsFrom < Infinity) {
      this.problem.replaceChildren();
      return;
    }
    const words = element("span", { text: problem.sentence });
    const mends = problem.mends.map((mend) =>
      element("button", { type: "button", text: mend.words, onclick: () => this.mend(mend) }),
    );
    this.problem.replaceChildren(words, element("div", { class: "mends" }, ...mends));
  }

  layout() {
    if (!this.settings) return;
    const wasNarrow = this.isNarrow;
    const page = theme(this.root.getRootNode());
    this.isNarrow = this.root.clientWidth < NARROW;
    this.root.classList.toggle("narrow", this.isNarrow);
    if (this.isNarrow !== wasNarrow) this.fillTotals();
    const rest = PANEL + AROUND + this.problem.offsetHeight;
    const height = Math.max(70, Math.min(440, heightFor(this.root) - rest));
    const most = (height - 13) / MAPS - 3;
    this.layers.forEach((layer, at) => {
      const card = this.cards[at];
      const width = card.button.clientWidth - 10;
      const room = this.isNarrow
        ? { width: Math.max(60, card.button.clientWidth - 215), height: 34, lies: true, side: 34 }
        : { width, height, lies: false, side: Math.min(width, 72, Math.max(44, most)) };
      card.draw(layer, room, page);
    });
  }

  // ---- what a hand does -------------------------------------------------------------------------

  choose(at, { focus = false } = {}) {
    const to = Math.max(0, Math.min(this.layers.length - 1, at));
    if (!this.palette.section.hidden) this.closePalette({ focus: false });
    if (to !== this.hand) {
      this.hand = to;
      this.handshake.begin();
      this.render();
      this.tell();
    }
    if (focus) this.focusCard();
  }

  focusCard() {
    const { button } = this.cards[this.hand];
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Take other layers, of which those from `from` on wait for Python, and look at one of them.
  apply(layers, hand, from, words) {
    this.layers = layers;
    this.hand = hand;
    this.waitsFrom = Math.min(from, this.waitsFrom);
    this.complaint.textContent = "";
    this.render();
    this.say(words);
    this.send();
  }

  send() {
    this.tell.cancel();
    const stack = this.layers.map((layer) => formatted(layer, this.kinds)).join("~");
    this.setStateValue("edit", { serial: this.handshake.send(), stack, layer: this.hand });
  }

  press(name) {
    this.tell.cancel(); // or the stack that is looked at now would come after what is taken back
    this.waitsFrom = 0;
    this.setStateValue("tool", { serial: this.handshake.send(), name });
  }

  mend({ words, stack }) {
    this.tell.cancel();
    this.say(words);
    const layer = Math.min(this.settings.problem.position, stack.split("~").length - 1);
    this.setStateValue("edit", { serial: this.handshake.send(), stack, layer });
  }

  addKind(code) {
    const at = this.addsAt;
    const layer = fresh(code, this.kinds);
    this.palette.section.hidden = true;
    this.form.section.hidden = false;
    const words = `${this.kinds[code].kind} added as layer ${at}.`;
    this.apply(inserted(this.layers, at, layer), at, at, words);
    this.focusCard();
  }

  move(by) {
    this.moveTo(this.hand, this.hand + by);
  }

  moveTo(at, to) {
    const place = Math.max(1, Math.min(this.layers.length - 1, to));
    if (at === 0 || place === at) return;
    const words = `${this.names[at]} moved to place ${place} of ${this.layers.length - 1}.`;
    this.apply(moved(this.layers, at, place), place, Math.min(at, place), words);
  }

  repeat() {
    const at = this.hand;
    if (at === 0) return;
    const copy = { ...this.layers[at], values: { ...this.layers[at].values } };
    this.apply(inserted(this.layers, at + 1, copy), at + 1, at + 1, `${this.names[at]} repeated.`);
  }

  remove() {
    const at = this.hand;
    if (at === 0) return;
    const words = `${this.names[at]} deleted.`;
    this.apply(without(this.layers, at), Math.max(at - 1, 0), at, words);
  }

  setOption(letter, text) {
    const layer = this.layers[this.hand];
    const values = { ...layer.values, [letter]: text };
    const changed = { ...layer, values };
    this.apply(replaced(this.layers, this.hand, changed), this.hand, this.hand, "");
  }

  openPalette(at) {
    if (at !== this.hand) this.choose(at);
    this.addsAt = at + 1;
    this.palette.show(this.settings, `Add behind ${this.names[at]}`);
    this.palette.section.hidden = false;
    this.form.section.hidden = true;
    this.palette.focus();
    this.palette.section.scrollIntoView({ block: "nearest" });
  }

  closePalette({ focus = true } = {}) {
    this.palette.section.hidden = true;
    this.form.section.hidden = false;
    if (focus) this.focusCard();
  }

  key(event) {
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const last = this.layers.length - 1;
    const by = steps[event.key] ?? { Home: -last, End: last }[event.key];
    if (by && event.altKey) {
      this.move(by);
      this.focusCard();
    } else if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    } else if (by) {
      this.choose(this.hand + by, { focus: true });
    } else if (["Delete", "Backspace"].includes(event.key)) {
      this.remove();
      this.focusCard();
    } else if (event.key === "d") {
      this.repeat();
      this.focusCard();
    } else if (["+", "Insert"].includes(event.key)) {
      this.openPalette(this.hand);
    } else {
      return;
    }
    event.preventDefault();
  }

  undoKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches?.("input, select")) return;
    const key = event.key.toLowerCase();
    const name = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" && "undo";
    if (!name) return;
    event.preventDefault();
    this.press(name);
  }
}
