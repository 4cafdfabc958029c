// The numbers of three channels that add up: Python's arrays, and what they become while a weight
// or the bias is dragged, a channel is muted or another filter is looked at. A partial map is the
// old one + change of weight * shifted channel; the sum adds the partial maps that are heard; the
// activation is read from a table that Python sends along.

const CHANNELS = [0, 1, 2];

export class Mix {
  constructor(settings, arrays) {
    this.settings = settings;
    this.data = arrays;
    [, this.height, this.width] = arrays.pixels.shape;
    [, this.rows, this.columns] = arrays.partial.shape;
    this.side = settings.side;
    this.size = this.rows * this.columns;
    const taps = this.side * this.side;
    this.base = CHANNELS.map((channel) =>
      arrays.partial.data.subarray(channel * this.size, (channel + 1) * this.size),
    );
    this.partial = [...this.base];
    this.total = arrays.sum.data;
    this.activated = arrays.result.data;
    this.kernels = CHANNELS.map((channel) =>
      Array.from(arrays.kernels.data.subarray(channel * taps, (channel + 1) * taps)),
    );
    this.bias = settings.bias;
    this.muted = [...settings.muted];
    this.moved = CHANNELS.map(() => new Map());
    this.padded = [];
  }

  // ---- the picture --------------------------------------------------------------------------

  // Where a place of the padded picture lies within a channel's pixels; -1 in the padding.
  source(row, column) {
    const [top, left] = this.settings.origin;
    const [down, across] = [row - top, column - left];
    if (down < 0 || across < 0 || down >= this.height || across >= this.width) return -1;
    return down * this.width + across;
  }

  byteAt(channel, at) {
    return this.data.pixels.data[channel * this.height * this.width + at];
  }

  levelOf(channel, byte) {
    return this.data.levels.data[channel * 256 + byte];
  }

  // What the window on a cell holds: pixel, weight and product of each channel and tap.
  window([line, place]) {
    const { stride } = this.settings;
    return CHANNELS.map((channel) => {
      const cells = [];
      for (let tap = 0; tap < this.side * this.side; tap++) {
        const row = line * stride + Math.floor(tap / this.side);
        const column = place * stride + (tap % this.side);
        const at = this.source(row, column);
        const byte = at < 0 ? 0 : this.byteAt(channel, at); // padding is zero
        const value = at < 0 ? 0 : this.levelOf(channel, byte);
        cells.push({ outside: at < 0, byte, value, product: value * this.kernels[channel][tap] });
      }
      return cells;
    });
  }

  // ---- while something moves ----------------------------------------------------------------

  // Other pixels of the same size: RGBA bytes, as a camera gives them.
  see(bytes) {
    const size = this.height * this.width;
    const pixels = new Uint8Array(3 * size);
    for (const channel of CHANNELS) {
      for (let at = 0; at < size; at++) pixels[channel * size + at] = bytes[4 * at + channel];
    }
    this.data = { ...this.data, pixels: { ...this.data.pixels, data: pixels } };
    this.padded = [];
    const taps = this.side * this.side;
    for (const channel of CHANNELS) {
      const kernel = this.data.kernels.data.subarray(channel * taps, (channel + 1) * taps);
      this.base[channel] = this.added(channel, new Float32Array(this.size), kernel.entries());
      this.partial[channel] = this.shifted(channel);
    }
  }

  // Another weight; `channels` are those that it is changed on.
  move(channels, row, column, value) {
    const tap = row * this.side + column;
    const taps = this.side * this.side;
    for (const channel of channels) {
      this.kernels[channel][tap] = value;
      this.moved[channel].set(tap, value - this.data.kernels.data[channel * taps + tap]);
      this.partial[channel] = this.shifted(channel);
    }
  }

  // Another trained filter: all its weights and its bias at once.
  take(number) {
    const taps = this.side * this.side;
    const { filters, filter_biases: biases, kernels } = this.data;
    for (const channel of CHANNELS) {
      for (let tap = 0; tap < taps; tap++) {
        const value = filters.data[((number - 1) * 3 + channel) * taps + tap];
        this.kernels[channel][tap] = value;
        this.moved[channel].set(tap, value - kernels.data[channel * taps + tap]);
      }
      this.partial[channel] = this.shifted(channel);
    }
    this.bias = biases.data[number - 1];
  }

  // Old map + change of weight * the channel as that weight sees it.
  shifted(channel) {
    return this.added(channel, Float32Array.from(this.base[channel]), this.moved[channel]);
  }

  // A map + each of some weights * the channel as that weight sees it.
  added(channel, map, weights) {
    const { stride } = this.settings;
    const [padded, wide] = this.paddedPlane(channel);
    for (const [tap, change] of weights) {
      if (change === 0) continue;
      let to = 0;
      for (let line = 0; line < this.rows; line++) {
        let from = (line * stride + Math.floor(tap / this.side)) * wide + (tap % this.side);
        for (let place = 0; place < this.columns; place++) {
          map[to++] += change * padded[from];
          from += stride;
        }
      }
    }
    return map;
  }

  // The channel's numbers with its padding, and how many stand in a row.
  paddedPlane(channel) {
    const { stride } = this.settings;
    const [high, wide] = [this.rows, this.columns].map((n) => (n - 1) * stride + this.side);
    if (!this.padded[channel]) {
      const plane = new Float32Array(high * wide);
      for (let at = 0; at < plane.length; at++) {
        const place = this.source(Math.floor(at / wide), at % wide);
        plane[at] = place < 0 ? 0 : this.levelOf(channel, this.byteAt(channel, place));
      }
      this.padded[channel] = plane;
    }
    return [this.padded[channel], wide];
  }

  // Add up what is heard, and activate it.
  follow() {
    const total = new Float32Array(this.size);
    this.partial.forEach((map, channel) => {
      if (this.muted[channel]) return;
      for (let at = 0; at < this.size; at++) total[at] += map[at];
    });
    const activated = new Float32Array(this.size);
    for (let at = 0; at < this.size; at++) activated[at] = this.activate(total[at] + this.bias);
    Object.assign(this, { total, activated });
  }

  activate(input) {
    const { data } = this.data.table;
    const { reach } = this.settings;
    const place = ((input + reach) / (2 * reach)) * (data.length - 1);
    const left = Math.max(0, Math.min(data.length - 2, Math.floor(place)));
    return data[left] + (place - left) * (data[left + 1] - data[left]);
  }

  // What Python is told when the hand has finished.
  sent() {
    return {
      side: this.side,
      kernels: this.kernels.map((kernel) => [...kernel]),
      bias: this.bias,
      muted: [...this.muted],
    };
  }
}
