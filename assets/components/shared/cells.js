// A grid of numbers on a canvas. The grid keeps its size on screen; cells rescale.

import { css, inkOn } from "../shared/colours.js";
import { sharpContext } from "../shared/dom.js";

const READABLE_LETTER = 11; // pixels: numbers give up digits to reach it, and are left out below it
const LARGEST_LETTER = 22;
const NOTED = 34; // pixels of a cell that has room for two lines

export class CellGrid {
  constructor(canvas) {
    this.canvas = canvas;
    this.rows = this.columns = 1;
    this.cell = 1;
  }

  // colour(row, column): [r, g, b], or null for an empty cell.
  // text(row, column, letters): a string, of `letters` signs at most where that is possible.
  // note(row, column): a string for below the text.
  // hatched(row, column): true where a cell is padding; crossed: true where it is crossed out.
  // marks: outlined rectangles. dots: cells with a corner filled, `strong` ones outlined too.
  // most: the largest side of a cell. even: all numbers in one size, that of the longest.
  draw(grid) {
    const { rows, columns, colour, text, page, marks = [], dots = [] } = grid;
    const context = this.size(grid);
    const { cell } = this;
    const letters = Math.max(1, Math.floor(widthOfLetters(cell) / READABLE_LETTER));
    const longest = grid.even && text ? longestText(rows, columns, text, letters) : 3;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const box = [column * cell, row * cell, cell];
        const fill = colour(row, column);
        if (fill === null) drawEmpty(context, box, page);
        else drawFilled(context, box, { grid, row, column, fill, letters, longest });
      }
    }
    if (cell >= 10) drawLines(context, rows, columns, cell, page);
    for (const dot of dots) corner(context, dot, cell, page);
    for (const mark of marks) outline(context, mark, cell, page);
  }

  // Make the canvas as large as its cells; returns its context.
  size({ rows, columns, tallest = Infinity, most = 76 }) {
    const available = this.canvas.parentElement.clientWidth;
    this.rows = rows;
    this.columns = columns;
    this.cell = Math.max(2, Math.min(available / columns, tallest / rows, most));
    const [width, height] = [this.cell * columns, this.cell * rows];
    const context = sharpContext(this.canvas, width, height);
    context.textAlign = "center";
    context.textBaseline = "middle";
    return context;
  }

  cellAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / (box.width / this.columns));
    const row = Math.floor((event.clientY - box.top) / (box.height / this.rows));
    if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) return null;
    return [row, column];
  }
}

// A letter is about 0.57 of its size wide.
function widthOfLetters(cell) {
  return cell * 1.75;
}

function longestText(rows, columns, text, letters) {
  let longest = 3;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      longest = Math.max(longest, text(row, column, letters).length);
    }
  }
  return longest;
}

function drawEmpty(context, [x, y, cell], page) {
  context.fillStyle = page.panel;
  context.fillRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
}

function drawFilled(context, box, { grid, row, column, fill, letters, longest }) {
  const [x, y, cell] = box;
  const { page } = grid;
  context.fillStyle = css(fill);
  context.fillRect(x, y, cell + 0.5, cell + 0.5);
  const isOutside = grid.hatched?.(row, column);
  const isCrossed = grid.crossed?.(row, column);
  const ink = isOutside ? page.ink : inkOn(fill);
  const behind = isOutside ? page.background : css(fill);
  if (isOutside) hatch(context, x, y, cell, page);
  if (isCrossed) cross(context, x, y, cell, ink);
  const whole = cell >= 14 ? (grid.text?.(row, column, letters) ?? "") : "";
  // Where room is scarce the zero before the point goes first.
  const text = whole.length > letters ? whole.replace(/^(\u2212?)0\./, "$1.") : whole;
  const room = widthOfLetters(cell) / Math.max(longest, text.length);
  const size = Math.min(Math.max(cell * 0.4, READABLE_LETTER), room, LARGEST_LETTER);
  if (text === "" || size < READABLE_LETTER) return;
  const said = grid.note?.(row, column) ?? "";
  const fits = cell >= NOTED && said.length * READABLE_LETTER <= widthOfLetters(cell);
  const note = fits ? said : "";
  const style = { ink, behind, font: page.font, isCrossed, isOutside };
  write(context, text, [x + cell / 2, y + cell * (note ? 0.36 : 0.52)], size, style);
  if (note) {
    const below = [x + cell / 2, y + cell * 0.77];
    const small = Math.max(READABLE_LETTER, Math.min(cell * 0.25, 13));
    write(context, note, below, small, { ...style, isCrossed: false });
  }
}

