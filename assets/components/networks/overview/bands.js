// Above the columns their headings and below them the scales of their colours. They stay where they
// are while the diagram between them moves.

import { css, signedColour, table } from "../../shared/colours.js";
import { written } from "../../shared/numbers.js";
import { onScreen } from "./camera.js";
import { headingOf, wrapped } from "./words.js";

export const LINE = 13;
export const LEGEND = 30;
export const HEADING_BETWEEN = 2 * LINE + 22;
const STRIP = 7;
const LEAST_ROOM = 28;
const CRAMPED_ROOM = 36; // from here on headings are written smaller
const FONT = 11;

// The lines of every column's heading, and how high the band must be for them.
export function headings(context, columns, rooms, page) {
  const measure = (text) => context.measureText(text).width;
  const font = rooms.some((room) => room < CRAMPED_ROOM) ? FONT - 1 : FONT;
  const made = columns.map((column, index) => {
    const [name, size] = headingOf(column);
    context.font = `600 ${font}px ${page.font}`;
    const names = wrapped(name, rooms[index], measure);
    context.font = `${font}px ${page.font}`;
    return { names, sizes: wrapped(size, rooms[index], measure, 3), turn: turnOf(columns, index) };
  });
  const lines = made.map(({ names, sizes, turn }) => names.length + sizes.length + (turn ? 1 : 0));
  return { made, font, height: LINE * Math.max(...lines) + 8 };
}

function turnOf(columns, index) {
  const column = columns[index];
  if (!column.folds) return "";
  if (column.covers > 1) return "\u2295 unfold";
  return columns[index - 1]?.stage === column.stage ? "" : "\u2296 fold";
}

// How wide a heading may be: half of the way to the columns on either side, and more where that
// has been kept free for it.
export function roomsOf(places, shapes, width) {
  const gaps = places.map((place, at) =>
    at ? place.x - places[at - 1].x - places[at - 1].width : 2 * place.x + 24,
  );
  const after = (at) => gaps[at + 1] ?? 2 * (width - places[at].x - places[at].width) + 24;
  const over = (at) => Math.max(0, shapes[at]?.whole - places[at].width || 0) / 2;
  return places.map((place, at) => {
    const half = Math.min(gaps[at], after(at)) / 2;
    const left = at ? gaps[at] - over(at - 1) : gaps[at] / 2;
    const right = at < places.length - 1 ? after(at) - over(at + 1) : after(at) / 2;
    return Math.max(LEAST_ROOM, place.width + 2 * Math.max(half, Math.min(left, right)) - 4);
  });
}

// What of a column is in view, on the screen: [left, right], null where too little of it is for a
// heading of its own.
function seenPart({ places, camera, window, width }, index) {
  const place = places[index];
  const [left] = onScreen(camera, window, place.x, 0);
  const [right] = onScreen(camera, window, place.x + place.width, 0);
  const [from, to] = [Math.max(left, 0), Math.min(right, width)];
  return to - from > Math.min((right - left) / 2, 60) ? [from, to] : null;
}

export function drawHeadings(context, view, { made, height, font }) {
  const { page, width } = view;
  context.fillStyle = page.background;
  context.fillRect(0, 0, width, height - 4);
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  made.forEach(({ names, sizes, turn }, index) => {
    const part = seenPart(view, index);
    if (!part) return;
    const middle = (part[0] + part[1]) / 2;
    let y = height - 10 - LINE * (names.length + sizes.length - 1);
    context.fillStyle = page.accent;
    context.font = `600 ${FONT + 1}px ${page.font}`;
    if (turn) context.fillText(turn, middle, y - LINE);
    context.fillStyle = page.ink;
    context.font = `600 ${font}px ${page.font}`;
    for (const line of names) {
      context.fillText(line, middle, y);
      y += LINE;
    }
    context.font = `${font}px ${page.font}`;
    for (const line of sizes) {
      context.fillText(line, middle, y);
      y += LINE;
    }
  });
}

export function drawLegends(context, view) {
  const { page, width, bottom } = view;
  context.fillStyle = page.background;
  context.fillRect(0, bottom, width, LEGEND);
  view.columns.forEach((column, index) => {
    const part = seenPart(view, index);
    if (!part) return;
    const wide = Math.min(130, Math.max(22, part[1] - part[0] + gapBeside(view, index) - 10));
    const left = Math.max(1, (part[0] + part[1]) / 2 - wide / 2);
    drawLegend(context, column, { left, top: bottom + 4, wide, page });
  });
}

