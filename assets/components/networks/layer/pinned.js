// The map that stays on screen while others are browsed.

import { inkOn, signedColour, table } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { MapPane } from "../../shared/map_pane.js";
import { ring } from "../../shared/ring.js";
import { written } from "../../shared/numbers.js";
import { LEAST, MEAN, MOST, spreadWords } from "./facts.js";

const TALLEST_PINNED = 150;

export class Pinned {
  constructor(unpin) {
    this.pane = new MapPane({ title: "" });
    this.number = element("div", { class: "big-number" });
    this.facts = element("div", { class: "facts" });
    this.unpin = element("button", { type: "button", text: "Unpin", onclick: unpin });
    this.section = element(
      "section",
      { class: "pinned", "aria-label": "Pinned" },
      element("div", { class: "pinned-map" }, this.pane.section, this.number),
      this.facts,
    );
  }

  // pin: what Python says of it, or nothing; map: its numbers, where it is a map; limit: where the
  // colours end; cell: [row, column] in hand, where the layer in hand is of the same size.
  show({ pin, map, limit, cell, page }) {
    this.section.style.display = pin ? "" : "none";
    if (!pin) return;
    const title = `${pin.layer}, ${pin.vector ? "number" : "map"} ${pin.channel}`;
    this.pane.section.style.display = pin.vector ? "none" : "";
    this.number.style.display = pin.vector ? "" : "none";
    const lines = pin.vector
      ? this.showNumber(pin, limit, page)
      : this.showMap(pin, map, limit, cell, page);
    this.pane.frame.setAttribute("aria-label", `Pinned: ${title}`);
    this.facts.replaceChildren(
      element("strong", { text: `Pinned: ${title}` }),
      ...lines.map((text) => element("p", { text })),
      this.unpin,
    );
  }

  showNumber({ statistics, name }, limit, page) {
    fillNumber(this.number, statistics[MEAN], limit, page);
    return name ? [name] : [];
  }

  showMap({ statistics }, { data, shape: [rows, columns] }, limit, cell, page) {
    this.pane.show(data, rows, columns, { page, limit: limit || 1, tallest: TALLEST_PINNED });
    const lines = [spreadWords(statistics)];
    if (cell) {
      const [row, column] = cell;
      this.pane.over((context, side) =>
        ring(context, column * side, row * side, side, side, page, 9),
      );
      lines.push(`Row ${row}, column ${column}: ${written(data[row * columns + column], 5)}.`);
    } else {
      this.pane.over(() => {});
    }
    return lines;
  }
}

// Where the colours of a pinned map end in its own range.
export function ownLimit({ statistics }) {
  return Math.max(Math.abs(statistics[LEAST]), Math.abs(statistics[MOST]));
}

// A single number, large, on its colour.
export function fillNumber(node, value, limit, page) {
  const fill = signedColour(value, limit, table("maps", page.dark));
  node.textContent = written(value, 5);
  node.style.background = `rgb(${fill})`;
  node.style.color = inkOn(fill);
}
