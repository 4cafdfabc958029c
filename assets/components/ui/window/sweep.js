// A convolution at other settings of its sliders, with the geometry that cnnviz.shapes gives: what
// is shown until Python's own result is there.

import { Places } from "./places.js";

// What Python would send if `name` (stride, dilation or bias) had another value.
export function swept(places, name, value) {
  const { data, values, weights } = places;
  const settings = {
    ...places.settings,
    sliders: places.settings.sliders.map((one) => (one.name === name ? { ...one, value } : one)),
  };
  const kernel = { ...data.kernel, data: Float32Array.from(weights) };
  if (name === "bias") {
    const change = value - settings.bias;
    const output = { ...data.output, data: values.map((one) => one + change) };
    return [
      { ...settings, bias: value },
      { ...data, kernel, output },
    ];
  }
  return moved(places, { ...settings, [name]: [value, value] }, kernel);
}

// The same layer on other pixels of the same size.
export function refiltered(places, planes) {
  const there = new Places(places.settings, places.data, planes);
  const kernel = { ...places.data.kernel, data: Float32Array.from(places.weights) };
  return moved(there, places.settings, kernel);
}

function moved(places, settings, kernel) {
  const { window, stride, dilation, padding, reach, bias } = settings;
  const axes = [places.height, places.width].map((size, axis) => {
    const extent = dilation[axis] * (window[axis] - 1) + 1;
    const [before, after] = paddingAmounts(size, extent, stride[axis], padding);
    const count = Math.floor((size + before + after - extent) / stride[axis]) + 1;
    const sources = places.data[axis ? "reach_columns" : "reach_rows"];
    const from = reach - before;
    const data = sources.data.subarray(from, from + before + size + after);
    return { before, count, padded: { ...sources, shape: [data.length], data } };
  });
  const shape = [places.channels, axes[0].count, axes[1].count];
  const output = new Float32Array(shape[0] * shape[1] * shape[2]).fill(bias);
  const found = { ...settings, origin: axes.map(({ before }) => before) };
  const data = {
    ...places.data,
    kernel,
    padded_rows: axes[0].padded,
    padded_columns: axes[1].padded,
    output: { ...places.data.output, shape, data: output },
  };
  const there = new Places(found, data, places.planes);
  for (let row = 0; row < window[0]; row++) {
    for (let column = 0; column < window[1]; column++) {
      there.add(output, there.weightAt(row, column), row, column);
    }
  }
  return [found, data];
}

// The rule of cnnviz.shapes.padding_amounts, for "valid", "same" or a number of pixels.
export function paddingAmounts(size, extent, stride, padding) {
  if (padding === "valid") return [0, 0];
  if (padding !== "same") return [padding, padding];
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}
