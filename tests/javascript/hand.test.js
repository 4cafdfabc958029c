import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { along, announcer, arrows, debounced, dragged, eachFrame, inGrid, once } =
  await moduleOf("hand");

const press = (key, more = {}) => ({ key, shiftKey: false, ...more });
const rest = (wait) => new Promise((resolve) => setTimeout(resolve, wait));

test("arrow keys ask for a step, ten with shift, and other keys for none", () => {
  assert.deepEqual(arrows(press("ArrowUp")), [-1, 0]);
  assert.deepEqual(arrows(press("ArrowRight", { shiftKey: true })), [0, 10]);
  assert.deepEqual(arrows(press("ArrowDown", { shiftKey: true }), 1), [1, 0]);
  assert.equal(arrows(press("a")), null);
});

test("keys move a slider within its ends", () => {
  const range = { least: -2, most: 2, step: 0.5 };
  const moved = (key, at, more) => along(press(key, more), at, range);
  assert.equal(moved("ArrowUp", 0), 0.5);
  assert.equal(moved("ArrowLeft", 0), -0.5);
  assert.equal(moved("ArrowRight", 0, { shiftKey: true }), 2);
  assert.equal(moved("PageDown", 1), -2);
  assert.equal(moved("PageUp", -2), 2);
  assert.equal(moved("Home", 1), -2);
  assert.equal(moved("End", 1), 2);
  assert.equal(moved("Tab", 1), null);
  assert.equal(along(press("ArrowDown"), 0, { most: 9 }), 0);
});

test("what is asked for again and again is done once, with what was given last", async () => {
  const done = [];
  const later = debounced(20, (value) => done.push(value));
  for (const value of [1, 2, 3]) later(value);
  assert.deepEqual(done, []);
  assert.equal(later.isWaiting(), true);
  await rest(40);
  assert.deepEqual(done, [3]);
  assert.equal(later.isWaiting(), false);
  later(4);
  later.cancel();
  await rest(40);
  assert.deepEqual(done, [3]);
});

test("one may wait another time than usual", async () => {
  const done = [];
  const later = debounced(10_000, (value) => done.push(value));
  later(1);
  later.after(5, 2);
  await rest(25);
  assert.deepEqual(done, [2]);
  assert.equal(later.isWaiting(), false);
});

test("arrow keys walk in a grid, and stay at its ends", () => {
  const walked = (key, at) => inGrid(press(key), at, 3, 8);
  assert.equal(walked("ArrowRight", 2), 3);
  assert.equal(walked("ArrowDown", 1), 4);
  assert.equal(walked("ArrowDown", 6), 7);
  assert.equal(walked("ArrowUp", 1), 0);
  assert.equal(walked("Enter", 1), null);
});

test("what is asked for several times at once is drawn once", async () => {
  let count = 0;
  const draw = once(() => (count += 1));
  draw();
  draw();
  assert.equal(count, 0);
  await null;
  assert.equal(count, 1);
  draw();
  await null;
  assert.equal(count, 2);
});

test("a screen reader hears what stands at last", async () => {
  const node = { textContent: "" };
  const say = announcer(node, 10);
  say("one");
  say("two");
  assert.equal(node.textContent, "");
  await rest(30);
  assert.equal(node.textContent, "two");
});

test("it is drawn once a frame", () => {
  const frames = [];
  globalThis.requestAnimationFrame = (frame) => frames.push(frame);
  let count = 0;
  const draw = eachFrame(() => (count += 1));
  draw();
  draw();
  assert.equal(frames.length, 1);
  frames.pop()();
  assert.equal(count, 1);
  draw();
  assert.equal(frames.length, 1);
});

class Node extends EventTarget {
  captured = [];

  setPointerCapture(id) {
    this.captured.push(id);
  }

  send(name, pointerId) {
    this.dispatchEvent(Object.assign(new Event(name), { pointerId }));
  }
}

test("a drag follows its own pointer until that is let go", () => {
  const node = new Node();
  const seen = [];
  const note = (name) => (event) => seen.push(`${name} ${event.pointerId}`) && undefined;
  dragged(node, { start: note("start"), move: note("move"), end: note("end") });
  node.send("pointermove", 1);
  node.onpointerdown({ pointerId: 1 });
  node.send("pointermove", 1);
  node.send("pointermove", 2);
  node.send("pointerup", 2);
  node.send("pointercancel", 1);
  node.send("pointermove", 1);
  assert.deepEqual(seen, ["start 1", "move 1", "end 1"]);
  assert.deepEqual(node.captured, [1]);
});

test("a pointer that is refused is left alone", () => {
  const node = new Node();
  const seen = [];
  dragged(node, { start: () => false, move: (event) => seen.push(event) });
  node.onpointerdown({ pointerId: 1 });
  node.send("pointermove", 1);
  assert.deepEqual([seen, node.captured], [[], []]);
});
