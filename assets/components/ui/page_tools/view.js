// What can be done with the page as a whole: show its stage alone, ask before a result is shown,
// copy its address, which opens the same view for whoever gets it, and show that as a QR code.

import { inTurn } from "../../shared/mount.js";
import { Copier } from "./copier.js";
import { labelled, Switch } from "./switch.js";

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  root.tools ??= new Tools(root);
  return inTurn(
    root,
    component,
    ({ setTriggerValue }) => root.tools.update(setTriggerValue),
    () => root.tools.leave(),
  );
}

class Tools {
  constructor(root) {
    const page = document.documentElement;
    this.switches = [
      new Switch("present", {
        symbol: "slideshow",
        words: "Present",
        title: "Show the stage alone, as large as the window. Escape brings the rest back.",
        show: (on) => page.classList.toggle("presenting", on),
        endsByEscape: true,
      }),
      new Switch("ask", {
        symbol: "quiz",
        words: "Ask first",
        title: "Cover the result in hand until somebody has said what it will be, or asks for it.",
        show: (on) => (page.dataset.ask = on ? "1" : "0"),
        leave: () => delete page.dataset.ask,
      }),
    ];
    const code = labelled("code", "qr_code_2", "QR code", "Show this view's address as a QR code");
    code.onclick = () => this.tell("code", location.href);
    const buttons = this.switches.map(({ button }) => button);
    root.replaceChildren(...buttons, ...new Copier().parts, code);
  }

  update(tell) {
    this.tell = tell;
    for (const one of this.switches) {
      one.tell = (on) => tell(one.name, on);
      one.follow();
    }
  }

  leave() {
    for (const one of this.switches) one.leave();
  }
}
