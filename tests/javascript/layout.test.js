import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { across, down, moved, tileAt, tileBox } = await moduleOf("layout");

const map = (count, rows, more = {}) => ({
  count,
  rows,
  columns: rows,
  vector: false,
  input: false,
  whole: 50,
  least: 40,
  ...more,
});
const units = (count, more = {}) => ({ ...map(count, 1), vector: true, ...more });
const input = map(3, 32, { input: true });

const TUTORIAL = [
  input,
  map(6, 32),
  map(6, 32, { passes: true }),
  map(16, 32),
  map(16, 32, { passes: true }),
  map(16, 16, { passes: true }),
  units(16, { passes: true }),
  units(10, { named: true }),
  units(10, { named: true }),
];
const VGG = [
  input,
  ...[16, 16, 16, 16].map((count, at) => map(count, 32, { passes: at % 2 === 1 })),
  map(16, 16, { passes: true }),
  ...[32, 32, 32, 32].map((count, at) => map(count, 16, { passes: at % 2 === 1 })),
  map(32, 8, { passes: true }),
  map(64, 8),
  map(64, 8, { passes: true }),
  map(64, 4, { passes: true }),
  units(16, { passes: true }),
  units(10, { named: true }),
  units(10, { named: true }),
];
const ROOMS = [
  { width: 880, height: 490 },
  { width: 1300, height: 540 },
  { width: 530, height: 360 },
];

function boxes(columns, places) {
  return columns.map((column, at) =>
    Array.from({ length: column.count }, (_, tile) => tileBox(places[at], tile)),
  );
}

const apart = (one, other) =>
  one.x + one.width <= other.x + 1e-6 ||
  other.x + other.width <= one.x + 1e-6 ||
  one.y + one.height <= other.y + 1e-6 ||
  other.y + other.height <= one.y + 1e-6;

for (const [name, columns] of Object.entries({ TUTORIAL, VGG })) {
  for (const room of ROOMS) {
    test(`every map of ${name} is in a room of ${room.width} x ${room.height}`, () => {
      const { places, width, height } = across(columns, room);
      assert.ok(width <= room.width + 1e-6, `${width}`);
      assert.equal(height, room.height);
      for (const box of boxes(columns, places).flat()) {
        assert.ok(box.x >= 0 && box.x + box.width <= room.width + 1e-6);
        assert.ok(box.y >= -1e-6 && box.y + box.height <= room.height + 1e-6);
      }
    });

    test(`no two maps of ${name} overlap in ${room.width} x ${room.height}`, () => {
      const all = boxes(columns, across(columns, room).places).flat();
      all.forEach((one, at) => all.slice(at + 1).forEach((other) => assert.ok(apart(one, other))));
    });
  }
}

test("a tile is found at its own place, across and down", () => {
  for (const { places } of [across(VGG, ROOMS[0]), down(VGG, 358, { heading: 48, between: 26 })]) {
    const counts = VGG.map(({ count }) => count);
    boxes(VGG, places).forEach((tiles, column) =>
      tiles.forEach(({ x, y, width, height }, tile) => {
        const found = tileAt(places, counts, x + width / 2, y + height / 2);
        assert.deepEqual(found, { column, tile });
      }),
    );
  }
});

test("beside the columns there is no tile", () => {
  const { places } = across(TUTORIAL, ROOMS[0]);
  const counts = TUTORIAL.map(({ count }) => count);
  const between = (places[0].x + places[0].width + places[1].x) / 2;
  assert.equal(tileAt(places, counts, between, 200), null);
  assert.equal(tileAt(places, counts, places[1].x + 3, 2), null);
});

test("maps of the tutorial network are at least 40 pixels on a laptop", () => {
  const { places } = across(TUTORIAL, ROOMS[0]);
  assert.ok(places[3].wide >= 40, `${places[3].wide}`);
});

test("a layer that passes its maps on stands closer to the one before it", () => {
  const { places } = across(TUTORIAL, ROOMS[0]);
  const gap = (at) => places[at].x - places[at - 1].x - places[at - 1].width;
  assert.ok(gap(2) < gap(1) && gap(4) < gap(3));
});

test("headings have the room they need where there is enough", () => {
  const { places } = across(TUTORIAL, ROOMS[0]);
  for (let at = 1; at < places.length; at++) {
    const middle = (place) => place.x + place.width / 2;
    assert.ok(middle(places[at]) - middle(places[at - 1]) >= 50 - 1e-6);
  }
});

test("a network that is too long gets a world as wide as it needs", () => {
  const long = [input, ...Array.from({ length: 120 }, () => map(16, 14))];
  const { places, width } = across(long, ROOMS[0]);
  assert.ok(width > ROOMS[0].width);
  assert.ok(places.at(-1).x + places.at(-1).width <= width + 1e-6);
});

test("on a phone each layer stands below the one before it, within the width", () => {
  const { places, width } = down(VGG, 358, { heading: 48, between: 26 });
  places.forEach((place, at) => {
    assert.ok(place.x + place.width <= width);
    if (at) assert.ok(place.y >= places[at - 1].y + places[at - 1].height + 48);
  });
});

test("maps that are not square keep their shape", () => {
  const { places } = across([input, map(4, 20, { columns: 40 })], ROOMS[0]);
  assert.equal(places[1].tall, places[1].wide / 2);
});

test("columns walk from one arrangement to another", () => {
  const [from, to] = [across(TUTORIAL, ROOMS[0]), across(TUTORIAL, ROOMS[1])];
  assert.equal(moved(from.places[3], to.places[3], 0).x, from.places[3].x);
  assert.equal(moved(from.places[3], to.places[3], 1).wide, to.places[3].wide);
});
