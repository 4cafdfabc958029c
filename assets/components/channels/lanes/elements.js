// The parts of the stage: a map under its heading, and a lane, a channel's way to its partial map.

import { CellGrid } from "../../shared/cells.js";
import { element } from "../../shared/dom.js";
import { KernelEditor } from "../../shared/kernel_editor.js";

// A map under its heading; reachable: the arrow keys move the cell in hand on it.
export function mapBox(kind, title, reachable) {
  const size = element("span", { class: "size" });
  const heading = element("div", { class: "title" }, element("span", { text: title }), size);
  const frame = element(
    "div",
    reachable
      ? { class: "frame", tabindex: "0", role: "application", "aria-describedby": "said" }
      : { class: "frame", role: "img" },
    element("canvas", { class: "pixels" }),
    element("canvas", { class: "overlay" }),
  );
  return Object.assign(element("div", { class: kind }, heading, frame), { heading, size, frame });
}

// act: { mute, preview, commit, hover, complain }, the first two told the channel.
export function lane(name, channel, act) {
  const input = mapBox("input", name, channel === 0);
  const partial = mapBox("partial", "Partial map", false);
  const mute = element("button", { type: "button", class: "icon mute" });
  mute.append(element("span", { class: "symbol", "aria-hidden": "true" }));
  mute.onclick = () => act.mute(channel);
  input.heading.prepend(element("span", { class: "swatch", "aria-hidden": "true" }));
  input.heading.append(mute);
  const kernelTitle = element("div", { class: "title" });
  const kernelBox = element("div", { class: "kernel-grid" });
  const editor = new KernelEditor(kernelBox, {
    preview: (row, column, value) => act.preview(channel, row, column, value),
    commit: act.commit,
    hover: act.hover,
    complain: act.complain,
    name: `${name} weight`,
    digits: 3,
  });
  const patch = cells("patch");
  const products = cells("products");
  const dot = element("span", { class: "dot" });
  products.append(dot);
  const box = element(
    "section",
    { class: "lane", "aria-label": `${name} channel`, "data-channel": channel },
    input,
    element("div", { class: "kernel" }, kernelTitle, kernelBox),
    partial,
    patch,
    products,
  );
  return { name, box, input, partial, mute, kernelTitle, editor, patch, products, dot };
}

function cells(kind) {
  const holder = element("div", { class: "cells", role: "img" }, element("canvas"));
  const box = element("div", { class: `near ${kind}` }, holder);
  return Object.assign(box, { holder, grid: new CellGrid(holder.firstChild) });
}
