import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { around, between, closer, eased, held, inWorld, onScreen, wholeOf } =
  await moduleOf("camera");

const WORLD = { width: 900, height: 500 };
const WINDOW = { x: 12, y: 40, width: 900, height: 500 };
const close = (one, other) => assert.ok(Math.abs(one - other) < 1e-6, `${one}, not ${other}`);

test("what lies on the screen lies in the world, and back", () => {
  const camera = { left: 31, top: -7, scale: 3.5 };
  const [x, y] = onScreen(camera, WINDOW, ...inWorld(camera, WINDOW, 123, 456));
  close(x, 123);
  close(y, 456);
});

test("the whole is all in view, and of a world that is too wide its beginning", () => {
  assert.deepEqual(wholeOf(WORLD, WINDOW), { left: 0, top: 0, scale: 1 });
  assert.deepEqual(wholeOf({ width: 9000, height: 500 }, WINDOW), { left: 0, top: 0, scale: 1 });
});

test("a map fills the window and stands in its middle", () => {
  const box = { x: 300, y: 100, width: 40, height: 40 };
  const camera = around(box, WINDOW);
  const [left, top] = onScreen(camera, WINDOW, box.x, box.y);
  const [right, bottom] = onScreen(camera, WINDOW, box.x + 40, box.y + 40);
  close(left + right, 2 * WINDOW.x + WINDOW.width);
  close(top + bottom, 2 * WINDOW.y + WINDOW.height);
  close(bottom - top, 0.92 * WINDOW.height);
});

test("the point under the pointer stays where it is", () => {
  const camera = { left: 100, top: 50, scale: 2 };
  const point = inWorld(camera, WINDOW, 400, 300);
  const [x, y] = onScreen(closer(camera, WINDOW, 1.7, 400, 300), WINDOW, ...point);
  close(x, 400);
  close(y, 300);
});

test("a camera cannot leave the world", () => {
  for (const scale of [0.5, 1, 2, 40]) {
    for (const [left, top] of [
      [-9999, -9999],
      [9999, 9999],
    ]) {
      const camera = held({ left, top, scale }, WORLD, WINDOW);
      const [x, y] = onScreen(camera, WINDOW, 0, 0);
      assert.ok(x < WINDOW.x + WINDOW.width && y < WINDOW.y + WINDOW.height);
      const [right, bottom] = onScreen(camera, WINDOW, WORLD.width, WORLD.height);
      assert.ok(right > WINDOW.x && bottom > WINDOW.y);
    }
  }
});

test("on its way a camera grows evenly and one point stands still", () => {
  const [from, to] = [
    { left: 0, top: 0, scale: 1 },
    { left: 290, top: 90, scale: 16 },
  ];
  assert.deepEqual(between(from, to, 0), { left: 0, top: 0, scale: 1 });
  assert.deepEqual(between(from, to, 1), to);
  close(between(from, to, 0.5).scale, 4);
  // The point that both show at the same place of the screen.
  const still = (to.scale * to.left - from.scale * from.left) / (to.scale - from.scale);
  const there = (camera) => (still - camera.left) * camera.scale;
  for (const part of [0.1, 0.4, 0.9]) close(there(between(from, to, part)), there(from));
});

test("a camera that only moves sideways moves evenly", () => {
  const [from, to] = [
    { left: 0, top: 0, scale: 2 },
    { left: 100, top: 10, scale: 2 },
  ];
  close(between(from, to, 0.25).left, 25);
});

test("a way begins and ends slowly", () => {
  close(eased(0), 0);
  close(eased(1), 1);
  assert.ok(eased(0.1) < 0.1 && eased(0.9) > 0.9);
});
