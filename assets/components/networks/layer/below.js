// Below the wall: the kernel of the map in hand, and how numbers and weights are spread.

import { element } from "../../shared/dom.js";
import { percent } from "./facts.js";
import { KernelPanel, SpreadPanel } from "./panels.js";

export class Below {
  constructor() {
    this.kernel = new KernelPanel();
    this.numbers = new SpreadPanel("Activations");
    this.weights = new SpreadPanel("Weights");
    this.panels = [this.kernel, this.numbers, this.weights];
    this.section = element(
      "div",
      { class: "panels" },
      ...this.panels.map(({ section }) => section),
    );
  }

  measure() {
    this.panels.forEach((panel) => panel.measure());
  }

  show(channel, { data, settings, vector, page }) {
    const { layer, kernels, first, zeros } = settings;
    const name = `${vector ? "number" : "map"} ${channel + first}`;
    this.showKernel(channel, { data, settings, name, page });
    const bins = data.all_counts.data.length;
    const part = (counts) => counts?.data.subarray(channel * bins, (channel + 1) * bins) ?? null;
    const left = zeros > 0 ? `The ${percent(zeros)} that are exactly 0 are left out. ` : "";
    const what = vector ? "" : `Bars: all maps of ${layer.name}; line: ${name}.`;
    this.numbers.show({
      all: data.all_counts.data,
      one: part(data.counts),
      edges: data.edges.data,
      words: `${left}${what}`,
      what: "numbers",
      name,
      page,
    });
    this.weights.section.style.display = kernels ? "" : "none";
    if (!kernels) return;
    this.weights.show({
      all: data.all_kernel_counts.data,
      one: part(data.kernel_counts),
      edges: data.kernel_edges.data,
      words: `Bars: all kernels of ${layer.name}; line: those of ${name}.`,
      what: "weights",
      name,
      page,
    });
  }

  showKernel(channel, { data, settings: { kernels, layer, first }, name, page }) {
    this.kernel.section.style.display = kernels ? "" : "none";
    if (!kernels) return;
    const count = kernels.weights.toLocaleString("en");
    if (!kernels.drawn) {
      this.kernel.say(`Each of its kernels has ${count} weights, too many to draw.`);
      return;
    }
    if (kernels.channel !== null && kernels.channel !== channel + first) {
      this.kernel.say(`Click ${name} to see its ${count} weights.`);
      return;
    }
    const [, ...shape] = data.kernels.shape;
    const size = shape.reduce((product, side) => product * side, 1);
    const start = kernels.channel === null ? channel * size : 0;
    const words = layer.colours
      ? "For red, green and blue; last, the three as one colour kernel, where grey is zero."
      : `${capital(kernels.words)}.`;
    this.kernel.show({
      weights: data.kernels.data.subarray(start, start + size),
      shape,
      first: data.first_inputs.data[channel + first],
      words: `${words} Colours: this kernel\u2019s own range.`,
      inputs: kernels.inputs,
      colours: layer.colours,
      title: `Kernel of ${name}`,
      page,
    });
  }
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
