import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { aboutCell, aboutMap, headingOf, wrapped } = await moduleOf("words");

const letters = (text) => text.length;

test("a name breaks between its words, evenly, and nothing is lost", () => {
  assert.deepEqual(wrapped("conv_1_1", 8, letters), ["conv_1_1"]);
  assert.deepEqual(wrapped("conv_1_1", 7, letters), ["conv_", "1_1"]);
  assert.deepEqual(wrapped("block1_depthwise_conv", 12, letters), [
    "block1_",
    "depthwise_",
    "conv",
  ]);
  for (const name of ["block1_depthwise_conv", "softmax", "a/b-c.d", "32\u00d732\u00d716"]) {
    for (const room of [5, 6, 9, 30]) {
      const lines = wrapped(name, room, letters, 9);
      assert.equal(lines.join(""), name);
      assert.ok(lines.every((line) => line.length <= room));
    }
  }
});

test("of a name that is too long its end stays, which tells layers apart", () => {
  const lines = ["conv", "bn", "relu6"].map((end) =>
    wrapped(`encoder_branch_left_block12_depthwise_${end}`, 10, letters, 3),
  );
  assert.equal(new Set(lines.map(String)).size, 3);
  assert.ok(lines.every((each) => each.length === 3 && each[0].startsWith("\u2026")));
});

test("a folded column is headed by how many layers it covers", () => {
  const column = { name: "stage4_block2_add", shape: [14, 14, 80], covers: 1 };
  assert.deepEqual(headingOf(column), ["stage4_block2_add", "14\u00d714\u00d780"]);
  assert.equal(headingOf({ ...column, covers: 52 })[0], "52 layers");
  assert.equal(headingOf({ ...column, input: true })[0], "Input");
});

const maps = {
  channelOf: (column, tile) => 10 + tile,
  statisticsOf: () => [-1.5, 0.25, 2],
  valueAt: (column, tile, row) => (row ? -0.5 : undefined),
};

test("a map is described by its numbers, and by what it is folded with only while it is", () => {
  const column = {
    name: "head",
    kind: "ReLU",
    shape: [7, 7, 1280],
    channels: 1280,
    covers: 43,
    words: "",
  };
  const { title, lines } = aboutMap(column, 1, maps, []);
  assert.equal(title, "head");
  assert.equal(lines[0], "Map 11 (0 to 1,279): from \u22121.5 to 2, on average 0.25.");
  assert.ok(lines.includes("Last of 43 layers folded together."));
  const unfolded = aboutMap({ ...column, covers: 1 }, 1, maps, []).lines.join(" ");
  assert.ok(!unfolded.includes("folded"));
});

test("the largest links are named with what they add", () => {
  const column = {
    name: "conv",
    kind: "Conv2D",
    shape: [4, 4, 2],
    channels: 2,
    covers: 1,
    words: "",
  };
  const lead = [
    { name: "map 3 of relu", add: 0.5 },
    { name: "green", add: -0.25 },
  ];
  const { lines } = aboutMap(column, 0, maps, lead);
  assert.equal(lines[1], "On average most comes from map 3 of relu (+0.5) and green (\u22120.25).");
});

test("a class is named beside its number", () => {
  const column = {
    name: "softmax",
    kind: "Softmax",
    shape: [10],
    channels: 10,
    covers: 1,
    vector: true,
    names: ["dog", "cat"],
    words: "",
  };
  assert.equal(aboutMap(column, 1, maps, []).lines[0], "Number 11 (0 to 9), cat: 0.25.");
});

test("a cell is named by its place, and by its number once that is there", () => {
  assert.equal(aboutCell({}, 0, [3, 4], maps), "Row 3, column 4: \u22120.5");
  assert.equal(aboutCell({}, 0, [0, 4], maps), "Row 0, column 4");
});
