// Numbers in cells: input, products, output and gradient. These are methods of the stage.

import { written } from "../../shared/numbers.js";
import { shownColour, signedColour } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";

const TALLEST_GRID = 560;

export const gridMethods = {
  // Whole grids share the room by their columns, so that all cells come out alike.
  fitGrids() {
    this.cellSide = undefined;
    if (this.settings.pictures) return;
    const [nearRows, nearColumns] = this.nearSize();
    const stage = this.root.querySelector(".stage");
    stage.style.setProperty("--near", `${nearColumns}fr`);
    stage.style.setProperty("--kernel", this.kernelColumns > 4 ? "12rem" : "8.5rem");
    stage.style.setProperty("--far", `${Math.max(3, this.outColumns)}fr`);
    this.cellSide = Math.min(
      76,
      this.near.holder.clientWidth / nearColumns,
      this.far.holder.clientWidth / this.outColumns,
      TALLEST_GRID / Math.max(nearRows, this.outRows),
    );
  },

  drawCoverage() {
    const { origin, stride } = this.settings;
    const transposed = this.settings.mode === "transposed";
    // What a pixel writes, or the cell in hand.
    const cells = transposed && this.stamp ? this.touching(this.stamp) : [];
    const [first, last] = [cells[0] ?? this.focus, cells.at(-1) ?? this.focus];
    const mark = transposed
      ? {
          row: first[0],
          column: first[1],
          height: last[0] - first[0] + 1,
          width: last[1] - first[1] + 1,
        }
      : {
          row: this.focus[0] * stride[0] - origin[0],
          column: this.focus[1] * stride[1] - origin[1],
          height: this.extent[0],
          width: this.extent[1],
        };
    this.coverage.draw(this.page, mark);
  },

  drawNear() {
    const { stride, dilation } = this.settings;
    const first = [0, 1].map((axis) => this.anchor[axis] * stride[axis]);
    const [rows, columns] = this.nearSize();
    const [top, left] = [0, 1].map((axis) => (this.focus[axis] - this.anchor[axis]) * stride[axis]);
    const inWindow = (row, column) => {
      const [down, across] = [row - top, column - left];
      if (down < 0 || across < 0 || down >= this.extent[0] || across >= this.extent[1]) return null;
      if (down % dilation[0] || across % dilation[1]) return null;
      return [down / dilation[0], across / dilation[1]];
    };
    const show = this.settings.input_show ?? "clip";
    const touched = [this.data.touched_rows?.data, this.data.touched_columns?.data];
    const marks = [];
    const lit = this.stamp ?? this.pixel;
    if (lit) marks.push({ row: lit[0], column: lit[1], height: 1, width: 1 });
    else marks.push({ row: top, column: left, height: this.extent[0], width: this.extent[1] });
    if (this.weight) marks.push(...this.touchedMarks(rows, columns));
    else if (!lit && Math.max(...dilation) > 1) {
      for (let row = 0; row < this.kernelRows; row++) {
        for (let column = 0; column < this.kernelColumns; column++) {
          marks.push({
            row: top + row * dilation[0],
            column: left + column * dilation[1],
            height: 1,
            width: 1,
            thickness: 2,
          });
        }
      }
    }
    title(
      this.near,
      this.settings.pictures
        ? (this.settings.zoom_title ?? "Zoom on the picture")
        : (this.settings.input_title ?? "Input"),
      this.settings.pictures ? "" : `${this.height} \u00d7 ${this.width}`,
    );
    this.near.cells.draw({
      rows,
      columns,
      page: this.page,
      tallest: this.tallest(),
      most: this.cellSide,
      even: !this.settings.pictures,
      crossed: (row, column) =>
        touched[0] && touched[0][first[0] + row] * touched[1][first[1] + column] === 0,
      dots: this.winnersShown(first),
      colour: (row, column) => {
        const values =
          this.channels === 3
            ? [0, 1, 2].map((channel) => this.inputAt(first[0] + row, first[1] + column, channel))
            : [this.inputAt(first[0] + row, first[1] + column)];
        return shownColour(values, show, this.inputRange, this.maps);
      },
      hatched: (row, column) => this.outside(first[0] + row, first[1] + column),
      text: (row, column, letters) =>
        this.outside(first[0] + row, first[1] + column) && this.isQuiet(inWindow(row, column))
          ? ""
          : written(this.inputAt(first[0] + row, first[1] + column), 3, letters),
      note: (row, column) => {
        const tap = this.weights && !this.stamp && !this.pixel && inWindow(row, column);
        if (!tap) return "";
        const [down, across] = this.tapPlace(...tap);
        return `\u00d7${written(this.weights[down * this.kernelColumns + across], 3)}`;
      },
      marks,
    });
  },

  tallest() {
    return this.settings.pictures ? Math.max(220, this.near.clientWidth) : TALLEST_GRID;
  },

  // Whether a zero that is no pixel goes unwritten: padding never counts in pooling, and of the
  // many zeros in a spread input only those under the window do.
  isQuiet(inWindow) {
    const { mode } = this.settings;
    return mode === "pooling" || (mode === "transposed" && (this.stamp || !inWindow));
  },

  drawBack() {
    const { gradient } = this.data;
    if (!gradient) return;
    const { origin, stride } = this.settings;
    const first = [0, 1].map((axis) => this.anchor[axis] * stride[axis]);
    const [rows, columns] = this.nearSize();
    const at = (row, column) => {
      const [down, across] = [first[0] + row - origin[0], first[1] + column - origin[1]];
      const plane = this.channel * this.height;
      return gradient.data[(plane + down) * this.width + across];
    };
    const outside = (row, column) => this.outside(first[0] + row, first[1] + column);
    const limit = Math.max(...this.gradientRange.map(Math.abs));
    const name = this.settings.pictures ? "Zoom on the gradient" : "Gradient flows back";
    title(this.nearBack, name, "");
    this.nearBack.cells.draw({
      rows,
      columns,
      page: this.page,
      tallest: this.tallest(),
      most: this.cellSide,
      even: !this.settings.pictures,
      colour: (row, column) =>
        signedColour(outside(row, column) ? 0 : at(row, column), limit, this.maps),
      hatched: outside,
      text: (row, column, letters) => {
        // On a picture the many zeros would hide the few that count.
        const value = outside(row, column) ? 0 : at(row, column);
        return outside(row, column) || (this.settings.pictures && value === 0)
          ? ""
          : written(value, 3, letters);
      },
      marks: [
        {
          row: (this.focus[0] - this.anchor[0]) * stride[0],
          column: (this.focus[1] - this.anchor[1]) * stride[1],
          height: this.extent[0],
          width: this.extent[1],
        },
      ],
    });
  },

  drawProducts() {
    if (!this.weights) return;
    // What a pixel writes is the kernel as it is, times the pixel.
    const writing = this.stamp && this.inputAt(...this.stamp);
    const cells = this.stamp
      ? this.weights.map((weight) => ({ product: writing * weight }))
      : this.windowCells();
    const limit = Math.max(...cells.map((cell) => Math.abs(cell.product)));
    title(this.products, this.stamp ? "Pixel \u00d7 kernel" : "Pixel \u00d7 weight", "");
    const marks = [];
    if (this.weight) {
      const [row, column] = this.stamp ? this.weight : this.tapPlace(...this.weight);
      marks.push({ row, column, height: 1, width: 1 });
    }
    this.products.cells.draw({
      rows: this.kernelRows,
      columns: this.kernelColumns,
      page: this.page,
      tallest: this.tallest(),
      most: this.cellSide && 44,
      colour: (row, column) =>
        signedColour(cells[row * this.kernelColumns + column].product, limit, this.maps),
      text: (row, column, letters) =>
        written(cells[row * this.kernelColumns + column].product, 3, letters),
      marks,
    });
    this.products.holder.setAttribute("aria-label", "Each pixel times its weight.");
  },

  drawFar() {
    const whole = !this.settings.pictures || this.wide;
    const [row, column] = [0, 1].map((axis) => this.focus[axis] - this.anchor[axis]);
    const { show } = this.settings;
    const channels = this.data.output.shape[0];
    title(
      this.far,
      whole ? (this.settings.output_title ?? "Output") : "Zoom on the result",
      !whole ? "" : `${this.outRows} \u00d7 ${this.outColumns}`,
    );
    const lit = this.stamp ?? this.pixel;
    const shown = (down, across) => [this.anchor[0] + down, this.anchor[1] + across];
    const done = row * this.zoomed[1] + column;
    const soFar = this.stamping ? this.writtenSoFar() : null;
    const valueAt = (down, across, channel) => {
      const [y, x] = shown(down, across);
      return soFar ? soFar[y * this.outColumns + x] : this.outputAt(y, x, channel);
    };
    this.far.cells.draw({
      rows: this.zoomed[0],
      columns: this.zoomed[1],
      page: this.page,
      tallest: this.tallest(),
      most: this.cellSide,
      even: !this.settings.pictures,
      colour: (down, across) => {
        if (this.filling && down * this.zoomed[1] + across > done) return null;
        const values = Array.from({ length: channels }, (_, channel) =>
          valueAt(down, across, channel),
        );
        if (values.some(Number.isNaN)) return null;
        return shownColour(values, show, this.range, this.maps);
      },
      text: (down, across, letters) => written(valueAt(down, across), 4, letters),
      note: (down, across) => {
        if (!this.stamp || !this.touches(shown(down, across), this.stamp)) return "";
        const added = this.inputAt(...this.stamp) * this.weightOn(shown(down, across), this.stamp);
        return `${added < 0 ? "" : "+"}${written(added, 3)}`;
      },
      marks: lit ? this.litMarks(lit) : [{ row, column, height: 1, width: 1 }],
    });
  },
};

function title({ heading }, text, size) {
  if (heading.dataset.text === text + size) return;
  heading.dataset.text = text + size;
  const made = element("span", { text });
  heading.replaceChildren(made, ...(size ? [element("span", { class: "size", text: size })] : []));
}
