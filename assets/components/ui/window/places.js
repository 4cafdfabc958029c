// Where things lie, and what lies there: from places of the padded input to pixels, windows,
// outputs and back. It knows what Python has sent and nothing of the page.

export class Places {
  // planes: the input's numbers, one channel after the other.
  constructor(settings, data, planes) {
    Object.assign(this, { settings, data, planes });
    [this.height, this.width, this.channels] = data.input.shape;
    [this.outRows, this.outColumns] = data.output.shape.slice(1);
    [this.kernelRows, this.kernelColumns] = settings.window;
    this.extent = [0, 1].map((axis) => settings.dilation[axis] * (settings.window[axis] - 1) + 1);
    this.spread = settings.spread ?? [1, 1];
    this.values = data.output.data;
    this.weights = data.kernel ? Array.from(data.kernel.data) : null;
  }

  // ---- the input ------------------------------------------------------------------------------

  paddedPlanes() {
    if (this.padded) return this.padded;
    const rows = this.data.padded_rows.data;
    const columns = this.data.padded_columns.data;
    const size = rows.length * columns.length;
    const padded = new Float32Array(this.channels * size);
    for (let channel = 0; channel < this.channels; channel++) {
      for (let row = 0; row < rows.length; row++) {
        if (rows[row] < 0) continue;
        const from = (channel * this.height + rows[row]) * this.width;
        const to = channel * size + row * columns.length;
        for (let column = 0; column < columns.length; column++) {
          if (columns[column] >= 0) padded[to + column] = this.planes[from + columns[column]];
        }
      }
    }
    this.padded = padded;
    return padded;
  }

  // The pixel that stands at a place of the padded input, as [row, column]; negative for none.
  sourceOf([row, column]) {
    return [this.data.padded_rows.data[row], this.data.padded_columns.data[column]];
  }

  inputAt([row, column], channel) {
    const [down, across] = this.sourceOf([row, column]);
    if (down < 0 || across < 0 || down === undefined || across === undefined) return 0;
    return this.planes[(channel * this.height + down) * this.width + across];
  }

  // Padding, or a zero that a transposed convolution inserts: not a cell of the input itself.
  isOutside([row, column]) {
    const [top, left] = this.settings.origin;
    const [source, beside] = this.sourceOf([row, column]);
    if (source < 0 || beside < 0) return true;
    const [down, across] = [row - top, column - left];
    return (
      down < 0 ||
      across < 0 ||
      down > (this.height - 1) * this.spread[0] ||
      across > (this.width - 1) * this.spread[1]
    );
  }

  // Where a pixel of the input, counted row by row, lies among the zeros between and around.
  placeOf(index) {
    const cell = [Math.floor(index / this.width), index % this.width];
    return cell.map((at, axis) => this.settings.origin[axis] + at * this.spread[axis]);
  }

  // ---- the output -----------------------------------------------------------------------------

  outputAt([row, column], channel) {
    const plane = Math.min(channel, this.data.output.shape[0] - 1);
    return this.values[(plane * this.outRows + row) * this.outColumns + column];
  }

  // The nearest output to a cell that may lie beyond the border.
  within([row, column]) {
    return [
      Math.max(0, Math.min(this.outRows - 1, row)),
      Math.max(0, Math.min(this.outColumns - 1, column)),
    ];
  }

  // ---- windows --------------------------------------------------------------------------------

  // Which weight stands at a tap of the window: the other way round where the kernel is flipped.
  tapPlace(row, column) {
    return this.settings.flip
      ? [this.kernelRows - 1 - row, this.kernelColumns - 1 - column]
      : [row, column];
  }

