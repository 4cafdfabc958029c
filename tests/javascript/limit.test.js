import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { colourLimit } = await moduleOf("limit");

test("the colours of small maps end where Python lets them end", () => {
  for (const [maps, limit] of casesOf("limit")) {
    const found = colourLimit(maps.map((map) => Float32Array.from(map)));
    assert.ok(Math.abs(found - limit) <= 1e-5 * limit, `${found}, not ${limit}`);
  }
});
