// A kernel whose weights are typed, dragged up and down, wheeled or stepped with arrow keys.

import { css, inkOn, signedColour } from "../shared/colours.js";
import { element } from "../shared/dom.js";
import { debounced, dragged } from "../shared/hand.js";
import { read, written } from "../shared/numbers.js";

const LEAST_SIZE = 11; // pixels of a weight's digits; smaller ones are left out

export class KernelEditor {
  // preview(row, column, value) while a weight moves; commit(values) when it rests;
  // hover(row, column) or hover(null); complain(sentence) when a weight is refused.
  // digits: how many to write; the more columns, the fewer where it is not given.
  constructor(box, { preview, commit, hover, complain, name = "weight", digits = null }) {
    Object.assign(this, { box, preview, commit, hover, complain, name, digits });
    this.rows = this.columns = 0;
    this.values = [];
    this.inputs = [];
    this.moving = null;
    this.fewer = null; // digits, with no 0 before the point, where there is little room
    this.largest = Infinity; // weight, either sign; Python says which it takes
    this.before = null; // what the weight that is being typed was
    this.isRefused = false; // the last weight that was typed, and Python has not answered yet
    this.rest = debounced(250, () => this.commit(this.values));
    box.setAttribute("role", "group");
    new ResizeObserver(() => this.page && this.colour()).observe(box);
  }

  show(rows, columns, values, page, bytes) {
    this.page = page;
    this.bytes = bytes;
    if (rows !== this.rows || columns !== this.columns) this.build(rows, columns);
    this.values = Array.from(values);
    this.colour();
  }

  build(rows, columns) {
    this.rows = rows;
    this.columns = columns;
    this.box.style.setProperty("--columns", columns);
    this.box.style.setProperty("--rows", rows);
    this.box.setAttribute("aria-label", `Kernel, ${rows} rows and ${columns} columns`);
    this.inputs = Array.from({ length: rows * columns }, (_, at) => this.cell(at));
    this.box.replaceChildren(...this.inputs);
  }

  cell(at) {
    const [row, column] = [Math.floor(at / this.columns), at % this.columns];
    const input = element("input", {
      type: "text",
      inputmode: "decimal",
      role: "spinbutton",
      autocomplete: "off",
      "aria-label": `${this.name} row ${row} column ${column}`,
    });
    input.onfocus = () => {
      input.select();
      this.hover(row, column);
    };
    input.onpointerenter = () => this.hover(row, column);
    input.onpointerleave = () => this.moving === null && this.hover(null);
    input.oninput = () => {
      const value = read(input.value);
      const before = this.before ?? this.values[at];
      if (this.accepts(value)) this.set(at, value, false);
      this.before = before;
    };
    input.onblur = () => {
      this.hover(null);
      this.settle(at, input);
    };
    input.onkeydown = (event) => this.key(event, at, input);
    input.onwheel = (event) => {
      if (input.getRootNode().activeElement !== input) return;
      event.preventDefault();
      this.nudge(at, event.deltaY < 0 ? 1 : -1, event);
    };
    this.watchDrag(at, input);
    return input;
  }

  // Up and down with a mouse or a pen; a finger goes left and right, since up and down scrolls.
  watchDrag(at, input) {
    let from = null;
    const far = (event) =>
      event.pointerType === "touch" ? event.clientX - from.x : from.y - event.clientY;
    dragged(input, {
      start: (event) => {
        input.classList.add("held");
        from = { x: event.clientX, y: event.clientY, value: this.values[at] };
        from.step = this.step() / 4;
      },
      move: (event) => {
        if (this.moving === null && Math.abs(far(event)) < 4) return;
        if (this.moving === null) {
          this.moving = at;
          input.blur();
        }
        event.preventDefault();
        const step = from.step * (event.shiftKey ? 10 : event.altKey ? 0.1 : 1);
        this.set(at, tidy(from.value + far(event) * step, step));
      },
      end: () => {
        input.classList.remove("held");
        if (this.moving === null) return;
        this.moving = null;
        this.commit(this.values);
      },
    });
  }

  key(event, at, input) {
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const go = (row, column) => {
      const to = row * this.columns + column;
      if (row < 0 || column < 0 || row >= this.rows || column >= this.columns) return;
      event.preventDefault();
      this.inputs[to].focus();
    };
    const [row, column] = [Math.floor(at / this.columns), at % this.columns];
    if (event.key === "Enter") {
      this.settle(at, input);
      input.select();
    } else if (event.key === "Escape") {
      this.takeBack(at);
      input.value = this.text(this.values[at]);
      input.select();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const up = event.key === "ArrowUp";
      if (event.ctrlKey || event.metaKey) go(row + (up ? -1 : 1), column);
      else this.nudge(at, up ? 1 : -1, event);
    } else if (event.key === "ArrowLeft" && whole) go(row, column - 1);
    else if (event.key === "ArrowRight" && whole) go(row, column + 1);
  }

