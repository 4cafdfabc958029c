import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { sharesOf } = await moduleOf("without");

test("two shares are told apart, and equal ones are not lengthened", () => {
  assert.deepEqual(sharesOf(0.9727, 0.9715), ["97.3%", "97.2%"]);
  assert.deepEqual(sharesOf(0.97272, 0.97268), ["97.272%", "97.268%"]);
  assert.deepEqual(sharesOf(0.5, 0.5), ["50%", "50%"]);
  assert.deepEqual(sharesOf(0.5, 0.25), ["50%", "25%"]);
  assert.deepEqual(sharesOf(3e-6, 2e-6), ["0.0003%", "0.0002%"]);
});
