// A pane of the stage with its title, and its size beside that.

import { element } from "../../shared/dom.js";

export function titled(name, title, size, ...children) {
  const heading = element(
    "div",
    { class: "title" },
    typeof title === "string" ? element("span", { text: title }) : title,
  );
  if (size) heading.append(size);
  return element("section", { class: `pane ${name}` }, heading, ...children);
}
