import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { summed } = await moduleOf("sentences");
const cellsOf = (weights, pixels) =>
  weights.map((weight, at) => ({ weight, value: pixels[at], product: weight * pixels[at] }));
const number = (text) => Number(text.replaceAll("\u2212", "-").replaceAll(/[() ]/g, ""));

// What somebody gets who reads a term: a sign, a factor, a pixel.
function worth(text) {
  const [, sign, factor, value] = text.match(/^([\u2212+]?) ?(?:([^\u00d7]+)\u00d7)?(.+)$/);
  return (sign === "\u2212" ? -1 : 1) * (factor ? number(factor) : 1) * number(value);
}

test("what is written adds up to the result that is written", () => {
  let exact = 0;
  for (const [name, weights, pixels, bias, total] of casesOf("sentences")) {
    const { terms, rest, equals } = summed(cellsOf(weights, pixels), bias, total);
    if (!equals.startsWith("= ")) continue;
    exact++;
    const left = rest.map((text) => number(text.match(/: (.*)\)$/)[1]));
    const sum = [...terms.map(worth), ...left, bias].reduce((all, one) => all + one, 0);
    const result = number(equals.slice(2));
    const unit = 10 ** (Math.floor(Math.log10(Math.abs(result) || 1)) - 4);
    assert.ok(Math.abs(sum - result) <= unit * 0.51, `${name}: ${sum} is not ${result}`);
  }
  assert.ok(exact > 0.9 * casesOf("sentences").length, `${exact} add up`);
});

test("box 11 and Gaussian 7 add up", () => {
  const named = casesOf("sentences").filter(([name]) => ["box_11", "gaussian_7"].includes(name));
  assert.equal(named.length, 4);
  for (const [, weights, pixels, bias, total] of named) {
    assert.match(summed(cellsOf(weights, pixels), bias, total).equals, /^= /);
  }
});

test("what does not add up with the digits there are is not called equal", () => {
  const cells = cellsOf([1 / 3, 1 / 3], [1e9 + 1, 1e9 + 3]);
  assert.match(summed(cells, 0, 1).equals, /^\u2248 /);
});

test("a zero pixel keeps its weight, a negative one its brackets", () => {
  const { terms } = summed(cellsOf([-1, 1, 0, 2], [0, -99, 5, 3]), 0, -93);
  assert.deepEqual(terms, ["\u22121\u00d70", "+ (\u221299)", "+ 2\u00d73"]);
  assert.deepEqual(summed(cellsOf([0], [7]), 0, 0).terms, ["0"]);
});
