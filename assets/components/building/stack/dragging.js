// A card that is lifted and dropped between others: a mouse takes it anywhere, a finger at its grip.

import { dragged } from "../../shared/hand.js";

const FAR = 6; // pixels from where a press becomes a drag

// may(): whether it can be lifted; cards(): all of them, in order; lies(): whether they stand side
// by side; drop(to): it was let go where the card of that place stood.
export function lifted(card, { may, cards, lies, drop }) {
  let from = null;
  let to = null;
  const along = ({ clientX, clientY }) => (lies() ? clientX : clientY);
  const mark = (place) => {
    const others = cards();
    const own = others.indexOf(card);
    others.forEach(({ section }, at) => {
      section.classList.toggle("drop-before", place === at && place < own);
      section.classList.toggle("drop-behind", place === at && place > own);
    });
  };
  dragged(card.button, {
    start: (event) => {
      card.wasLifted = false;
      const isGrip = event.composedPath().includes(card.grip);
      if (!may() || event.button > 0 || (event.pointerType !== "mouse" && !isGrip)) return false;
      const middles = cards().map(({ button }) => {
        const box = button.getBoundingClientRect();
        return lies() ? box.left + box.width / 2 : box.top + box.height / 2;
      });
      from = { at: [event.clientX, event.clientY], own: cards().indexOf(card), middles };
      to = null;
      return true;
    },
    move: (event) => {
      const [right, down] = [event.clientX - from.at[0], event.clientY - from.at[1]];
      if (!card.wasLifted && Math.hypot(right, down) < FAR) return;
      card.wasLifted = true;
      card.section.classList.add("lifted");
      card.section.style.transform = `translate(${right}px, ${down}px)`;
      const before = from.middles.filter((middle, at) => at !== from.own && middle < along(event));
      to = Math.max(1, before.length);
      mark(to === from.own ? -1 : to);
    },
    end: (event) => {
      card.section.classList.remove("lifted");
      card.section.style.transform = "";
      mark(-1);
      if (card.wasLifted && to !== null && event.type === "pointerup") drop(to);
    },
  });
}