  // Every tap of the window of an output: its weight, what it meets, and their product.
  windowCells([row, column], channel) {
    const { stride, dilation } = this.settings;
    const cells = [];
    for (let tap = 0; tap < this.kernelRows * this.kernelColumns; tap++) {
      const [down, across] = [Math.floor(tap / this.kernelColumns), tap % this.kernelColumns];
      const place = [
        row * stride[0] + down * dilation[0],
        column * stride[1] + across * dilation[1],
      ];
      const value = this.inputAt(place, channel);
      const weight = this.weights ? this.weightAt(...this.tapPlace(down, across)) : 1;
      cells.push({ value, weight, isOutside: this.isOutside(place), product: value * weight });
    }
    return cells;
  }

  weightAt(row, column) {
    return this.weights[row * this.kernelColumns + column];
  }

  // The tap with which the window of an output meets a place of the padded input; null for none.
  tapOn(cell, place) {
    const { stride, dilation, window } = this.settings;
    const tap = [0, 1].map((axis) => (place[axis] - cell[axis] * stride[axis]) / dilation[axis]);
    const isTap = tap.every((at, axis) => Number.isInteger(at) && at >= 0 && at < window[axis]);
    return isTap ? tap : null;
  }

  // The weight that the window of an output lays on a place of the padded input.
  weightOn(cell, place) {
    return this.weightAt(...this.tapPlace(...this.tapOn(cell, place)));
  }

  // The outputs whose windows have a tap on a place of the padded input, row by row.
  touching(place) {
    const { stride, dilation, window } = this.settings;
    const along = (axis, count) =>
      Array.from(
        { length: window[axis] },
        (_, tap) => (place[axis] - (window[axis] - 1 - tap) * dilation[axis]) / stride[axis],
      ).filter((at) => Number.isInteger(at) && at >= 0 && at < count);
    const columns = along(1, this.outColumns);
    return along(0, this.outRows).flatMap((row) => columns.map((column) => [row, column]));
  }

  // The pixel that won the window of an output, as a place of the padded input.
  winner([row, column], channel) {
    const { winners } = this.data;
    const { stride } = this.settings;
    const plane = Math.min(channel, winners.shape[0] - 1) * this.outRows;
    const tap = winners.data[(plane + row) * this.outColumns + column];
    return [
      row * stride[0] + Math.floor(tap / this.kernelColumns),
      column * stride[1] + (tap % this.kernelColumns),
    ];
  }

  // What stands in the output of a transposed convolution once the pixels up to `last` have
  // written; NaN where nothing has been written yet.
  writtenSoFar(last, channel) {
    const values = new Float32Array(this.outRows * this.outColumns).fill(NaN);
    for (let index = 0; index <= last; index++) {
      const place = this.placeOf(index);
      const value = this.inputAt(place, channel);
      for (const cell of this.touching(place)) {
        const at = cell[0] * this.outColumns + cell[1];
        const before = Number.isNaN(values[at]) ? 0 : values[at];
        values[at] = before + value * this.weightOn(cell, place);
      }
    }
    return values;
  }

  // Give a weight another value, and the output what follows from it. Python's own stays as it is.
  setWeight(row, column, value) {
    const at = row * this.kernelColumns + column;
    const change = value - this.weights[at];
    if (change === 0) return;
    this.weights[at] = value;
    if (this.values === this.data.output.data) this.values = Float32Array.from(this.values);
    this.add(this.values, change, row, column);
  }

  // Add a weight times what it meets, to the number of every output cell.
  add(values, weight, row, column) {
    if (weight === 0) return;
    const { stride, dilation } = this.settings;
    const [down, across] = this.tapPlace(row, column);
    const width = this.data.padded_columns.data.length;
    const plane = this.data.padded_rows.data.length * width;
    const padded = this.paddedPlanes();
    let to = 0;
    for (let channel = 0; channel < this.channels; channel++) {
      for (let line = 0; line < this.outRows; line++) {
        let from =
          channel * plane + (line * stride[0] + down * dilation[0]) * width + across * dilation[1];
        for (let place = 0; place < this.outColumns; place++) {
          values[to++] += weight * padded[from];
          from += stride[1];
        }
      }
    }
  }
}
