// The maps that Python has sent, as pictures.

import { table } from "../../shared/colours.js";

const ZERO = 128;

export class Maps {
  // data: the message's arrays; layers: with `start` and `first`, where each one's begin.
  constructor(data, dark) {
    this.data = data;
    this.dark = dark;
    this.painted = new Map();
  }

  channelsOf(layer) {
    return Array.from(this.data.channels.data.subarray(layer.first, layer.first + layer.count));
  }

  // The least, mean and largest number of a map.
  statisticsOf(layer, tile) {
    return this.data.statistics.data.subarray(
      3 * (layer.first + tile),
      3 * (layer.first + tile) + 3,
    );
  }

  // A layer's maps, one below the other.
  tilesOf(layer) {
    const { rows, columns, count, start } = layer;
    return this.once(layer.index, columns, rows * count, (pixels) => {
      const levels = this.data.thumbnails.data;
      const bytes = table("maps", this.dark);
      const last = bytes.length / 3 - 1;
      for (let at = 0; at < rows * columns * count; at++) {
        const from = 3 * Math.round(((levels[start + at] - ZERO) / 127 + 1) * 0.5 * last);
        pixels.set([bytes[from], bytes[from + 1], bytes[from + 2], 255], at * 4);
      }
    });
  }

  picture() {
    const { data, shape } = this.data.picture;
    const [height, width] = shape;
    return this.once("picture", width, height, (pixels) => {
      for (let at = 0; at < width * height; at++) {
        pixels.set([data[3 * at], data[3 * at + 1], data[3 * at + 2], 255], at * 4);
      }
    });
  }

  // How wide and high a map is drawn, or the picture, that is to fit into a square.
  sizeIn(side, layer) {
    const [rows, columns] =
      layer.index === 0 ? this.data.picture.shape : [layer.rows, layer.columns];
    const scale = side / Math.max(rows, columns);
    return [columns * scale, rows * scale];
  }

  draw(context, layer, tile, x, y, width, height) {
    if (layer.index === 0) {
      context.drawImage(this.picture(), x, y, width, height);
      return;
    }
    const { rows, columns } = layer;
    const from = [0, tile * rows, columns, rows];
    context.drawImage(this.tilesOf(layer), ...from, x, y, width, height);
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
