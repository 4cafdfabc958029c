// What the overview says in words: of a column, of a map, of a cell.

import { withSign, written } from "../../shared/numbers.js";

const BREAKS = /(?<=[_/.\-\u00d7 ])/;

export const sizeInWords = (shape) => shape.join("\u00d7");

// A name in lines no wider than `room`; nothing of it is left out, but in more than `most` lines
// its beginning. It breaks between its words, and within them only where one alone is too long.
export function wrapped(name, room, measure, most = 4) {
  let lines = linesOf(name, room, measure);
  // As even as they can be without breaking another word.
  const longest = Math.max(
    0,
    ...name
      .split(BREAKS)
      .map(measure)
      .filter((wide) => wide <= room),
  );
  for (let less = room - 1; less >= longest && less > 0; less--) {
    const evener = linesOf(name, less, measure);
    if (evener.length > lines.length) break;
    lines = evener;
  }
  if (lines.length <= most) return lines;
  return [`\u2026${lines[lines.length - most].slice(1)}`, ...lines.slice(lines.length - most + 1)];
}

function linesOf(name, room, measure) {
  const lines = [""];
  for (const part of name.split(BREAKS)) {
    for (const piece of measure(part) > room ? [...part] : [part]) {
      if (lines.at(-1) && measure(lines.at(-1) + piece) > room) lines.push(piece);
      else lines[lines.length - 1] += piece;
    }
  }
  return lines;
}

// A column's heading: what is shown, and its size.
export function headingOf(column) {
  if (column.input) return ["Input", sizeInWords(column.shape)];
  const name = column.covers > 1 ? `${column.covers} layers` : column.name;
  return [name, sizeInWords(column.shape)];
}

// The map in hand: its layer, and sentences.
export function aboutMap(column, tile, maps, lead) {
  const channel = maps.channelOf(column, tile);
  const [least, mean, most] = maps.statisticsOf(column, tile);
  const name = column.names?.[column.input ? channel : tile];
  const last = (column.channels - 1).toLocaleString("en");
  const which = `${column.vector ? "Number" : "Map"} ${channel} (0 to ${last})`;
  const range = column.vector
    ? written(mean, 4)
    : `from ${written(least, 3)} to ${written(most, 3)}, on average ${written(mean, 3)}`;
  const lines = [`${which}${name ? `, ${name}` : ""}: ${range}.`];
  if (lead.length) lines.push(strongestInWords(lead));
  if (column.covers > 1) lines.push(`Last of ${column.covers} layers folded together.`);
  const what = column.input ? "What the network is shown" : column.kind;
  lines.push(`${what}, ${sizeInWords(column.shape)}. ${column.words}`);
  return { title: column.name, lines };
}

// The links that lead here with the names of the maps that they come from.
export function named(links, columns, maps) {
  return links.map(({ column, tile, add }) => {
    const from = columns[column];
    const channel = maps.channelOf(from, tile);
    const name = from.names?.[from.input ? channel : tile];
    const which = `${from.vector ? "number" : "map"} ${channel} of ${from.name}`;
    return { name: name ?? which, add };
  });
}

function strongestInWords(lead) {
  const parts = lead.map(({ name, add }) => `${name} (${withSign(add)})`);
  return `On average most comes from ${parts.join(" and ")}.`;
}

// A cell of a map that is large enough to show them.
export function aboutCell(column, tile, [row, across], maps) {
  const value = maps.valueAt(column, tile, row, across);
  const where = column.vector ? "" : `Row ${row}, column ${across}`;
  const number = value === undefined ? "" : written(value, 4);
  return [where, number].filter(Boolean).join(": ");
}
