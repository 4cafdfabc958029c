// What a step's kernels make of the picture, while a run is played or scrubbed: Python sends its own
// result of the step at which the run rests, and a test holds this to it.

// seen: the picture as the kernels see it, and target: what they should make of it, each
// { shape: [rows, columns], data }; corner: the row and column of the picture from which on there is
// a target. kernels: [{ rows, columns, values }]; biases: one for each.
// Gives the result, its distance from the target over the target's length, and what each ReLU
// between the kernels lets through.
export function pictureOf(kernels, biases, { seen, target, corner }) {
  let map = seen;
  const hidden = [];
  kernels.forEach((kernel, at) => {
    map = convolved(map, kernel, biases[at]);
    if (at < kernels.length - 1) {
      map.data.forEach((value, place) => {
        if (value < 0) map.data[place] = 0;
      });
      hidden.push({ ...map, limit: map.data.reduce((most, value) => Math.max(most, value), 0) });
    }
  });
  const result = cut(map, corner, target.shape);
  return { result, error: distance(result, target.data), hidden };
}

function cut({ shape, data }, [top, left], [rows, columns]) {
  const part = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = (top + row) * shape[1] + left;
    part.set(data.subarray(from, from + columns), row * columns);
  }
  return part;
}

function convolved({ shape, data }, { rows, columns, values }, bias) {
  const [height, width] = [shape[0] - rows + 1, shape[1] - columns + 1];
  const sums = new Float32Array(height * width).fill(bias);
  // Tap by tap: the inner loop runs along memory.
  for (let tap = 0; tap < rows * columns; tap++) {
    const weight = values[tap];
    if (weight === 0) continue;
    const first = Math.floor(tap / columns) * shape[1] + (tap % columns);
    for (let row = 0; row < height; row++) {
      const [from, to] = [first + row * shape[1], row * width];
      for (let column = 0; column < width; column++) {
        sums[to + column] += weight * data[from + column];
      }
    }
  }
  return { shape: [height, width], data: sums };
}

function distance(result, target) {
  let [apart, length] = [0, 0];
  target.forEach((value, at) => {
    apart += (result[at] - value) ** 2;
    length += value ** 2;
  });
  if (length > 0) return Math.sqrt(apart / length);
  return apart === 0 ? 0 : Infinity;
}
