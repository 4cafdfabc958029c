// The pictures that were picked on the map, label by label; a press searches with one.

import { element } from "../../shared/dom.js";
import { mounted } from "../../shared/mount.js";
import { collectionOf } from "../collection.js";
import { Picker } from "../results/picker.js";

export default mounted((root) => new Picked(root));

class Picked {
  constructor(root) {
    this.serial = 0;
    this.picker = new Picker((place) => this.ask(place));
    this.words = element("p", { class: "picked", "aria-live": "polite" });
    root.replaceChildren(this.words, this.picker.list);
  }

  leave() {
    this.stopWaiting?.();
  }

  update({ setTriggerValue }, { settings: { collection, serial, place, picked } }) {
    this.tell = setTriggerValue;
    this.serial = Math.max(this.serial, serial);
    this.words.textContent = picked.length
      ? `${picked.length} picked; press one to search with it.`
      : "Draw a line around points, or press one, to see their pictures; press a label to hide " +
        "or show its points.";
    this.stopWaiting?.();
    this.stopWaiting = collectionOf(collection, (photos) =>
      this.picker.showSome(photos, picked, place),
    );
  }

  ask(place) {
    this.serial += 1;
    this.tell("ask", { kind: "query", value: place, serial: this.serial });
  }
}
