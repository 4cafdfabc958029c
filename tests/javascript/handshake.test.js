import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { Handshake } = await moduleOf("handshake");

test("an edit has one number from its first move until it is sent", () => {
  const edits = new Handshake();
  edits.begin();
  edits.begin();
  assert.equal(edits.send(), 1);
  assert.equal(edits.send(), 2);
});

test("an answer without the newest edit is old", () => {
  const edits = new Handshake();
  assert.equal(edits.isOld(0), false);
  edits.begin();
  assert.equal(edits.isOld(0), true);
  assert.equal(edits.isOld(edits.send()), false);
});

test("what numbers no edits is never old, and Python's number may be ahead", () => {
  const edits = new Handshake();
  edits.begin();
  for (const none of [null, undefined]) {
    assert.equal(edits.isOld(none), false);
    edits.take(none);
  }
  edits.take(7);
  assert.equal(edits.isOld(6), true);
  assert.equal(edits.send(), 7);
  assert.equal(edits.send(), 8);
});
