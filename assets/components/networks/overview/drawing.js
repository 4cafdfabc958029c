// The diagram itself: columns of maps, what leads from one to the next, the map in hand.

import { inkOn } from "../../shared/colours.js";
import { written } from "../../shared/numbers.js";
import { onScreen } from "./camera.js";
import { tileBox } from "./layout.js";

const SMALLEST_LINES = 9; // pixels of a cell from which lines stand between cells
const SMALLEST_TEXT = 30; // and from which its number stands in it
const LETTER = 11;

export class Drawing {
  // columns, places, maps, links, page; camera and the window that it looks through; width of all.
  constructor(context, parts) {
    Object.assign(this, { context }, parts);
  }

  // at: the tile pointed at, or in hand; pinned: the one in hand; cell: a cell of `at`.
  draw({ at, pinned, cell, isMoving, isHovered }) {
    const { context, camera, window, width } = this;
    context.save();
    context.beginPath();
    context.rect(0, window.y, width, window.height);
    context.clip();
    context.translate(window.x, window.y);
    context.scale(camera.scale, camera.scale);
    context.translate(-camera.left, -camera.top);
    context.imageSmoothingEnabled = false;
    this.columns.forEach((column, index) => this.wires(index, isHovered, isMoving));
    this.columns.forEach((column, index) => this.isSeen(index) && this.tiles(index));
    const ends = at && !isMoving ? this.leadsOf(at) : [];
    ends.forEach((end) => this.frame(end, 1.6));
    if (pinned && (pinned.column !== at?.column || pinned.tile !== at?.tile)) {
      this.frame(pinned, 1.6);
    }
    if (at) this.frame(at, 3);
    this.around();
    context.restore();
    if (at) this.cells(at, cell);
  }

  isSeen(index) {
    const { camera, window, width } = this;
    const place = this.places[index];
    const right = camera.left + (width - window.x) / camera.scale;
    const bottom = camera.top + window.height / camera.scale;
    return (
      place.x + place.width > camera.left - window.x / camera.scale &&
      place.x < right &&
      place.y + place.height > camera.top &&
      place.y < bottom
    );
  }

  // What leads into a column from the one before it: a link for each pair of maps, or a band where
  // layers are folded in between.
  wires(index, faint, isMoving) {
    const { context, page, places, camera } = this;
    const before = this.columns[index].sources.find((source) => source.column === index - 1);
    if (!before || !(this.isSeen(index) || this.isSeen(index - 1))) return;
    if (before.links === null || isMoving) {
      const [from, to] = [places[index - 1], places[index]];
      context.fillStyle = page.panel;
      context.beginPath();
      for (const [x, y] of this.isDown ? bandDown(from, to) : bandAcross(from, to)) {
        context.lineTo(x, y);
      }
      context.fill();
      return;
    }
    this.links.draw(context, index, { page, scale: camera.scale, faint });
  }

  tiles(index) {
    const { context, maps, page, places, camera } = this;
    const [column, place] = [this.columns[index], places[index]];
    if (column.input) {
      context.imageSmoothingEnabled = maps.arrays.picture.shape[1] > place.picture.width;
      maps.drawPicture(context, place.picture);
      context.imageSmoothingEnabled = false;
    }
    context.beginPath();
    for (let tile = 0; tile < column.count; tile++) {
      const box = tileBox(place, tile);
      maps.draw(context, column, tile, box);
      context.rect(box.x, box.y, box.width, box.height);
    }
    context.strokeStyle = page.border;
    context.lineWidth = 1 / camera.scale;
    context.stroke();
    this.names(column, place);
  }

  // Below a tile of the input the name of its colour; below a column how many are left out.
  names(column, place) {
    const { context, page, camera } = this;
    const size = LETTER / Math.max(1, camera.scale);
    context.fillStyle = page.ink;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.font = `${size}px ${page.font}`;
    if (column.input && place.name) {
      for (let tile = 0; tile < column.count; tile++) {
        const box = tileBox(place, tile);
        const name = column.names?.[this.maps.channelOf(column, tile)] ?? "";
        context.fillText(name, box.x + box.width / 2, box.y + box.height + size);
      }
    }
    const left = column.channels - column.count;
    if (left > 0 && !this.isDown) {
      const below = place.y + place.height + 1.3 * size;
      context.fillText(`+ ${left.toLocaleString("en")}`, place.x + place.width / 2, below);
    }
  }

  // A way past columns: over the heads of those between.
  around() {
    if (this.isDown) return;
    const { context, page, places, camera } = this;
    context.strokeStyle = page.ink;
    context.lineWidth = 1.3 / camera.scale;
    context.globalAlpha = 0.5;
    this.columns.forEach(({ sources }, index) => {
      for (const { column: from } of sources) {
        if (from >= index - 1) continue;
        const [start, end] = [places[from], places[index]];
        const tops = places.slice(from, index + 1).map((place) => place.y);
        const peak = Math.min(...tops) - 8 - 14 * Math.min(1, (index - from) / 8);
        const [x1, x2] = [start.x + start.width / 2, end.x + end.width / 2];
        context.beginPath();
        context.moveTo(x1, start.y - 3);
        context.bezierCurveTo(x1, peak - 8, x2, peak - 8, x2, end.y - 3);
        context.stroke();
      }
    });
    context.globalAlpha = 1;
  }

