import assert from "node:assert/strict";
import test from "node:test";

import { assertClose, casesOf, moduleOf, stageOf } from "./cases.js";

const { Places } = await moduleOf("places");
const { paddingAmounts, swept } = await moduleOf("sweep");

test("a picture gets as many pixels around it as cnnviz.shapes says", () => {
  for (const [size, extent, stride, way, amounts] of casesOf("padding")) {
    assert.deepEqual(paddingAmounts(size, extent, stride, way), amounts);
  }
});

test("a slider that moves previews what Python answers", () => {
  for (const { before, name, value, after } of casesOf("sweep")) {
    const { settings, data, planes } = stageOf(before);
    const [found, arrays] = swept(new Places(settings, data, planes), name, value);
    const expected = stageOf(after);
    const about = `${name} ${value} of ${JSON.stringify(settings)}`;
    for (const key of ["stride", "dilation", "bias", "origin"]) {
      assert.deepEqual(found[key], expected.settings[key], about);
    }
    for (const key of ["padded_rows", "padded_columns"]) {
      assert.deepEqual([...arrays[key].data], [...expected.data[key].data], about);
    }
    assert.deepEqual(arrays.output.shape, expected.data.output.shape, about);
    assertClose([...arrays.output.data], [...expected.data.output.data], about);
    assert.equal(found.sliders.find((one) => one.name === name).value, value);
  }
});
