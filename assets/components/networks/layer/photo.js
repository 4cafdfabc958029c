// The map in hand over the photo: a switch, its opacity, and what is drawn.

import { table } from "../../shared/colours.js";
import { element, enlarge } from "../../shared/dom.js";
import { mixIn } from "../../shared/overlay.js";

const USUAL = 70; // percent
const FINEST = 320; // pixels that the longer side of the picture has, at least

export class PhotoBelow {
  // lay(over, isDone): how much of the photo is covered, in percent; 0 is the map alone.
  constructor(lay) {
    this.lay = lay;
    this.last = USUAL;
    this.button = element("button", {
      type: "button",
      text: "Over the photo",
      title: "Lay the map over the photo; where it is 0 the photo shows",
      onclick: () => lay(this.over ? 0 : this.last, true),
    });
    this.range = element("input", { type: "range", min: "1", max: "100", step: "1" });
    this.range.oninput = () => lay(Number(this.range.value), false);
    this.range.onchange = () => lay(Number(this.range.value), true);
    this.number = element("span", { class: "percent" });
    this.opacity = element(
      "label",
      { class: "opacity" },
      element("span", { text: "Opacity" }),
      this.range,
      this.number,
    );
    this.section = element("div", { class: "over-photo" }, this.button, this.opacity);
  }

  // Take over what Python has sent; `then` is called once the photo can be drawn.
  take({ photo }, { area }, then) {
    this.section.style.display = photo ? "" : "none";
    this.area = area;
    const key = photo && [photo.data.length, ...photo.data.subarray(-64)].join();
    if (key === this.key) return;
    this.key = key;
    this.picture = null;
    if (!photo) return;
    createImageBitmap(new Blob([photo.data], { type: "image/jpeg" })).then((picture) => {
      if (this.key !== key) return;
      this.picture = picture;
      then();
    });
  }

  // Draw the photo below a map that `pane` shows already.
  draw(pane, over, { values, rows, columns, limit, page }) {
    this.over = over;
    if (over) this.last = over;
    this.button.setAttribute("aria-pressed", String(over > 0));
    this.opacity.style.display = over ? "" : "none";
    this.range.value = over || this.last;
    this.number.textContent = `${over}%`;
    if (!over || !this.picture) return;
    const factor = Math.max(1, Math.floor(FINEST / Math.max(rows, columns)));
    const canvas = pane.pixels;
    canvas.width = columns * factor;
    canvas.height = rows * factor;
    const context = canvas.getContext("2d");
    const { width: wide, height: tall } = this.picture;
    const [top, left, bottom, right] = this.area;
    context.fillStyle = page.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const part = [left * wide, top * tall, (right - left) * wide, (bottom - top) * tall];
    context.drawImage(this.picture, ...part, 0, 0, canvas.width, canvas.height);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const bytes = table("maps", page.dark);
    mixIn(image.data, { values, rows, columns, factor, limit, opacity: over / 100, bytes });
    context.putImageData(image, 0, 0);
    enlarge(canvas, pane.cell / factor);
  }
}
