// The numbers of the cell in hand, written out: its partial sums, the bias and what comes of them.

import { element } from "../../shared/dom.js";
import { written } from "../../shared/numbers.js";

export class Terms {
  constructor() {
    this.terms = element("div", { class: "terms" });
    this.outcome = element("div", { class: "outcome" });
    this.sentence = element("div", { class: "sentence" });
  }

  // at: the cell's place in the maps; inks: the channels' colours; activation: what it is called.
  show(mix, at, { inks, activation }) {
    const parts = mix.partial.map((map) => map[at]);
    const total = mix.total[at];
    const sum = written(total + mix.bias, 4);
    const equals = (value) => element("span", { class: "equals", text: `= ${written(value, 4)}` });
    this.terms.replaceChildren(...sums(parts, mix.muted, inks), equals(total));
    this.outcome.replaceChildren(
      element("span", { class: "term", text: `${activation} of ${sum}` }),
      equals(mix.activated[at]),
    );
    const bias = `${signOf(mix.bias, false)}${magnitude(mix.bias)} (bias)`;
    this.sentence.replaceChildren(
      element("span", { class: "term", text: `${activation}(` }),
      ...sums(parts, mix.muted, inks),
      element("span", { class: "term", text: bias }),
      element("span", { class: "term", text: `) = ${activation}(${sum})` }),
      equals(mix.activated[at]),
    );
  }
}

function sums(parts, muted, inks) {
  const heard = [0, 1, 2].filter((channel) => !muted[channel]);
  if (!heard.length) return [element("span", { class: "term", text: "0" })];
  return heard.map((channel, order) => {
    const text = `${signOf(parts[channel], order === 0)}${magnitude(parts[channel])}`;
    const made = element("span", { class: "term", text });
    made.style.color = inks[channel];
    return made;
  });
}

function signOf(value, first) {
  return value < 0 ? (first ? "\u2212" : "\u2212 ") : first ? "" : "+ ";
}

function magnitude(value) {
  return written(Math.abs(value), 4);
}
