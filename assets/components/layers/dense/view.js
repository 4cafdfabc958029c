// One unit of a dense layer: all inputs, one weight for each, their products, and the sum. Point
// at a number and its partners light up; point at a map's bar and the map does.

import { mounted } from "../../shared/mount.js";
import { written } from "../../shared/numbers.js";
import { css, extremes, signedColour, table, theme } from "../../shared/colours.js";
import { element, titled } from "../../shared/dom.js";
import { announcer } from "../../shared/hand.js";
import { Question } from "../../shared/question.js";
import { focusMethods, joinedWalls } from "../../shared/wall.js";

export default mounted((root) => new Dense(root));

class Dense {
  constructor(root) {
    this.root = root;
    const titles = ["Inputs x", "Weights w", "Products w · x"];
    [this.inputs, this.weights, this.products] = joinedWalls(this, ...titles);
    const sign = (text) => element("div", { class: "sign", "aria-hidden": "true", text });
    this.line = element("div", { class: "line" });
    this.maps = element("div", { class: "bars" });
    this.units = element("div", { class: "bars", role: "radiogroup" });
    this.units.setAttribute("aria-label", "Units");
    this.question = new Question(() => this.layout());
    this.mapsTitle = element("span");
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(this.said);
    root.replaceChildren(
      element(
        "div",
        { class: "walls" },
        this.inputs.section,
        sign("\u2299"),
        this.weights.section,
        sign("="),
        this.products.section,
      ),
      this.line,
      this.question.box,
      element(
        "div",
        { class: "pair" },
        titled({}, [this.mapsTitle], this.maps),
        titled({}, ["All units: choose one"], this.units),
      ),
      this.said,
    );
  }

  update({ setStateValue }, { settings, arrays }) {
    this.send = setStateValue;
    this.settings = settings;
    this.shape = arrays.inputs.shape;
    this.arrays = arrays;
    if (this.selection !== settings.selection) {
      this.selection = settings.selection;
      this.selected = settings.strongest;
    }
    this.focus = this.selected;
    this.layout();
  }

  leave() {
    this.question.leave();
  }

  layout() {
    const page = theme(this.root.getRootNode());
    this.page = page;
    const across = this.settings.across;
    const limitOf = (values) => Math.max(...extremes(values).map(Math.abs)) || 1;
    for (const [wall, name, scale] of [
      [this.inputs, "inputs", "maps"],
      [this.weights, "weights", "weights"],
      [this.products, "products", "maps"],
    ]) {
      const values = this.arrays[name].data;
      const limit = limitOf(values);
      wall.show(values, this.shape, across, { page, scale, limit });
      const [rows, columns, channels] = this.shape;
      wall.pane.size.textContent = `${channels} \u00d7 ${rows} \u00d7 ${columns}`;
      wall.pane.note.textContent = this.settings.notes[name];
      const label = `${this.settings.alts[name]} Arrow keys move the number in focus.`;
      wall.pane.frame.setAttribute("aria-label", label);
    }
    this.question.about(`the sum of ${this.settings.unit}`, this.settings.result);
    this.fillMaps();
    this.fillUnits();
    this.draw();
  }

  // What each map adds, the largest first, then the bias: they are the unit's sum.
  fillMaps() {
    const { unit, order, bias, result } = this.settings;
    const sums = this.arrays.map_sums.data;
    const limit = Math.max(...sums.map(Math.abs), Math.abs(bias), Math.abs(result)) || 1;
    this.mapsTitle.textContent = `What adds up to ${unit}`;
    const rows = order.map((channel) => {
      const row = this.bar(`map ${channel}`, sums[channel], limit);
      row.onpointerenter = () => this.look([this.focus[0], this.focus[1], channel]);
      row.onpointerleave = () => this.look(this.selected);
      return row;
    });
    rows.push(this.bar("bias", bias, limit));
    const total = this.result("sum z", result, limit);
    total.classList.add("total");
    this.maps.replaceChildren(...rows, total);
  }

  fillUnits() {
    const logits = this.arrays.logits.data;
    const limit = Math.max(...logits.map(Math.abs)) || 1;
    const rows = this.settings.units.map((name, at) => {
      const bar = name === this.settings.unit ? "result" : "bar";
      const row = this[bar](name, logits[at], limit, "label");
      const radio = element("input", { type: "radio", name: "unit" });
      radio.checked = name === this.settings.unit;
      radio.onchange = () => this.send("unit", at);
      row.prepend(radio);
      row.classList.toggle("total", radio.checked);
      return row;
    });
    const active = this.root.getRootNode().activeElement;
    const had = active && this.units.contains(active);
    this.units.replaceChildren(...rows);
    if (had) this.units.querySelector("input:checked")?.focus();
  }

  bar(name, value, limit, tag = "div") {
    const fill = element("span", { class: "fill" });
    const part = (50 * value) / limit;
    fill.style.left = `${Math.min(50, 50 + part)}%`;
    fill.style.width = `${Math.abs(part)}%`;
    fill.style.background = css(signedColour(value * 0.75, limit, table("maps", this.page.dark)));
    return element(
      tag,
      { class: "bar" },
      element("span", { class: "name", text: name }),
      element("span", { class: "track" }, fill),
      element("span", { class: "number", text: written(value, 4) }),
    );
  }

  // The bar of the sum in hand, which may be covered.
  result(name, value, limit, tag) {
    const row = this.bar(name, value, limit, tag);
    if (!this.question.isCovered) return row;
    row.querySelector(".fill").remove();
    row.querySelector(".number").textContent = "?";
    return row;
  }

  draw() {
    for (const wall of [this.inputs, this.weights, this.products]) wall.mark(this.focus, this.page);
    const [row, column, channel] = this.focus;
    const at = (row * this.shape[1] + column) * this.shape[2] + channel;
    const { inputs, weights, products } = this.arrays;
    const [x, w, product] = [inputs, weights, products].map(({ data }) => data[at]);
    this.line.replaceChildren(
      element("span", { class: "faint", text: `map ${channel}, row ${row}, column ${column}: ` }),
      element("span", { text: `x[${at}] \u00b7 w[${at}] = ${written(x, 4)} \u00b7 ` }),
      element("span", { text: w < 0 ? `(${written(w, 4)})` : written(w, 4) }),
      element("strong", { text: ` = ${written(product, 4)}` }),
    );
    this.settings.order.forEach((listed, place) => {
      this.maps.children[place].classList.toggle("lit", listed === channel);
    });
    this.say(this.line.textContent);
  }
}

Object.assign(Dense.prototype, focusMethods);
