// The form of one layer's options, as Python declares them. change(letter, text) is called once
// a value is there; what breaks a rule is said at its field and told nobody.

import { element } from "../../shared/dom.js";

export class OptionsForm {
  constructor(change, complain) {
    this.change = change;
    this.complain = complain;
    this.section = element("div", { class: "options" });
  }

  // The same layer again keeps its fields, and with them the focus.
  show(layer, kind) {
    const signature = `${layer.code} ${layer.serial ?? ""}`;
    if (signature !== this.signature) {
      this.signature = signature;
      this.fields = kind.options.map((option) => fieldOf(option, this));
      this.section.replaceChildren(...this.sections(kind));
      if (!kind.options.length) {
        this.section.append(element("p", { class: "none", text: "It has no options." }));
      }
    }
    kind.options.forEach((option, at) => this.fields[at].fill(layer.values[option.letter]));
    this.count(layer, kind);
  }

  // What only training needs stands behind one fold, which stays as a hand has left it.
  sections(kind) {
    const own = (trains) =>
      this.fields.filter((_, at) => kind.options[at].trains === trains).map((one) => one.section);
    if (!own(true).length) return own(false);
    this.summary = element("summary");
    const fold = element("details", { class: "trains" }, this.summary);
    fold.append(element("div", { class: "options" }, ...own(true)));
    fold.open = this.isOpen;
    fold.ontoggle = () => (this.isOpen = fold.open);
    return [...own(false), fold];
  }

  count(layer, kind) {
    const set = kind.options.filter(
      (option) => option.trains && layer.values[option.letter] !== option.default,
    ).length;
    if (this.summary) {
      this.summary.textContent = `Initialisers, regularisers, constraints${set ? ` (${set} set)` : ""}`;
    }
  }
}

function fieldOf(option, form) {
  const make = { numbers, number, range, flag, choice, penalty, constraint }[option.type];
  const { inputs, fill, read } = make(option);
  const name = option.name.replaceAll("_", " ");
  const parts = NAMES[option.type] ?? PARTS[inputs.length];
  const all = NAMES[option.type] ? `${name}: ${parts.join(", ")}` : name;
  const label = element("span", { class: "label", text: all });
  const told = () => {
    const text = read();
    const fits = text !== undefined && inputs.every((input) => input.checkValidity());
    for (const input of inputs) input.classList.toggle("wrong", !fits);
    form.complain(fits ? "" : `${option.rule}.`);
    if (fits && text !== section.text) {
      section.text = text;
      form.change(option.letter, text);
    }
  };
  inputs.forEach((input, at) => {
    const part = inputs.length > 1 ? `, ${parts[at]}` : "";
    input.setAttribute("aria-label", `${name}${part}`);
    input.title = option.rule;
    input.onchange = told;
  });
  const section = element("div", { class: `option ${option.type}` }, label, ...inputs);
  return {
    section,
    fill: (text) => {
      section.text = text;
      if (!inputs.some((input) => input.getRootNode().activeElement === input)) fill(text);
      else if (inputs.every((input) => input.type !== "number")) fill(text);
    },
  };
}

const PARTS = { 2: ["rows", "columns"], 4: ["top", "bottom", "left", "right"] };
const PENALTIES = ["L1", "L2"];
const NAMES = { penalty: PENALTIES, constraint: ["kind", "norm", "along"] };

const numberInput = (option, more = {}) =>
  element("input", {
    type: "number",
    min: option.low,
    max: option.high,
    step: 1,
    ...(option.optional && { placeholder: "auto" }),
    ...more,
  });

// One whole number, rows and columns, or four sides: 3, 3x5, 1x2x0x3.
function numbers(option) {
  const inputs = Array.from({ length: option.count }, () => numberInput(option));
  const fill = (text) => {
    const parts = text === null ? [] : text.split("x");
    inputs.forEach((input, at) => (input.value = parts[parts.length > 1 ? at : 0] ?? ""));
  };
  const read = () => {
    const given = inputs.map((input) => input.value.trim());
    if (given.every((one) => one === "")) return option.optional ? null : undefined;
    // The one that was left empty is as the other.
    const whole = given.map((one) => one || given.find((other) => other));
    if (whole.some((one) => !/^\d+$/.test(one))) return undefined;
    const plain = whole.map(Number).map(String);
    return new Set(plain).size === 1 ? plain[0] : plain.join("x");
  };
  return { inputs, fill, read };
}

