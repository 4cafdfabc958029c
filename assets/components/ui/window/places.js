// Where things lie: from places of the padded input to pixels, windows, outputs and back. These
// are methods of the stage.

export const placeMethods = {
  paddedPlanes() {
    if (this.padded) return this.padded;
    const rows = this.data.padded_rows.data;
    const columns = this.data.padded_columns.data;
    const size = rows.length * columns.length;
    const padded = new Float32Array(this.channels * size);
    const pixels = this.inputPlanes;
    for (let channel = 0; channel < this.channels; channel++) {
      for (let row = 0; row < rows.length; row++) {
        if (rows[row] < 0) continue;
        const from = (channel * this.height + rows[row]) * this.width;
        const to = channel * size + row * columns.length;
        for (let column = 0; column < columns.length; column++) {
          if (columns[column] >= 0) padded[to + column] = pixels[from + columns[column]];
        }
      }
    }
    this.padded = padded;
    return padded;
  },

  inputAt(row, column, channel = this.channel) {
    const source = this.data.padded_rows.data[row];
    const across = this.data.padded_columns.data[column];
    if (source < 0 || across < 0 || source === undefined || across === undefined) return 0;
    return this.inputPlanes[(channel * this.height + source) * this.width + across];
  },

  // Padding, or a zero that a transposed convolution inserts: not a cell of the input itself.
  outside(row, column) {
    const [top, left] = this.settings.origin;
    const { padded_rows: rows, padded_columns: columns } = this.data;
    if (rows.data[row] < 0 || columns.data[column] < 0) return true;
    const spread = this.settings.spread ?? [1, 1];
    const [down, across] = [row - top, column - left];
    return (
      down < 0 ||
      across < 0 ||
      down > (this.height - 1) * spread[0] ||
      across > (this.width - 1) * spread[1]
    );
  },

  outputAt(row, column, channel = this.channel) {
    const channels = this.data.output.shape[0];
    return this.values[
      (Math.min(channel, channels - 1) * this.outRows + row) * this.outColumns + column
    ];
  },

  fromInput(event) {
    const box = this.input.frame.firstChild.getBoundingClientRect();
    const spread = this.settings.spread ?? [1, 1];
    const row = ((event.clientY - box.top) / box.height) * this.height * spread[0];
    const column = ((event.clientX - box.left) / box.width) * this.width * spread[1];
    const [top, left] = this.settings.origin;
    const [down, across] = this.settings.stride;
    return [
      Math.floor((row + top - this.extent[0] / 2) / down + 0.5),
      Math.floor((column + left - this.extent[1] / 2) / across + 0.5),
    ];
  },

  fromOutput(event) {
    const box = this.output.frame.firstChild.getBoundingClientRect();
    return [
      Math.floor(((event.clientY - box.top) / box.height) * this.outRows),
      Math.floor(((event.clientX - box.left) / box.width) * this.outColumns),
    ];
  },

  fromNear(event, place = this.near) {
    const cell = place.cells.cellAt(event);
    this.stamp = null;
    if (!cell) return null;
    if (this.settings.mode === "transposed" && !this.outside(...cell)) {
      // Here a pixel is what writes: show all that it writes rather than one window.
      this.stamp = cell;
      return this.focus;
    }
    return [0, 1].map((axis) => {
      const most = this.zoomed[axis] - 1;
      const at = (cell[axis] - (this.extent[axis] - 1) / 2) / this.settings.stride[axis];
      return this.anchor[axis] + Math.max(0, Math.min(most, Math.round(at)));
    });
  },

  fromFar(event) {
    const cell = this.far.cells.cellAt(event);
    return cell && [this.anchor[0] + cell[0], this.anchor[1] + cell[1]];
  },

  // The first cell of the input's own in the middle of the window, in cells of the zoom.
  middle() {
    const { stride, dilation, window } = this.settings;
    return [0, 1].map(
      (axis) =>
        (this.focus[axis] - this.anchor[axis]) * stride[axis] +
        Math.floor((window[axis] - 1) / 2) * dilation[axis],
    );
  },

  // Whether the window of an output has a tap on a place of the padded input.
  touches([row, column], place) {
    const { stride, dilation, window } = this.settings;
    return [row, column].every((at, axis) => {
      const offset = place[axis] - at * stride[axis];
      return offset >= 0 && offset % dilation[axis] === 0 && offset / dilation[axis] < window[axis];
    });
  },

  // Rows and columns of the zoom on the input.
  nearSize() {
    return [0, 1].map((axis) =>
      this.settings.pictures
        ? (this.zoomed[axis] - 1) * this.settings.stride[axis] + this.extent[axis]
        : [this.data.padded_rows, this.data.padded_columns][axis].data.length,
    );
  },

  tapPlace(row, column) {
    return this.settings.flip
      ? [this.kernelRows - 1 - row, this.kernelColumns - 1 - column]
      : [row, column];
  },

  windowCells() {
    const { stride, dilation, flip } = this.settings;
    const cells = [];
    for (let row = 0; row < this.kernelRows; row++) {
      for (let column = 0; column < this.kernelColumns; column++) {
        const down = this.focus[0] * stride[0] + row * dilation[0];
        const across = this.focus[1] * stride[1] + column * dilation[1];
        const at = flip
          ? (this.kernelRows - 1 - row) * this.kernelColumns + (this.kernelColumns - 1 - column)
          : row * this.kernelColumns + column;
        const value = this.inputAt(down, across);
        const weight = this.weights ? this.weights[at] : 1;
        const outside = this.outside(down, across);
        cells.push({ row, column, down, across, value, weight, outside, product: value * weight });
      }
    }
    return cells;
  },

  // The pixel that won the window of an output, as a place of the padded input.
  winner(row, column) {
    const { winners } = this.data;
    const { stride } = this.settings;
    const plane = Math.min(this.channel, winners.shape[0] - 1) * this.outRows;
    const tap = winners.data[(plane + row) * this.outColumns + column];
    return [
      row * stride[0] + Math.floor(tap / this.kernelColumns),
      column * stride[1] + (tap % this.kernelColumns),
    ];
  },

  // The winners of all windows in the zoom whose first place is `first`.
  winnersShown(first) {
    if (!this.data.winners) return [];
    const dots = [];
    for (let row = 0; row < this.zoomed[0]; row++) {
      for (let column = 0; column < this.zoomed[1]; column++) {
        const [down, across] = [this.anchor[0] + row, this.anchor[1] + column];
        const place = this.winner(down, across);
        const here = down === this.focus[0] && across === this.focus[1];
        dots.push({ row: place[0] - first[0], column: place[1] - first[1], strong: here });
      }
    }
    return dots;
  },

  // In the zoomed patch, the cells that the weight in hand meets from every window shown.
  touchedMarks(rows, columns) {
    const { stride, dilation } = this.settings;
    const [down, across] = this.tapPlace(...this.weight);
    const marks = [];
    for (let line = 0; line < this.zoomed[0]; line++) {
      for (let place = 0; place < this.zoomed[1]; place++) {
        const [row, column] = [
          line * stride[0] + down * dilation[0],
          place * stride[1] + across * dilation[1],
        ];
        if (row < rows && column < columns) {
          const here =
            line === this.focus[0] - this.anchor[0] && place === this.focus[1] - this.anchor[1];
          marks.push({ row, column, height: 1, width: 1, thickness: here ? 4 : 1.5 });
        }
      }
    }
    return marks;
  },

  // The weight that the window of an output lays on a place of the padded input.
  weightOn(cell, place) {
    const { stride, dilation } = this.settings;
    const tap = [0, 1].map((axis) => (place[axis] - cell[axis] * stride[axis]) / dilation[axis]);
    const [row, column] = this.tapPlace(...tap);
    return this.weights[row * this.kernelColumns + column];
  },

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
  },

  // Those of them in the zoom, as marks.
  litMarks(place) {
    return this.touching(place)
      .map((cell) => cell.map((at, axis) => at - this.anchor[axis]))
      .filter((cell) => cell.every((at, axis) => at >= 0 && at < this.zoomed[axis]))
      .map(([row, column]) => ({ row, column, height: 1, width: 1 }));
  },
};
