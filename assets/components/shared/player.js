// Play, step and speed for anything that walks through a list of places.

import { element, iconButton } from "../shared/dom.js";

export class Player {
  // advance(steps): go that many places on; playing(on): playing began or ended.
  // extra: what else stands in its bar, before the words that say `where` one is.
  constructor({ advance, playing = () => {}, extra = [] }) {
    Object.assign(this, { advance, playing });
    this.on = false;
    this.paused = false; // while a pointer rests on the stage
    this.button = iconButton("play_arrow", "Play", () => this.toggle());
    this.speed = element("input", {
      type: "range",
      min: "1",
      max: "30",
      value: "4",
      "aria-label": "Speed, steps per second",
    });
    this.where = element("span", { class: "where" });
    this.bar = element(
      "div",
      { class: "player" },
      iconButton("skip_previous", "One step back", () => this.step(-1)),
      this.button,
      iconButton("skip_next", "One step on", () => this.step(1)),
      element("label", { class: "speed" }, element("span", { text: "Speed" }), this.speed),
      ...extra,
      this.where,
    );
  }

  step(direction) {
    this.stop();
    this.advance(direction);
  }

  toggle() {
    if (this.on) this.stop();
    else this.start();
  }

  start() {
    this.on = true;
    this.label("pause", "Pause");
    this.playing(true);
    let last = performance.now();
    let owed = 0;
    const frame = (now) => {
      if (!this.on) return;
      if (!this.bar.isConnected) return this.stop();
      if (!this.paused) owed += ((now - last) / 1000) * Number(this.speed.value);
      last = now;
      const whole = Math.floor(owed);
      if (whole > 0) {
        owed -= whole;
        this.advance(whole);
      }
      this.request = requestAnimationFrame(frame);
    };
    this.request = requestAnimationFrame(frame);
  }

  stop() {
    if (!this.on) return;
    this.on = false;
    cancelAnimationFrame(this.request);
    this.label("play_arrow", "Play");
    this.playing(false);
  }

  label(symbol, text) {
    this.button.firstChild.textContent = symbol;
    this.button.title = text;
    this.button.setAttribute("aria-label", text);
  }
}