function write(context, text, [x, y], size, { ink, behind, font, isCrossed, isOutside }) {
  context.font = `500 ${size}px ${font}`;
  if (isOutside) clear(context, x, y, text, size, behind);
  if (isCrossed) {
    context.strokeStyle = behind;
    context.lineWidth = 5;
    context.strokeText(text, x, y);
  }
  context.fillStyle = ink;
  context.fillText(text, x, y);
}

// Room for a number on hatching.
function clear(context, middle, height, text, size, colour) {
  const half = context.measureText(text).width / 2 + 2;
  context.fillStyle = colour;
  context.fillRect(middle - half, height - size * 0.6, 2 * half, size * 1.2);
}

function drawLines(context, rows, columns, cell, page) {
  context.strokeStyle = page.dark ? "rgba(255,255,255,.16)" : "rgba(0,0,0,.14)";
  context.lineWidth = 1;
  context.beginPath();
  for (let row = 0; row <= rows; row++) {
    context.moveTo(0, row * cell);
    context.lineTo(columns * cell, row * cell);
  }
  for (let column = 0; column <= columns; column++) {
    context.moveTo(column * cell, 0);
    context.lineTo(column * cell, rows * cell);
  }
  context.stroke();
}

function hatch(context, x, y, cell, page) {
  context.save();
  context.beginPath();
  context.rect(x, y, cell, cell);
  context.clip();
  context.globalAlpha = 0.55;
  context.fillStyle = page.background;
  context.fillRect(x, y, cell, cell);
  context.globalAlpha = 0.35;
  context.strokeStyle = page.ink;
  context.lineWidth = 1;
  context.beginPath();
  for (let step = -cell; step < cell; step += 6) {
    context.moveTo(x + step, y + cell);
    context.lineTo(x + step + cell, y);
  }
  context.stroke();
  context.restore();
}

function cross(context, x, y, cell, ink) {
  const inset = Math.min(3, cell * 0.1);
  context.save();
  context.globalAlpha = 0.5;
  context.strokeStyle = ink;
  context.lineWidth = Math.max(1, Math.min(2, cell * 0.05));
  context.beginPath();
  context.moveTo(x + inset, y + inset);
  context.lineTo(x + cell - inset, y + cell - inset);
  context.moveTo(x + cell - inset, y + inset);
  context.lineTo(x + inset, y + cell - inset);
  context.stroke();
  context.restore();
}

// A filled corner, so that the number in the cell stays readable.
function corner(context, { row, column, strong }, cell, page) {
  const [x, y, side] = [(column + 1) * cell, row * cell, Math.max(4, cell * 0.3)];
  context.save();
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - side, y);
  context.lineTo(x, y + side);
  context.closePath();
  context.fillStyle = page.accent;
  context.strokeStyle = page.background;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
  context.restore();
  if (strong) outline(context, { row, column, height: 1, width: 1, thickness: 2 }, cell, page);
}

// Accent inside a band of the page's own background, so that it shows on any picture.
function outline(context, mark, cell, page) {
  const { row, column, height, width, colour, thickness = 3, dashed } = mark;
  const box = [column * cell, row * cell, width * cell, height * cell];
  context.save();
  context.strokeStyle = page.background;
  context.lineWidth = thickness + 2;
  context.strokeRect(...box);
  context.strokeStyle = colour ?? page.accent;
  context.lineWidth = thickness;
  if (dashed) context.setLineDash([5, 4]);
  context.strokeRect(...box);
  context.restore();
}
