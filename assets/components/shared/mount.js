// What Streamlit calls with every message of Python: the view is made once and stays on the root.

import { heightFor } from "../shared/room.js";
import { unpack } from "../shared/wire.js";

// make(root) makes the view: update(component, message) takes what Python sends, layout(), if there
// is one, follows when its room has changed, leave(), if there is one, when it goes. From then on it
// tells Python nothing: a hand that rested too late has gone on to another page.
export function mounted(make) {
  return (component) => {
    const root = component.parentElement.querySelector(".root");
    return inTurn(root, [component, unpack(component.data)], show, () => {
      root.resized?.disconnect();
      root.moved?.disconnect();
      root.resized = null;
      root.forget?.();
      root.stage.leave?.();
      root.gone = true;
    });

    function show([component, message]) {
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
    }
  };
}

// Shows a message; gives what Streamlit calls where the component goes. While a component's script is
// loaded, a message that has been overtaken may come last: Streamlit then calls that at once, with the
// component in its place. The one before is shown again, and nothing has gone.
export function inTurn(root, message, show, end) {
  const before = root.shown;
  const one = (root.shown = { message });
  show(message);
  return () => {
    if (!root.isConnected) end();
    else if (root.shown === one && before) {
      root.shown = before;
      show(before.message);
    }
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
