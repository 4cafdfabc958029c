// All pictures to choose a query from, group by group; arrow keys walk through them.

import { element } from "../../shared/dom.js";
import { inGrid } from "../../shared/hand.js";

const MOST_BUTTONS = 600; // buttons; more would make the browser slow

export class Picker {
  constructor(choose) {
    this.choose = choose;
    this.own = element("button", { type: "button", class: "own" });
    this.own.onclick = () => choose(null);
    this.list = element("div", { class: "photos" });
    this.section = element("div", { class: "picker" }, this.own, this.list);
    this.list.onkeydown = (event) => this.key(event);
  }

  show(photos, place, ownTitle) {
    this.own.textContent = `Search with your picture: ${ownTitle}`;
    this.own.setAttribute("aria-pressed", String(place === null));
    if (this.photos !== photos) this.fill(photos, [...photos.urls.keys()]);
    this.press(place);
  }

  showSome(photos, places, place) {
    this.fill(photos, places);
    this.press(place);
  }

  // Mark the query.
  press(place) {
    if (this.pressed) this.pressed.setAttribute("aria-pressed", "false");
    this.pressed = this.buttons.get(place) ?? null;
    if (this.pressed) {
      this.pressed.setAttribute("aria-pressed", "true");
      if (this.shown !== place) this.reveal(this.pressed);
    }
    this.shown = place;
    this.reach(this.pressed ?? this.buttons.values().next().value);
  }

  fill(photos, places) {
    this.photos = photos;
    this.buttons = new Map();
    const groups = new Map(photos.groups.map((group) => [group, []]));
    for (const at of places.slice(0, MOST_BUTTONS)) {
      const button = element(
        "button",
        {
          type: "button",
          class: "photo",
          title: photos.titles[at],
          "aria-label": photos.titles[at],
          "aria-pressed": "false",
          tabindex: "-1",
          onclick: () => this.choose(at),
        },
        element("img", { src: photos.urls[at], alt: "", loading: "lazy" }),
      );
      this.buttons.set(at, button);
      groups.get(photos.labels[at]).push(button);
    }
    const parts = [];
    for (const [group, buttons] of groups) {
      if (!buttons.length) continue;
      const label = group || "No label";
      parts.push(
        element(
          "div",
          { class: "group", role: "group", "aria-label": label },
          element("p", { class: "name", text: `${label}, ${buttons.length}` }),
          ...buttons,
        ),
      );
    }
    if (places.length > MOST_BUTTONS) {
      const words = `The first ${MOST_BUTTONS} of ${places.length}; the map shows all.`;
      parts.push(element("p", { class: "name", text: words }));
    }
    this.list.replaceChildren(...parts);
  }

  // One button is reached by the Tab key, the others by arrow keys.
  reach(button) {
    if (this.reached) this.reached.tabIndex = -1;
    this.reached = button;
    if (button) button.tabIndex = 0;
  }

  reveal(button) {
    const [list, one] = [this.list.getBoundingClientRect(), button.getBoundingClientRect()];
    if (one.top < list.top || one.bottom > list.bottom) {
      this.list.scrollTop += one.top - list.top - list.height / 2 + one.height / 2;
    }
  }

  key(event) {
    const all = [...this.list.querySelectorAll("button")];
    const at = all.indexOf(this.list.getRootNode().activeElement);
    const across = Math.max(1, Math.round(this.list.clientWidth / (all[0]?.offsetWidth + 4)));
    const to = inGrid(event, at, across, all.length);
    if (to === null || at < 0) return;
    event.preventDefault();
    this.reach(all[to]);
    all[to].focus();
  }
}
