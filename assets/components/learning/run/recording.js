// What has been recorded of a run so far, in one piece however it was sent.

import { pictureOf } from "./pictures.js";

const MOST_PICTURES = 64;

export class Recording {
  // material: { seen, target, corner } as pictureOf has them.
  constructor(kernels, material) {
    this.material = material;
    this.kernels = Array.from({ length: kernels }, () => ({
      values: [],
      slopes: [],
      rows: 0,
      columns: 0,
    }));
    this.chapters = 0;
    this.states = 0;
    this.losses = new Float32Array(0);
    this.steps = new Float32Array(0);
    this.distances = null;
    this.biases = [];
    this.shares = [];
    this.tops = [];
    this.lefts = [];
    this.pictures = new Map();
    this.ended = this.diverged = false;
  }

  get last() {
    return this.states - 1;
  }

  // Take a chapter in; true if it was the next one. Its first state is the last one of the
  // chapter before, now with its batch.
  add(settings, arrays) {
    if (settings.chapter !== this.chapters) return false;
    const { first } = settings;
    const states = arrays.losses.shape[0];
    this.states = first + states;
    this.losses = joined(this.losses, first, arrays.losses.data);
    this.steps = Float32Array.from({ length: this.states }, (_, step) => step);
    this.kernels.forEach((kernel, at) => {
      const { data, shape } = arrays[`kernels${at}`];
      [kernel.rows, kernel.columns] = shape.slice(1);
      const size = kernel.rows * kernel.columns;
      const slopes = arrays[`slopes${at}`].data;
      for (let state = 0; state < states; state++) {
        kernel.values[first + state] = data.subarray(state * size, (state + 1) * size);
        kernel.slopes[first + state] = slopes.subarray(state * size, (state + 1) * size);
      }
    });
    const rows = (name, into) => {
      if (!arrays[name]) return;
      const { data, shape } = arrays[name];
      for (let state = 0; state < states; state++) {
        into[first + state] = data.subarray(state * shape[1], (state + 1) * shape[1]);
      }
    };
    rows("biases", this.biases);
    rows("shares", this.shares);
    rows("tops", this.tops);
    rows("lefts", this.lefts);
    if (arrays.distances) rows("distances", (this.distances ??= []));
    this.ended = settings.ended;
    this.diverged = settings.diverged;
    this.chapters += 1;
    return true;
  }

  // Keep Python's own picture of a step.
  keep(step, arrays) {
    if (step >= this.states) return;
    this.put(step, {
      exact: true,
      result: arrays.exact.data,
      error: arrays.exact_error.data[0],
      hidden: hiddenOf(arrays),
    });
  }

  put(step, picture) {
    this.pictures.delete(step);
    if (this.pictures.size >= MOST_PICTURES) {
      this.pictures.delete(this.pictures.keys().next().value);
    }
    this.pictures.set(step, picture);
    return picture;
  }

  picture(step) {
    const found = this.pictures.get(step);
    if (found) return found;
    const kernels = this.kernels.map((_, kernel) => this.weights(kernel, step));
    const picture = pictureOf(kernels, this.biases[step], this.material);
    return this.put(step, { exact: false, ...picture });
  }

  weights(kernel, step) {
    const { rows, columns, values } = this.kernels[kernel];
    return { rows, columns, values: values[step] };
  }

  slopes(kernel, step) {
    return this.kernels[kernel].slopes[step];
  }

  // What the next step adds to each weight; null after the last one that is known.
  changes(kernel, step) {
    const { values } = this.kernels[kernel];
    if (step + 1 >= this.states) return null;
    return values[step].map((value, at) => values[step + 1][at] - value);
  }

  bias(kernel, step) {
    return this.biases[step][kernel];
  }

  share(kernel, step) {
    return kernel < this.kernels.length - 1 ? this.shares[step][kernel] : null;
  }

  patches(step) {
    return { tops: this.tops[step], lefts: this.lefts[step] };
  }

  // The weight with the steepest slope: [kernel, row, column].
  steepest(step) {
    let [most, found] = [-1, [0, 0, 0]];
    this.kernels.forEach(({ columns, slopes }, kernel) => {
      slopes[step].forEach((slope, at) => {
        if (Math.abs(slope) > most) {
          most = Math.abs(slope);
          found = [kernel, Math.floor(at / columns), at % columns];
        }
      });
    });
    return found;
  }

  growth() {
    return this.losses[this.last] / this.losses[0];
  }
}

function hiddenOf(arrays) {
  const found = [];
  for (let kernel = 0; arrays[`exact_hidden${kernel}`]; kernel++) {
    const { data, shape } = arrays[`exact_hidden${kernel}`];
    const limit = arrays.exact_hidden_limits.data[kernel];
    found.push({ shape: shape.slice(1), data, limit, bytes: true });
  }
  return found;
}

function joined(values, first, more) {
  const all = new Float32Array(first + more.length);
  all.set(values.subarray(0, first));
  all.set(more, first);
  return all;
}
