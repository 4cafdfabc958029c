// Sliders of the stage: while one moves, the result follows here, with the geometry that
// cnnviz.shapes gives; then Python's own result takes its place. These are methods of the stage.

import { element } from "../../shared/dom.js";

export const slideMethods = {
  fillSliders() {
    const sliders = this.settings.sliders ?? [];
    const names = sliders.map(({ name }) => name).join();
    if (names !== this.sliderNames) {
      this.sliderNames = names;
      this.sliderInputs = sliders.map(({ name, label }) => {
        const range = element("input", { type: "range", step: "1", "aria-label": label });
        const shown = element("output", {});
        range.oninput = () => this.slide(name, Number(range.value));
        range.onchange = () => this.rest();
        return { name, label, range, shown };
      });
      this.sliders.replaceChildren(
        ...this.sliderInputs.map(({ label, range, shown }) =>
          element("label", {}, element("span", { text: label }), shown, range),
        ),
      );
    }
    sliders.forEach(({ least, most, value }, at) => {
      const { range, shown } = this.sliderInputs[at];
      Object.assign(range, { min: String(least), max: String(most), disabled: most <= least });
      if (range.value !== String(value)) range.value = String(value);
      shown.textContent = String(value).replace("-", "\u2212");
    });
  },

  slide(name, value) {
    this.edits.begin();
    this.slid = { ...this.slid, [name]: value };
    this.rest.cancel();
    const settings = { ...this.settings };
    settings.sliders = settings.sliders.map((one) => (one.name === name ? { ...one, value } : one));
    const kernel = { ...this.data.kernel, data: Float32Array.from(this.weights) };
    if (name === "bias") {
      const change = value - settings.bias;
      const output = { ...this.data.output, data: this.values.map((one) => one + change) };
      return this.take({ ...settings, bias: value }, { ...this.data, kernel, output });
    }
    return this.take(...this.moved({ ...settings, [name]: [value, value] }, kernel));
  },

  sendSlides() {
    this.tell("slides", { values: this.slid, serial: this.edits.send() });
    this.slid = null;
  },

  // What Python would send for these settings: where the window stands, and what it gives.
  moved(settings, kernel) {
    const { window, stride, dilation, padding, reach } = settings;
    const size = [this.height, this.width];
    const axes = [0, 1].map((axis) => {
      const extent = dilation[axis] * (window[axis] - 1) + 1;
      const [before, after] = paddingAmounts(size[axis], extent, stride[axis], padding);
      const count = Math.floor((size[axis] + before + after - extent) / stride[axis]) + 1;
      const sources = this.data[axis ? "reach_columns" : "reach_rows"];
      const from = reach - before;
      const data = sources.data.subarray(from, from + before + size[axis] + after);
      return { before, count, padded: { ...sources, shape: [data.length], data } };
    });
    const shape = [this.channels, axes[0].count, axes[1].count];
    const found = { ...settings, origin: axes.map(({ before }) => before) };
    const data = {
      ...this.data,
      kernel,
      padded_rows: axes[0].padded,
      padded_columns: axes[1].padded,
      output: {
        ...this.data.output,
        shape,
        data: new Float32Array(shape[0] * shape[1] * shape[2]),
      },
    };
    Object.assign(this, { settings: found, data, padded: null });
    [this.outRows, this.outColumns] = shape.slice(1);
    data.output.data.fill(found.bias);
    for (let row = 0; row < window[0]; row++) {
      for (let column = 0; column < window[1]; column++) {
        this.add(data.output.data, kernel.data[row * window[1] + column], row, column);
      }
    }
    return [found, data];
  },

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
  },
};

// The rule of cnnviz.shapes.padding_amounts, for "valid", "same" or a number of pixels.
export function paddingAmounts(size, extent, stride, padding) {
  if (padding === "valid") return [0, 0];
  if (padding !== "same") return [padding, padding];
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}
