// Below the diagram: what its lines mean, how to move in it, and the map in hand in words.

import { element, iconButton } from "../../shared/dom.js";
import { linkColour } from "./links.js";

export class Bar {
  // act: { whole, closer, farther, near, fold, open(view) }.
  constructor(act) {
    const button = (text, onclick) => element("button", { type: "button", text, onclick });
    this.foldButton = iconButton("unfold_more", "Unfold all stages", () => act.fold());
    this.nearButton = button("Zoom into it", () => act.near());
    this.tools = element(
      "div",
      { class: "tools" },
      this.nearButton,
      iconButton("fit_screen", "Show the whole network", () => act.whole()),
      iconButton("zoom_in", "Closer", () => act.closer()),
      iconButton("zoom_out", "Farther", () => act.farther()),
      this.foldButton,
    );
    this.key = element("div", { class: "key" });
    this.facts = element("div", { class: "facts" });
    const actions = element(
      "div",
      { class: "actions" },
      button("See the whole layer", () => act.open("Layer")),
      button("Explain its numbers", () => act.open("Explain")),
    );
    this.section = element(
      "div",
      { class: "bar-below" },
      this.key,
      this.tools,
      this.facts,
      actions,
    );
  }

  // What the lines mean, and whether stages can be folded.
  fill({ columns, leads, page }) {
    const adds = leads.some((each) => each.some((lead) => lead.adds));
    const parts = [
      ["adds", linkColour(1, page.dark)],
      ["takes away", linkColour(-1, page.dark)],
      ["passes on", page.ink],
    ];
    this.key.replaceChildren(
      ...(adds ? parts : []).map(([text, colour]) => {
        const swatch = element("span", { class: "swatch" });
        swatch.style.background = colour;
        return element("span", {}, swatch, text);
      }),
      element("span", {
        text: adds
          ? "Wider lines change the next map more, on average."
          : "A band stands for the layers folded in between.",
      }),
      element("span", { text: "Double-click a map to zoom into it." }),
    );
    const folded = columns.some((column) => column.covers > 1);
    this.foldButton.style.display = columns.some((column) => column.folds) ? "" : "none";
    this.foldButton.firstChild.textContent = folded ? "unfold_more" : "unfold_less";
    const label = folded ? "Unfold all stages" : "Fold all stages";
    this.foldButton.title = label;
    this.foldButton.setAttribute("aria-label", label);
  }

  say({ title, lines }) {
    this.facts.replaceChildren(
      element("strong", { text: title }),
      element("p", { text: lines.join(" ") }),
    );
  }

  setInside(isInside) {
    this.nearButton.textContent = isInside ? "Back to the whole" : "Zoom into it";
  }
}
