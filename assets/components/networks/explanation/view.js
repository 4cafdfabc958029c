// One number of a network taken apart: where it is, what it sees of the photo, the inputs by what
// they bring, the steps from their sum to the value, and on from any input down to the pixels.
//
// All numbers are Python's. The browser holds the map, the photo and the list of layers, and asks
// for an explanation once a cell has been chosen.

import { mounted } from "../../shared/mount.js";
import { theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { debounced } from "../../shared/hand.js";
import { fieldOf } from "./field.js";
import { Place, capital } from "./place.js";
import { Photo } from "./photo.js";
import { Inputs } from "./inputs.js";
import { fillSteps } from "./steps.js";
import { Pixel } from "./pixel.js";

const REST = 130; // milliseconds without another key before Python is asked
const MOST_MAPS = 8;
const CRUMBS = 4;

export default mounted((root) => new Explanation(root));

class Explanation {
  constructor(root) {
    this.root = root;
    this.held = {}; // what Python has sent once: {network, photo, layer}, each with its key
    this.maps = new Map(); // by key, the most recent ones
    this.serial = 0;
    this.askSoon = debounced(REST, (wish) => this.ask(wish));
    this.build();
  }

  leave() {
    this.askSoon.cancel();
  }

  build() {
    const { root } = this;
    this.place = new Place({
      preview: (cell) => this.preview(cell),
      settle: (cell, byKey) => this.settle(cell, byKey),
      over: (cell) => this.over(cell && { ...cell, layer: this.cell.layer }),
      choose: (layer) => this.ask({ way: "layer", layer }),
      key: (event) => this.key(event),
    });
    this.photo = new Photo();
    this.inputs = new Inputs({
      goOn: (cell) => this.ask({ way: "go_on", ...cell }),
      over: (cell) => this.over(cell),
    });
    this.trail = element("nav", { class: "trail", "aria-label": "The way here" });
    this.what = element("div", { class: "what" });
    this.value = element("div", { class: "whole-value" });
    this.verdict = element("div", { class: "verdict" });
    this.rule = element("p", { class: "rule" });
    this.end = new Pixel();
    this.steps = element("ol", { class: "steps" });
    this.apart = element("input", { type: "checkbox" });
    this.apart.onchange = () => this.ask({ way: "apart" });
    const button = (symbol, text, act) =>
      element(
        "button",
        { type: "button", onclick: act },
        element("span", { class: "symbol", "aria-hidden": "true", text: symbol }),
        element("span", { text }),
      );
    this.down = button("keyboard_double_arrow_down", "Follow the strongest input to a pixel", () =>
      this.ask({ way: "descend" }),
    );
    this.whole = button("grid_view", "See the whole layer", () => this.ask({ way: "view" }));
    this.right = element(
      "div",
      { class: "right" },
      element("div", { class: "head" }, this.what, element("div", {}, this.value, this.verdict)),
      this.rule,
      // What the inputs add up to is seen with the value; the inputs themselves are a long list.
      this.steps,
      this.inputs.section,
      this.end.section,
      element(
        "div",
        { class: "ends" },
        this.down,
        this.whole,
        element("label", { class: "apart" }, this.apart, "One layer at a time"),
      ),
    );
    root.replaceChildren(
      this.trail,
      element(
        "div",
        { class: "two" },
        element("div", { class: "left" }, this.place.section, this.photo.section),
        this.right,
      ),
    );
  }

  layout() {
    // Its height follows from what it holds, and tells nothing new.
    if (this.root.clientWidth === this.width) return;
    this.width = this.root.clientWidth;
    if (this.found !== undefined) this.show();
  }

  update(component, { settings, arrays }) {
    this.trigger = component.setTriggerValue;
    this.page = theme(this.root.getRootNode());
    if (!this.absorb(settings, arrays)) return this.askAgain();
    const older = settings.serial !== null && settings.serial < this.serial;
    if (this.askSoon.isWaiting() || older) return undefined;
    Object.assign(this, { settings, arrays, cell: settings.cell, found: settings.found ?? null });
    this.right.classList.remove("stale");
    this.show();
    return undefined;
  }

  // Keep what is sent once; false where something is missing.
  absorb(settings, arrays) {
    const { keys } = settings;
    for (const name of ["network", "photo", "layer"]) {
      if (!settings[name]) continue;
      this.held[name] = { key: keys[name], ...settings[name], thumbnails: arrays.channels };
      if (name === "photo") this.photo.take(arrays.photo.data, settings.photo);
      if (name === "network") this.place.fillLayers(settings.network.layers);
    }
    if (arrays.map) this.maps.set(keys.map, arrays.map.data);
    else if (this.maps.has(keys.map)) {
      const map = this.maps.get(keys.map);
      this.maps.delete(keys.map);
      this.maps.set(keys.map, map);
    }
    for (const key of this.maps.keys()) {
      if (this.maps.size <= MOST_MAPS) break;
      this.maps.delete(key);
    }
    const whole = ["network", "photo", "layer"].every(
      (name) => this.held[name]?.key === keys[name],
    );
    return whole && this.maps.has(keys.map);
  }

  // ---- asking Python ----------------------------------------------------------------------

  ask(wish) {
    this.askSoon.cancel();
    this.serial += 1;
    const holds = [
      ...["network", "photo", "layer"].map((name) => this.held[name]?.key),
      ...this.maps.keys(),
    ];
    this.right.classList.add("stale");
    this.wholeTrail = false;
    this.trigger("look", { ...wish, serial: this.serial, holds: holds.filter(Boolean) });
  }

  askAgain() {
    this.serial += 1;
    this.trigger("look", { way: "again", serial: this.serial, holds: [] });
  }

  settle(cell, byKey = false) {
    this.askSoon.cancel();
    const { settings } = this;
    const same = ["row", "column", "channel"].every((axis) => cell[axis] === settings.cell[axis]);
    if (
      same &&
      settings.cell.layer === cell.layer &&
      this.serial === (settings.serial ?? this.serial)
    ) {
      this.cell = settings.cell;
      this.right.classList.remove("stale");
      this.showPhoto();
      return;
    }
    const wish = { way: "move", ...cell, layer: this.cell.layer };
    if (byKey) this.askSoon(wish);
    else this.ask(wish);
  }

  key(event) {
    const onward = this.found && this.onward();
    if (event.key === "Enter" && onward) this.ask({ way: "go_on", ...onward });
    else if (event.key === "Backspace" && this.settings.trail.length > 1) this.back();
    else return;
    event.preventDefault();
  }

  onward() {
    const row = this.inputs.rows[0];
    const at = row && this.inputs.strongestOf(row);
    return at && this.inputs.cellOf(row, ...at);
  }

  back() {
    this.ask({ way: "back", index: this.settings.trail.length - 2 });
  }

  // ---- drawing ----------------------------------------------------------------------------

  show() {
    const { settings, found, arrays, page, cell } = this;
    this.page = theme(this.root.getRootNode());
    const layer = this.held.layer;
    const focused = this.root.getRootNode().activeElement;
    const part = ["pick", "inputs", "grids", "crumb", "back", "steps"].find((name) =>
      focused?.closest(`.${name}`),
    );
    this.place.show(layer, layer.thumbnails, this.maps.get(settings.keys.map), cell, page);
    this.fillTrail();
    this.showPhoto();
    this.root.dataset.found = Boolean(found);
    this.apart.checked = settings.apart;
    this.down.style.display = found && cell.layer !== "image" ? "" : "none";
    this.tell();
    this.end.section.style.display = found && cell.layer === "image" ? "" : "none";
    if (found) {
      if (cell.layer === "image" && found.view)
        this.end.show(arrays.view, found, cell, layer.labels, page);
      this.inputs.show(found, arrays, page, this.inHand());
      fillSteps(this.steps, found, arrays, page, this.inputs.tellsSum && found.steps.length > 1);
    } else this.refuse();
    if (part && !(focused.isConnected && focused.checkVisibility())) this.refocus(part);
  }

  // Which number is shown, of which picture and network, and how far it is taken apart.
  inHand() {
    const { cell, apart, keys } = this.settings;
    return [cell.row, cell.column, cell.channel, apart, keys.layer].join();
  }

  // What was in focus has been made anew: its like takes over, so that one can go on by keyboard.
  refocus(part) {
    const like = {
      pick: [".pick", ".grids"],
      inputs: [".inputs .icon:not(:disabled)", ".grids"],
      grids: [".grids", ".inputs .icon:not(:disabled)"],
      crumb: [],
      back: [".back:not(:disabled)"],
      steps: [".steps button", ".inputs .icon:not(:disabled)", ".grids"],
    };
    const there = [...like[part], ".crumb[aria-current]"].map((one) =>
      this.root.querySelector(one),
    );
    there.find((one) => one?.checkVisibility())?.focus({ preventScroll: true });
  }

  tell() {
    const { found, settings, cell } = this;
    const { layer } = this.held;
    const where = layer.map
      ? `${capital(this.place.nameOf(cell.channel))}, row ${cell.row}, column ${cell.column}`
      : capital(this.place.nameOf(cell.channel));
    this.what.replaceChildren(
      element(
        "div",
        { class: "kind" },
        element("strong", { text: cell.layer }),
        ` \u00b7 ${found?.kinds ?? layer.kind}`,
      ),
      element("div", { class: "where", text: where }),
    );
    this.value.textContent = found ? found.value : settings.network_value;
    const agreement = found
      ? [
          element("span", {
            class: `symbol ${found.agrees ? "agrees" : "differs"}`,
            "aria-hidden": "true",
            text: found.agrees ? "check_circle" : "error",
          }),
          element("span", { text: `network: ${found.network_value}` }),
          element("span", { class: "delta", text: `|\u0394| ${found.delta}` }),
        ]
      : [element("span", { text: "as the network gave it" })];
    this.verdict.replaceChildren(...agreement);
    this.rule.textContent = found ? `${found.rule} ${found.reads}` : settings.refusal;
  }

  // A layer whose arithmetic is not known can still be left through its inputs.
  refuse() {
    this.inputs.section.dataset.windows = false;
    this.inputs.lens.style.display = "none";
    this.inputs.columns.style.display = "none";
    this.inputs.more.style.display = "none";
    this.inputs.list.replaceChildren();
    this.steps.replaceChildren();
    for (const name of this.settings.inputs) {
      const button = element("button", { type: "button", text: `Go on to ${name}` });
      button.onclick = () => this.ask({ way: "layer", layer: name });
      this.steps.append(element("li", { class: "onward" }, button));
    }
  }

  preview(cell) {
    this.cell = { ...cell, layer: this.cell.layer };
    this.right.classList.add("stale");
    const { layer } = this.held;
    this.what.lastChild.textContent = layer.map
      ? `${capital(this.place.nameOf(cell.channel))}, row ${cell.row}, column ${cell.column}`
      : capital(this.place.nameOf(cell.channel));
    const box = this.fieldOf(layer.field, cell);
    if (box) this.photo.show(box, this.held.network.input, this.page);
  }

  // What a cell of a layer sees of the picture.
  fieldOf(field, cell) {
    return fieldOf(field, cell);
  }

  // What another number sees, tinted beside what the one in hand sees.
  over(cell) {
    if (!this.found) return;
    let other = null;
    if (cell) {
      const part = this.found.parts.find(({ layer }) => layer === cell.layer);
      const field = cell.layer === this.cell.layer ? this.held.layer.field : part?.field;
      other = this.fieldOf(field, cell);
    }
    this.photo.show(this.regionInHand(), this.held.network.input, this.page, other);
  }

  regionInHand() {
    const moved = ["row", "column"].some((axis) => this.cell[axis] !== this.settings.cell[axis]);
    const box = moved ? this.fieldOf(this.held.layer.field, this.cell) : null;
    return box ?? this.found?.region ?? [0, 0, ...this.held.network.input.slice(0, 2)];
  }

  // The pixels of the input that a cell sees: the rule of cnnviz's ReceptiveField.box.

  showPhoto() {
    const { found, arrays, held } = this;
    const region = this.regionInHand();
    this.photo.path = this.settings.trail.slice(0, -1).flatMap(({ sees }) => (sees ? [sees] : []));
    this.photo.show(region, held.network.input, this.page);
    const [rows, columns] = held.network.input;
    const [, , tall, wide] = region;
    const whole = tall >= rows && wide >= columns;
    const words = whole
      ? `The whole of what the network is shown: ${rows} \u00d7 ${columns} pixels.`
      : `${tall} \u00d7 ${wide} of the ${rows} \u00d7 ${columns} pixels that the network is shown (dashed frame).`;
    this.photo.tell(words, `${held.photo.alt} Marked is what the number sees: ${words}`);
    const magnified = found?.view && this.cell.layer !== "image";
    this.photo.magnify(magnified ? arrays.view : null, found?.view, region);
  }

  // ---- the way here -----------------------------------------------------------------------

  fillTrail() {
    const { trail } = this.settings;
    const start = element(
      "button",
      { type: "button", class: "start", onclick: () => this.ask({ way: "answer" }) },
      element("span", { class: "symbol", "aria-hidden": "true", text: "flag" }),
      element("span", { text: "Answer" }),
    );
    const back = element(
      "button",
      {
        type: "button",
        class: "icon back",
        title: "Back",
        "aria-label": "Back",
        onclick: () => this.back(),
      },
      element("span", { class: "symbol", "aria-hidden": "true", text: "arrow_back" }),
    );
    back.disabled = trail.length < 2;
    const list = element("ol", { class: "crumbs" });
    const folds = !this.wholeTrail && trail.length > CRUMBS + 2;
    trail.forEach((crumb, index) => {
      if (folds && index > 0 && index < trail.length - CRUMBS) {
        if (index === 1) list.append(this.foldedCrumbs(trail.length - CRUMBS - 1));
        return;
      }
      list.append(element("li", {}, this.crumb(crumb, index, index === trail.length - 1)));
    });
    this.trail.replaceChildren(back, start, list);
  }

  foldedCrumbs(count) {
    const button = element("button", {
      type: "button",
      class: "crumb more-crumbs",
      text: `${count} more`,
    });
    button.onclick = () => {
      this.wholeTrail = true;
      this.fillTrail();
    };
    return element("li", {}, button);
  }

  crumb(crumb, index, last) {
    const place = crumb.map
      ? `${crumb.channel} (${crumb.row}, ${crumb.column})`
      : `${crumb.channel}`;
    const made = element(
      "button",
      { type: "button", class: "crumb", "aria-current": last ? "step" : null },
      element("span", { class: "crumb-layer", text: crumb.layer }),
      element("span", { class: "crumb-place", text: `${crumb.name || place} = ${crumb.value}` }),
    );
    if (crumb.name && crumb.map) {
      made.lastChild.textContent = `${crumb.name} (${crumb.row}, ${crumb.column}) = ${crumb.value}`;
    }
    made.onclick = () => !last && this.ask({ way: "back", index });
    return made;
  }
}
