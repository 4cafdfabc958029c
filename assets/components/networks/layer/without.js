// What the network answers while some maps are switched off, beside what it answered with all.

import { element } from "../../shared/dom.js";
import { withSign, written } from "../../shared/numbers.js";

const MOST_NAMED = 6;

export class AnswerWithout {
  constructor(allOn) {
    this.heading = element("strong");
    this.line = element("p", { "aria-live": "polite" });
    this.bars = element("div", { class: "bars" });
    this.section = element(
      "section",
      { class: "without", "aria-label": "The answer without what is switched off" },
      element(
        "div",
        {},
        this.heading,
        this.line,
        element("button", { type: "button", text: "All on", onclick: allOn }),
      ),
      this.bars,
    );
  }

  say(sentence) {
    this.line.textContent = sentence;
  }

  // off: numbers; found: { classes: [{ label, before, after }], logit: [before, after], changes },
  // or null while Python is asked; foretold: what the gradient says of the logit, or NaN.
  show({ off, name, kind, layer, found, foretold }) {
    this.section.style.display = off.length ? "" : "none";
    this.section.classList.toggle("stale", !found);
    if (!off.length) return;
    this.heading.textContent =
      off.length === 1
        ? `${layer} without ${name(off[0])}`
        : `${layer} without ${off.length} ${kind}: ` +
          off.slice(0, MOST_NAMED).join(", ") +
          (off.length > MOST_NAMED ? " and others" : "");
    if (!found) {
      this.say("Asking the network \u2026");
      return;
    }
    const [before, after] = found.logit;
    const best = found.classes.reduce((one, other) => (other.after > one.after ? other : one));
    const gradient = Number.isNaN(foretold)
      ? ""
      : ` Gradient \u00d7 activation predicted ${withSign(-foretold)}.`;
    this.say(
      `The logit of \u201c${found.classes[0].label}\u201d goes from ${written(before, 5)} to ` +
        `${written(after, 5)} (${withSign(after - before)}).${gradient} ` +
        (found.changes ? `The answer is now \u201c${best.label}\u201d.` : "The answer stays."),
    );
    this.bars.replaceChildren(...found.classes.map((one) => classBar(one)));
  }
}

function classBar({ label, before, after }) {
  const filled = element("span", { class: "after" });
  filled.style.width = `${100 * after}%`;
  const mark = element("span", { class: "before" });
  mark.style.left = `${100 * before}%`;
  return element(
    "div",
    { class: "bar-row" },
    element("span", { class: "label", text: label }),
    element("span", { class: "track", "aria-hidden": "true" }, filled, mark),
    element("span", { class: "share", text: sharesOf(before, after).join(" \u2192 ") }),
  );
}

// Two shares with as many digits as it takes to tell them apart.
export function sharesOf(before, after) {
  const texts = (more) => [before, after].map((one) => share(one, more));
  for (let more = 0; more < 4; more++) {
    const [one, other] = texts(more);
    if (one !== other || before === after) return [one, other];
  }
  return texts(0);
}

function share(probability, more) {
  const hundredths = 100 * probability;
  const least = 10 ** (-2 - more);
  if (hundredths > 0 && hundredths < least) return `< ${least.toFixed(2 + more)}%`;
  const digits = hundredths >= 9.95 ? 0 : hundredths >= 0.1 ? 1 : 2;
  return `${hundredths.toFixed(digits + more)}%`;
}
