import assert from "node:assert/strict";
import test from "node:test";

import { moduleOf } from "./cases.js";

const { mounted } = await moduleOf("mount");

class Observer {
  static all = [];

  constructor(act) {
    Object.assign(this, { act, seen: [] });
    Observer.all.push(this);
  }

  observe(node) {
    this.seen.push(node);
  }

  disconnect() {
    this.seen = [];
  }
}
globalThis.ResizeObserver = Observer;
const window = new EventTarget();
globalThis.addEventListener = (...how) => window.addEventListener(...how);
globalThis.removeEventListener = (...how) => window.removeEventListener(...how);

// The packed message that holds settings and no arrays.
function packed(settings) {
  const header = new TextEncoder().encode(JSON.stringify({ settings, arrays: [] }));
  const bytes = new Uint8Array(4 + header.length);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  return bytes;
}

test("a view is made once, told of every message, and lets go of what it watched", () => {
  const root = {};
  const done = [];
  const renderer = mounted(() => {
    done.push("made");
    return {
      update: (_component, { settings }) => done.push(settings.number),
      layout: () => done.push("laid out"),
      leave: () => done.push("left"),
    };
  });
  const component = (number) => ({
    parentElement: { querySelector: () => root },
    data: packed({ number }),
  });
  renderer(component(1));
  const leave = renderer(component(2));
  assert.deepEqual(done, ["made", 1, 2]);
  assert.equal(Observer.all.length, 1);
  Observer.all[0].act();
  window.dispatchEvent(new Event("resize"));
  leave();
  window.dispatchEvent(new Event("resize"));
  assert.deepEqual(done, ["made", 1, 2, "laid out", "laid out", "left"]);
  assert.deepEqual(Observer.all[0].seen, []);
  renderer(component(3));
  assert.deepEqual([Observer.all.length, Observer.all[1].seen], [2, [root]]);
});

test("a message that was overtaken, and is ended at once, leaves the newer one in place", () => {
  for (const newestFirst of [true, false]) {
    const root = { isConnected: true };
    const told = [];
    let [shown, tell, left] = [null, null, 0];
    const renderer = mounted(() => ({
      update({ setStateValue }, { settings }) {
        [shown, tell] = [settings.number, setStateValue];
      },
      leave: () => (left += 1),
    }));
    const component = (number) => ({
      parentElement: { querySelector: () => root },
      data: packed({ number }),
      setStateValue: (_name, value) => told.push(value),
    });
    const ends = {};
    for (const number of newestFirst ? [2, 1] : [1, 2]) ends[number] = renderer(component(number));
    ends[1]();
    tell("place", "here");
    assert.deepEqual([shown, told, left], [2, ["here"], 0]);
    root.isConnected = false;
    ends[2]();
    tell("place", "gone");
    assert.deepEqual([told, left], [["here"], 1]);
  }
});

test("a view without a layout watches nothing", () => {
  Observer.all = [];
  const root = {};
  const renderer = mounted(() => ({ update() {} }));
  renderer({ parentElement: { querySelector: () => root }, data: packed({}) })();
  assert.equal(Observer.all.length, 0);
});

test("who has gone tells nothing, however long a hand has rested, and who is back tells again", () => {
  const root = {};
  const told = [];
  let last;
  const renderer = mounted(() => ({
    update(component) {
      last = component;
    },
  }));
  const component = {
    parentElement: { querySelector: () => root },
    data: packed({}),
    setStateValue: (name, value) => told.push([name, value]),
    setTriggerValue: (name, value) => told.push([name, value]),
  };
  const leave = renderer(component);
  last.setStateValue("place", 1);
  leave();
  last.setStateValue("place", 2);
  last.setTriggerValue("open", 3);
  renderer(component);
  last.setTriggerValue("open", 4);
  assert.deepEqual(told, [
    ["place", 1],
    ["open", 4],
  ]);
});
