// Below the diagram: the map in hand, large and in words, what one can do with it, and the answer.

import { written } from "../../shared/numbers.js";
import { element, sharpContext } from "../../shared/dom.js";
import { shape } from "./drawing.js";

const SIDE = 176;

export class Hand {
  // open(view): "Layer" or "Explain".
  constructor(open) {
    this.answer = element("section", { class: "answer", "aria-label": "Answer" });
    this.large = element("canvas", { class: "large", role: "img" });
    this.facts = element("div", { class: "facts", id: "facts", "aria-live": "polite" });
    const button = (text, view) =>
      element("button", { type: "button", text, onclick: () => open(view) });
    this.section = element(
      "div",
      { class: "bottom" },
      element("div", { class: "large-holder" }, this.large),
      element(
        "div",
        { class: "words" },
        this.facts,
        element(
          "div",
          { class: "actions" },
          button("See the whole layer", "Layer"),
          button("Explain its numbers", "Explain"),
        ),
      ),
      this.answer,
    );
  }

  show({ layer, covers }, tile, maps) {
    const lines = layer.index === 0 ? [pictureWords(layer)] : mapWords(layer, covers, tile, maps);
    this.facts.replaceChildren(
      element("strong", { text: layer.index === 0 ? "Picture" : layer.name }),
      ...lines.map((text) => element("p", { text })),
    );
    this.large.style.width = this.large.style.height = `${SIDE}px`;
    const context = sharpContext(this.large, SIDE, SIDE);
    context.imageSmoothingEnabled = false;
    maps.draw(context, layer, tile, 0, 0, ...maps.sizeIn(SIDE, layer));
    this.large.setAttribute("aria-label", `${layer.name} large`);
  }

  fillAnswer({ predictions, answer_title: title }) {
    const rows = predictions.map(({ label, probability }) => {
      const bar = element("span", { class: "bar" });
      bar.style.width = `${Math.max(0.5, probability * 100)}%`;
      return element(
        "li",
        {},
        element("span", { class: "label", text: label }),
        element("span", { class: "number", text: percent(probability) }),
        element("span", { class: "track" }, bar),
      );
    });
    this.answer.replaceChildren(
      element("div", { class: "title", text: title }),
      element("ol", {}, ...rows),
    );
  }
}

function pictureWords(layer) {
  return `What the network is shown: ${shape(layer)}.`;
}

function mapWords(layer, covers, tile, maps) {
  const channel = maps.channelsOf(layer)[tile];
  const [least, mean, most] = maps.statisticsOf(layer, tile);
  const lines = [
    layer.rows * layer.columns === 1 && layer.vector
      ? `Number ${channel} of ${layer.channels}: ${written(mean, 4)}.`
      : `Map ${channel} of ${layer.channels}: from ${written(least, 3)} to ${written(most, 3)}, ` +
        `on average ${written(mean, 3)}.`,
    `${layer.kind}, ${shape(layer)}. ${layer.words}`,
    `Colours: blue \u2212${written(layer.limit, 3)}, red ${written(layer.limit, 3)}, the layer\u2019s own range.`,
  ];
  if (covers.length > 1) lines.push(`Last of ${covers.length} layers folded together.`);
  return lines;
}

function percent(probability) {
  const share = probability * 100;
  return share >= 0.05 ? `${share.toFixed(1)} %` : "< 0.1 %";
}
