// Colours of values and of the page. The tables come from cnnviz/drawing/palette.py.

import { PALETTE } from "../shared/palette.js";

export function theme(element) {
  const host = element.host ?? element;
  const style = getComputedStyle(host);
  const colour = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = colour("--st-background-color", "#ffffff");
  return {
    background,
    dark: luminance(rgbOf(background)) < 0.2,
    ink: colour("--st-text-color", "#1b1f23"),
    accent: colour("--st-primary-color", "#0b6e63"),
    border: colour("--st-border-color", "#d5dadd"),
    panel: colour("--st-secondary-background-color", "#f3f5f5"),
    font: colour("--st-font", "sans-serif"),
  };
}

export function rgbOf(colour) {
  const hex = colour.match(/^#([0-9a-f]{6})/i);
  if (hex) return [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16));
  return (colour.match(/[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number);
}

function luminance([red, green, blue]) {
  const linear = (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

// Black or white, whichever stands out more (WCAG contrast).
export function inkOn(rgb) {
  return luminance(rgb) > 0.179 ? "#000000" : "#ffffff";
}

export const css = ([red, green, blue]) => `rgb(${red},${green},${blue})`;

export function table(scale, dark) {
  const entry = PALETTE[scale][dark ? "dark" : "light"];
  if (!(entry.bytes instanceof Uint8Array)) {
    entry.bytes = Uint8Array.from(atob(entry.bytes), (letter) => letter.charCodeAt(0));
  }
  return entry.bytes;
}

// A signed value's colour: zero is the middle entry, +-limit the ends.
export function signedColour(value, limit, bytes) {
  const at = 3 * entryOf(value, Math.fround(limit || 1), (bytes.length / 3 - 1) / 2);
  return [bytes[at], bytes[at + 1], bytes[at + 2]];
}

// The entry of a table that has `half` entries on either side of zero. All in float32, as
// cnnviz/drawing/palette.py reckons, so that both round a value to the same entry.
function entryOf(value, limit, half) {
  const part = Math.max(-1, Math.min(1, Math.fround(value / limit)));
  return Math.trunc(Math.fround(Math.fround(part * half) + (half + 0.5)));
}

// A level of a thumbnail, of the largest value on either side: 128 is zero, 255 and 1 are the ends.
export const partOf = (level) => (level - 128) / 127;

// Fill `pixels` (RGBA bytes) with a thumbnail's levels.
export function paintLevels(pixels, levels, bytes) {
  const last = bytes.length / 3 - 1;
  levels.forEach((level, at) => {
    const from = 3 * Math.round((partOf(level) + 1) * 0.5 * last);
    pixels.set([bytes[from], bytes[from + 1], bytes[from + 2], 255], 4 * at);
  });
}

export function extremes(values) {
  let least = Infinity;
  let most = -Infinity;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

// One value's colour under a way to show it; the same rules as cnnviz/drawing/display.py.
export function shownColour(values, show, [least, most], bytes) {
  if (show === "signed") {
    return signedColour(values[0], Math.max(Math.abs(least), Math.abs(most)), bytes);
  }
  const levels = values.map((value) => level(value, show, least, most));
  return levels.length === 1 ? [levels[0], levels[0], levels[0]] : levels;
}

const roundedLevel = new Uint8ClampedArray(1); // rounds and clips as `paint` does

function level(value, show, least, most) {
  const [scale, offset] = show === "rescale" ? [stretch(least, most), least] : [1, 0];
  const shown = show === "absolute" ? Math.abs(value) : value;
  roundedLevel[0] = Math.fround(Math.fround(shown - offset) * scale);
  return roundedLevel[0];
}

// In float32, as cnnviz/drawing/display.py reckons.
function stretch(least, most) {
  return most > least ? Math.fround(255 / (most - least)) : 0;
}

// Fill `pixels` (RGBA bytes) with planes of values, planes[channel * size + pixel].
export function paint(pixels, planes, size, show, [least, most], bytes) {
  const channels = planes.length / size;
  if (show === "signed") {
    const half = (bytes.length / 3 - 1) / 2;
    const limit = Math.fround(Math.max(Math.abs(least), Math.abs(most)) || 1);
    for (let at = 0, to = 0; at < size; at++, to += 4) {
      const from = 3 * entryOf(planes[at], limit, half);
      pixels[to] = bytes[from];
      pixels[to + 1] = bytes[from + 1];
      pixels[to + 2] = bytes[from + 2];
      pixels[to + 3] = 255;
    }
    return;
  }
  const absolute = show === "absolute";
  const [scale, offset] = show === "rescale" ? [stretch(least, most), least] : [1, 0];
  for (let channel = 0; channel < 3; channel++) {
    const plane = (channels === 3 ? channel : 0) * size;
    for (let at = 0, to = channel; at < size; at++, to += 4) {
      let value = planes[plane + at];
      if (absolute && value < 0) value = -value;
      pixels[to] = Math.fround(Math.fround(value - offset) * scale); // its kind rounds and clips
    }
  }
  for (let to = 3; to < 4 * size; to += 4) pixels[to] = 255;
}