  nudge(at, direction, event) {
    event.preventDefault();
    const step = this.step() * (event.shiftKey ? 10 : event.altKey ? 0.1 : 1);
    this.set(at, tidy(this.values[at] + direction * step, step));
    this.inputs[at].select?.();
    this.rest();
  }

  // A tenth of the power of ten that the largest weight is in.
  step() {
    const most = Math.max(...this.values.map(Math.abs));
    return most > 0 ? 10 ** Math.floor(Math.log10(most)) / 10 : 0.1;
  }

  settle(at, input) {
    const value = read(input.value);
    if (!this.accepts(value)) {
      const received = input.value || "nothing";
      this.isRefused = this.takeBack(at);
      input.value = this.text(this.values[at]);
      this.complain(
        `A weight is a number between \u2212${this.largest.toLocaleString("en")} and ` +
          `${this.largest.toLocaleString("en")}. Received: ${received}.`,
      );
      return;
    }
    if (input.value !== this.text(this.values[at])) this.set(at, value);
    this.before = null;
    if (this.typed) this.commit(this.values);
  }

  // What was typed so far gives way to the weight that was there; says whether there was any.
  takeBack(at) {
    const before = this.before;
    this.before = null;
    if (before === null || before === this.values[at]) return false;
    this.set(at, before);
    this.commit(this.values);
    return true;
  }

  accepts(value) {
    return Number.isFinite(value) && Math.abs(value) <= this.largest;
  }

  set(at, value, rewrite = true) {
    const limited = Math.max(-this.largest, Math.min(this.largest, value));
    this.typed = true;
    this.before = null;
    this.isRefused = false;
    this.complain("");
    this.values[at] = limited;
    this.colour(rewrite ? null : at);
    this.preview(Math.floor(at / this.columns), at % this.columns, limited);
  }

  // Python has answered: nothing typed is left to take over. Says whether a refusal has just been
  // said, which the answer to the weight that came back must not wipe away.
  committed() {
    const { isRefused } = this;
    this.typed = this.isRefused = false;
    return isRefused;
  }

  colour(keep = null) {
    const limit = Math.max(...this.values.map(Math.abs)) || 1;
    const active = this.box.getRootNode().activeElement;
    const texts = this.fitting();
    this.inputs.forEach((input, at) => {
      const value = this.values[at];
      const fill = signedColour(value, limit, this.bytes);
      input.style.background = css(fill);
      input.style.color = inkOn(fill);
      input.setAttribute("aria-valuenow", value);
      input.title = written(value, 4);
      const text = texts[at];
      const typing = keep === at || (active === input && this.typed && read(input.value) === value);
      if (!typing && input.value !== text) input.value = text;
    });
  }

  // What stands in the cells: digits that are large enough to read, be they fewer. Where there is no
  // room for any they are left out, but for a weight in hand, whose cell grows.
  fitting() {
    const wide = this.box.clientWidth / this.columns;
    const isLegible = (letters) => !wide || (1.45 * wide) / letters >= LEAST_SIZE; // as in base.css
    let texts, letters;
    const write = (digits) => {
      this.fewer = digits;
      texts = this.values.map((value) => this.text(value));
      // One size for all, so that a minus does not make a weight look smaller.
      letters = Math.max(2, ...texts.map((text) => text.length));
      return isLegible(letters);
    };
    const isWritten = [null, 2, 1].some(write);
    if (!isWritten) write(null);
    this.box.classList.toggle("unwritten", !isWritten);
    this.box.style.setProperty("--letters", letters);
    return texts;
  }

  // What stands in a cell. A cell that is left as it stands keeps its weight's unwritten digits.
  // A power of ten would stand out among the others: four decimals say as much, down to 0.0001.
  text(value) {
    const size = Math.abs(value);
    const isSmall = size < 1e-3 && size >= 5e-5;
    const shown = isSmall ? Number(value.toFixed(4)) : value;
    const digits = Math.min(this.fewer ?? 4, this.digits ?? (this.columns > 5 ? 2 : 4));
    const text = written(shown, digits, 6);
    const whole = text.includes("e") && isSmall ? shown.toFixed(4).replace("-", "\u2212") : text;
    return this.fewer ? whole.replace(/^(\u2212?)0\./, "$1.") : whole;
  }

  mark(row, column) {
    this.inputs.forEach((input, at) => {
      input.classList.toggle("lit", row !== null && at === row * this.columns + column);
    });
  }
}

function tidy(value, step) {
  const decimals = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step)) + 1));
  return Number(value.toFixed(decimals));
}
