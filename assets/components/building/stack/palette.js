// The kinds of layers to add, by group.

import { element } from "../../shared/dom.js";

export class Palette {
  // add(code): a kind was chosen; close(): none was.
  constructor(add, close) {
    this.add = add;
    this.title = element("strong");
    this.groups = element("div", { class: "groups" });
    const leave = element("button", { type: "button", text: "Close", onclick: close });
    this.section = element(
      "div",
      { class: "kinds", role: "group", "aria-label": "Kinds of layers" },
      element("div", { class: "head" }, this.title, leave),
      this.groups,
    );
    this.section.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    };
  }

  show({ groups, kinds }, words) {
    this.title.textContent = words;
    if (this.groups.children.length) return;
    this.groups.replaceChildren(
      ...groups.map(({ title, codes }) =>
        element(
          "div",
          { class: "kind-group", role: "group", "aria-label": title },
          element("span", { class: "label", text: title }),
          element("div", { class: "some" }, ...codes.map((code) => this.button(code, kinds[code]))),
        ),
      ),
    );
  }

  button(code, { kind, words, colour }) {
    const dot = element("span", { class: "dot", "aria-hidden": "true" });
    dot.style.background = colour;
    const name = element("span", { text: kind });
    return element(
      "button",
      { type: "button", title: words, onclick: () => this.add(code) },
      dot,
      name,
    );
  }

  focus() {
    this.groups.querySelector("button").focus();
  }
}
