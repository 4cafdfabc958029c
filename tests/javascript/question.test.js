import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { judged } = await moduleOf("question");

test("a guess is right within two percent, or a hundredth", () => {
  for (const text of ["100", "98", "102", " 101.9 ", "99,5"])
    assert.equal(judged(text, 100), "right", text);
  for (const text of ["0", "0.01", "\u22120.01"]) assert.equal(judged(text, 0), "right", text);
  assert.equal(judged("-12.5", -12.5), "right");
});

test("else it is too low or too high", () => {
  assert.equal(judged("97.9", 100), "too low");
  assert.equal(judged("102.1", 100), "too high");
  assert.equal(judged("\u221213", -12.5), "too low");
  assert.equal(judged("0.02", 0), "too high");
  assert.equal(judged("9".repeat(400), 1), "too high");
  assert.equal(judged(`-${"9".repeat(400)}`, 1), "too low");
});

test("what is no number is none", () => {
  for (const text of ["", "  ", "many", "NaN", "12 or so", "1,2,3"])
    assert.equal(judged(text, 1), null, text);
});
