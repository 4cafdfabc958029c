// Above the wall: in which order its maps stand, how they are coloured, which are shown, how large.

import { element, iconButton } from "../../shared/dom.js";
import { MARKS } from "./tiles.js";

export const SORTS = ["channel", "mean", "maximum", "sparsity", "effect"];
const SORT_TITLES = {
  channel: "Number",
  mean: "Mean",
  maximum: "Maximum",
  sparsity: "Zeros",
  effect: "Effect",
};
const RANGE_TITLES = { map: "Map", layer: "Layer", network: "Network" };
export const RANGE_OWNERS = {
  map: "its own range",
  layer: "the layer\u2019s range",
  network: "the network\u2019s range",
};
export const ONLY_TITLES = {
  all: "All",
  dead: "Dead",
  constant: "Constant",
  saturated: "Saturated",
  duplicate: "Near-duplicate",
};
const EXPLAINED = {
  effect:
    "What each map brings to the logit of the network\u2019s answer: gradient times activation",
  sparsity: "The share of cells that are exactly 0",
  map: "Each map\u2019s largest value has the strongest colour",
  layer: "The layer\u2019s largest value has the strongest colour",
  network: "The largest value of all layers has the strongest colour",
  dead: "Zero in every cell",
  constant: "Equal in every cell",
  saturated: "Half of the cells or more at the activation\u2019s limit",
  duplicate: "Correlated with another map by 0.98 or more",
};
export const FIT = 0; // the largest side at which all maps are in view

export class Choices {
  // look(name, value): one of the choices is made; resize(by): the maps get smaller or larger.
  constructor({ look, resize }) {
    this.sort = choice("Sort by", SORTS, SORT_TITLES, (value) => look("sort", value));
    this.range = choice("Colours by", Object.keys(RANGE_TITLES), RANGE_TITLES, (value) =>
      look("range", value),
    );
    this.only = choice("Show", Object.keys(ONLY_TITLES), ONLY_TITLES, (value) =>
      look("only", value),
    );
    this.smaller = iconButton("zoom_out", "Smaller maps", () => resize(-1));
    this.larger = iconButton("zoom_in", "Larger maps", () => resize(1));
    this.fits = iconButton("fit_screen", "As large as fits", () => look("tile", FIT));
    this.section = element(
      "div",
      { class: "bar" },
      this.sort.group,
      this.range.group,
      this.only.group,
      element(
        "div",
        { class: "choice sizes", role: "group", "aria-label": "Size of the maps" },
        this.smaller,
        this.larger,
        this.fits,
      ),
    );
  }

  // look: what is chosen; counts: how many maps each filter leaves; side: of a tile, of `sides`.
  show({ look, counts, vector, classes, side, sides }) {
    for (const name of ["sort", "range", "only"]) {
      for (const [option, button] of this[name].buttons) {
        button.setAttribute("aria-pressed", String(look[name] === option));
      }
    }
    for (const [option, button] of this.only.buttons) {
      button.textContent = `${ONLY_TITLES[option]} ${counts[option].toLocaleString("en")}`;
      const shown = counts[option] || option === "all" || look.only === option;
      button.style.display = shown ? "" : "none";
    }
    const marked = MARKS.some((mark) => counts[mark]) || look.only !== "all";
    this.only.group.style.display = vector || !marked ? "none" : "";
    const { buttons } = this.sort;
    buttons.get("effect").style.display = classes ? "" : "none";
    buttons.get("mean").textContent = vector ? "Value" : "Mean";
    for (const button of [
      buttons.get("sparsity"),
      buttons.get("maximum"),
      this.range.buttons.get("map"),
    ]) {
      button.style.display = vector ? "none" : "";
    }
    this.smaller.disabled = side <= sides[0];
    this.larger.disabled = side >= sides.at(-1);
    this.fits.setAttribute("aria-pressed", String(look.tile === FIT));
  }
}

function choice(title, options, titles, choose) {
  const buttons = new Map(
    options.map((option) => [
      option,
      element("button", {
        type: "button",
        text: titles[option],
        title: EXPLAINED[option],
        onclick: () => choose(option),
      }),
    ]),
  );
  const group = element(
    "div",
    { class: "choice", role: "group", "aria-label": title },
    element("span", { class: "choice-title", "aria-hidden": "true", text: title }),
    ...buttons.values(),
  );
  return { group, buttons };
}
