// What happens in one window, as a sentence of numbers.

import { element } from "../../shared/dom.js";
import { asWritten, fewestDigits, MOST_DIGITS, written } from "../../shared/numbers.js";

const MOST_TERMS = 14;

const LEAST_DIGITS = 3;

// 0 x 134 - 1 x 134 + ... + bias = result.
export function weighted(cells, bias, result) {
  const { terms, rest, shift, equals } = summed(cells, bias, result);
  const made = [...terms, ...rest].map((text) => term(text));
  if (shift) made.push(term(shift, "term bias"));
  return [...made, term(equals, "equals")];
}

// The texts of that sentence: the terms that matter most where there are many, with as many digits
// as it takes for what is written to add up to the result as it is written. Where none do, its sign
// says so.
export function summed(cells, bias, result) {
  const used = cells.filter((cell) => cell.weight !== 0);
  const shown =
    used.length <= MOST_TERMS + 1 // a single one that is left takes no more room than to say so
      ? used
      : [...used].sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, MOST_TERMS);
  const smaller = used.filter((cell) => !shown.includes(cell));
  const rest = smaller.reduce((total, cell) => total + cell.product, 0);
  const total = written(result, 5);
  const isExact = (digits) => written(addedUp(shown, rest, bias, digits), 5) === total;
  const exact = fewestDigits(LEAST_DIGITS, isExact);
  const digits = exact ?? LEAST_DIGITS;
  const terms = shown.map((cell, at) => {
    const sign = cell.weight < 0 ? "\u2212" : at === 0 ? "" : "+";
    const size = written(Math.abs(cell.weight), digits);
    // A lone zero would leave it open whether the weight or the pixel is zero.
    const factor = size === "1" && cell.value !== 0 ? "" : `${size}\u00d7`;
    const value = written(cell.value, Math.max(4, digits));
    const text = cell.value < 0 ? `(${value})` : value;
    return `${sign}${at === 0 ? "" : " "}${factor}${text}`;
  });
  const left = written(rest, Math.max(4, digits));
  return {
    terms: terms.length ? terms : ["0"],
    rest: smaller.length ? [`+ (${smaller.length} smaller terms: ${left})`] : [],
    shift: bias && `${bias < 0 ? "\u2212" : "+"} ${written(Math.abs(bias), 4)} (bias)`,
    equals: `${exact ? "=" : "\u2248"} ${total}`,
  };
}

// What a reader gets who adds up what is written with so many digits.
function addedUp(shown, rest, bias, digits) {
  const more = Math.max(4, digits);
  const terms = shown.map((cell) => asWritten(cell.weight, digits) * asWritten(cell.value, more));
  return terms.reduce((sum, one) => sum + one, asWritten(rest, more) + asWritten(bias, 4));
}

function term(text, name = "term") {
  return element("span", { class: name, text });
}

// max(3, 9, 4, 1) = 9, from the pixels of a window; where `values` is empty, from all `count`.
export function pooled(values, count, reduce, result) {
  const { text, equals } = reduced(values, count, reduce, result);
  return [
    element("span", { class: "term long", text }),
    element("span", { class: "equals", text: equals }),
  ];
}

const REDUCED = {
  max: (values) => Math.max(...values),
  average: (values) => values.reduce((sum, one) => sum + one, 0) / values.length,
  l2: (values) => Math.hypot(...values),
};

// The texts of that sentence, with as many digits as it takes for what is written to give the
// result as it is written; where not all is written, nobody can redo it anyway.
export function reduced(values, count, reduce, result) {
  const total = written(result, 5);
  const shown = values.slice(0, MOST_TERMS);
  const left = values.length - shown.length;
  const isExact = (digits) => {
    const redone = REDUCED[reduce](values.map((value) => asWritten(value, digits)));
    return written(redone, 5) === total;
  };
  const exact = left || !values.length ? 4 : fewestDigits(4, isExact);
  const digits = exact ?? MOST_DIGITS;
  const equals = exact ? "=" : "\u2248";
  const terms = shown.map((value) => written(value, digits));
  // After a plus, or under a square, a negative number stands in brackets.
  const inside = terms.map((text, at) => (shown[at] < 0 ? `(${text})` : text));
  const squares = inside.map((text) => `${text}\u00b2`);
  const more = left ? [`\u2026 ${left} more`] : [];
  const many = count.toLocaleString("en");
  const listed = {
    max: `max(${[...terms, ...more].join(", ")})`,
    average: `(${[...inside, ...more].join(" + ")}) / ${many}`,
    l2: `\u221a(${[...squares, ...more].join(" + ")})`,
  };
  const alike = {
    max: `max of ${many} pixels`,
    average: `sum of ${many} pixels / ${many}`,
    l2: `\u221a(sum of ${many} squares)`,
  };
  return { text: (values.length ? listed : alike)[reduce], equals: `${equals} ${total}` };
}

// Where a gradient of 1 that arrives at the pooled value goes on to.
export function flowing(reduce, count, result, [row, column]) {
  const many = count.toLocaleString("en");
  const text = {
    max: `A gradient of 1 flows back to the winner alone: row ${row}, column ${column}.`,
    average: `A gradient of 1 flows back in equal parts: 1/${many} to each of the ${many}.`,
    l2:
      result > 0
        ? `A gradient of 1 flows back in proportion: pixel / ${written(result, 5)} to each.`
        : "All are zero here, and no gradient flows back.",
  }[reduce];
  return element("div", { class: "flowing", text });
}

// What one pixel adds to the result of a transposed convolution.
export function stamped(value, count) {
  return [
    element("span", {
      class: "term",
      text: `This pixel writes ${written(value, 4)} \u00d7 the kernel: it adds to`,
    }),
    element("span", { class: "equals", text: `${count} cells` }),
  ];
}

// A sentence without its result, and without what tells it.
export function covered(sentence) {
  const kept = sentence.filter((part) => !part.classList.contains("flowing"));
  for (const part of kept) if (part.classList.contains("equals")) part.textContent = "= ?";
  return kept;
}
