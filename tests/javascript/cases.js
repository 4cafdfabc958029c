// What test_modules.py has laid out for a test: a module, and the cases for it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.CASES;

export const moduleOf = (name) => import(pathToFileURL(join(folder, `${name}.js`)).href);

export const casesOf = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
