// Type a number into one cell of a grid, in place.

import { element } from "../../shared/dom.js";
import { read, written } from "../../shared/numbers.js";

// pane: a grid's section with `holder` and `cells`; largest: what a number may be, either sign;
// accept(value) when a number was typed, complain(sentence) when something else was.
export function editCell(pane, cell, { name, value, largest, accept, complain }) {
  const { holder, cells } = pane;
  const [row, column] = cell;
  holder.querySelector("input")?.remove();
  const input = element("input", {
    type: "text",
    inputmode: "decimal",
    class: "typed",
    autocomplete: "off",
    "aria-label": `Number in ${name}`,
  });
  input.value = written(value, 6);
  const side = Math.max(cells.cell, 44);
  const [x, y] = [(column + 0.5) * cells.cell - side / 2, (row + 0.5) * cells.cell - side / 2];
  Object.assign(input.style, {
    left: `${Math.max(0, x)}px`,
    top: `${Math.max(0, y)}px`,
    width: `${side}px`,
    height: `${side}px`,
  });
  let closed = false;
  const close = (take) => {
    if (closed) return;
    closed = true;
    const typed = read(input.value);
    const changed = input.value !== written(value, 6);
    input.remove();
    if (!take || !changed) return;
    if (Number.isFinite(typed) && Math.abs(typed) <= largest) accept(typed);
    else {
      complain(
        `A number lies between \u2212${largest.toLocaleString("en")} and ` +
          `${largest.toLocaleString("en")}. Received: ${input.value || "nothing"}.`,
      );
    }
  };
  input.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") {
      close(event.key === "Enter");
      holder.focus();
    }
  };
  input.onblur = () => close(true);
  for (const kind of ["onpointerdown", "onpointermove", "ondblclick"]) {
    input[kind] = (event) => event.stopPropagation();
  }
  holder.append(input);
  input.focus();
  input.select();
}
