// Set a line of arithmetic as one would write it by hand: fractions, roots, powers.
//
// The line comes from Python as text: numbers and words, + − × /, brackets, √( ), e^( ).

import { element } from "../../shared/dom.js";

const SIGNS = [" + ", " \u2212 ", " \u00d7 ", ", "];

export function formulaOf(text) {
  const made = element("span", { class: "formula", role: "math", "aria-label": text });
  const inner = element("span", { "aria-hidden": "true" });
  const parser = new Formula(text);
  const nodes = parser.expression();
  inner.append(...(parser.at === text.length ? nodes : [text]));
  made.append(inner);
  return made;
}

class Formula {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  sees(part) {
    return this.text.startsWith(part, this.at);
  }

  takes(part) {
    if (!this.sees(part)) return false;
    this.at += part.length;
    return true;
  }

  // Factors with signs between them, up to a closing bracket or the end.
  expression() {
    const nodes = [];
    while (this.at < this.text.length && !this.sees(")")) {
      const before = this.at;
      const sign = SIGNS.find((one) => this.takes(one));
      if (sign) nodes.push(element("span", { class: "sign", text: sign.trim() }));
      else nodes.push(this.fraction());
      if (this.at === before) break;
    }
    return nodes;
  }

  fraction() {
    let upper = this.factor();
    while (this.takes(" / ")) {
      const lower = this.factor();
      upper = element("span", { class: "fraction" }, bare(upper), bare(lower));
    }
    return upper;
  }

  factor() {
    if (this.takes("\u221a(")) {
      const inside = element("span", { class: "inside" }, ...this.bracket());
      return element("span", { class: "root-sign" }, element("span", { text: "\u221a" }), inside);
    }
    if (this.takes("e^(")) return power(this.bracket());
    if (this.takes("e^")) return power([this.word()]);
    if (this.takes("(")) return group(this.bracket());
    const word = this.word();
    if (this.takes("(")) return element("span", {}, word, group(this.bracket()));
    return word;
  }

  bracket() {
    const nodes = this.expression();
    this.takes(")");
    return nodes;
  }

  word() {
    const rest = this.text.slice(this.at);
    const ends = [...SIGNS, " / ", "(", ")"]
      .map((part) => rest.indexOf(part))
      .filter((at) => at >= 0);
    const word = rest.slice(0, Math.min(rest.length, ...ends));
    this.at += word.length;
    return element("span", { text: word });
  }
}

function power(nodes) {
  return element("span", {}, "e", element("sup", {}, ...nodes));
}

function group(nodes) {
  return element("span", { class: "group" }, "(", ...nodes, ")");
}

// What stands above or below a line needs no brackets.
function bare(node) {
  if (node.className !== "group") return node;
  return element("span", {}, ...[...node.childNodes].slice(1, -1));
}
