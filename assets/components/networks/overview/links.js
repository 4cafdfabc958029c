// What leads from map to map: as wide as what the one adds to the other, coloured by its sign.

import { css, signedColour, table } from "../../shared/colours.js";
import { tileBox } from "./layout.js";

const LEVELS = 5;
const THINNEST = 0.5;
const WIDEST = 3.2;

// Where each column's links begin: [{ from: a column, tiles: pairs of tiles, adds, most }].
export function readLinks(columns, { pairs, adds }) {
  let [pair, add] = [0, 0];
  return columns.map((column) =>
    column.sources.map((source) => {
      const lead = { from: source.column, tiles: null, adds: null, most: 0 };
      if (source.links === null) return lead;
      lead.tiles = pairs.data.subarray(2 * pair, 2 * (pair + source.links));
      pair += source.links;
      if (source.adds) {
        lead.adds = adds.data.subarray(add, add + source.links);
        add += source.links;
        lead.most = lead.adds.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
      }
      return lead;
    }),
  );
}

// How much of a layer's largest link this one is, in levels.
export function levelOf(adds, most) {
  if (!most) return 0;
  return Math.min(LEVELS - 1, Math.floor(Math.sqrt(Math.abs(adds) / most) * LEVELS));
}

export class Links {
  constructor(leads, places, isDown) {
    this.leads = leads;
    this.places = places;
    this.isDown = isDown;
    this.drawn = new Map();
  }

  // All links from one column to the next, drawn once and kept: strokes by sign and level.
  bundle(to, lead) {
    const key = `${to} ${lead.from}`;
    if (!this.drawn.has(key)) {
      const strokes = new Map();
      for (let at = 0; 2 * at < lead.tiles.length; at++) {
        const add = lead.adds ? lead.adds[at] : 0;
        const style = lead.adds ? Math.sign(add) * (levelOf(add, lead.most) + 1) : 0;
        if (!strokes.has(style)) strokes.set(style, new Path2D());
        this.trace(strokes.get(style), to, lead, at);
      }
      this.drawn.set(
        key,
        [...strokes].sort(([one], [other]) => Math.abs(one) - Math.abs(other)),
      );
    }
    return this.drawn.get(key);
  }

  trace(path, to, lead, at) {
    const [toTile, fromTile] = [lead.tiles[2 * at], lead.tiles[2 * at + 1]];
    this.curve(path, tileBox(this.places[lead.from], fromTile), tileBox(this.places[to], toTile));
  }

  curve(path, from, to) {
    if (this.isDown) {
      const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
      const [x2, y2] = [to.x + to.width / 2, to.y];
      path.moveTo(x1, y1);
      path.bezierCurveTo(x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2);
      return;
    }
    const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
    const [x2, y2] = [to.x, to.y + to.height / 2];
    path.moveTo(x1, y1);
    path.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
  }

  // The links at rest, faint where one map's own stand out.
  draw(context, to, { page, scale, faint }) {
    for (const lead of this.leads[to]) {
      if (lead.tiles === null || lead.from !== to - 1) continue;
      for (const [style, path] of this.bundle(to, lead)) {
        stroke(context, path, style, page, scale, faint ? 0.22 : 0.75);
      }
    }
  }

  // All that leads to a tile and on from it; returns the tiles at the other ends.
  drawOf(context, column, tile, { page, scale }) {
    const ends = [];
    this.leads.forEach((leads, to) => {
      for (const lead of leads) {
        if (lead.tiles === null || (to !== column && lead.from !== column)) continue;
        for (let at = 0; 2 * at < lead.tiles.length; at++) {
          const [toTile, fromTile] = [lead.tiles[2 * at], lead.tiles[2 * at + 1]];
          const isIn = to === column && toTile === tile;
          if (!isIn && !(lead.from === column && fromTile === tile)) continue;
          const path = new Path2D();
          this.trace(path, to, lead, at);
          const add = lead.adds ? lead.adds[at] : 0;
          const style = lead.adds ? Math.sign(add) * (levelOf(add, lead.most) + 1) : 0;
          stroke(context, path, style, page, scale, 2);
          ends.push(isIn ? { column: lead.from, tile: fromTile } : { column: to, tile: toTile });
        }
      }
    });
    return ends;
  }
}

// style: 0 for a link that adds nothing up, else its level from 1 on with its sign.
function stroke(context, path, style, page, scale, strength) {
  const level = Math.abs(style);
  const share = level / LEVELS;
  context.strokeStyle = style === 0 ? page.ink : linkColour(style, page.dark);
  context.globalAlpha = Math.min(1, (style === 0 ? 0.32 : 0.2 + 0.7 * share) * strength);
  const width = style === 0 ? 0.9 : THINNEST + (WIDEST - THINNEST) * share ** 1.6;
  context.lineWidth = (strength > 1 ? width + 0.8 : width) / scale;
  context.stroke(path);
  context.globalAlpha = 1;
}

// Green adds, purple takes away.
export function linkColour(sign, dark) {
  return css(signedColour(0.62 * Math.sign(sign), 1, table("weights", dark)));
}

// The largest links into a tile: [{ column, tile, add }].
export function strongest(leads, column, tile, most = 2) {
  const found = [];
  for (const lead of leads[column]) {
    if (!lead.adds) continue;
    for (let at = 0; at < lead.adds.length; at++) {
      if (lead.tiles[2 * at] !== tile) continue;
      found.push({ column: lead.from, tile: lead.tiles[2 * at + 1], add: lead.adds[at] });
    }
  }
  return found.sort((one, other) => Math.abs(other.add) - Math.abs(one.add)).slice(0, most);
}
