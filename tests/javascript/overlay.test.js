import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { mixIn } = await moduleOf("overlay");
const { table } = await moduleOf("colours");
const bytes = table("maps", false);

test("a map is laid over a photo as Python lays it", () => {
  for (const { values, size, opacity, photo, mixed } of casesOf("overlay")) {
    const [rows, columns] = size;
    const pixels = new Uint8ClampedArray(photo.flatMap((colour) => [...colour, 255]));
    mixIn(pixels, {
      values: Float32Array.from(values),
      rows,
      columns,
      factor: 1,
      limit: 3,
      opacity,
      bytes,
    });
    mixed.forEach((colour, at) => {
      for (let part = 0; part < 3; part++) {
        const apart = Math.abs(pixels[4 * at + part] - colour[part]);
        assert.ok(apart <= 1, `pixel ${at}: ${pixels[4 * at + part]} is not ${colour[part]}`);
      }
      assert.equal(pixels[4 * at + 3], 255);
    });
  }
});

test("a cell covers all pixels that are its own", () => {
  const pixels = new Uint8ClampedArray(4 * 4 * 2).fill(255);
  mixIn(pixels, {
    values: Float32Array.from([0, 2]),
    rows: 1,
    columns: 2,
    factor: 2,
    limit: 2,
    opacity: 1,
    bytes,
  });
  const red = Array.from({ length: 8 }, (_, at) => pixels[4 * at]);
  const end = bytes.at(-3);
  assert.deepEqual(red, [255, 255, end, end, 255, 255, end, end]);
});
