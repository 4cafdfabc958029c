import assert from "node:assert/strict";
import test from "node:test";

import { casesOf, moduleOf } from "./cases.js";

const { fieldOf } = await moduleOf("field");

test("a cell sees of the input what it sees in Python", () => {
  for (const [field, row, column, box] of casesOf("field")) {
    assert.deepEqual(
      fieldOf(field, { row, column }),
      box,
      `${JSON.stringify(field)} ${row} ${column}`,
    );
  }
});

test("what has no field sees nothing", () => {
  assert.equal(fieldOf(null, { row: 0, column: 0 }), null);
});
