// What test_modules.py has laid out for a test: a module, and the cases for it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.CASES;

export const moduleOf = (name) => import(pathToFileURL(join(folder, `${name}.js`)).href);

export const casesOf = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

const KINDS = { Float32Array, Int32Array };

// Settings and arrays of a stage, as wire.js unpacks them, and the input plane by plane.
export function stageOf({ settings, arrays }) {
  const data = Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, kind, data: numbers }]) => [
      name,
      { shape, data: KINDS[kind].from(numbers) },
    ]),
  );
  const [height, width, channels] = data.input.shape;
  const size = height * width;
  const planes = Float32Array.from(
    { length: channels * size },
    (_, at) => data.input.data[(at % size) * channels + Math.floor(at / size)],
  );
  return { settings, data, planes };
}

export function assertClose(found, expected, message) {
  if (found.length !== expected.length) throw new Error(`${message}: ${found.length} numbers`);
  found.forEach((one, at) => {
    const apart = Math.abs(one - expected[at]);
    if (!(apart <= 1e-5 * Math.max(100, Math.abs(expected[at])))) {
      throw new Error(`${message}: number ${at} is ${one}, not ${expected[at]}`);
    }
  });
}
