// Where everything stands in the room that there is: side by side, or on a phone one below the other.

import { scrollerOf } from "../../shared/room.js";
import { HEADING_BETWEEN, headings, LEGEND, roomsOf } from "./bands.js";
import { wholeOf } from "./camera.js";
import { across, down } from "./layout.js";
import { headingOf } from "./words.js";

export const NARROW = 640; // pixels below which the columns stand one below the other
const LOWEST = 400; // of the diagram
const HIGHEST = 1000;
const MARGIN = 12;
const OVER = 34; // above the columns, where ways lead over their heads
const BELOW = 18; // and below them, where something is left out

// room: { width, height }. Returns { isDown, width, height, world, places, window, whole, bands,
// rooms, beside: the width kept for the answer }.
export function stand(context, { columns, leads, page, answers }, room) {
  const isDown = room.width < NARROW;
  const shapes = columns.map((column) => shapeOf(context, column, leads[column.index], page));
  const made = isDown
    ? standDown(shapes, room.width)
    : standAcross(context, { columns, shapes, page, answers }, room);
  const { world, window } = made;
  return { ...made, isDown, places: world.places, whole: wholeOf(world, window) };
}

// How high a diagram can be so that it and what stands below it fit into the browser's window.
export function roomBelow(root, diagram) {
  const scroller = scrollerOf(root);
  const edge = Math.max(0, scroller.getBoundingClientRect().top);
  const top = diagram.getBoundingClientRect().top - edge + scroller.scrollTop;
  const below = root.offsetHeight - diagram.offsetHeight;
  const room = scroller.clientHeight - top - below - 16;
  return Math.round(Math.max(LOWEST, Math.min(HIGHEST, room)));
}

function standDown(shapes, width) {
  const world = down(shapes, width, { heading: HEADING_BETWEEN, between: 26 });
  const height = world.height + MARGIN;
  const window = { x: 0, y: 0, width, height };
  return { width, height, world, window, bands: null, rooms: null, beside: 0 };
}

function standAcross(context, { columns, shapes, page, answers }, { width, height }) {
  const beside = answers ? Math.max(132, Math.min(230, width * 0.17)) : 0;
  const passing = columns.some(({ sources }, at) => sources.some(({ column }) => column < at - 1));
  const above = passing ? OVER : 6;
  const below = columns.some((column) => column.channels > column.count) ? BELOW : 6;
  const wide = width - beside - 2 * MARGIN;
  let [band, made, bands, rooms] = [40];
  // Headings in more lines leave less room below them, and smaller maps less room for headings.
  for (let tries = 0; tries < 4; tries++) {
    made = across(shapes, { width: wide, height: height - band - LEGEND - above - below });
    rooms = roomsOf(made.places, shapes, made.width);
    bands = headings(context, columns, rooms, page);
    if (bands.height <= band) break;
    band = bands.height;
  }
  bands.height = Math.max(band, bands.height);
  for (const place of made.places) {
    place.y += above;
    if (place.picture) place.picture.y += above;
  }
  const world = { ...made, height: made.height + above + below };
  const window = {
    x: MARGIN,
    y: bands.height,
    width: wide,
    height: height - bands.height - LEGEND,
  };
  return { width, height, world, window, bands, rooms, beside };
}

function shapeOf(context, column, leads, page) {
  const one = ({ tiles, adds }) => tiles && !adds && tiles.length <= 2 * column.count;
  const passes = leads.length > 0 && leads.every(one);
  const [rows, columns] = column.vector ? [1, 1] : column.shape;
  const [name, size] = headingOf(column);
  const measure = (text) => context.measureText(text).width;
  context.font = `600 11px ${page.font}`;
  const words = name.split(/(?<=[_/.\- ])/).map(measure);
  const whole = Math.min(96, Math.max(measure(name), measure(size)) + 8);
  const least = Math.min(whole, Math.max(...words) + 8);
  const { count, vector, input } = column;
  const named = Boolean(column.names);
  return { count, rows, columns, vector, input, named, passes, whole, least };
}
