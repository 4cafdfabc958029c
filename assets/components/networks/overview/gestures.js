// What a hand does to the diagram: drags, pinches, the wheel, clicks and keys.

import { arrows } from "../../shared/hand.js";

const SLOP = 4; // pixels that a click may slip
const PAUSE = 250; // milliseconds after which a turn of the wheel is a new one

export class Gestures {
  // act: what the diagram can do.
  constructor(node, act) {
    this.node = node;
    this.act = act;
    this.fingers = new Map();
    node.onpointerdown = (event) => this.touch(event);
    node.onpointermove = (event) => this.move(event);
    node.onpointerup = (event) => this.release(event);
    node.onpointercancel = (event) => this.release(event, true);
    node.onpointerleave = () => !this.fingers.size && act.leave();
    node.ondblclick = (event) => act.enter(this.place(event));
    node.onkeydown = (event) => this.press(event);
    node.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  place(event) {
    const box = this.node.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  touch(event) {
    if (event.button > 0) return;
    this.fingers.set(event.pointerId, this.place(event));
    if (this.fingers.size === 1) {
      this.start = { at: this.place(event), camera: this.act.camera(), moved: false };
      this.isTouch = event.pointerType === "touch";
    } else {
      this.start.moved = true;
      this.apart = this.distance();
    }
    this.node.setPointerCapture(event.pointerId);
  }

  distance() {
    const [one, other] = [...this.fingers.values()];
    return Math.hypot(one[0] - other[0], one[1] - other[1]);
  }

  move(event) {
    const at = this.place(event);
    if (!this.fingers.has(event.pointerId)) {
      this.act.point(at);
      return;
    }
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size === 2) {
      const apart = this.distance();
      const [one, other] = [...this.fingers.values()];
      this.act.zoom(apart / this.apart, [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2]);
      this.apart = apart;
      return;
    }
    const [dx, dy] = [at[0] - this.start.at[0], at[1] - this.start.at[1]];
    if (Math.abs(dx) + Math.abs(dy) > SLOP) this.start.moved = true;
    if (this.start.moved) this.act.drag(this.start.camera, dx, dy);
  }

  release(event, cancelled = false) {
    const click = this.fingers.size === 1 && !this.start.moved && !cancelled;
    this.fingers.delete(event.pointerId);
    if (this.fingers.size === 1) {
      // One finger of two stays: it goes on from where it is.
      this.start = { at: [...this.fingers.values()][0], camera: this.act.camera(), moved: true };
    }
    if (click) this.act.click(this.place(event), this.isTouch);
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { act } = this;
    const keys = {
      Home: act.first,
      End: act.last,
      "+": act.closer,
      "=": act.closer,
      "-": act.farther,
      0: act.whole,
      Escape: act.isInside() && act.whole,
      Enter: act.onwards,
      f: act.fold,
      l: () => act.open("Layer"),
      e: () => act.open("Explain"),
    };
    const step = arrows(event, 1);
    const action = step ? () => act.walk(step) : keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  // The wheel zooms where it has nothing to scroll: with Ctrl (a pinch on a touchpad says so too),
  // while one is closer than the whole, and upwards where the page is at its top. Who has begun to scroll goes on.
  wheel(event) {
    const now = performance.now();
    if (now - (this.turned ?? -Infinity) > PAUSE) {
      const inwards = event.deltaY < 0 && !scrolledAbove(this.node);
      this.zooms = event.ctrlKey || event.metaKey || this.act.isCloser() || inwards;
    }
    this.turned = now;
    if (!this.zooms && !event.ctrlKey) {
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY) && this.act.slide(event.deltaX)) {
        event.preventDefault();
      }
      return;
    }
    event.preventDefault();
    const step = Math.max(-60, Math.min(60, event.deltaY * (event.deltaMode === 1 ? 20 : 1)));
    this.act.zoom(Math.exp(-step * (event.ctrlKey ? 0.012 : 0.004)), this.place(event));
  }
}

// Whether something around a node could scroll up.
export function scrolledAbove(node) {
  for (let at = node; at; at = at.parentNode ?? at.host) {
    if (at.scrollTop > 0) return true;
  }
  return false;
}
