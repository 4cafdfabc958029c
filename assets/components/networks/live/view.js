// The camera as the picture of a network: a frame at a time, the next one as soon as Python has
// answered the one before.

import { element } from "../../shared/dom.js";
import { Live } from "../../shared/live.js";
import { mounted } from "../../shared/mount.js";

const LONGEST = 480; // pixels of a frame's longer side
const PATIENCE = 5000; // milliseconds after which a frame is held to be lost

export default mounted((root) => new NetworkLive(root));

class NetworkLive {
  constructor(root) {
    this.complaint = element("span", { class: "complaint", role: "alert" });
    this.words = element("span", { class: "words", role: "status" });
    this.live = new Live({
      see: () => this.see(),
      over: () => this.say(),
      kept: () => {}, // what is asked about is the picture already
      complain: (sentence) => (this.complaint.textContent = sentence),
    });
    this.live.keeper.remove();
    this.asked = null; // when, and what was the picture then
    root.replaceChildren(this.live.box, this.words, this.complaint);
  }

  update(component, { settings }) {
    this.trigger = component.setTriggerValue;
    this.picture = settings.picture;
    if (this.asked && this.asked.picture !== this.picture) {
      this.took = performance.now() - this.asked.at;
      this.asked = null;
    }
    this.say();
  }

  leave() {
    this.live.stop();
  }

  see() {
    const now = performance.now();
    if (this.asked && now - this.asked.at < PATIENCE) return;
    const { videoHeight: tall, videoWidth: wide } = this.live.video;
    const scale = Math.min(1, LONGEST / Math.max(tall, wide));
    this.live.pixels(Math.round(tall * scale), Math.round(wide * scale));
    this.asked = { at: now, picture: this.picture };
    this.trigger("frame", this.live.written("image/jpeg"));
  }

  say() {
    const isGoing = this.live.on && this.took;
    this.words.textContent = isGoing ? `${(1000 / this.took).toFixed(1)} frames a second` : "";
    if (!this.live.on) [this.asked, this.took] = [null, null];
  }
}
