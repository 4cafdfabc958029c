import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { read, withSign, written, writtenCount } = await moduleOf("numbers");
const cases = casesOf("numbers");

test("numbers are written as Python writes them", () => {
  for (const [value, digits, letters, text] of cases.written) {
    assert.equal(
      written(value, digits, letters ?? Infinity),
      text,
      `${value}, ${digits}, ${letters}`,
    );
  }
  assert.deepEqual(
    [NaN, Infinity, -Infinity].map((value) => written(value)),
    cases.unbounded,
  );
});

test("what is not zero is never written as 0", () => {
  for (const [value, , , text] of cases.written) assert.equal(text === "0", value === 0);
});

test("counts are written as Python writes them", () => {
  for (const [count, text] of cases.counts) assert.equal(writtenCount(count), text);
});

test("what is written can be read again", () => {
  for (const [value] of cases.written) {
    const again = read(written(value, 6));
    assert.ok(Math.abs(again - value) <= Math.abs(value) * 5e-6, `${value} became ${again}`);
  }
  const typed = ["", "1,5", " \u22122 ", "x", "1/9", "\u22123 / 4", "1/", "/2", "1/2/3", "0/5"];
  const meant = [NaN, 1.5, -2, NaN, 1 / 9, -0.75, NaN, NaN, NaN, 0];
  assert.deepEqual(typed.map(read), meant);
});

test("a change has its sign", () => {
  assert.deepEqual([0.5, 0, -0.00012].map(withSign), ["+0.5", "0", "\u22121.2e\u22124"]);
});