  // Draw what leads to a map and on from it; where layers are folded, from all and to all.
  leadsOf(at) {
    const { context, page, camera, links, places } = this;
    const ends = links.drawOf(context, at.column, at.tile, { page, scale: camera.scale });
    const to = tileBox(places[at.column], at.tile);
    context.strokeStyle = page.accent;
    context.lineWidth = 1.2 / camera.scale;
    context.globalAlpha = 0.55;
    for (const { column: from, links: known } of this.columns[at.column].sources) {
      if (known !== null) continue;
      for (let tile = 0; tile < this.columns[from].count; tile++) {
        const path = new Path2D();
        links.curve(path, tileBox(places[from], tile), to);
        context.stroke(path);
      }
    }
    context.globalAlpha = 1;
    return ends;
  }

  frame({ column, tile }, thickness) {
    const { context, page, camera, places } = this;
    const box = tileBox(places[column], tile);
    const out = 1 / camera.scale;
    for (const [colour, more] of [
      [page.background, 2],
      [page.accent, 0],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = (thickness + more) / camera.scale;
      context.strokeRect(box.x - out, box.y - out, box.width + 2 * out, box.height + 2 * out);
    }
  }

  // ---- one map, seen from near ------------------------------------------------------------

  // Lines between its cells, and their numbers, as soon as there is room; in screen pixels.
  cells({ column: index, tile }, cell) {
    const { context, maps, window, width } = this;
    const column = this.columns[index];
    const [rows, columns] = maps.cellsOf(column);
    const grid = cellGrid(this, index, tile, [rows, columns]);
    if (Math.min(grid.wide, grid.tall) < SMALLEST_LINES) return;
    context.save();
    context.beginPath();
    context.rect(0, window.y, width, window.height);
    context.clip();
    const range = grid.inView({ ...window, x: 0, width });
    this.cellLines(grid, range);
    if (grid.wide >= SMALLEST_TEXT && grid.tall >= 16) this.numbers(column, tile, grid, range);
    if (cell) this.cellFrame(grid, cell);
    context.restore();
  }

  cellLines(grid, [top, left, bottom, right]) {
    const { context, page } = this;
    context.strokeStyle = page.dark ? "rgba(255,255,255,.16)" : "rgba(0,0,0,.14)";
    context.lineWidth = 1;
    context.beginPath();
    for (let row = top; row <= bottom; row++) {
      context.moveTo(grid.x + left * grid.wide, grid.y + row * grid.tall);
      context.lineTo(grid.x + right * grid.wide, grid.y + row * grid.tall);
    }
    for (let column = left; column <= right; column++) {
      context.moveTo(grid.x + column * grid.wide, grid.y + top * grid.tall);
      context.lineTo(grid.x + column * grid.wide, grid.y + bottom * grid.tall);
    }
    context.stroke();
  }

  numbers(column, tile, grid, [top, left, bottom, right]) {
    const { context, maps, page } = this;
    const size = Math.min(22, Math.max(LETTER, Math.min(grid.wide * 0.24, grid.tall * 0.5)));
    const letters = Math.max(1, Math.floor((grid.wide - 4) / (0.56 * size)));
    context.font = `500 ${size}px ${page.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let row = top; row < bottom; row++) {
      for (let across = left; across < right; across++) {
        const value = maps.valueAt(column, tile, row, across);
        if (value === undefined) return;
        const text = written(value, 3, letters);
        if (text.length > letters) continue;
        context.fillStyle = inkOn(maps.colourOf(column, tile, value));
        context.fillText(
          text,
          grid.x + (across + 0.5) * grid.wide,
          grid.y + (row + 0.5) * grid.tall,
        );
      }
    }
  }

  cellFrame(grid, [row, across]) {
    const { context, page } = this;
    const box = [grid.x + across * grid.wide, grid.y + row * grid.tall, grid.wide, grid.tall];
    for (const [colour, thickness] of [
      [page.background, 5],
      [page.accent, 3],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = thickness;
      context.strokeRect(...box);
    }
  }
}

// Where a tile's cells lie on the screen.
export function cellGrid({ camera, window, places }, index, tile, [rows, columns]) {
  const box = tileBox(places[index], tile);
  const [x, y] = onScreen(camera, window, box.x, box.y);
  const [wide, tall] = [(box.width * camera.scale) / columns, (box.height * camera.scale) / rows];
  return {
    x,
    y,
    wide,
    tall,
    // [top, left, bottom, right] of the cells in view.
    inView: (view) => [
      Math.max(0, Math.floor((view.y - y) / tall)),
      Math.max(0, Math.floor((view.x - x) / wide)),
      Math.min(rows, Math.ceil((view.y + view.height - y) / tall)),
      Math.min(columns, Math.ceil((view.x + view.width - x) / wide)),
    ],
    // [row, column] at a point of the screen.
    at: (px, py) => {
      const [row, across] = [Math.floor((py - y) / tall), Math.floor((px - x) / wide)];
      return row >= 0 && across >= 0 && row < rows && across < columns ? [row, across] : null;
    },
  };
}

function bandAcross(from, to) {
  return [
    [from.x + from.width + 2, from.y],
    [to.x - 2, to.y],
    [to.x - 2, to.y + to.height],
    [from.x + from.width + 2, from.y + from.height],
  ];
}

function bandDown(from, to) {
  return [
    [from.x, from.y + from.height + 2],
    [to.x, to.y - 2],
    [to.x + to.width, to.y - 2],
    [from.x + from.width, from.y + from.height + 2],
  ];
}
