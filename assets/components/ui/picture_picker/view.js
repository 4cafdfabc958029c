// The sample pictures as thumbnails: a radio group, so that arrow keys choose. While they are open,
// a picture may be pasted.

import { unpack } from "../../shared/wire.js";
import { element } from "../../shared/dom.js";
import { upload } from "../../shared/upload.js";

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".root");
  const { settings, arrays } = unpack(data);
  if (!root.samples) {
    root.samples = new Map();
    const groups = new Map();
    for (const entry of settings.entries) {
      const bytes = new Blob([arrays[entry.name].data], { type: "image/jpeg" });
      const picture = element("img", { src: URL.createObjectURL(bytes), alt: "" });
      const radio = element("input", {
        type: "radio",
        name: "sample",
        value: entry.name,
        "aria-label": entry.title,
      });
      const label = element("label", { title: entry.title }, radio, picture);
      if (!groups.has(entry.group)) groups.set(entry.group, []);
      groups.get(entry.group).push(label);
      root.samples.set(entry.name, radio);
    }
    const box = element("div", { role: "radiogroup", "aria-label": "Sample pictures" });
    for (const labels of groups.values()) box.append(element("div", { class: "group" }, ...labels));
    root.replaceChildren(box);
  }
  for (const [name, radio] of root.samples) {
    radio.checked = name === settings.chosen;
    radio.onchange = () => setTriggerValue("choice", name);
  }
  document.addEventListener("paste", paste);
  return () => document.removeEventListener("paste", paste);
}

function paste(event) {
  const file = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
  if (file && upload(file)) event.preventDefault();
}
