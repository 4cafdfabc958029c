import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { reduced, summed } = await moduleOf("sentences");
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

test("a single term that would be left over is written out", () => {
  const { terms, rest } = summed(cellsOf(Array(15).fill(1), [...Array(15).keys()]), 0, 105);
  assert.equal(terms.length, 15);
  assert.deepEqual(rest, []);
  assert.equal(summed(cellsOf(Array(16).fill(1), [...Array(16).keys()]), 0, 120).terms.length, 14);
});

test("a negative pixel stands in brackets after a plus and under a square", () => {
  assert.equal(reduced([3, -99, 1, 0], 4, "average", -23.75).text, "(3 + (\u221299) + 1 + 0) / 4");
  assert.equal(reduced([3, -4], 2, "l2", 5).text, "\u221a(3\u00b2 + (\u22124)\u00b2)");
  assert.equal(reduced([3, -4], 2, "max", 3).text, "max(3, \u22124)");
});

test("what a window is reduced to can be redone from what is written", () => {
  const values = [0.123456, 0.2345678, 10.00004, 0.1];
  assert.deepEqual(reduced(values, 4, "max", 10.00004), {
    text: "max(0.1235, 0.2346, 10, 0.1)",
    equals: "= 10",
  });
  const mean = values.reduce((sum, one) => sum + one, 0) / 4;
  const { text, equals } = reduced(values, 4, "average", mean);
  const terms = text.match(/[0-9.]+(?= [+)]|\))/g).map(Number);
  assert.equal(terms.length, 4);
  const redone = terms.reduce((sum, one) => sum + one, 0) / 4;
  assert.equal(`= ${Number(redone.toPrecision(5))}`, equals);
  assert.match(reduced([1, 2], 2, "average", 7).equals, /^\u2248 /);
});
