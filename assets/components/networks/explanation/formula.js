// Set a line of arithmetic as one would write it by hand: fractions, roots, powers.
//
// It comes from Python as a tree, see cnnviz/networks/explanation/formula.py: a text, or
// [kind, parts]; and as the text that a screen reader says.

import { element } from "../../shared/dom.js";

export function formulaOf({ tree, text }) {
  const made = element("span", { class: "formula", role: "math", "aria-label": text });
  made.append(element("span", { "aria-hidden": "true" }, ...partsOf(tree)));
  return made;
}

const DRAWINGS = {
  line: (...parts) => element("span", {}, ...parts.flatMap(operandOrSign)),
  fraction: (above, below) => element("span", { class: "fraction" }, bare(above), bare(below)),
  power: (base, exponent) =>
    element("span", {}, ...partsOf(base), element("sup", {}, ...partsOf(exponent))),
  root: (inside) =>
    element(
      "span",
      { class: "root-sign" },
      element("span", { text: "\u221a" }),
      element("span", { class: "inside" }, ...partsOf(inside)),
    ),
  call: (name, argument) => element("span", {}, name, group(argument)),
  brackets: (inside) => group(inside),
};

function drawn(tree) {
  if (typeof tree === "string") return element("span", { text: tree });
  const [kind, parts] = tree;
  return DRAWINGS[kind](...parts);
}

// The operands and signs of a line stand beside what is around it.
function partsOf(tree) {
  return tree[0] === "line" ? tree[1].flatMap(operandOrSign) : [drawn(tree)];
}

// Every second part of a line is a sign.
function operandOrSign(part, at) {
  return at % 2 ? [element("span", { class: "sign", text: part })] : partsOf(part);
}

function group(inside) {
  return element("span", { class: "group" }, "(", ...partsOf(inside), ")");
}

// What stands above or below a line needs no brackets.
function bare(tree) {
  return element("span", {}, ...partsOf(tree[0] === "brackets" ? tree[1][0] : tree));
}
