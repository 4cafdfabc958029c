// The kernel that is to be learned, to edit: its weights, the edit buttons, and what is refused.

import { element, titled } from "../../shared/dom.js";
import { KernelEditor } from "../../shared/kernel_editor.js";
import { fillTools } from "../../shared/tools.js";

export class TargetPane {
  // preview, commit and hover as KernelEditor has them; edit(name): an edit button was pressed.
  constructor({ preview, commit, hover, edit }) {
    this.edit = edit;
    this.title = element("span");
    this.complaint = element("p", { class: "complaint", role: "alert" });
    this.tools = element("div", { class: "tools" });
    const box = element("div", { class: "kernel-grid" });
    const complain = (sentence) => (this.complaint.textContent = sentence);
    const name = "target weight";
    this.editor = new KernelEditor(box, { preview, commit, hover, complain, name });
    this.section = titled({ class: "pane wanted" }, [this.title], box, this.complaint, this.tools);
  }

  // isOld: the answer lacks what a hand is doing to the target, and must not undo it.
  take(settings, isOld) {
    this.isOld = isOld;
    this.editor.largest = settings.largest_weight;
    if (!isOld && !this.editor.committed()) this.complaint.textContent = "";
    fillTools(this.tools, settings.tools, this.edit);
  }

  show({ shape: [rows, columns], data }, title, page, bytes) {
    this.title.textContent = `Target: ${title}`;
    if (!this.isOld) this.editor.show(rows, columns, data, page, bytes);
  }
}
