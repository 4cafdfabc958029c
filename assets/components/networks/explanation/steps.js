// From the sum to the value: each step with its formula, and its curve where it has one.

import { element, sharpContext } from "../../shared/dom.js";
import { formulaOf } from "./formula.js";

const [CURVE_WIDTH, CURVE_HEIGHT] = [92, 56];

// skipFirst: where the list of inputs has said already what the first step says.
export function fillSteps(list, found, arrays, page, skipFirst) {
  list.replaceChildren(
    ...found.steps.map((step, order) => {
      if (skipFirst && order === 0) return "";
      const last = order === found.steps.length - 1;
      const working = element(
        "div",
        { class: "working" },
        element(
          "div",
          { class: "step-name" },
          element("span", { class: "name", text: step.name }),
          found.layers.length > 1 ? element("span", { class: "layer-name", text: step.layer }) : "",
        ),
      );
      const lines = element("div", { class: "lines" });
      if (step.rule) lines.append(element("div", { class: "in-symbols" }, formulaOf(step.rule)));
      lines.append(element("div", { class: "in-numbers" }, formulaOf(step.formula)));
      working.append(lines);
      const curve = arrays[`curve_${order}`];
      const result = element(
        "div",
        { class: "result" },
        element("span", { class: "equals-sign", "aria-hidden": "true", text: "=" }),
        element("span", { class: "value", text: step.value }),
      );
      return element(
        "li",
        { class: last ? "last" : null },
        working,
        curve ? drawnCurve(curve, step, page) : element("span", { class: "no-curve" }),
        result,
        step.note ? element("p", { class: "note", text: step.note }) : "",
      );
    }),
  );
}

function drawnCurve({ data, shape }, step, page) {
  const canvas = element("canvas", {
    class: "curve",
    role: "img",
    "aria-label": `${step.name} as a curve, with the point in hand on it`,
  });
  const context = sharpContext(canvas, CURVE_WIDTH, CURVE_HEIGHT);
  const count = shape[1];
  const [xs, ys] = [data.subarray(0, count), data.subarray(count)];
  const reach = xs[count - 1];
  let [low, high] = [Math.min(0, step.y), Math.max(0, step.y)];
  for (const y of ys) {
    if (!Number.isFinite(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const pad = 6;
  const across = (x) => pad + ((x + reach) / (2 * reach)) * (CURVE_WIDTH - 2 * pad);
  const down = (y) =>
    CURVE_HEIGHT - pad - ((y - low) / (high - low || 1)) * (CURVE_HEIGHT - 2 * pad);
  context.strokeStyle = page.ink;
  context.globalAlpha = 0.3;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(pad, down(0));
  context.lineTo(CURVE_WIDTH - pad, down(0));
  context.moveTo(across(0), pad);
  context.lineTo(across(0), CURVE_HEIGHT - pad);
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.beginPath();
  xs.forEach((x, at) => context[at ? "lineTo" : "moveTo"](across(x), down(ys[at])));
  context.stroke();
  context.fillStyle = page.accent;
  context.strokeStyle = page.background;
  context.beginPath();
  context.arc(across(step.x), down(step.y), 5, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  return canvas;
}
