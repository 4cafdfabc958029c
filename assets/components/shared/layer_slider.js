// Walk through a network's layers: a slider, steps, and playing from the first to the last.

import { element } from "../shared/dom.js";
import { debounced } from "../shared/hand.js";
import { Player } from "../shared/player.js";

export class LayerSlider {
  // go(at, settled): the layer to show now; settled once nobody moves it any more.
  constructor(go) {
    this.go = go;
    this.settle = debounced(0, () => go(this.at, true));
    this.name = element("span", { class: "layer-name" });
    this.range = element("input", { type: "range", class: "layers", min: "0", step: "1" });
    this.range.setAttribute("aria-label", "Layer");
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => !on && this.settle(),
    });
    Object.assign(this.player.speed, { min: "1", max: "6", value: "2" });
    this.section = element(
      "div",
      { class: "layer-slider" },
      element("div", { class: "layer-title", "aria-live": "polite" }, this.name),
      this.range,
      this.player.bar,
    );
    this.range.oninput = () => {
      this.player.stop();
      this.move(Number(this.range.value), 250);
    };
  }

  // layers: [{ name, words }]; at: the layer in hand.
  show(layers, at) {
    this.layers = layers;
    this.range.max = String(layers.length - 1);
    this.set(at);
  }

  set(at) {
    this.at = at;
    const { name, words } = this.layers[at];
    this.range.value = String(at);
    this.range.setAttribute("aria-valuetext", `${name}, ${words}`);
    this.name.textContent = `Layer ${at + 1} of ${this.layers.length}: ${name}, ${words}`;
  }

  get busy() {
    return this.player.on || this.settle.isWaiting();
  }

  advance(steps) {
    const count = this.layers.length;
    this.move((((this.at + steps) % count) + count) % count, this.player.on ? null : 250);
  }

  move(at, wait = 0) {
    this.set(at);
    this.go(at, false);
    if (wait !== null) this.settle.after(wait);
  }

  leave() {
    this.settle.cancel();
  }
}
