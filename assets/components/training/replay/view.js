// A training epoch by epoch: kernels, maps of one picture and the confusion matrix follow the slider;
// all of them are here, so nothing waits for Python. Only the pictures of a cell come from there.

import { alongStops, stopSlider } from "../../shared/along_stops.js";
import { css, inkOn, paintLevels, rgbOf, table, theme } from "../../shared/colours.js";
import { element, fillCanvas, titled } from "../../shared/dom.js";
import { debounced, inGrid } from "../../shared/hand.js";
import { Handshake } from "../../shared/handshake.js";
import { mounted } from "../../shared/mount.js";
import { Player } from "../../shared/player.js";
import { paintKernel } from "./kernels.js";

const REST_HERE = 300; // milliseconds until Python is told which epoch is looked at

export default mounted((root) => new Epochs(root));

class Epochs {
  constructor(root) {
    this.root = root;
    this.handshake = new Handshake();
    this.at = 0;
    this.slider = stopSlider(this, { class: "epoch", "aria-label": "Epoch" });
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => on || this.rest(),
      extra: [this.slider],
    });
    this.rest = debounced(REST_HERE, () => this.settle());
    this.kernels = element("div", { class: "tiles kernels", role: "img" });
    this.maps = element("div", { class: "maps" });
    this.mapsTitle = element("span");
    this.matrix = element("div", { class: "matrix", role: "group" });
    this.matrix.onkeydown = (event) => this.walk(event);
    this.walls = element("div", { class: "walls" });
    root.replaceChildren(
      this.player.bar,
      element(
        "div",
        { class: "looks" },
        element(
          "div",
          { class: "inside" },
          (this.kernelSection = titled({}, ["Kernels of the first convolution"], this.kernels)),
          (this.mapSection = titled({}, [this.mapsTitle], this.maps)),
        ),
        titled(
          { class: "counts" },
          ["What it is (rows), what it is taken for (columns)"],
          this.matrix,
        ),
        this.walls,
      ),
    );
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    const isOld = this.handshake.isOld(settings.serial);
    this.handshake.take(settings.serial);
    Object.assign(this, { settings, arrays });
    const { stops, classes } = settings;
    if (!(isOld || this.player.on || this.rest.isWaiting())) {
      this.at = settings.at;
      this.cell = settings.cell;
    }
    this.at = Math.min(this.at, stops.length - 1);
    this.slider.max = String(stops.length - 1);
    if (String(classes) !== String(this.classes)) this.makeMatrix(classes);
    this.makeTiles();
    this.fillWalls();
    this.draw();
    this.root.dataset.ready = String(settings.serial);
  }

  // ---- what there is to draw on ---------------------------------------------------------------

  makeMatrix(classes) {
    this.classes = classes;
    const count = classes.length;
    this.matrix.style.setProperty("--classes", count);
    this.matrix.setAttribute("aria-label", "Confusion matrix");
    const turned = classes.some((name) => name.length > 2) ? "column turned" : "column";
    const heads = classes.map((name) => element("span", { class: turned, text: name }));
    const rows = classes.flatMap((name, row) => [
      element("span", { class: "row", text: name }),
      ...classes.map((_, column) =>
        element("button", { type: "button", onclick: () => this.press([row, column]) }),
      ),
    ]);
    this.matrix.replaceChildren(element("span"), ...heads, ...rows);
    this.cells = [...this.matrix.querySelectorAll("button")];
    this.focusCell(0);
  }

  makeTiles() {
    const { kernels, layers, sizes, watched, side } = this.settings;
    this.kernelSection.hidden = !kernels; // a network without a convolution
    const filters = kernels ? kernels[3] : 0;
    fit(this.kernels, filters, () => element("canvas"));
    this.mapSection.hidden = !layers.length;
    this.mapsTitle.textContent = `Feature maps of a picture: ${watched}`;
    const shown = JSON.stringify([layers, sizes]);
    if (this.mapsShown !== shown) this.makeMaps(layers, sizes);
    this.mapsShown = shown;
    this.photo.setAttribute("aria-label", `The picture: ${watched}`);
    if (layers.length) paintPicture(this.photo, this.arrays.watched.data, side);
  }

  makeMaps(layers, sizes) {
    this.mapCanvases = [];
    this.photo = element("canvas", { role: "img" });
    const rows = layers.map((name, at) => {
      const tiles = element("div", {
        class: "tiles",
        role: "img",
        "aria-label": `Maps of ${name}`,
      });
      fit(tiles, sizes[at][0], () => element("canvas"));
      this.mapCanvases.push(...tiles.children);
      return element("div", { class: "layer" }, element("span", { text: name }), tiles);
    });
    this.maps.replaceChildren(...(layers.length ? [this.photo] : []), ...rows);
  }

  fillWalls() {
    const { walls, side } = this.settings;
    const size = side[0] * side[1] * 3;
    let from = 0;
    const sections = walls.map(({ title, captions, empty }) => {
      const figures = captions.map((caption) => {
        const canvas = element("canvas", { role: "img", "aria-label": caption });
        paintPicture(canvas, this.arrays.pictures.data.subarray(from, (from += size)), side);
        return element("figure", {}, canvas, element("figcaption", { text: caption }));
      });
      const list = element("div", { class: "figures" }, ...figures);
      return titled({}, [title], figures.length ? list : element("p", { text: empty }));
    });
    this.walls.replaceChildren(...sections);
  }

  // ---- along the epochs -----------------------------------------------------------------------

  stops() {
    return this.settings.stops.length;
  }

  press(cell) {
    this.cell = String(cell) === String(this.cell) ? null : cell;
    this.draw();
    this.ask();
  }

  walk(event) {
    const count = this.settings.classes.length;
    const at = this.cells.indexOf(event.target);
    const to = at < 0 ? null : inGrid(event, at, count, count * count);
    if (to === null || to === undefined) return;
    event.preventDefault();
    this.focusCell(to);
    this.cells[to].focus();
  }

  // One cell is reached by Tab, the others by the arrows.
  focusCell(to) {
    this.cells.forEach((cell, at) => (cell.tabIndex = at === to ? 0 : -1));
  }

  // ---- what is seen ---------------------------------------------------------------------------

  draw() {
    const { stops } = this.settings;
    const look = theme(this.root.getRootNode());
    this.slider.value = String(this.at);
    this.slider.setAttribute("aria-valuetext", stops[this.at]);
    this.player.where.textContent = stops[this.at];
    this.drawKernels(table("weights", look.dark));
    this.drawMaps(table("maps", look.dark));
    this.drawMatrix(look);
  }

  drawKernels(bytes) {
    const { kernels, stops } = this.settings;
    if (!kernels) return;
    const size = kernels.reduce((product, side) => product * side, 1);
    const values = this.arrays.kernels.data.subarray(this.at * size, (this.at + 1) * size);
    this.kernels.setAttribute("aria-label", `Kernels, ${stops[this.at]}`);
    [...this.kernels.children].forEach((canvas, filter) =>
      paintKernel(canvas, values, kernels, filter, bytes),
    );
  }

  drawMaps(bytes) {
    if (!this.arrays.maps) return;
    const { sizes } = this.settings;
    const all = sizes.reduce((sum, [count, rows, columns]) => sum + count * rows * columns, 0);
    let from = this.at * all;
    let place = 0;
    for (const [count, rows, columns] of sizes) {
      for (let one = 0; one < count; one++) {
        const levels = this.arrays.maps.data.subarray(from, (from += rows * columns));
        fillCanvas(this.mapCanvases[place++], columns, rows, (pixels) =>
          paintLevels(pixels, levels, bytes),
        );
      }
    }
  }

  drawMatrix(look) {
    const { classes } = this.settings;
    const count = classes.length;
    const counts = this.arrays.confusion.data.subarray(
      this.at * count * count,
      (this.at + 1) * count * count,
    );
    const [page, accent] = [rgbOf(look.background), rgbOf(look.accent)];
    this.cells.forEach((button, at) => {
      const [row, column] = [Math.floor(at / count), at % count];
      const whole = counts
        .subarray(row * count, (row + 1) * count)
        .reduce((sum, one) => sum + one, 0);
      const share = whole ? counts[at] / whole : 0;
      const colour = page.map((level, channel) =>
        Math.round(level + share * (accent[channel] - level)),
      );
      button.textContent = counts[at] || "";
      button.style.background = css(colour);
      button.style.color = inkOn(colour);
      button.setAttribute("aria-pressed", String(String([row, column]) === String(this.cell)));
      button.setAttribute(
        "aria-label",
        `${counts[at]} of ${classes[row]}, taken for ${classes[column]}`,
      );
    });
  }

  leave() {
    this.player.stop();
    this.rest.cancel();
  }
}

Object.assign(Epochs.prototype, alongStops, {
  ask() {
    this.tell("ask", { at: this.at, cell: this.cell, serial: this.handshake.send() });
  },
});

// Give a box so many children.
function fit(box, count, make) {
  while (box.children.length > count) box.lastChild.remove();
  while (box.children.length < count) box.append(make());
}

function paintPicture(canvas, levels, [rows, columns]) {
  fillCanvas(canvas, columns, rows, (pixels) => {
    for (let from = 0, to = 0; from < levels.length; from += 3, to += 4) {
      pixels.set([levels[from], levels[from + 1], levels[from + 2], 255], to);
    }
  });
}
