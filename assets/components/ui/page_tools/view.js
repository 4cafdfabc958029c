// What can be done with the page as a whole: show its stage alone, and copy its address, which opens
// the same view for whoever gets it.

import { element } from "../../shared/dom.js";
import { debounced } from "../../shared/hand.js";
import { inTurn } from "../../shared/mount.js";

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  if (!root.presenter) {
    root.presenter = new Presenter();
    root.replaceChildren(root.presenter.button, ...new Copier().parts);
  }
  const follow = ({ setTriggerValue }) => {
    root.presenter.tell = (on) => setTriggerValue("present", on);
    root.presenter.follow();
  };
  return inTurn(root, component, follow, () => root.presenter.leave());
}

// The stage alone, as large as the window, for a projector: page.css hides the rest. The address
// says so, so that a view can be prepared.
class Presenter {
  constructor() {
    this.read();
    this.button = element(
      "button",
      {
        class: "present",
        type: "button",
        title: "Show the stage alone, as large as the window. Escape brings the rest back.",
      },
      element("span", { class: "symbol", "aria-hidden": "true", text: "slideshow" }),
      element("span", { class: "tool-words", text: "Present" }),
    );
    this.button.onclick = () => this.present(!this.on);
    this.onStep = () => {
      this.read();
      this.follow();
    };
    this.onKey = (event) => {
      const over = document.querySelector("[role=dialog], [role=listbox], [role=menu]");
      if (event.key === "Escape" && !event.defaultPrevented && !over) this.present(false);
    };
  }

  read() {
    this.path = location.pathname;
    this.on = new URL(location.href).searchParams.has("present");
  }

  present(on) {
    this.on = on;
    this.follow();
    this.tell(on);
    globalThis.dispatchEvent(new Event("resize")); // stages take their height from the window's
  }

  follow() {
    if (location.pathname !== this.path) this.read(); // another page, whose address says its own
    document.documentElement.classList.toggle("presenting", this.on);
    this.button.setAttribute("aria-pressed", String(this.on));
    globalThis.addEventListener("popstate", this.onStep); // a step back in the browser
    document.removeEventListener("keydown", this.onKey);
    if (this.on) document.addEventListener("keydown", this.onKey);
  }

  leave() {
    document.documentElement.classList.remove("presenting");
    globalThis.removeEventListener("popstate", this.onStep);
    document.removeEventListener("keydown", this.onKey);
  }
}

class Copier {
  constructor() {
    this.symbol = element("span", { class: "symbol", "aria-hidden": "true" });
    this.words = element("span", { class: "tool-words" });
    this.told = element("span", { class: "unseen", role: "status" });
    this.button = element(
      "button",
      { type: "button", title: "Copy the address of exactly this view" },
      this.symbol,
      this.words,
    );
    this.button.onclick = () => this.copy(location.href);
    this.parts = [this.button, this.told];
    this.rest = debounced(4_000, () => this.show("link", "Copy link"));
    this.show("link", "Copy link");
  }

  async copy(address) {
    const copied = await toClipboard(address);
    const own = new URL(address).searchParams.get("picture") === "own";
    if (!copied) this.say("error", "Copy it from the address bar");
    else if (own) this.say("check", "Copied, without your picture: it stays with you");
    else this.say("check", "Copied");
    this.rest();
  }

  say(symbol, words) {
    this.told.textContent = words;
    this.show(symbol, words);
    this.button.classList.remove("resting");
  }

  show(symbol, words) {
    this.symbol.textContent = symbol;
    this.words.textContent = words;
    this.button.classList.add("resting");
  }
}

// Browsers give the clipboard to pages on https and on this computer alone; elsewhere, as in a
// classroom's network, what is selected can still be copied.
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = element("textarea", { "aria-hidden": "true" });
    field.value = text;
    field.style.cssText = "position: fixed; opacity: 0";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}
