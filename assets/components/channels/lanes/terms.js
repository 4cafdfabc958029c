// The numbers of the cell in hand, written out: its partial sums, the bias and what comes of them.

import { element } from "../../shared/dom.js";
import { asWritten, fewestDigits, written } from "../../shared/numbers.js";

const DIGITS = 4;

export class Terms {
  constructor() {
    this.terms = element("div", { class: "terms" });
    this.outcome = element("div", { class: "outcome" });
    this.sentence = element("div", { class: "sentence" });
  }

  // at: the cell's place in the maps; inks: the channels' colours; activation: what it is called; cover(text):
  // what is written of a result.
  show(mix, at, { inks, activation, cover }) {
    const heard = [0, 1, 2].filter((channel) => !mix.muted[channel]);
    const parts = heard.map((channel) => ({ value: mix.partial[channel][at], ink: inks[channel] }));
    const total = mix.total[at];
    const { texts, shift, sign, sum } = addition(
      parts.map(({ value }) => value),
      mix.bias,
      total,
    );
    const term = (text) => element("span", { class: "term", text });
    const terms = () =>
      texts.map((text, order) => {
        const made = term(text);
        made.style.color = parts[order]?.ink ?? "";
        return made;
      });
    const equals = (value, how = "=") =>
      element("span", { class: "equals", text: `${how} ${cover(written(value, DIGITS))}` });
    this.terms.replaceChildren(...terms(), equals(total, sign));
    this.outcome.replaceChildren(term(`${activation} of ${cover(sum)}`), equals(mix.activated[at]));
    this.sentence.replaceChildren(
      term(`${activation}(`),
      ...terms(),
      term(`${shift} (bias)`),
      term(`) ${sign} ${activation}(${cover(sum)})`),
      equals(mix.activated[at]),
    );
  }
}

// The texts of the parts and of the bias, with as many digits as it takes for them to add up to the
// total as it is written, with the bias and without. Where none do, the sign says so.
export function addition(parts, bias, total) {
  const same = (one, other) => written(one, DIGITS) === written(other, DIGITS);
  const exact = fewestDigits(DIGITS, (digits) => {
    const added = parts.reduce((sum, value) => sum + asWritten(value, digits), 0);
    return same(added, total) && same(added + asWritten(bias, digits), total + bias);
  });
  const digits = exact ?? DIGITS;
  const text = (value, first) => `${signOf(value, first)}${written(Math.abs(value), digits)}`;
  return {
    texts: parts.length ? parts.map((value, at) => text(value, at === 0)) : ["0"],
    shift: text(bias, false),
    sign: exact ? "=" : "\u2248",
    sum: written(total + bias, DIGITS),
  };
}

function signOf(value, first) {
  return value < 0 ? (first ? "\u2212" : "\u2212 ") : first ? "" : "+ ";
}
