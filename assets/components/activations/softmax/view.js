// Softmax: logits as bars to drag, the term of each class, its share, and the loss of the right
// one. Beside it the same without subtracting the largest logit first, as float32 gives it.
//
// What is shown is Python's answer; only while a bar or the temperature moves it is computed
// here, in float32 as well.

import { mounted } from "../../shared/mount.js";
import { theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { along, announcer, debounced, dragged, eachFrame } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { read, written } from "../../shared/numbers.js";

const TRUE_MINUS = "\u2212";

export default mounted((root) => new Softmax(root));

class Softmax {
  constructor(root) {
    this.root = root;
    this.edits = new Handshake();
    this.rows = [];
    this.temperature = element("input", {
      type: "range",
      min: "-2",
      max: "2",
      step: "0.05",
      "aria-label": "Temperature",
    });
    this.temperature.oninput = () => {
      this.state.temperature = warmth(Number(this.temperature.value));
      this.preview();
    };
    this.temperature.onchange = () => this.commit();
    this.degrees = element("output", { class: "degrees" });
    this.body = element("div", { class: "rows", role: "group", "aria-label": "Classes" });
    this.sums = element("div", { class: "row sums" });
    this.line = element("div", { class: "line" });
    this.loss = element("div", { class: "line" });
    this.naive = element("div", { class: "line naive" });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(this.said);
    this.tell = debounced(150, (state) => this.send("state", state));
    this.redraw = eachFrame(() => this.draw());
    const cell = (name, text) => element("div", { class: name, text });
    const head = element(
      "div",
      { class: "row head" },
      cell("name", "Right class"),
      cell("logit", "Logit z: drag"),
      cell("written", ""),
      cell("term", ""),
      cell("share", "Probability P"),
      cell("slope", "Slope of L"),
    );
    head.children[2].replaceChildren("as written, e", element("sup", { text: "z/T" }));
    const off = element("span", { text: "largest subtracted, e" });
    off.append(element("sup", { text: `(z${TRUE_MINUS}m)/T` }));
    head.children[3].replaceChildren(off);
    root.replaceChildren(
      element(
        "label",
        { class: "temperature" },
        element("span", { text: "Temperature T" }),
        this.temperature,
        this.degrees,
      ),
      head,
      this.body,
      this.sums,
      this.line,
      this.loss,
      this.naive,
      this.said,
    );
  }

  update({ setStateValue }, { settings, arrays }) {
    this.send = setStateValue;
    // An older answer must not undo what the hand is doing now.
    if (this.edits.isOld(settings.serial) || this.dragging) return;
    this.edits.take(settings.serial);
    this.settings = settings;
    this.state = {
      logits: Array.from(arrays.logits.data),
      temperature: settings.temperature,
      right: settings.right,
    };
    this.found = {
      shift: settings.shift,
      terms: arrays.terms.data,
      total: arrays.totals.data[0],
      probabilities: arrays.probabilities.data,
      gradient: arrays.gradient.data,
      loss: arrays.totals.data[1],
      written: arrays.written.data,
      writtenTotal: arrays.totals.data[2],
      naive: arrays.naive.data,
    };
    this.temperature.value = Math.log(settings.temperature) / Math.LN2 / 2;
    const { dark } = theme(this.root.getRootNode());
    this.colours = settings.colours[dark ? "dark" : "light"];
    this.build();
    this.draw();
  }

  // ---- while a hand moves -------------------------------------------------------------------

  preview() {
    const { logits, temperature, right } = this.state;
    const single = Math.fround;
    const values = logits.map(single);
    const shift = Math.max(...values);
    const exponentials = (offset) =>
      values.map((value) => single(Math.exp(single(single(value - offset) / single(temperature)))));
    const sum = (terms) => terms.reduce((total, term) => single(total + term), 0);
    const terms = exponentials(shift);
    const total = sum(terms);
    const written = exponentials(0);
    const writtenTotal = sum(written);
    const probabilities = terms.map((term) => single(term / total));
    this.found = {
      shift,
      terms,
      total,
      probabilities,
      gradient: probabilities.map((p, at) => (p - (at === right ? 1 : 0)) / temperature),
      loss: Math.log(total) - (values[right] - shift) / temperature,
      written,
      writtenTotal,
      naive: written.map((term) => single(term / writtenTotal)),
    };
    this.redraw();
  }

  commit() {
    this.tell({ ...this.state, serial: this.edits.send() });
  }

  set(at, value) {
    const { span } = this.settings;
    const step = span / 100;
    const rounded = Math.round(value / step) * step;
    this.state.logits[at] = Number(Math.max(-span, Math.min(span, rounded)).toFixed(4));
    this.preview();
  }

  // ---- rows ---------------------------------------------------------------------------------

  build() {
    const count = this.state.logits.length;
    while (this.rows.length > count) this.rows.pop().row.remove();
    while (this.rows.length < count) this.rows.push(this.row(this.rows.length));
  }

  row(at) {
    const radio = element("input", { type: "radio", name: "right" });
    radio.onchange = () => {
      this.state.right = at;
      this.preview();
      this.commit();
    };
    const title = element("span");
    const bar = () => element("div", { class: "bar" });
    const number = (name) => element("span", { class: `number ${name}` });
    const logit = {
      track: element("div", { class: "track", tabindex: "0", role: "slider" }),
      bar: bar(),
      number: number("over"),
    };
    logit.track.append(element("div", { class: "zero" }), logit.bar, logit.number);
    const term = { bar: bar(), number: number("beside") };
    const share = { bar: bar(), number: number("beside") };
    const written = number("plain");
    const slope = number("plain");
    const row = element(
      "div",
      { class: "row" },
      element("label", { class: "name" }, radio, title),
      element("div", { class: "logit" }, logit.track),
      element("div", { class: "written" }, written),
      element("div", { class: "term" }, term.bar, term.number),
      element("div", { class: "share" }, share.bar, share.number),
      element("div", { class: "slope" }, slope),
    );
    const drag = (event) => {
      const box = logit.track.getBoundingClientRect();
      const part = (event.clientX - box.left) / box.width;
      this.set(at, (2 * part - 1) * this.settings.span);
    };
    dragged(logit.track, {
      start: (event) => {
        this.dragging = true;
        drag(event);
      },
      move: drag,
      end: () => {
        this.dragging = false;
        this.commit();
      },
    });
    logit.track.onkeydown = (event) => this.key(event, at);
    this.body.append(row);
    return { row, radio, title, logit, term, share, written, slope };
  }

  key(event, at) {
    const { span } = this.settings;
    const range = { least: -span, most: span, step: span / 100 };
    const to = along(event, this.state.logits[at], range);
    if (to === null) return;
    event.preventDefault();
    this.set(at, to);
    this.commit();
  }

  // ---- drawing ------------------------------------------------------------------------------

  draw() {
    const { logits, temperature, right } = this.state;
    const { found, settings, colours } = this;
    const { span, names } = settings;
    this.rows.forEach(({ radio, title, logit, term, share, written, slope }, at) => {
      const colour = colours[at];
      const value = logits[at];
      const name = names[at];
      title.textContent = name;
      radio.checked = at === right;
      radio.setAttribute("aria-label", `${name} is the right class`);
      const part = (50 * value) / span;
      Object.assign(logit.bar.style, {
        left: `${part < 0 ? 50 + part : 50}%`,
        width: `${Math.abs(part)}%`,
        background: colour,
      });
      logit.number.textContent = short(value);
      logit.number.dataset.side = value < 0 ? "right" : "left";
      logit.track.setAttribute("aria-label", `Logit of ${name}`);
      logit.track.setAttribute("aria-valuemin", -span);
      logit.track.setAttribute("aria-valuemax", span);
      logit.track.setAttribute("aria-valuenow", Number(value.toPrecision(6))); // of a float32
      logit.track.setAttribute(
        "aria-valuetext",
        `${short(value)}, probability ${short(found.probabilities[at])}`,
      );
      mark(written, found.written[at]);
      term.bar.style.width = `${100 * found.terms[at]}%`;
      term.bar.style.background = colour;
      term.number.textContent = short(found.terms[at]);
      share.bar.style.width = `${100 * found.probabilities[at]}%`;
      share.bar.style.background = colour;
      share.number.textContent = short(found.probabilities[at]);
      slope.textContent = short(found.gradient[at]);
    });
    const cell = (name, ...content) => element("div", { class: name }, ...content);
    const sum = element("span");
    mark(sum, found.writtenTotal);
    this.sums.replaceChildren(
      cell("name", "Sum"),
      cell("logit", `largest z = ${short(found.shift)}`),
      cell("written", sum),
      cell("term", short(found.total)),
      cell("share", "1"),
      cell("slope", "0"),
    );
    this.degrees.textContent = short(temperature);
    this.fillLines(names[right], right, colours);
    this.say(`${this.line.textContent}. ${this.loss.textContent}`);
  }

  fillLines(name, right, colours) {
    const { found } = this;
    const part = (text, at) => {
      const made = element("span", { class: "piece", text });
      if (at !== undefined) made.style.borderColor = colours[at];
      return made;
    };
    const terms = Array.from(found.terms).flatMap((term, at) => [
      ...(at ? [" + "] : []),
      part(short(term), at),
    ]);
    this.line.replaceChildren(
      `P(${name}) = `,
      part(short(found.terms[right]), right),
      " / (",
      ...terms,
      ") = ",
      element("strong", { text: short(found.probabilities[right]) }),
    );
    const { p, equals } = lossOf(found.probabilities[right], found.loss);
    this.loss.replaceChildren(
      `L = ${TRUE_MINUS}ln ${p} ${equals} `,
      element("strong", { text: short(found.loss) }),
    );
    const broken = !Number.isFinite(found.naive[right]);
    this.naive.classList.toggle("broken", broken);
    this.naive.textContent =
      `As written, in float32: ${short(found.written[right])} / ${short(found.writtenTotal)} = ` +
      short(found.naive[right]);
  }
}

// The probability with as many digits as give the loss, as it is written, to who takes its
// logarithm; where none of a float32's do, the sign says so.
function lossOf(probability, loss) {
  const wanted = short(loss);
  for (let digits = 4; digits <= 9; digits++) {
    const p = written(probability, digits);
    if (short(-Math.log(read(p))) === wanted) return { p, equals: "=" };
  }
  return { p: short(probability), equals: "\u2248" };
}

// The slider runs over powers of two, from 1/16 to 16.
function warmth(value) {
  return Number((2 ** (2 * value)).toPrecision(3));
}

function mark(place, value) {
  place.textContent = short(value);
  place.classList.toggle("broken", !Number.isFinite(value));
}

function short(value) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : `${TRUE_MINUS}\u221e`;
  const size = Math.abs(value);
  let text;
  if (size !== 0 && (size < 1e-4 || size >= 1e5)) {
    const [mantissa, power] = value.toExponential(2).split("e");
    text = `${mantissa}e${Number(power)}`;
  } else text = String(Number(value.toFixed(size < 1 ? 4 : size < 100 ? 3 : 1)));
  return text.replaceAll("-", TRUE_MINUS);
}
