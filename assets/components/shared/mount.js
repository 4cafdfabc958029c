// What Streamlit calls with every message of Python: the view is made once and stays on the root.

import { heightFor } from "../shared/room.js";
import { unpack } from "../shared/wire.js";

// make(root) makes the view: update(component, message) takes what Python sends, layout(), if there
// is one, follows when its room has changed, leave(), if there is one, when it goes. From then on it
// tells Python nothing: a hand that rested too late has gone on to another page.
export function mounted(make) {
  return (component) => {
    const root = component.parentElement.querySelector(".root");
    const message = unpack(component.data);
    const view = (root.stage ??= make(root));
    const told = (tell) => (name, value) => root.gone || tell(name, value);
    root.gone = false;
    view.update(
      {
        ...component,
        setStateValue: told(component.setStateValue),
        setTriggerValue: told(component.setTriggerValue),
      },
      message,
    );
    if (view.layout && !root.resized) {
      const layout = () => view.layout();
      root.resized = new ResizeObserver(layout);
      root.resized.observe(root);
      // A window that only becomes higher or lower leaves the stage as wide as it was.
      globalThis.addEventListener("resize", layout);
      followsThePage(root, layout);
      root.forget = () => globalThis.removeEventListener("resize", layout);
    }
    return () => {
      root.resized?.disconnect();
      root.moved?.disconnect();
      root.resized = null;
      root.forget?.();
      view.leave?.();
      root.gone = true;
    };
  };
}

// What stands above a stage may come later, or grow, and leave it another height.
function followsThePage(root, layout) {
  const page = root.getRootNode?.().host?.closest("[data-testid=stMainBlockContainer]");
  if (!page) return;
  let before = heightFor(root);
  root.moved = new ResizeObserver(() => {
    const now = heightFor(root);
    if (now === before) return;
    before = now;
    layout();
  });
  root.moved.observe(page);
}
