// What happens in one window, as a sentence of numbers.

import { element } from "../../shared/dom.js";
import { written } from "../../shared/numbers.js";

const MOST_TERMS = 14;

// 0 x 134 - 1 x 134 + ... + bias = result, the terms that matter most where there are many.
export function weighted(cells, bias, result) {
  const used = cells.filter((cell) => cell.weight !== 0);
  const shown =
    used.length <= MOST_TERMS
      ? used
      : [...used].sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, MOST_TERMS);
  const parts = shown.map((cell, at) => {
    const negative = cell.weight < 0;
    const size = written(Math.abs(cell.weight), 3);
    const sign = negative ? "\u2212" : at === 0 ? "" : "+";
    const factor = size === "1" ? "" : `${size}\u00d7`;
    return element("span", {
      class: "term",
      text: `${sign}${at === 0 ? "" : " "}${factor}${written(cell.value, 4)}`,
    });
  });
  if (shown.length === 0) parts.push(element("span", { class: "term", text: "0" }));
  const rest = used.length - shown.length;
  if (rest > 0) {
    const sum = used
      .filter((cell) => !shown.includes(cell))
      .reduce((total, cell) => total + cell.product, 0);
    parts.push(
      element("span", { class: "term", text: `+ (${rest} smaller terms: ${written(sum, 4)})` }),
    );
  }
  if (bias !== 0) {
    parts.push(
      element("span", {
        class: "term bias",
        text: `${bias < 0 ? "\u2212" : "+"} ${written(Math.abs(bias), 4)} (bias)`,
      }),
    );
  }
  return [...parts, element("span", { class: "equals", text: `= ${written(result, 5)}` })];
}

// max(3, 9, 4, 1) = 9, from the pixels of a window; where `values` is empty, from all `count`.
export function pooled(values, count, reduce, result) {
  const many = count.toLocaleString("en");
  const shown = values.slice(0, MOST_TERMS).map((value) => written(value, 4));
  if (values.length > shown.length) shown.push(`\u2026 ${values.length - shown.length} more`);
  const listed = {
    max: `max(${shown.join(", ")})`,
    average: `(${shown.join(" + ")}) / ${many}`,
    l2: `\u221a(${shown.map((value) => `${value}\u00b2`).join(" + ")})`,
  };
  const summed = {
    max: `max of ${many} pixels`,
    average: `sum of ${many} pixels / ${many}`,
    l2: `\u221a(sum of ${many} squares)`,
  };
  return [
    element("span", { class: "term long", text: (values.length ? listed : summed)[reduce] }),
    element("span", { class: "equals", text: `= ${written(result, 5)}` }),
  ];
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
