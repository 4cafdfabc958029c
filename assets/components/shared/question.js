// Ask first: the result in hand is covered until somebody has said what it will be, or asks for it.
// The switch for it stands beside the page's title (ui/page_tools), where a stage asks.

import { element } from "../shared/dom.js";

const WITHIN = 0.02;
const LEAST = 0.01;
export const RULE = `right within ${100 * WITHIN}% or ${LEAST}`;

// Whether results are covered: the switch says so; until it is there, the address.
export function asksFirst() {
  const said = document.documentElement.dataset.ask;
  return (said ?? (new URL(location.href).searchParams.has("ask") ? "1" : "0")) === "1";
}

// What a guess is worth: "right", "too low", "too high"; null if it is no number.
export function judged(text, result) {
  const written = text.trim().replace("\u2212", "-").replace(",", ".");
  const guess = written === "" ? NaN : Number(written);
  if (Number.isNaN(guess)) return null;
  if (Math.abs(guess - result) <= Math.max(LEAST, WITHIN * Math.abs(result))) return "right";
  return guess < result ? "too low" : "too high";
}

export class Question {
  // redraw(): draws the stage anew, which tells by `cover` what it shows.
  constructor(redraw) {
    this.redraw = redraw;
    this.words = element("span");
    this.field = element("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
    this.said = element("span", { role: "status" });
    const button = (text, title, onclick) =>
      element("button", { type: "button", text, title, onclick });
    this.box = element(
      "div",
      { class: "question", role: "group" },
      element("label", {}, this.words, this.field),
      button("Check", `Say whether that is it: ${RULE}`, () => this.check()),
      button("Show", "Show the result", () => this.show()),
      this.said,
    );
    this.box.style.display = "none";
    this.field.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key !== "Enter") return;
      if (this.field.value) this.check();
      else this.show();
    };
  }

  // what: names the result in hand; result: the number itself.
  about(what, result) {
    this.arrive();
    const subject = `${what} ${result}`;
    this.isOn = asksFirst();
    if (this.subject !== subject) {
      this.subject = subject;
      this.result = result;
      this.words.textContent = `What is ${what}? `;
      this.field.value = "";
      this.say("");
    }
    this.box.style.display = this.isOn ? "" : "none";
    if (this.isHere) document.documentElement.toggleAttribute("data-covered", this.isCovered);
  }

  get isCovered() {
    return this.isOn && this.shown !== this.subject;
  }

  // The height that it takes from a stage.
  get height() {
    return asksFirst() ? 48 : 0;
  }

  // What is written in a result's place.
  cover(text) {
    return this.isCovered ? "?" : text;
  }

  check() {
    const found = judged(this.field.value, this.result);
    if (found === "right") return this.show("Right.");
    const received = this.field.value.slice(0, 20) || "nothing";
    this.say(
      found
        ? `${found === "too low" ? "Too low" : "Too high"} (${RULE}).`
        : `A guess is a number, such as -12.5. Received: ${received}.`,
    );
  }

  show(words = "") {
    this.shown = this.subject;
    this.say(words);
    this.redraw();
  }

  say(words) {
    this.said.textContent = words;
  }

  // The switch shows as long as there is a stage that asks. A stage that has gone may still draw: a
  // frame that it had asked for, or a picture that arrives late.
  arrive() {
    if (this.isHere || !this.box.isConnected) return;
    this.isHere = true;
    count(1);
  }

  leave() {
    if (this.isHere) count(-1);
    this.isHere = false;
    document.documentElement.removeAttribute("data-covered");
  }
}

function count(more) {
  const { dataset } = document.documentElement;
  dataset.asking = Math.max(0, Number(dataset.asking ?? 0) + more);
}
