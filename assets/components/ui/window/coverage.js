// Coverage: how many windows touch each pixel, as heat maps with numbers.

import { CellGrid } from "../../shared/cells.js";
import { css, table } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { arrows } from "../../shared/hand.js";

const LARGEST_CELL = 44;

export class Coverage {
  // point(cell): a pixel is pointed at, or none is (null).
  constructor(point) {
    this.point = point;
    this.box = element("div", { class: "coverages" });
    this.panes = [];
    this.signature = "";
  }

  // described: title and words for each map; its counts are arrays.coverage_0, coverage_1, ...
  update(described, arrays) {
    const signature = JSON.stringify(described.map(({ title }) => title));
    if (signature !== this.signature) {
      this.signature = signature;
      this.panes = described.map(() => this.pane());
      const children = this.panes.map(({ section }) => section);
      if (children.length) {
        this.legend = element(
          "div",
          { class: "legend" },
          element("canvas", { width: "256", height: "1" }),
          element("span"),
          element("span"),
          element("span", { class: "most" }),
        );
        this.panes[0].section.append(this.legend);
      }
      this.box.replaceChildren(...children);
    }
    this.panes.forEach((pane, at) => {
      const { data, shape } = arrays[`coverage_${at}`];
      const { title, words } = described[at];
      const size = `${shape[0]} \u00d7 ${shape[1]}`;
      pane.heading.replaceChildren(
        element("span", { text: title }),
        element("span", { class: "size", text: size }),
      );
      pane.words.textContent = words;
      Object.assign(pane, { data, rows: shape[0], columns: shape[1] });
      const [least, most] = [Math.min(...data), Math.max(...data)];
      pane.holder.setAttribute(
        "aria-label",
        `${title}: windows that touch each pixel, from ${least} to ${most}. ` +
          "Arrow keys choose a pixel.",
      );
    });
    this.most = Math.max(1, ...this.panes.map(({ data }) => Math.max(...data)));
  }

  pane() {
    const heading = element("div", { class: "title" });
    const canvas = element("canvas", { class: "numbers" });
    const holder = element("div", { class: "cells", tabindex: "0", role: "application" }, canvas);
    const words = element("p", { class: "words" });
    const section = element("section", { class: "pane coverage" }, heading, holder, words);
    const pane = { section, heading, holder, words, cells: new CellGrid(canvas), at: null };
    const go = (cell) => {
      pane.at = cell;
      this.point(cell);
    };
    holder.onpointermove = holder.onpointerdown = (event) => go(pane.cells.cellAt(event));
    holder.onpointerleave = holder.onblur = () => go(null);
    holder.onkeydown = (event) => {
      const move = arrows(event, 1);
      if (!move) return;
      event.preventDefault();
      const [row, column] = pane.at ?? [0, 0];
      go([
        Math.max(0, Math.min(pane.rows - 1, row + (pane.at ? move[0] : 0))),
        Math.max(0, Math.min(pane.columns - 1, column + (pane.at ? move[1] : 0))),
      ]);
    };
    return pane;
  }

  // mark: the window in hand.
  draw(page, mark) {
    if (!this.panes.length) return;
    const heat = table("attributions", page.dark);
    const colour = (count) => {
      const at = 3 * Math.round((255 * count) / this.most);
      return [heat[at], heat[at + 1], heat[at + 2]];
    };
    this.panes.forEach((pane, at) => {
      const { cells, data, rows, columns } = pane;
      const marks = pane.at
        ? [{ row: pane.at[0], column: pane.at[1], height: 1, width: 1 }]
        : at === 0
          ? [within(mark, rows, columns)]
          : [];
      cells.draw({
        rows,
        columns,
        page,
        most: LARGEST_CELL,
        even: true,
        colour: (row, column) => colour(data[row * columns + column]),
        crossed: (row, column) => data[row * columns + column] === 0,
        text: (row, column) => String(data[row * columns + column]),
        marks,
      });
    });
    const context = this.legend.firstChild.getContext("2d");
    for (let at = 0; at < 256; at++) {
      context.fillStyle = css(colour((this.most * at) / 255));
      context.fillRect(at, 0, 1, 1);
    }
    this.legend.children[1].textContent = "0";
    this.legend.children[3].textContent = String(this.most);
  }
}

function within({ row, column, height, width }, rows, columns) {
  const [top, left] = [Math.max(0, row), Math.max(0, column)];
  return {
    row: top,
    column: left,
    height: Math.min(rows, row + height) - top,
    width: Math.min(columns, column + width) - left,
  };
}
