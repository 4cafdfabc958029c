// A wall of maps: all channels of one layer as tiles in one picture, each number under one
// address (row, column, channel), so that walls of equal size light up together.

import { arrows, eachFrame } from "../shared/hand.js";
import { MapPane } from "../shared/map_pane.js";
import { ring } from "../shared/ring.js";

export class Wall {
  // As MapPane, with channels: hover(row, column, channel), press(...), leave(), key(event).
  constructor({ hover, press, ...options }) {
    const inside = (act) =>
      act &&
      ((down, across) => {
        const cell = this.cellOf(down, across);
        if (cell) act(...cell);
      });
    this.pane = new MapPane({ ...options, hover: inside(hover), press: inside(press) });
    this.section = this.pane.section;
  }

  // values: numbers of (rows, columns, channels), channels last; across: tiles side by side.
  show(values, [rows, columns, channels], across, options) {
    Object.assign(this, { rows, columns, channels, across });
    this.down = Math.ceil(channels / across);
    const [high, wide] = [this.down * (rows + 1) - 1, across * (columns + 1) - 1];
    const tiled = new Float32Array(high * wide).fill(NaN);
    for (let channel = 0; channel < channels; channel++) {
      const [top, left] = this.cornerOf(channel);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const value = values[(row * columns + column) * channels + channel];
          tiled[(top + row) * wide + left + column] = value;
        }
      }
    }
    this.pane.show(tiled, high, wide, options);
    const pixels = this.pane.pixels;
    pixels.style.background = options.page.border;
  }

  cornerOf(channel) {
    return [
      Math.floor(channel / this.across) * (this.rows + 1),
      (channel % this.across) * (this.columns + 1),
    ];
  }

  cellOf(down, across) {
    const [row, column] = [down % (this.rows + 1), across % (this.columns + 1)];
    if (row === this.rows || column === this.columns) return null;
    const tile = Math.floor(down / (this.rows + 1)) * this.across;
    const channel = tile + Math.floor(across / (this.columns + 1));
    return channel < this.channels ? [row, column, channel] : null;
  }

  // Frame one number, and the tile it is in.
  mark([row, column, channel], page) {
    this.pane.over((context, cell) => {
      const [top, left] = this.cornerOf(channel);
      context.strokeStyle = page.accent;
      context.lineWidth = 2;
      context.strokeRect(left * cell, top * cell, this.columns * cell, this.rows * cell);
      ring(context, (left + column) * cell, (top + row) * cell, cell, cell, page, 9);
    });
  }
}

// Walls that point at one number together: `view` has the methods below.
export function joinedWalls(view, ...titles) {
  return titles.map(
    (title) =>
      new Wall({
        title,
        hover: (...cell) => view.look(cell),
        leave: () => view.look(view.selected),
        press: (...cell) => view.select(cell),
        key: (event) => view.key(event),
      }),
  );
}

// One step on; past a tile's edge into its neighbour.
function moved([row, column, channel], step, { rows, columns, channels, across }) {
  let down = Math.floor(channel / across) * rows + row + step[0];
  let right = (channel % across) * columns + column + step[1];
  down = Math.max(0, Math.min(Math.ceil(channels / across) * rows - 1, down));
  right = Math.max(0, Math.min(across * columns - 1, right));
  const to = Math.floor(down / rows) * across + Math.floor(right / columns);
  return to < channels ? [down % rows, right % columns, to] : [row, column, channel];
}

// What a component of several walls does with the one number that all of them point at.
export const focusMethods = {
  look(cell) {
    this.focus = cell;
    this.redraw ??= eachFrame(() => this.draw());
    this.redraw();
  },

  select(cell) {
    this.selected = cell;
    this.look(cell);
  },

  key(event) {
    const step = arrows(event, 1);
    if (!step) return;
    event.preventDefault();
    const [rows, columns, channels] = this.shape;
    const wall = { rows, columns, channels, across: this.settings.across };
    this.select(moved(this.focus, step, wall));
  },
};
