import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { levelOf, readLinks, strongest } = await moduleOf("links");

const columns = [
  { sources: [] },
  { sources: [{ column: 0, links: 4, adds: true }] },
  { sources: [{ column: 1, links: 2, adds: false }] },
  {
    sources: [
      { column: 2, links: null },
      { column: 1, links: 1, adds: true },
    ],
  },
];
const arrays = {
  pairs: { data: Uint8Array.from([0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1]) },
  adds: { data: Float32Array.from([0.5, -2, 0.25, 1, 7]) },
};

test("each column gets the links that are its own", () => {
  const leads = readLinks(columns, arrays);
  assert.deepEqual(Array.from(leads[1][0].tiles), [0, 0, 0, 1, 1, 0, 1, 1]);
  assert.deepEqual(Array.from(leads[1][0].adds), [0.5, -2, 0.25, 1]);
  assert.equal(leads[1][0].most, 2);
  assert.deepEqual(Array.from(leads[2][0].tiles), [0, 0, 1, 1]);
  assert.equal(leads[2][0].adds, null);
  assert.equal(leads[3][0].tiles, null);
  assert.deepEqual(Array.from(leads[3][1].adds), [7]);
});

test("the links that add most to a map come first, whatever their sign", () => {
  const leads = readLinks(columns, arrays);
  assert.deepEqual(strongest(leads, 1, 0), [
    { column: 0, tile: 1, add: -2 },
    { column: 0, tile: 0, add: 0.5 },
  ]);
  assert.deepEqual(strongest(leads, 2, 0), []);
});

test("a link's level grows with what it adds", () => {
  assert.equal(levelOf(2, 2), 4);
  assert.equal(levelOf(-2, 2), 4);
  assert.equal(levelOf(0, 2), 0);
  assert.equal(levelOf(0, 0), 0);
  assert.ok(levelOf(0.2, 2) < levelOf(1, 2));
});
