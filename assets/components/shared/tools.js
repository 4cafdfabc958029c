// The edit buttons beside a kernel, as Python lists them.

import { iconButton } from "../shared/dom.js";

// press(name): a button was pressed. Buttons that are the same as before stay, and keep the focus.
export function fillTools(box, tools, press) {
  const signature = JSON.stringify(tools);
  if (signature === box.dataset.tools) return;
  box.dataset.tools = signature;
  box.replaceChildren(
    ...tools.map(({ name, symbol, label, enabled }) => {
      const made = iconButton(symbol, label, () => press(name));
      made.disabled = enabled === false;
      return made;
    }),
  );
}
