// The diagram itself: columns of maps with their headings, what leads from one to the next, and
// the map in hand with the maps that it is made from.

import { GAP, HEADING, tileBox, tileLeft } from "./columns.js";

const LINE = 12; // pixels from one line of a heading to the next
const MOST_LINES = 3;

export class Drawing {
  // top: the upper edge of what is in view.
  constructor(context, { columns, maps, page, top }) {
    Object.assign(this, { context, columns, maps, page, top });
  }

  // seen(column): whether it is in view; at, pinned: what is pointed at and what is in hand.
  draw(seen, at, pinned) {
    const { list } = this.columns;
    list.forEach((column, index) => this.wires(column, index, seen));
    const inView = list.map((column, index) => [column, index]).filter(([column]) => seen(column));
    inView.forEach(([column]) => this.tiles(column));
    this.lit(at, pinned);
    inView.forEach(([column, index]) => this.heading(column, index));
  }

  wires(column, index, seen) {
    const { context, page } = this;
    for (const from of this.columns.sourcesOf(index)) {
      const source = this.columns.list[from];
      if (!seen(source) && !seen(column)) continue;
      const [x1, x2] = [tileLeft(source) + source.tile + 2, tileLeft(column) - 2];
      if (from === index - 1) {
        context.fillStyle = page.panel;
        context.beginPath();
        context.moveTo(x1, source.y);
        context.lineTo(x2, column.y);
        context.lineTo(x2, column.y + column.high);
        context.lineTo(x1, source.y + source.high);
        context.fill();
      } else {
        // A way around: over the heads of the columns between.
        const between = this.columns.list.slice(from, index + 1);
        const peak = Math.min(...between.map((one) => one.y)) - HEADING - 6 - 3 * (index - from);
        context.strokeStyle = page.ink;
        context.globalAlpha = 0.55;
        context.lineWidth = 1.4;
        context.beginPath();
        context.moveTo(x1 - source.tile / 2, source.y - HEADING);
        context.bezierCurveTo(x1, peak, x2, peak, x2 + column.tile / 2, column.y - HEADING);
        context.stroke();
        context.globalAlpha = 1;
      }
    }
  }

  tiles(column) {
    const { context, maps, page } = this;
    const { layer, tile } = column;
    const x = tileLeft(column);
    if (layer.index === 0) {
      context.imageSmoothingEnabled = maps.picture().width > tile;
      maps.draw(context, layer, 0, x, column.y, ...maps.sizeIn(tile, layer));
      context.imageSmoothingEnabled = false;
      return;
    }
    context.strokeStyle = page.border;
    context.lineWidth = 1;
    for (let at = 0; at < layer.count; at++) {
      const y = column.y + at * (tile + GAP);
      maps.draw(context, layer, at, x, y, tile, tile);
      context.strokeRect(x, y, tile, tile);
    }
    const left = layer.channels - layer.count;
    if (left > 0) {
      context.textAlign = "center";
      context.fillStyle = page.ink;
      context.font = `11px ${page.font}`;
      context.fillText(`+ ${left}`, column.x + column.width / 2, column.y + column.high + 15);
    }
  }

  // It stays in view while the column is moved out of it.
  heading(column, index) {
    const { context, page } = this;
    const { layer } = column;
    const folded = column.covers.length > 1;
    const bottom = headingTop(column, this.top) + HEADING;
    const middle = column.x + column.width / 2;
    const room = column.width + this.columns.gap - 4;
    context.textAlign = "center";
    context.font = `600 11px ${page.font}`;
    const name = folded ? [`${column.covers.length} layers`] : linesOf(context, short(layer), room);
    const before = this.columns.list[index - 1];
    const begins = !before || before.stage !== column.stage;
    const turns =
      column.folds && (folded || begins) ? (folded ? "\u2295 unfold" : "\u2296 fold") : "";
    if (bottom > column.y) {
      const lines = name.length + (turns ? 2.3 : 1.3);
      context.globalAlpha = 0.88;
      context.fillStyle = page.background;
      context.fillRect(middle - room / 2, bottom - 6 - LINE * lines, room, LINE * lines + 4);
      context.globalAlpha = 1;
    }
    context.fillStyle = page.ink;
    name.forEach((text, at) =>
      context.fillText(text, middle, bottom - 10 - LINE * (name.length - at)),
    );
    context.font = `11px ${page.font}`;
    context.fillText(clipped(context, shape(layer), room + 4), middle, bottom - 10);
    if (!turns) return;
    context.font = `600 13px ${page.font}`;
    context.fillStyle = page.accent;
    context.fillText(turns, middle, bottom - 13 - LINE * (name.length + 1));
  }

  // The tile in hand, and the tiles that it is made from.
  lit(at, pinned) {
    const { context, page } = this;
    if (pinned && (pinned.column !== at?.column || pinned.tile !== at?.tile)) {
      this.frame(pinned, 1.5);
    }
    if (!at || at.tile === null) return;
    const column = this.columns.list[at.column];
    const to = tileBox(column, at.tile);
    const channel = column.layer.index === 0 ? 0 : this.maps.channelsOf(column.layer)[at.tile];
    context.strokeStyle = page.accent;
    for (const from of this.columns.sourcesOf(at.column)) {
      const source = this.columns.list[from];
      const channels = this.maps.channelsOf(source.layer);
      const all = column.covers.length > 1 || column.layer.mixes || source.layer.index === 0;
      for (let tile = 0; tile < source.count; tile++) {
        if (all || channels[tile] === channel) this.thread(tileBox(source, tile), to, all);
      }
    }
    this.frame(at, 3);
  }

  // From one tile to another; thin where there are many.
  thread(box, to, many) {
    const { context } = this;
    const [x1, y1] = [box.x + box.size, box.y + box.size / 2];
    const [x2, y2] = [to.x, to.y + to.size / 2];
    context.globalAlpha = many ? 0.55 : 1;
    context.lineWidth = many ? 1.2 : 2.2;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
    context.stroke();
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.strokeRect(box.x - 1, box.y - 1, box.size + 2, box.size + 2);
  }

  frame({ column, tile }, thickness) {
    const { context, page } = this;
    const box = tileBox(this.columns.list[column], tile);
    context.strokeStyle = page.background;
    context.lineWidth = thickness + 2;
    context.strokeRect(box.x - 1, box.y - 1, box.size + 2, box.size + 2);
    context.strokeStyle = page.accent;
    context.lineWidth = thickness;
    context.strokeRect(box.x - 1, box.y - 1, box.size + 2, box.size + 2);
  }
}

// Where a column's heading begins: above it, and never above what is in view.
export function headingTop(column, top) {
  return Math.max(column.y - HEADING, top);
}

export function shape(layer) {
  return layer.shape.join("\u00d7");
}

function short(layer) {
  return layer.index === 0 ? "Picture" : layer.name.replace(/^stage\d+_/, "");
}

// A name in lines, broken between its words; the last words tell layers apart, so that they stay.
function linesOf(context, name, room) {
  const lines = [];
  for (const word of name.split("_")) {
    const together = lines.length ? `${lines.at(-1)}_${word}` : word;
    if (lines.length && context.measureText(together).width > room) lines.push(word);
    else lines.splice(-1, 1, together);
  }
  const kept = lines.length > MOST_LINES ? ["\u2026", ...lines.slice(1 - MOST_LINES)] : lines;
  return kept.map((line) => clipped(context, line, room));
}

function clipped(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let cut = text;
  while (cut.length > 3 && context.measureText(`${cut}\u2026`).width > room) cut = cut.slice(0, -1);
  return `${cut}\u2026`;
}
