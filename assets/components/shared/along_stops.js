import { element } from "../shared/dom.js";

// What a view does that leads along stops, all of which are in the browser: it goes from one to the
// next and round, and tells Python where it stands once a hand rests. Assign it to the prototype of
// a view that has stops() (how many there are), draw(), at, player, rest, settings.at, tell and
// handshake.
export const alongStops = {
  advance(steps) {
    const count = this.stops();
    this.go((((this.at + steps) % count) + count) % count);
    if (!this.player.on) this.rest();
  },

  go(at) {
    this.at = at;
    this.draw();
  },

  settle() {
    if (this.player.on || this.at === this.settings.at) return;
    this.ask();
  },

  ask() {
    this.tell("ask", { at: this.at, serial: this.handshake.send() });
  },
};

// The slider of such a view.
export function stopSlider(view, attributes) {
  const slider = element("input", { type: "range", min: "0", step: "1", ...attributes });
  slider.oninput = () => {
    view.player.stop();
    view.go(Number(slider.value));
    view.rest();
  };
  return slider;
}
