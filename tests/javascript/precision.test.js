import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { bestPrecision, precision } = await moduleOf("precision");
const cases = casesOf("precision");

test("the share of right matches is what cnnviz.search.precision says", () => {
  for (const [labels, right, share] of cases.precision) {
    assert.equal(precision(labels, right), share);
  }
});

test("the best that was possible is what cnnviz.search.best_precision says", () => {
  for (const [count, available, share] of cases.best) {
    assert.equal(bestPrecision(count, available), share);
  }
});
