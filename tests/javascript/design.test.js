import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { formatted, fresh, inserted, moved, namesOf, parsed, replaced, without } =
  await moduleOf("design");
const { kinds, stacks, fresh: begun } = casesOf("design");

test("layers are read and written as Python does", () => {
  for (const { text, names } of stacks) {
    const layers = text.split("~").map((one) => parsed(one, kinds));
    assert.equal(layers.map((layer) => formatted(layer, kinds)).join("~"), text);
    assert.deepEqual(namesOf(layers, kinds), names);
  }
});

test("a layer that is added begins as Python's does", () => {
  for (const [code, text] of Object.entries(begun)) {
    assert.equal(formatted(fresh(code, kinds), kinds), text);
  }
});

test("layers are added, moved, replaced and left out, the input in front", () => {
  const layers = ["in", "a", "b", "c"];
  assert.deepEqual(inserted(layers, 1, "x"), ["in", "x", "a", "b", "c"]);
  assert.deepEqual(moved(layers, 1, 3), ["in", "b", "c", "a"]);
  assert.deepEqual(moved(layers, 3, 1), ["in", "c", "a", "b"]);
  assert.deepEqual(moved(layers, 2, 0), ["in", "b", "a", "c"]);
  assert.deepEqual(moved(layers, 2, 99), ["in", "a", "c", "b"]);
  assert.deepEqual(moved(layers, 0, 2), layers);
  assert.deepEqual(replaced(layers, 2, "x"), ["in", "a", "x", "c"]);
  assert.deepEqual(without(layers, 1), ["in", "b", "c"]);
});
