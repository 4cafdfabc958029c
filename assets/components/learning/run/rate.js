// The learning rate on a logarithmic ruler, with the rates beyond which each direction of the
// loss diverges. The handle is dragged or moved with the arrow keys.

import { written } from "../../shared/numbers.js";
import { element, titled } from "../../shared/dom.js";
import { along, debounced, dragged } from "../../shared/hand.js";

export class RateRuler {
  constructor(choose) {
    this.choose = choose;
    this.value = element("span", { class: "size" });
    this.safe = element("div", { class: "safe" });
    this.ticks = element("div", { class: "ticks" });
    this.bound = element("div", { class: "bound" });
    this.boundText = element("div", { class: "bound-text" });
    this.handle = element("div", { class: "handle", tabindex: "0", role: "slider" });
    this.handle.setAttribute("aria-label", "Learning rate");
    this.track = element("div", { class: "track" }, this.safe, this.ticks, this.bound, this.handle);
    this.scale = element("div", { class: "scale", "aria-hidden": "true" });
    this.words = element("p", { class: "words" });
    this.section = titled(
      { class: "pane rate" },
      ["Learning rate", this.value],
      this.boundText,
      this.track,
      this.scale,
      this.words,
    );
    this.rest = debounced(150, () => this.choose(this.rate));
    const follow = (event) => {
      const box = this.track.getBoundingClientRect();
      this.put(this.rateAt((event.clientX - box.left) / box.width));
    };
    dragged(this.track, {
      start: (event) => {
        event.preventDefault();
        this.handle.focus({ preventScroll: true });
        this.dragging = true;
        follow(event);
      },
      move: follow,
      end: () => {
        this.dragging = false;
        this.choose(this.rate);
      },
    });
    this.handle.onkeydown = (event) => this.key(event);
  }

  update(settings) {
    this.settings = settings;
    if (this.dragging) return;
    const { bound, bounds } = settings;
    const at = (rate) => `${100 * this.placeOf(rate)}%`;
    const [least, most] = settings.rates;
    this.handle.setAttribute("aria-valuemin", least);
    this.handle.setAttribute("aria-valuemax", most);
    this.scale.replaceChildren(
      ...powersWithin(least, most).map((rate) => {
        const mark = element("span", { text: written(rate, 4) });
        mark.style.left = at(rate);
        return mark;
      }),
    );
    this.safe.style.width = at(bound ?? most);
    this.bound.hidden = this.boundText.hidden = bound === null;
    if (bound !== null) {
      this.bound.style.left = this.boundText.style.left = at(bound);
      const part = this.placeOf(bound);
      this.boundText.textContent = `diverges beyond ${written(bound, 4)}`;
      this.boundText.style.transform = `translateX(-${Math.round(100 * Math.min(0.95, Math.max(0.05, part)))}%)`;
    }
    this.ticks.replaceChildren(
      ...bounds
        .filter((rate) => rate < most)
        .map((rate) => {
          const tick = element("span");
          tick.style.left = at(rate);
          return tick;
        }),
    );
    this.put(settings.rate);
  }

  put(rate) {
    const { bound, momentum } = this.settings;
    this.rate = rate;
    this.handle.style.left = `${100 * this.placeOf(rate)}%`;
    this.value.textContent = written(rate, 4);
    const part = bound === null ? 0 : rate / bound;
    const words =
      bound === null
        ? ""
        : part > 1
          ? `${written(part, 3)} times the largest stable rate: the steepest direction grows with every step.`
          : `${written(100 * part, 3)}% of the largest stable rate${part < 0.02 && !momentum ? ": safe, and slow" : ""}.`;
    this.words.textContent =
      words +
      (this.settings.local ? ` Measured at step ${this.settings.at}; it changes on the way.` : "");
    this.section.classList.toggle("too-large", part > 1);
    this.handle.setAttribute("aria-valuenow", rate);
    this.handle.setAttribute("aria-valuetext", `${written(rate, 4)}. ${words}`);
  }

  key(event) {
    const from = this.placeOf(this.rate);
    const to = along(event, from, { most: 1, step: 0.01 });
    if (to === null) return;
    event.preventDefault();
    let rate = this.rateAt(to);
    // Two digits may round a small step away.
    if (rate === this.rate) rate = this.rateAt(from + 2 * (to - from));
    this.put(rate);
    this.rest();
  }

  // From 0 to 1 along the ruler, and back: rates have two digits.
  placeOf(rate) {
    const [least, most] = this.settings.rates;
    return Math.max(0, Math.min(1, Math.log(rate / least) / Math.log(most / least)));
  }

  rateAt(part) {
    const [least, most] = this.settings.rates;
    return Number((least * (most / least) ** Math.max(0, Math.min(1, part))).toPrecision(2));
  }
}

// The powers of ten on the ruler, but for its beginning.
function powersWithin(least, most) {
  const [low, high] = [least, most].map((rate) => Math.round(Math.log10(rate)));
  return Array.from({ length: high - low }, (_, at) => 10 ** (low + 1 + at));
}
