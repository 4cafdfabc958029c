import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { addition } = await moduleOf("terms");
const number = (text) => Number(text.replaceAll("\u2212", "-").replaceAll(" ", ""));
const added = (texts) => texts.reduce((sum, text) => sum + number(text), 0);

test("more digits are written where fewer would not add up", () => {
  const parts = [0.05269, -0.09323, 0.12386];
  const { texts, sign, sum } = addition(parts, 0.05, 0.08332);
  assert.equal(sign, "=");
  assert.deepEqual(texts, ["0.05269", "\u2212 0.09323", "+ 0.12386"]);
  assert.equal(added(texts).toPrecision(4), "0.08332");
  assert.equal(sum, "0.1333");
});

test("four digits are enough where they add up", () => {
  const { texts, sign } = addition([0.5, 1.25, -2], 0, -0.25);
  assert.deepEqual(texts, ["0.5", "+ 1.25", "\u2212 2"]);
  assert.equal(sign, "=");
});

test("what adds up with no digits there are is not called equal", () => {
  assert.equal(addition([0.5, 1.25], 0, 1.7).sign, "\u2248");
});

test("nothing heard is zero", () => {
  assert.deepEqual(addition([], 0.25, 0), {
    texts: ["0"],
    shift: "+ 0.25",
    sign: "=",
    sum: "0.25",
  });
});

test("random parts add up with the bias and without, or say that they do not", () => {
  let exact = 0;
  for (let at = 1; at <= 200; at++) {
    const parts = [1, 2, 3].map((one) => Math.fround(Math.sin(at * one * 12.9) * 3));
    const bias = Math.fround(Math.cos(at));
    const total = parts.reduce((sum, part) => sum + part, 0);
    const { texts, shift, sign, sum } = addition(parts, bias, total);
    if (sign !== "=") continue;
    exact++;
    assert.equal(Number(added(texts).toPrecision(4)), Number(total.toPrecision(4)));
    assert.equal(Number(added([...texts, shift]).toPrecision(4)), number(sum));
  }
  assert.ok(exact > 190, `${exact} add up`);
});
