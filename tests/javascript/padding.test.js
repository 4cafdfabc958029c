import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { paddingAmounts } = await moduleOf("padding");

test("a picture gets as many pixels around it as cnnviz.shapes says", () => {
  for (const [size, extent, stride, way, amounts] of casesOf("padding")) {
    assert.deepEqual(paddingAmounts(size, extent, stride, way), amounts);
  }
});
