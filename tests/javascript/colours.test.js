import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { extremes, paint, shownColour, signedColour, table } = await moduleOf("colours");
const { shown, signed } = casesOf("colours");
const maps = table("maps", false);

test("maps are painted as Python paints them", () => {
  for (const { planes, size, show, pixels } of shown) {
    const painted = new Uint8ClampedArray(4 * size);
    paint(painted, Float32Array.from(planes), size, show, extremes(planes), maps);
    const found = Array.from({ length: size }, (_, at) => [...painted.slice(4 * at, 4 * at + 3)]);
    assert.deepEqual(found, pixels, show);
    assert.ok(painted.every((value, at) => at % 4 !== 3 || value === 255));
  }
});

test("a cell has the colour of its pixel", () => {
  for (const { planes, size, show, pixels } of shown) {
    const range = extremes(planes);
    for (let at = 0; at < size; at++) {
      const values =
        planes.length === size ? [planes[at]] : [0, 1, 2].map((c) => planes[c * size + at]);
      assert.deepEqual(shownColour(values, show, range, maps), pixels[at], show);
    }
  }
});

test("signed values take the entry of the scale that Python gives them", () => {
  for (const [scale, dark, limit, values, colours] of signed) {
    const bytes = table(scale, dark);
    assert.deepEqual(
      values.map((value) => signedColour(value, limit, bytes)),
      colours,
    );
  }
});
