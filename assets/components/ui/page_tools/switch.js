// A way to look at the page that is on or off, and that its address names, so that a view can be
// prepared.

import { element } from "../../shared/dom.js";

export class Switch {
  // name: in the address; show(on): makes the page so; leave(): takes that back.
  constructor(name, { symbol, words, title, show, leave = () => show(false), endsByEscape }) {
    Object.assign(this, { name, show, takeBack: leave, endsByEscape });
    this.read();
    this.button = labelled(name, symbol, words, title);
    this.button.onclick = () => this.turn(!this.on);
    this.onStep = () => {
      this.read();
      this.follow();
      layOutAgain();
    };
    this.onKey = (event) => {
      const over = document.querySelector("[role=dialog], [role=listbox], [role=menu]");
      if (event.key === "Escape" && !event.defaultPrevented && !over) this.turn(false);
    };
  }

  read() {
    this.path = location.pathname;
    this.on = this.named = this.isNamed();
  }

  isNamed() {
    return new URL(location.href).searchParams.has(this.name);
  }

  turn(on) {
    this.read();
    this.on = on;
    this.follow();
    this.tell(on);
    layOutAgain();
  }

  follow() {
    const before = this.on;
    // Another page, or another view of this one, whose address says its own.
    if (location.pathname !== this.path || this.isNamed() !== this.named) this.read();
    this.show(this.on);
    if (this.on !== before) layOutAgain();
    this.button.setAttribute("aria-pressed", String(this.on));
    globalThis.addEventListener("popstate", this.onStep); // a step back in the browser
    document.removeEventListener("keydown", this.onKey);
    if (this.on && this.endsByEscape) document.addEventListener("keydown", this.onKey);
  }

  leave() {
    this.takeBack();
    globalThis.removeEventListener("popstate", this.onStep);
    document.removeEventListener("keydown", this.onKey);
  }
}

// A button with its symbol, and words for where there is room.
export function labelled(name, symbol, words, title) {
  return element(
    "button",
    { class: name, type: "button", title },
    element("span", { class: "symbol", "aria-hidden": "true", text: symbol }),
    element("span", { class: "tool-words", text: words }),
  );
}

// Stages take their height from the window's.
function layOutAgain() {
  globalThis.dispatchEvent(new Event("resize"));
}