function range(option) {
  const inputs = [numberInput(option), numberInput(option)];
  const fill = (text) => text.split("x").forEach((part, at) => (inputs[at].value = part));
  const read = () => {
    const [low, high] = inputs.map((input) => Number(input.value || NaN));
    return low < high ? `${low}x${high}` : undefined;
  };
  return { inputs, fill, read };
}

// What |w| and what w squared are multiplied with: 0x0.01; nothing where both are left empty.
function penalty(option) {
  const inputs = PENALTIES.map((name) => numberInput(option, { step: "any", placeholder: name }));
  const fill = (text) => {
    const factors = (text ?? "").split("x");
    inputs.forEach((input, at) => {
      const factor = (factors[at] ?? "").replaceAll("n", "-");
      input.value = Number(factor) ? factor : "";
    });
  };
  const read = () => {
    const factors = inputs.map((input) => Number(input.value || 0));
    if (!factors.every(Number.isFinite)) return undefined;
    return factors.some(Boolean) ? factors.map(asText).join("x") : null;
  };
  return { inputs, fill, read };
}

const BOUNDS = [
  ["", "none"],
  ["nonneg", "none below 0"],
  ["unit", "norm 1"],
  ["max", "norm at most"],
];

// What weights are held to: nonneg, unitx012, max3x012; axis 0 goes without saying.
function constraint(option) {
  const listed = ([value, text]) => element("option", { value, text });
  const kind = element("select", {}, ...BOUNDS.map(listed));
  const norm = numberInput(option, { step: "any", placeholder: "" });
  const along = element("select", {});
  const offer = (axes) => {
    const each = [option.each, "0", axes].filter((one, at, all) => all.indexOf(one) === at);
    along.replaceChildren(
      ...each.map((one) =>
        listed([one, `${one === option.each ? "each unit, " : ""}axis ${[...one].join(" ")}`]),
      ),
    );
    along.value = axes;
  };
  const settle = () => {
    norm.disabled = kind.value !== "max";
    along.disabled = !["max", "unit"].includes(kind.value);
    if (!norm.disabled && norm.value === "") norm.value = "2";
  };
  const fill = (text) => {
    const [, name, value, axes] = /^(nonneg|unit|max)([^x]*)x?(.*)$/.exec(text ?? "") ?? [];
    kind.value = name ?? "";
    norm.value = value ? value.replaceAll("n", "-") : "";
    offer(text === null ? option.each : axes || "0");
    settle();
  };
  const read = () => {
    settle();
    if (!kind.value || kind.value === "nonneg") return kind.value || null;
    const value = kind.value === "max" ? Number(norm.value) : 1;
    if (!(value > 0) || !Number.isFinite(value)) return undefined;
    const axes = along.value === "0" ? "" : `x${along.value}`;
    return `${kind.value}${kind.value === "max" ? asText(value) : ""}${axes}`;
  };
  return { inputs: [kind, norm, along], fill, read };
}

const asText = (value) => String(value).replace("+", "").replaceAll("-", "n");

function number(option) {
  const input = numberInput(option, { step: "any" });
  // An arrow moves it by what the option says; any number between may be typed.
  input.onkeydown = (event) => {
    const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!sign) return;
    event.preventDefault();
    const next = Number(input.value || 0) + sign * option.step;
    input.value = Number(Math.max(option.low, Math.min(option.high, next)).toPrecision(10));
    input.onchange();
  };
  const fill = (text) => (input.value = text === null ? "" : text.replaceAll("n", "-"));
  const read = () => {
    if (input.value.trim() === "") return option.optional ? null : undefined;
    const value = Number(input.value);
    return Number.isFinite(value) ? asText(value) : undefined;
  };
  return { inputs: [input], fill, read };
}

function flag() {
  const input = element("input", { type: "checkbox" });
  return {
    inputs: [input],
    fill: (text) => (input.checked = text === "1"),
    read: () => (input.checked ? "1" : "0"),
  };
}

function choice(option) {
  const input = element(
    "select",
    {},
    ...option.words.map((word) => element("option", { value: word, text: word })),
  );
  return { inputs: [input], fill: (text) => (input.value = text), read: () => input.value };
}
