// The kernel in the stage: its title, its weights to edit, the edit buttons, and what is refused.

import { table } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { KernelEditor } from "../../shared/kernel_editor.js";
import { fillTools } from "../../shared/tools.js";

export class KernelPane {
  // preview, commit and hover as KernelEditor has them; edit(name): an edit button was pressed.
  constructor({ preview, commit, hover, edit }) {
    this.edit = edit;
    this.title = element("div", { class: "title" });
    this.complaint = element("p", { class: "complaint", role: "alert" });
    this.tools = element("div", { class: "tools" });
    const box = element("div", { class: "kernel-grid" });
    const complain = (sentence) => this.complain(sentence);
    this.editor = new KernelEditor(box, { preview, commit, hover, complain });
    this.section = element(
      "section",
      { class: "pane kernel" },
      this.title,
      box,
      this.complaint,
      this.tools,
      element("p", { class: "hint", text: `Drag a weight ${way()}, or type it.` }),
    );
  }

  complain(sentence) {
    this.complaint.textContent = sentence;
  }

  // Python has answered: nothing typed is left to take over.
  take(settings) {
    this.editor.largest = settings.largest_weight;
    if (!this.editor.committed()) this.complain("");
    fillTools(this.tools, settings.tools ?? [], this.edit);
  }

  show({ kernelRows, kernelColumns, weights }, title, page) {
    this.title.textContent = title;
    this.editor.show(kernelRows, kernelColumns, weights, page, table("weights", page.dark));
  }
}

// A finger that goes up or down scrolls the page.
function way() {
  return window.matchMedia("(pointer: coarse)").matches ? "left or right" : "up or down";
}
