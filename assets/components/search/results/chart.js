// How well each layer tells the labels apart: one line per measure, one place per layer.

import { element } from "../../shared/dom.js";
import { Plot, dashOf, drawn } from "../../shared/plot.js";

export class LayerChart {
  // go(at): a layer was pressed.
  constructor(go) {
    this.go = go;
    this.holder = element("div", { class: "chart" });
    this.legend = element("div", { class: "curves" });
    this.section = element("div", { class: "layer-chart" }, this.legend, this.holder);
    this.plot = new Plot(this.holder);
    this.holder.onclick = (event) => {
      const at = Math.round(this.plot.xAt(event.clientX));
      if (this.curves?.length && at >= 0 && at < this.count) this.go(at);
    };
  }

  show({ layers, right, count, labelled, colours }, arrays, page) {
    this.count = layers.length;
    const colour = colours[page.dark ? "dark" : "light"];
    const known = ({ values }) => [...values].some(Number.isFinite);
    this.curves = !labelled
      ? []
      : [
          { name: "Nearest photo has the same label", values: arrays.nearest.data },
          { name: `Precision at ${count}, all photos`, values: arrays.overall.data },
          { name: `Precision at ${count}, ${right}`, values: arrays.by_label.data },
          { name: "This query", values: right ? arrays.precision.data : new Float32Array(0) },
        ].filter(known);
    this.curves.forEach((curve, place) => {
      curve.colour = curve.name === "This query" ? page.ink : colour[place];
      curve.dash = curve.name === "This query" ? "" : dashOf(place);
    });
    this.legend.replaceChildren(...this.curves.map((curve) => this.entry(curve)));
    this.section.hidden = this.curves.length === 0;
    this.draw(page);
  }

  entry(curve) {
    const line = { x1: 0, x2: 30, y1: 6, y2: 6, stroke: curve.colour, "stroke-width": 3 };
    curve.value = element("span", { class: "value" });
    return element(
      "span",
      { class: "curve" },
      drawn(
        "svg",
        { width: 30, height: 12, "aria-hidden": "true" },
        drawn("line", { ...line, "stroke-dasharray": curve.dash }),
      ),
      element("span", { text: curve.name }),
      curve.value,
    );
  }

  draw(page) {
    const width = this.holder.clientWidth;
    if (!width || !this.curves?.length) return;
    this.plot.draw({
      width,
      height: 150,
      x: { range: [0, Math.max(1, this.count - 1)], ticks: false },
      y: { range: [0, 1] },
      margins: { left: 40, right: 12, top: 10, bottom: 10 },
      page,
      series: this.curves.map(({ values, colour, dash }) => ({
        x: Float32Array.from(values, (_, at) => at),
        y: values,
        colour,
        dash,
        marks: true,
        thickness: 2.5,
      })),
    });
    this.mark(this.at ?? 0);
  }

  mark(at) {
    this.at = at;
    if (!this.curves?.length || !this.plot.box) return;
    this.plot.point(
      at,
      this.curves.map(({ values, colour }) => ({ y: values[at], colour, main: false })),
    );
    for (const { value, values } of this.curves) {
      value.textContent = Number.isFinite(values[at]) ? values[at].toFixed(3) : "";
    }
    this.holder.setAttribute("role", "img");
    this.holder.setAttribute(
      "aria-label",
      `How well each of ${this.count} layers tells the labels apart. At layer ${at + 1}: ` +
        this.curves
          .filter(({ values }) => Number.isFinite(values[at]))
          .map(({ name, values }) => `${name.toLowerCase()} ${values[at].toFixed(3)}`)
          .join(", "),
    );
  }
}
