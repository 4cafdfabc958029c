import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { kernelColours } = await moduleOf("kernels");
const { table } = await moduleOf("colours");

test("a kernel has the colours that Python gives it", () => {
  for (const [values, shape, filter, rows] of casesOf("kernels")) {
    const colours = kernelColours(
      Float32Array.from(values),
      shape,
      filter,
      table("weights", false),
    );
    rows.flat().forEach((colour, at) =>
      colour.forEach((level, part) => {
        const apart = Math.abs(level - colours[at][part]);
        assert.ok(apart <= 1, `cell ${at} of filter ${filter}: ${colours[at]} is not ${colour}`);
      }),
    );
  }
});
