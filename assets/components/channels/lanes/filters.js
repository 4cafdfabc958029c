// All filters of a trained layer in a row, each drawn as what it likes: its three kernels as one
// tile in red, green and blue, where grey is zero. Choosing one is live: press, drag, arrow keys.

import { css } from "../../shared/colours.js";
import { element, sharpContext, titled } from "../../shared/dom.js";
import { arrows, debounced, dragged } from "../../shared/hand.js";

const REST = 150; // milliseconds without another step before the choice is settled
const TILE = 34;

export class FilterStrip {
  // choose(number, settled): the filter, from 1, to show now; settled once the hand rests.
  constructor(choose) {
    this.choose = choose;
    this.settle = debounced(REST, () => choose(this.number, true));
    this.heading = element("span");
    this.tiles = element("div", { class: "filters", role: "radiogroup" });
    this.section = titled({ class: "strip" }, [this.heading], this.tiles);
    dragged(this.tiles, {
      start: (event) => this.start(event),
      move: (event) => this.move(this.numberUnder(event) || this.number),
      end: () => this.end(),
    });
    this.tiles.onclick = ({ target }) => {
      const number = this.numberOf(target);
      if (number) this.move(number);
    };
    this.tiles.onkeydown = (event) => this.key(event);
  }

  // weights: of [filters, 3, side, side]; title: the layer they are of; number: the one in hand,
  // or null where the kernels are no longer a filter's.
  show(weights, title, number) {
    this.section.hidden = !weights;
    if (!weights) return;
    const [count, , side] = weights.shape;
    this.title = title;
    if (this.drawn !== title) {
      this.drawn = title;
      this.tiles.setAttribute("aria-label", `Filters of ${title}`);
      this.tiles.replaceChildren(
        ...Array.from({ length: count }, (_, at) => {
          const canvas = element("canvas", { "aria-hidden": "true" });
          draw(canvas, weights.data.subarray(3 * side * side * at), side);
          const tile = element("button", { type: "button", role: "radio" }, canvas);
          tile.setAttribute("aria-label", `Filter ${at}`);
          tile.title = `Filter ${at}`;
          return tile;
        }),
      );
    }
    if (!this.busy) this.mark(number);
  }

  get busy() {
    return this.dragging || this.settle.isWaiting();
  }

  mark(number) {
    this.number = number;
    const tiles = [...this.tiles.children];
    this.heading.textContent =
      `${this.title}: ` +
      (number === null
        ? `${tiles.length} filters`
        : `filter ${number - 1} (0 to ${tiles.length - 1})`);
    tiles.forEach((tile, at) => {
      tile.setAttribute("aria-checked", at + 1 === number);
      tile.tabIndex = at + 1 === (number ?? 1) ? 0 : -1;
    });
  }

  move(number) {
    if (number === this.number) return;
    this.mark(number);
    this.choose(number, false);
    if (this.dragging) this.settle.cancel();
    else this.settle();
  }

  // The filter that an element is of, or 0.
  numberOf(node) {
    return [...this.tiles.children].indexOf(node?.closest("[role=radio]")) + 1;
  }

  numberUnder({ clientX, clientY }) {
    return this.numberOf(this.tiles.getRootNode().elementFromPoint(clientX, clientY));
  }

  start(event) {
    if (event.pointerType === "touch") return false; // it may be about to scroll: a tap is a click
    const first = this.numberUnder(event);
    if (!first) return false;
    this.before = this.number;
    this.dragging = true;
    this.tiles.children[first - 1].focus({ preventScroll: true });
    this.move(first);
    return true;
  }

  end() {
    this.dragging = false;
    if (this.number !== this.before) this.settle.after(0);
  }

  key(event) {
    const count = this.tiles.children.length;
    const step = arrows(event, 1);
    const from = [...this.tiles.children].indexOf(this.tiles.getRootNode().activeElement) + 1 || 1;
    let to = from;
    if (step) to = ((from - 1 + step[0] + step[1] + count) % count) + 1;
    else if (event.key === "Home") to = 1;
    else if (event.key === "End") to = count;
    else if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    this.tiles.children[to - 1].focus();
    this.move(to);
  }
}

function draw(canvas, weights, side) {
  const size = 3 * side * side;
  const limit =
    weights.subarray(0, size).reduce((most, one) => Math.max(most, Math.abs(one)), 0) || 1;
  const context = sharpContext(canvas, TILE, TILE);
  const edge = (at) => Math.round((at * TILE) / side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const tap = row * side + column;
      const colour = [0, 1, 2].map((channel) =>
        Math.round(127.5 * (1 + weights[channel * side * side + tap] / limit)),
      );
      context.fillStyle = css(colour);
      const [left, top] = [edge(column), edge(row)];
      context.fillRect(left, top, edge(column + 1) - left, edge(row + 1) - top);
    }
  }
}
