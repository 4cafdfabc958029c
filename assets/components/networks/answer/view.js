// Classes with a bar each, or two where two answers are compared.

import { unpack } from "../../shared/wire.js";
import { element } from "../../shared/dom.js";
import { asPercent, written } from "../../shared/numbers.js";

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".root");
  const { settings, arrays } = unpack(data);
  const [rows, answers] = arrays.probabilities.shape;
  const items = Array.from({ length: rows }, (_, row) => {
    const item = element("li", {}, element("span", { class: "label", text: settings.labels[row] }));
    for (let answer = 0; answer < answers; answer++) {
      const probability = arrays.probabilities.data[row * answers + answer];
      const logit = arrays.logits.data[row * answers + answer];
      const bar = element("span", { class: `bar answer-${answer}` });
      bar.style.width = `${Math.max(0.4, probability * 100)}%`;
      item.append(
        element("span", { class: "track" }, bar),
        element("span", { class: "number", text: asPercent(probability) }),
        element("span", { class: "logit", text: Number.isFinite(logit) ? logitText(logit) : "" }),
      );
    }
    return item;
  });
  const names = settings.names.map((text, answer) =>
    element("span", { class: "name" }, element("span", { class: `swatch answer-${answer}` }), text),
  );
  root.replaceChildren(
    element(
      "div",
      { class: "names" },
      ...names,
      element("span", { class: "head", text: settings.heading }),
    ),
    element("ol", {}, ...items),
  );
}

// Two decimals, so that they stand below each other; three digits where that would hide them.
function logitText(logit) {
  return Math.abs(logit) < 1 ? written(logit, 3) : logit.toFixed(2).replace("-", "\u2212");
}
