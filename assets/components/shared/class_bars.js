// Classes with their probabilities, now and before: a bar, and an upright mark.

import { element } from "../shared/dom.js";
import { asPercent } from "../shared/numbers.js";

export class ClassBars {
  constructor() {
    this.list = element("ol", { class: "classes" });
  }

  // classes: { label, before, now, asked } each, from the top down; before may be missing.
  show(classes) {
    while (this.list.children.length > classes.length) this.list.lastChild.remove();
    classes.forEach(({ label, before, now, asked }, at) => {
      const item = this.list.children[at] ?? this.list.appendChild(emptyBar());
      item.classList.toggle("asked", asked);
      const [name, track, number] = item.children;
      name.textContent = label;
      track.firstChild.style.width = `${Math.max(0.4, now * 100)}%`;
      track.lastChild.hidden = before === undefined;
      track.lastChild.style.left = `${before * 100}%`;
      const was = before === undefined ? "" : `, was ${asPercent(before)}`;
      number.textContent = `${asPercent(now)}${was}`;
    });
  }
}

function emptyBar() {
  return element(
    "li",
    {},
    element("span", { class: "label" }),
    element("span", { class: "track" }, element("span", { class: "bar" }), element("i")),
    element("span", { class: "number" }),
  );
}
