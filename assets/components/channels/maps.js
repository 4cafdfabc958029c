// What both parts look like: the channels' colours, signed maps and their legends.

import { element } from "../shared/dom.js";
import { legendStrip, paintRamp } from "../shared/legend.js";
import { LANES } from "../shared/palette.js";
import { written } from "../shared/numbers.js";

// `fill` tints a channel's pixels; `ink` is for lines and text on the page's background.
export function laneColours(dark) {
  const inks = LANES[dark ? "dark" : "light"];
  return LANES.tints.map((fill, channel) => ({ fill, ink: inks[channel] }));
}

// A pixel of one channel, 0 to 255, between black and the channel's colour.
export function tinted(byte, fill) {
  return fill.map((part) => Math.round((part * byte) / 255));
}

// The signed colours as packed pixels, for maps that are painted again and again while dragged.
export function packedColours(bytes) {
  const packed = new Uint32Array(bytes.length / 3);
  const parts = new Uint8Array(packed.buffer);
  for (let at = 0; at < packed.length; at++) {
    parts.set(bytes.subarray(3 * at, 3 * at + 3), 4 * at);
    parts[4 * at + 3] = 255;
  }
  return packed;
}

// Paint a map on its canvas, one pixel for each value: zero in the middle, +-limit at the ends.
export function paintSigned(canvas, rows, columns, values, limit, packed) {
  if (canvas.width !== columns || canvas.height !== rows || !canvas.image) {
    canvas.width = columns;
    canvas.height = rows;
    canvas.image = new ImageData(columns, rows);
  }
  const pixels = new Uint32Array(canvas.image.data.buffer);
  const last = packed.length - 1;
  const factor = last / (2 * limit);
  for (let at = 0; at < values.length; at++) {
    const place = (values[at] + limit) * factor + 0.5;
    pixels[at] = packed[place < 0 ? 0 : place > last ? last : place | 0];
  }
  canvas.getContext("2d").putImageData(canvas.image, 0, 0);
}

// Where the colours of several maps end: all but the most extreme half per cent lie within, so
// that a few strong cells do not pale the rest. Drags ask for it in every frame: of large maps only
// about a thousand numbers each are looked at.
export function colourLimit(maps) {
  const sizes = [];
  for (const map of maps) {
    const step = Math.max(1, Math.floor(map.length / 1000));
    for (let at = 0; at < map.length; at += step) sizes.push(Math.abs(map[at]));
  }
  const sorted = Float32Array.from(sizes).sort();
  const [at, last] = [0.995 * (sorted.length - 1), sorted.length - 1];
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (at % 1) * (high - low) || sorted[last] || 1;
}

// A bar of the signed colours: how far they reach, whose range that is, and what lies beyond.
export function signedLegend() {
  const box = legendStrip();
  const [ramp, low, zero, high] = box.children;
  const whose = element("span", { class: "whose" });
  box.append(whose);
  const show = (limit, [smallest, largest], bytes, range) => {
    paintRamp(ramp, [-limit, limit], "signed", [-limit, limit], bytes);
    const clipped = Math.max(-smallest, largest) > limit * 1.001;
    low.textContent = (clipped ? "\u2264 " : "") + written(-limit, 3);
    zero.textContent = "0";
    high.textContent = (clipped ? "\u2265 " : "") + written(limit, 3);
    whose.textContent = `Range of ${range}: ${written(smallest, 3)} to ${written(largest, 3)}`;
    box.title = whose.textContent;
  };
  return { box, show };
}
