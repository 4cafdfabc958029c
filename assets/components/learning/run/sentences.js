// What happens at one pixel, and to one weight, as a sentence of numbers.

import { written } from "../../shared/numbers.js";

// result - target = error, each with a number for every pixel.
export function pixelSentence([row, column], columns, { result, target, error }) {
  const value = (values) => written(values[row * columns + column], 4);
  return (
    `Row ${row}, column ${column}: result ${value(result)} \u2212 target ` +
    `${bracket(value(target))} = error ${value(error)}`
  );
}

// The rule with this step's numbers in it.
export function weightSentence([kernel, row, column], run, step, settings) {
  const { columns, values } = run.weights(kernel, step);
  const at = row * columns + column;
  const name =
    (settings.kernels > 1 ? `Kernel ${kernel}, row` : "Weight in row") +
    ` ${row}, column ${column}`;
  const slope = written(run.slopes(kernel, step)[at], 4);
  const changes = run.changes(kernel, step);
  const weight = written(values[at], 4);
  if (!changes) return `${name}: ${weight}, slope of the loss ${slope}`;
  const after = written(run.weights(kernel, step + 1).values[at], 4);
  const pull = `${written(settings.rate, 4)} \u00d7 ${bracket(slope)}`;
  if (!settings.momentum) return `${name}: ${weight} \u2212 ${pull} = ${after}`;
  const before = step > 0 ? run.changes(kernel, step - 1)[at] : 0;
  return (
    `${name}: ${weight} + ${written(settings.momentum, 3)} \u00d7 ` +
    `${bracket(written(before, 3))} \u2212 ${pull} = ${after}`
  );
}

// How a run ends, if it does at this step.
export function verdict(run, step, reason) {
  if (step !== run.last) return "";
  if (run.diverged) {
    const fold = roughly(run.growth());
    return `Diverged after step ${step}: the loss has grown ${fold}-fold. ${reason}`;
  }
  return run.ended ? `The recording ends here, at step ${step}.` : "";
}

// A part of something: in percent, or how many times, where it is much more.
export function compared(part, whole) {
  if (!Number.isFinite(part) || part > 1e30) return "";
  return part >= 10
    ? `${written(part, 3)} times ${whole}`
    : `${written(100 * part, 3)}% of ${whole}`;
}

function roughly(value) {
  return value < 1e15 ? Number(value.toPrecision(1)).toLocaleString("en") : written(value, 2);
}

function bracket(text) {
  return text.startsWith("\u2212") ? `(${text})` : text;
}
