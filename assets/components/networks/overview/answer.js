// The answer beside the last column: its classes, each with its probability as a bar.

import { element } from "../../shared/dom.js";
import { asPercent } from "../../shared/numbers.js";
import { onScreen } from "./camera.js";
import { tileBox } from "./layout.js";

export class Answer {
  constructor() {
    this.title = element("div", { class: "title" });
    this.list = element("ol");
    this.section = element(
      "section",
      { class: "answer", "aria-label": "Answer" },
      this.title,
      this.list,
    );
  }

  fill({ classes, title }) {
    this.title.textContent = title;
    this.rows = classes.map(({ label, probability }) => {
      const bar = element("span", { class: "bar" });
      bar.style.width = `${Math.max(0.5, probability * 100)}%`;
      return element(
        "li",
        {},
        element("span", { class: "label", text: label, title: label }),
        element("span", { class: "number", text: asPercent(probability) }),
        element("span", { class: "track" }, bar),
      );
    });
    this.list.replaceChildren(...this.rows);
  }

  // Each class in line with its number in the last column, or evenly around its middle.
  place({ columns, places, camera, window }, width) {
    const last = columns.length - 1;
    const place = places[last];
    const isRow = columns[last].names?.length >= this.rows.length;
    const [left] = onScreen(camera, window, place.x + place.width, 0);
    this.section.style.width = `${width}px`;
    this.section.style.transform = `translateX(${left + 10}px)`;
    const middleOf = (row) => {
      const box = tileBox(place, isRow ? row : 0);
      const apart = isRow ? 0 : 34 * (row - (this.rows.length - 1) / 2);
      const [, y] = onScreen(camera, window, 0, box.y + box.height / 2);
      return y + apart;
    };
    this.rows.forEach((row, at) => {
      row.style.transform = `translateY(${middleOf(at)}px) translateY(-50%)`;
    });
    this.title.style.transform = `translateY(${middleOf(0) - 22}px) translateY(-100%)`;
  }

  // Below everything else, as a list.
  stand() {
    this.section.style.width = this.section.style.transform = this.title.style.transform = "";
    for (const row of this.rows) row.style.transform = "";
  }
}
