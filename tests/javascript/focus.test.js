import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { cellAt, placeOf } = await moduleOf("focus");

test("a cell keeps its place in maps of every size, as in cnnviz.convolution.windows", () => {
  for (const [cell, size, place, others] of casesOf("focus")) {
    assert.deepEqual(placeOf(cell, size), place);
    assert.deepEqual(cellAt(place, size), cell);
    for (const [other, found] of others) assert.deepEqual(cellAt(place, other), found);
  }
});
