import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { unpack } = await moduleOf("wire");
const cases = casesOf("wire");

const KINDS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

test("what Python packs arrives as it was", () => {
  const { settings, arrays } = unpack(Uint8Array.from(Buffer.from(cases.message, "base64")));
  assert.deepEqual(settings, cases.settings);
  assert.deepEqual(Object.keys(arrays), Object.keys(cases.arrays));
  for (const [name, { dtype, shape, numbers }] of Object.entries(cases.arrays)) {
    assert.ok(arrays[name].data instanceof KINDS[dtype], name);
    assert.deepEqual(arrays[name].shape, shape);
    assert.deepEqual([...arrays[name].data], numbers, name);
  }
});
