// The maps that Python has sent, as pictures: small ones of all, and one as it is.

import { paint, signedColour, table } from "../../shared/colours.js";

const NOTHING = 128; // the level of zero
const LIGHTS = { red: [1, 0, 0], green: [0, 1, 0], blue: [0, 0, 1], grey: [1, 1, 1] };

export class Maps {
  // columns: of the message, with `start` and `first`, where each one's maps begin.
  constructor({ settings, arrays }, columns, dark) {
    this.arrays = arrays;
    this.columns = columns;
    this.bytes = table("maps", dark);
    this.painted = new Map();
    this.exact = arrays.exact && { ...settings.exact, ...sizeOf(arrays.exact) };
  }

  channelOf(column, tile) {
    return this.arrays.channels.data[column.first + tile];
  }

  tileOf(column, channel) {
    const { data } = this.arrays.channels;
    for (let tile = 0; tile < column.count; tile++) {
      if (data[column.first + tile] === channel) return tile;
    }
    return -1;
  }

  // The least, mean and largest number of a map.
  statisticsOf(column, tile) {
    const at = 3 * (column.first + tile);
    return this.arrays.statistics.data.subarray(at, at + 3);
  }

  // How many cells a map really has: [rows, columns].
  cellsOf(column) {
    return column.vector ? [1, 1] : column.shape;
  }

  // The number in a cell; undefined where it has not been sent.
  valueAt(column, tile, row, across) {
    if (column.vector) return this.statisticsOf(column, tile)[1];
    const exact = this.exactOf(column, tile);
    return exact && exact.values[row * exact.columns + across];
  }

  exactOf(column, tile) {
    const { exact } = this;
    const fits = exact?.layer === column.name && exact.channel === this.channelOf(column, tile);
    return fits ? exact : null;
  }

  // The colour of a number of a column.
  colourOf(column, tile, value) {
    if (!column.input) return signedColour(value, column.limit, this.bytes);
    const channel = this.channelOf(column, tile);
    const [black, white] = [column.black[channel], column.white[channel]];
    const level = Math.max(0, Math.min(1, (value - black) / (white - black)));
    return this.lightOf(column, channel).map((part) => Math.round(255 * level * part));
  }

  lightOf({ names }, channel) {
    return LIGHTS[names?.[channel]] ?? LIGHTS.grey;
  }

  // Draw a map into a box, as fine as it is there.
  draw(context, column, tile, { x, y, width, height }) {
    const exact = this.exactOf(column, tile);
    if (exact) {
      context.drawImage(this.exactPicture(column, tile, exact), x, y, width, height);
      return;
    }
    const { rows, columns } = column;
    context.drawImage(this.sheet(column), 0, tile * rows, columns, rows, x, y, width, height);
  }

  drawPicture(context, { x, y, width, height }) {
    const { data, shape } = this.arrays.picture;
    const picture = this.once("picture", shape[1], shape[0], (pixels) => {
      for (let at = 0; at < shape[0] * shape[1]; at++) {
        pixels.set([data[3 * at], data[3 * at + 1], data[3 * at + 2], 255], at * 4);
      }
    });
    context.drawImage(picture, x, y, width, height);
  }

  // A column's maps, one below the other.
  sheet(column) {
    const { rows, columns, count, start } = column;
    return this.once(column.name, columns, rows * count, (pixels) => {
      const levels = this.arrays.thumbnails.data;
      const last = this.bytes.length / 3 - 1;
      for (let at = 0; at < rows * columns * count; at++) {
        const level = levels[start + at];
        if (column.input) {
          const light = this.lightOf(
            column,
            this.channelOf(column, Math.floor(at / rows / columns)),
          );
          pixels.set([level * light[0], level * light[1], level * light[2], 255], at * 4);
          continue;
        }
        const from = 3 * Math.round(((level - NOTHING) / 127 + 1) * 0.5 * last);
        pixels.set(this.bytes.subarray(from, from + 3), at * 4);
        pixels[4 * at + 3] = 255;
      }
    });
  }

  exactPicture(column, tile, { rows, columns, values }) {
    return this.once("exact", columns, rows, (pixels) => {
      if (column.input) {
        values.forEach((value, at) => pixels.set(this.colourOf(column, tile, value), 4 * at));
        for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
      } else {
        const ends = [-column.limit, column.limit];
        paint(pixels, values, rows * columns, "signed", ends, this.bytes);
      }
    });
  }

  once(key, width, height, fill) {
    if (this.painted.has(key)) return this.painted.get(key);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    fill(image.data);
    context.putImageData(image, 0, 0);
    this.painted.set(key, canvas);
    return canvas;
  }
}

function sizeOf({ data, shape }) {
  return { values: data, rows: shape[0], columns: shape[1] };
}

// The columns, each with where its maps begin among all that were sent.
export function numbered(columns) {
  let [start, first] = [0, 0];
  return columns.map((column, index) => {
    const made = { ...column, index, start, first };
    start += column.count * column.rows * column.columns;
    first += column.count;
    return made;
  });
}