// The way from a column to the nearer one beside it, on the screen.
function gapBeside({ places, camera }, index) {
  const [place, before, after] = [places[index], places[index - 1], places[index + 1]];
  const left = before ? place.x - before.x - before.width : Infinity;
  const right = after ? after.x - place.x - place.width : Infinity;
  return Math.min(left, right, 40) * camera.scale;
}

// On a phone a column's heading and its scale stand above it, and move with it; `above` is how much
// of the diagram is hidden above the screen.
export function drawHeadingsBetween(context, view) {
  const { page, width, camera, window, places } = view;
  view.columns.forEach((column, index) => {
    const place = places[index];
    const [, top] = onScreen(camera, window, 0, place.y);
    const [, bottom] = onScreen(camera, window, 0, place.y + place.height);
    if (bottom < 0 || top > view.height) return;
    const y = Math.max(top, view.above + HEADING_BETWEEN);
    context.fillStyle = page.background;
    context.fillRect(0, y - HEADING_BETWEEN, width, HEADING_BETWEEN - 3);
    const [name, size] = headingOf(column);
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillStyle = page.ink;
    context.font = `600 ${FONT + 2}px ${page.font}`;
    const most = width - 20 - context.measureText(size).width;
    const names = wrapped(name, most, (text) => context.measureText(text).width, 1);
    context.fillText(names[0], 0, y - 32);
    const after = context.measureText(names[0]).width + 8;
    context.font = `${FONT + 1}px ${page.font}`;
    const left = column.channels - column.count;
    context.fillText(left > 0 ? `${size}, ${column.count} shown` : size, after, y - 32);
    const turn = turnOf(view.columns, index);
    context.textAlign = "right";
    context.font = `600 ${FONT + 2}px ${page.font}`;
    context.fillStyle = page.accent;
    if (turn) context.fillText(turn, width, y - 32);
    drawLegend(context, column, { left: 0, top: y - 27, wide: Math.min(180, width), page });
  });
}

// The scale of a column's colours, from its smallest number over 0 to its largest.
export function drawLegend(context, column, { left, top, wide, page }) {
  const { stops, least, most } = scaleOf(column, page.dark);
  const ramp = context.createLinearGradient(left, 0, left + wide, 0);
  stops.forEach((colour, at) => ramp.addColorStop(at / (stops.length - 1), colour));
  context.fillStyle = ramp;
  context.fillRect(left, top, wide, STRIP);
  context.strokeStyle = page.border;
  context.lineWidth = 1;
  context.strokeRect(left, top, wide, STRIP);
  context.fillStyle = page.ink;
  context.font = `${FONT}px ${page.font}`;
  context.textBaseline = "alphabetic";
  const y = top + STRIP + FONT + 1;
  const texts = endsInWords(context, [least, most], wide);
  context.textAlign = "left";
  context.fillText(texts[0], left, y);
  context.textAlign = "right";
  context.fillText(texts[1], left + wide, y);
  if (least >= 0 || most <= 0) return;
  const zero = left + (wide * -least) / (most - least);
  context.fillRect(zero - 0.5, top - 2, 1, STRIP + 4);
  const [before, after] = texts.map((text) => context.measureText(text).width);
  if (zero - 6 > left + before && zero + 6 < left + wide - after) {
    context.textAlign = "center";
    context.fillText("0", zero, y);
  }
}

// Three digits, or as many as fit beside each other; without room for two numbers the 0 is left
// out, which is where the strip is empty.
function endsInWords(context, ends, wide) {
  const fits = (texts) => context.measureText(texts.join("  ")).width <= wide;
  const tries = [3, 2, 1].map((digits) => ends.map((end) => written(end, digits)));
  const found = tries.find(fits);
  return found ?? tries[2].map((text) => (text === "0" ? "" : text));
}

function scaleOf(column, dark) {
  if (column.input) {
    const alike = column.black.every(
      (black, at) => black === column.black[0] && column.white[at] === column.white[0],
    );
    const [least, most] = alike ? [column.black[0], column.white[0]] : [0, 255];
    return { stops: ["#000000", "#ffffff"], least, most };
  }
  const bytes = table("maps", dark);
  const { least, most, limit } = column;
  const stops = Array.from({ length: 17 }, (_, at) =>
    css(signedColour(least + ((most - least) * at) / 16, limit, bytes)),
  );
  return { stops, least, most };
}
