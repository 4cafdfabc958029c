import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { numberIn } = await moduleOf("cells");

const NUMBERS = [-0.19, -0.0036, -1.25e-7, 0.123, -12.34, -123.4, -123456, 0, 1];

test("a number is written into every cell, with its sign", () => {
  for (const cell of [17, 19, 21.7, 40, 76]) {
    for (const value of NUMBERS) {
      const { text, size } = numberIn(value, cell);
      assert.equal(text.startsWith("\u2212"), value < 0, `${value} as ${text}`);
      assert.ok(size > 0 && text.length * size <= 1.6 * cell + 1e-9, `${text} at ${size}`);
    }
  }
});

test("a cell that has room for three digits shows them", () => {
  assert.equal(numberIn(-0.1937, 40).text, "\u22120.194");
  assert.equal(numberIn(-0.1937, 21.7).text, "\u22120.2");
});
