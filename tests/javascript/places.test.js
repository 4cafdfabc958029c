import assert from "node:assert/strict";
import test from "node:test";

import { assertClose, casesOf, moduleOf, stageOf } from "./cases.js";

const { Places } = await moduleOf("places");
const cases = casesOf("places");

const placesOf = (one) => {
  const { settings, data, planes } = stageOf(one);
  return new Places(settings, data, planes);
};

test("a window meets the pixels and weights that it meets in Python", () => {
  for (const one of cases.windows) {
    const places = placesOf(one);
    for (const { cell, channel, values, products, outside, result } of one.cells) {
      const found = places.windowCells(cell, channel);
      const name = `${JSON.stringify(one.settings)} at ${cell}`;
      assertClose(
        found.map(({ value }) => value),
        values,
        name,
      );
      assertClose(
        found.map(({ product }) => product),
        products,
        name,
      );
      assertClose([places.outputAt(cell, channel)], [result], name);
      // A mirrored or repeated pixel is one of the input's own to a window, and padding to Python.
      found.forEach(({ isOutside }, at) => assert.ok(outside[at] || !isOutside, name));
    }
  }
});

test("zeros around the picture are outside", () => {
  const places = placesOf(cases.windows[1]);
  const { outside } = cases.windows[1].cells.find(({ cell: [row] }) => row > 0);
  const { cell } = cases.windows[1].cells.find(({ cell: [row] }) => row > 0);
  assert.deepEqual(
    places.windowCells(cell, 0).map(({ isOutside }) => isOutside),
    outside,
  );
});

test("another weight changes the output as if it had been that from the start", () => {
  for (const one of cases.windows) {
    const [changed, original] = [placesOf(one), placesOf(one)];
    changed.setWeight(0, 1, 7);
    changed.setWeight(1, 0, -2);
    for (const { cell, channel } of one.cells) {
      const products = changed.windowCells(cell, channel).map(({ product }) => product);
      const sum = products.reduce((total, product) => total + product, one.settings.bias);
      assertClose([changed.outputAt(cell, channel)], [sum], "the sum of its window");
    }
    assert.deepEqual([...original.values], [...one.arrays.output.data.map(Math.fround)]);
    changed.setWeight(0, 1, original.weightAt(0, 1));
    changed.setWeight(1, 0, original.weightAt(1, 0));
    assertClose([...changed.values], [...original.values], "there and back");
  }
});

test("what all pixels have written is the output of a transposed convolution", () => {
  for (const one of cases.transposed) {
    const places = placesOf(one);
    const count = places.height * places.width;
    const all = places.writtenSoFar(count - 1, 0);
    assertClose(
      Array.from(all, (value) => (Number.isNaN(value) ? 0 : value)),
      one.arrays.output.data,
      "all",
    );
    let touched = 0;
    for (let index = 0; index < count; index++) {
      const place = places.placeOf(index);
      assert.equal(places.isOutside(place), false);
      for (const cell of places.touching(place)) {
        assert.notEqual(places.tapOn(cell, place), null);
        touched += 1;
      }
    }
    assert.equal(touched, one.coverage);
  }
});

test("a cell beyond the border becomes the nearest within it", () => {
  const places = placesOf(cases.windows[0]);
  assert.deepEqual(places.within([-3, 2]), [0, 2]);
  assert.deepEqual(places.within([Infinity, Infinity]), [
    places.outRows - 1,
    places.outColumns - 1,
  ]);
});
