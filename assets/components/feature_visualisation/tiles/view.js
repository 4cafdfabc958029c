// Pictures side by side, each a button that takes its channel in hand.

import { element } from "../../shared/dom.js";
import { inGrid } from "../../shared/hand.js";
import { mounted } from "../../shared/mount.js";

export default mounted((root) => new Channels(root));

class Channels {
  constructor(root) {
    this.root = root;
    this.group = element("div", { class: "tiles-of-channels", role: "group" });
    this.group.onkeydown = (event) => this.key(event);
    root.replaceChildren(this.group);
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    const { items, label, media } = settings;
    this.group.setAttribute("aria-label", label);
    while (this.group.children.length > items.length) this.group.lastChild.remove();
    while (this.group.children.length < items.length) this.group.append(tile());
    items.forEach(({ index, words, pressed }, at) => {
      const button = this.group.children[at];
      const [canvas, name] = button.children;
      button.setAttribute("aria-pressed", String(pressed));
      button.onclick = () => this.tell("channel", index);
      name.textContent = words;
      const end = arrays.ends.data[at];
      const file = arrays.frames.data.slice(at ? arrays.ends.data[at - 1] : 0, end);
      canvas.classList.toggle("empty", !file.length);
      const key = file.length && [file.length, index, ...file.subarray(-32)].join();
      if (canvas.shown === key) return;
      canvas.shown = key;
      canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
      if (!file.length) return;
      createImageBitmap(new Blob([file], { type: media })).then((picture) => {
        if (canvas.shown !== key) return;
        canvas.width = picture.width;
        canvas.height = picture.height;
        canvas.getContext("2d").drawImage(picture, 0, 0);
      });
    });
    this.root.dataset.ready = String(items.length);
  }

  key(event) {
    const all = [...this.group.children];
    const at = all.indexOf(event.target.closest("button"));
    const columns = all.filter((one) => one.offsetTop === all[0].offsetTop).length;
    const to = at < 0 ? null : inGrid(event, at, columns, all.length);
    if (to === null) return;
    event.preventDefault();
    all[to].focus();
  }
}

function tile() {
  return element(
    "button",
    { type: "button" },
    element("canvas", { "aria-hidden": "true" }),
    element("span", {}),
  );
}
