import assert from "node:assert/strict";
import test from "node:test";

import { assertClose, casesOf, moduleOf } from "./cases.js";

const { pictureOf } = await moduleOf("learning");

test("a step's result, its error and what the ReLUs pass are Python's", () => {
  for (const [at, one] of casesOf("learning").entries()) {
    const [seen, target] = [one.seen, one.target].map(({ shape, data }) => ({
      shape,
      data: Float32Array.from(data),
    }));
    const found = pictureOf(one.kernels, one.biases, { seen, target, corner: one.corner });
    const most = Math.max(...one.result.map(Math.abs));
    assert.equal(found.result.length, one.result.length);
    found.result.forEach((value, place) =>
      assert.ok(Math.abs(value - one.result[place]) <= 2e-6 * most, `case ${at}, number ${place}`),
    );
    assert.ok(Math.abs(found.error - one.error) <= 1e-5 * one.error, `case ${at}, error`);
    assert.equal(found.hidden.length, one.hidden.length);
    found.hidden.forEach((map, place) => {
      assert.deepEqual(map.shape, one.hidden[place].shape);
      assertClose(map.data, one.hidden[place].data, `case ${at}, map ${place}`);
      assert.equal(map.limit, Math.max(...map.data));
    });
  }
});

test("a flat target is met or missed without end", () => {
  const kernels = [{ rows: 1, columns: 1, values: [0] }];
  const [seen, target] = [1, 0].map((value) => ({
    shape: [2, 2],
    data: new Float32Array(4).fill(value),
  }));
  const material = { seen, target, corner: [0, 0] };
  assert.equal(pictureOf(kernels, [0], material).error, 0);
  assert.equal(pictureOf(kernels, [1], material).error, Infinity);
});
