// The columns of the overview: one for each layer, or one for a folded stage, and where each stands.

export const GAP = 5; // between tiles
export const HEADING = 74; // above a column: "unfold", the name in up to three lines, the shape
const CLOSEST = 16; // columns, at least this far apart
const FARTHEST = 90; // and at most by so much more
const PICTURE = 96;
const NARROWEST = 48;

export class Columns {
  constructor() {
    this.list = [];
    this.unfolded = new Set();
    this.gap = CLOSEST;
  }

  // A folded stage is one column: its last layer stands for all.
  arrange(layers) {
    this.list = [];
    for (const [stage, members] of byStage(layers)) {
      const alone = members.length === 1;
      const input = members[0].index === 0 && members.length > 1;
      if (this.unfolded.has(stage) || alone) {
        members.forEach((layer) => this.add(layer, stage, [layer], !alone));
      } else {
        if (input) this.add(members[0], stage, [members[0]], false);
        const rest = input ? members.slice(1) : members;
        this.add(rest.at(-1), stage, rest, rest.length > 1);
      }
    }
    const largest = Math.max(...layers.slice(1).map((layer) => layer.true_rows));
    for (const column of this.list) {
      const { layer } = column;
      column.tile = layer.index === 0 ? PICTURE : tileSize(layer, largest);
      column.count = layer.index === 0 ? 1 : layer.count;
      column.width = Math.max(column.tile, NARROWEST);
      column.high = column.count * (column.tile + GAP) - GAP;
      column.y = -column.high / 2;
    }
    this.high = Math.max(...this.list.map((column) => column.high)) + 2 * HEADING;
    this.spread(this.gap);
  }

  add(layer, stage, covers, folds) {
    this.list.push({ layer, stage, covers, folds });
  }

  get folded() {
    return this.list.some((column) => column.covers.length > 1);
  }

  // Put the columns side by side, `gap` apart.
  spread(gap) {
    this.gap = gap;
    let x = 0;
    for (const column of this.list) {
      column.x = x;
      x += column.width + gap;
    }
    this.width = x - gap;
  }

  // Find the scale at which all of them are in view, as far as they can still be read; what room
  // is left goes between them.
  fit(room, height) {
    this.spread(CLOSEST);
    const scale = Math.max(0.62, Math.min(1.25, room / this.width, height / this.high));
    const spare = room / scale - this.width;
    if (spare > 0) {
      this.spread(CLOSEST + Math.min(FARTHEST, spare / Math.max(1, this.list.length - 1)));
    }
    return scale;
  }

  // The number of the column that a layer is in; null where there is none.
  of(name) {
    const found = this.list.findIndex((column) =>
      column.covers.some((layer) => layer.name === name),
    );
    return found < 0 ? null : found;
  }

  // The columns that a column is computed from.
  sourcesOf(index) {
    const { covers } = this.list[index];
    const inside = new Set(covers.map((layer) => layer.name));
    const names = covers.flatMap((layer) => layer.inputs).filter((name) => !inside.has(name));
    const found = names.map((name) => this.of(name)).filter((at) => at !== null && at !== index);
    return [...new Set(found)];
  }

  // What lies at a place: {column, tile}, the tile null in the heading of a column that folds.
  // headingOf(column): where its heading begins, which stays in view as one moves about.
  at(x, y, headingOf) {
    const index = this.list.findIndex(
      (column) => x >= column.x - 6 && x <= column.x + column.width + 6,
    );
    if (index < 0) return null;
    const column = this.list[index];
    const heading = headingOf(column);
    if (column.folds && y > heading && y < heading + HEADING - 4) {
      return { column: index, tile: null };
    }
    const tile = Math.floor((y - column.y) / (column.tile + GAP));
    if (tile < 0 || tile >= column.count) return null;
    return { column: index, tile };
  }
}

export function tileBox(column, tile) {
  return { x: tileLeft(column), y: column.y + tile * (column.tile + GAP), size: column.tile };
}

export function tileLeft(column) {
  return column.x + (column.width - column.tile) / 2;
}

function byStage(layers) {
  const stages = new Map();
  for (const layer of layers) {
    if (!stages.has(layer.stage)) stages.set(layer.stage, []);
    stages.get(layer.stage).push(layer);
  }
  return stages;
}

// Smaller maps are drawn smaller, though not by as much as they are.
function tileSize(layer, largest) {
  if (layer.vector) return 26;
  return Math.round(20 + 26 * Math.sqrt(layer.true_rows / largest));
}
