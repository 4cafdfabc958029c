// Copies the address of the view.

import { element } from "../../shared/dom.js";
import { debounced } from "../../shared/hand.js";

export class Copier {
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
