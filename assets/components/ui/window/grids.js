// Numbers in cells: the input around the window, the products, the output around the cell and, in
// pooling, the gradient that flows back.

import { shownColour, signedColour } from "../../shared/colours.js";
import { CellGrid } from "../../shared/cells.js";
import { element } from "../../shared/dom.js";
import { written } from "../../shared/numbers.js";

const TALLEST_GRID = 560;

export class Grids {
  // stage: what is in hand, and the places that it lies in.
  constructor(stage) {
    this.stage = stage;
    this.near = gridPane("near");
    this.products = gridPane("products");
    this.products.holder.removeAttribute("tabindex");
    this.products.holder.setAttribute("role", "img");
    this.products.classList.add("narrow");
    this.far = gridPane("far");
    this.nearBack = gridPane("near-back");
  }

  name(settings) {
    const says = ({ holder }, text) => holder.setAttribute("aria-label", text);
    const edits = settings.editable ? " Enter changes the number in its middle." : "";
    says(this.near, `Input around the window. Arrow keys move it.${edits}`);
    says(this.products, "Each pixel times its weight.");
    says(this.far, "Output around the cell. Arrow keys move it.");
    says(
      this.nearBack,
      "How much of a gradient each cell around the window gets. Arrow keys move the window.",
    );
  }

  draw() {
    this.drawNear();
    this.drawProducts();
    this.drawBack();
  }

  // ---- sizes ----------------------------------------------------------------------------------

  // Whole grids share the room by their columns, so that all cells come out alike.
  fit() {
    const { settings, places, root } = this.stage;
    this.side = undefined;
    if (settings.pictures) return;
    const [nearRows, nearColumns] = this.nearSize();
    const { kernelColumns, outRows, outColumns } = places;
    const { style } = root.querySelector(".stage");
    style.setProperty("--near", `${nearColumns}fr`);
    const isNarrow = root.clientWidth < 640;
    style.setProperty("--kernel", kernelColumns > 4 ? "12rem" : isNarrow ? "6rem" : "8.5rem");
    style.setProperty("--far", `${Math.max(3, outColumns)}fr`);
    this.side = Math.min(
      76,
      this.near.holder.clientWidth / nearColumns,
      this.far.holder.clientWidth / outColumns,
      Math.min(TALLEST_GRID, this.stage.low) / Math.max(nearRows, outRows),
    );
  }

  // Rows and columns of the zoom on the input.
  nearSize() {
    const { settings, places, data, zoomed } = this.stage;
    return [data.padded_rows, data.padded_columns].map((sources, axis) =>
      settings.pictures
        ? (zoomed[axis] - 1) * settings.stride[axis] + places.extent[axis]
        : sources.data.length,
    );
  }

  // What all grids have in common.
  look() {
    const { settings, page } = this.stage;
    const tallest = settings.pictures
      ? Math.min(Math.max(220, this.near.clientWidth), this.stage.low)
      : TALLEST_GRID;
    return { page, tallest, most: this.side, even: !settings.pictures };
  }

  // ---- places of the zoom -----------------------------------------------------------------------

  // The place of the padded input at which the zoom begins.
  get first() {
    const { anchor, settings } = this.stage;
    return anchor.map((at, axis) => at * settings.stride[axis]);
  }

  // Where the window in hand begins, in cells of the zoom.
  get corner() {
    const { anchor, focus, settings } = this.stage;
    return focus.map((at, axis) => (at - anchor[axis]) * settings.stride[axis]);
  }

  // The first cell of the input's own in the middle of the window, in cells of the zoom.
  middle() {
    const { dilation, window } = this.stage.settings;
    return this.corner.map((at, axis) => at + Math.floor((window[axis] - 1) / 2) * dilation[axis]);
  }

  placeOf([row, column]) {
    return [this.first[0] + row, this.first[1] + column];
  }

  windowMark() {
    const [[row, column], [height, width]] = [this.corner, this.stage.places.extent];
    return { row, column, height, width };
  }

  // The outputs in the zoom that touch a place of the padded input, as marks.
  litMarks(place) {
    const { places, anchor, zoomed } = this.stage;
    return places
      .touching(place)
      .map((cell) => cell.map((at, axis) => at - anchor[axis]))
      .filter((cell) => cell.every((at, axis) => at >= 0 && at < zoomed[axis]))
      .map(([row, column]) => ({ row, column, height: 1, width: 1 }));
  }

  // ---- the input ------------------------------------------------------------------------------

  drawNear() {
    const { settings, places, data, channel, inputRange, maps } = this.stage;
    const [rows, columns] = this.nearSize();
    const [touchedRows, touchedColumns] = [data.touched_rows?.data, data.touched_columns?.data];
    const show = settings.input_show ?? "clip";
    const channels = places.channels === 3 ? [0, 1, 2] : [0];
    title(
      this.near,
      settings.pictures
        ? (settings.zoom_title ?? "Zoom on the picture")
        : (settings.input_title ?? "Input"),
      settings.pictures ? "" : `${places.height} \u00d7 ${places.width}`,
    );
    const isOutside = (row, column) => places.isOutside(this.placeOf([row, column]));
    this.near.cells.draw({
      ...this.look(),
      rows,
      columns,
      crossed: (row, column) => {
        const [down, across] = this.placeOf([row, column]);
        return touchedRows && touchedRows[down] * touchedColumns[across] === 0;
      },
      dots: this.winnersShown(),
      colour: (row, column) => {
        const place = this.placeOf([row, column]);
        const values = channels.map((one) => places.inputAt(place, one));
        return shownColour(values, show, inputRange, maps);
      },
      hatched: isOutside,
      text: (row, column, letters) =>
        isOutside(row, column) && this.isQuiet(this.tapAt(row, column))
          ? ""
          : written(places.inputAt(this.placeOf([row, column]), channel), 3, letters),
      note: (row, column) => this.weightNote(row, column),
      marks: this.nearMarks(rows, columns),
    });
  }

  // The tap of the window in hand at a cell of the zoom; null for none.
  tapAt(row, column) {
    return this.stage.places.tapOn(this.stage.focus, this.placeOf([row, column]));
  }

  weightNote(row, column) {
    const { places, stamp, pixel } = this.stage;
    const tap = places.weights && !stamp && !pixel && this.tapAt(row, column);
    return tap ? `\u00d7${written(places.weightAt(...places.tapPlace(...tap)), 3)}` : "";
  }

  nearMarks(rows, columns) {
    const { settings, stamp, pixel, weight } = this.stage;
    const lit = stamp ?? pixel;
    const first = lit ? { row: lit[0], column: lit[1], height: 1, width: 1 } : this.windowMark();
    if (weight) return [first, ...this.touchedMarks(rows, columns)];
    if (lit || Math.max(...settings.dilation) === 1) return [first];
    return [first, ...this.tapMarks()];
  }

  // The single cells that a dilated window meets.
  tapMarks() {
    const { dilation, window } = this.stage.settings;
    const [top, left] = this.corner;
    return Array.from({ length: window[0] * window[1] }, (_, tap) => ({
      row: top + Math.floor(tap / window[1]) * dilation[0],
      column: left + (tap % window[1]) * dilation[1],
      height: 1,
      width: 1,
      thickness: 2,
    }));
  }

  // The cells that the weight in hand meets from every window shown.
  touchedMarks(rows, columns) {
    const { settings, places, weight, zoomed, anchor, focus } = this.stage;
    const { stride, dilation } = settings;
    const [down, across] = places.tapPlace(...weight);
    const marks = [];
    for (let line = 0; line < zoomed[0]; line++) {
      for (let place = 0; place < zoomed[1]; place++) {
        const row = line * stride[0] + down * dilation[0];
        const column = place * stride[1] + across * dilation[1];
        if (row >= rows || column >= columns) continue;
        const isHere = line === focus[0] - anchor[0] && place === focus[1] - anchor[1];
        marks.push({ row, column, height: 1, width: 1, thickness: isHere ? 4 : 1.5 });
      }
    }
    return marks;
  }

  // Whether a zero that is no pixel goes unwritten: padding never counts in pooling, and of the
  // many zeros in a spread input only those under the window do.
  isQuiet(tap) {
    const { settings, stamp } = this.stage;
    return settings.mode === "pooling" || (settings.mode === "transposed" && (stamp || !tap));
  }

  // The winners of all windows in the zoom.
  winnersShown() {
    const { data, places, channel, zoomed, anchor, focus, question } = this.stage;
    if (!data.winners) return [];
    const dots = [];
    for (let row = 0; row < zoomed[0]; row++) {
      for (let column = 0; column < zoomed[1]; column++) {
        const cell = [anchor[0] + row, anchor[1] + column];
        const [down, across] = places.winner(cell, channel);
        const strong = cell[0] === focus[0] && cell[1] === focus[1];
        if (strong && question.isCovered) continue; // it would tell the result
        dots.push({ row: down - this.first[0], column: across - this.first[1], strong });
      }
    }
    return dots;
  }

  // ---- the gradient that flows back -----------------------------------------------------------

  drawBack() {
    const { settings, places, data, channel, gradientRange, maps, question } = this.stage;
    const { gradient } = data;
    if (!gradient) return;
    // Where the window's gradient goes would tell its largest number.
    const isCovered = (row, column) =>
      data.winners && question.isCovered && this.tapAt(row, column);
    const [rows, columns] = this.nearSize();
    const limit = Math.max(...gradientRange.map(Math.abs));
    const isOutside = (row, column) => places.isOutside(this.placeOf([row, column]));
    const at = (row, column) => {
      if (isOutside(row, column)) return 0;
      const [down, across] = this.placeOf([row, column]);
      const [top, left] = settings.origin;
      const line = channel * places.height + down - top;
      return gradient.data[line * places.width + across - left];
    };
    title(this.nearBack, settings.pictures ? "Zoom on the gradient" : "Gradient flows back", "");
    this.nearBack.cells.draw({
      ...this.look(),
      rows,
      columns,
      colour: (row, column) =>
        isCovered(row, column) ? null : signedColour(at(row, column), limit, maps),
      hatched: isOutside,
      text: (row, column, letters) => {
        // On a picture the many zeros would hide the few that count.
        const value = at(row, column);
        const isQuiet = isOutside(row, column) || (settings.pictures && value === 0);
        return isQuiet ? "" : written(value, 3, letters);
      },
      marks: [this.windowMark()],
    });
  }

  // ---- the products ---------------------------------------------------------------------------

  drawProducts() {
    const { places, focus, channel, stamp, weight, maps } = this.stage;
    if (!places.weights) return;
    // What a pixel writes is the kernel as it is, times the pixel.
    const writing = stamp && places.inputAt(stamp, channel);
    const products = stamp
      ? places.weights.map((one) => writing * one)
      : places.windowCells(focus, channel).map(({ product }) => product);
    const limit = Math.max(...products.map(Math.abs));
    const at = (row, column) => products[row * places.kernelColumns + column];
    title(this.products, stamp ? "Pixel \u00d7 kernel" : "Pixel \u00d7 weight", "");
    const marks = [];
    if (weight) {
      const [row, column] = stamp ? weight : places.tapPlace(...weight);
      marks.push({ row, column, height: 1, width: 1 });
    }
    this.products.cells.draw({
      ...this.look(),
      even: false,
      most: this.side && Math.min(44, this.products.holder.clientWidth / 4),
      rows: places.kernelRows,
      columns: places.kernelColumns,
      colour: (row, column) => signedColour(at(row, column), limit, maps),
      text: (row, column, letters) => written(at(row, column), 3, letters),
      marks,
    });
  }

  // ---- the output -----------------------------------------------------------------------------

  drawFar() {
    const { stage } = this;
    const { settings, places, data, focus, anchor, zoomed, range, maps } = stage;
    const isWhole = !settings.pictures || stage.wide;
    title(
      this.far,
      isWhole ? (settings.output_title ?? "Output") : "Zoom on the result",
      isWhole ? `${places.outRows} \u00d7 ${places.outColumns}` : "",
    );
    const lit = stage.stamp ?? stage.pixel;
    const [row, column] = focus.map((at, axis) => at - anchor[axis]);
    const done = row * zoomed[1] + column;
    const soFar = stage.stamping ? places.writtenSoFar(stage.stampedUntil, stage.channel) : null;
    const cellAt = (down, across) => [anchor[0] + down, anchor[1] + across];
    const valueAt = (down, across, channel = stage.channel) => {
      const cell = cellAt(down, across);
      return soFar ? soFar[cell[0] * places.outColumns + cell[1]] : places.outputAt(cell, channel);
    };
    const channels = Array.from({ length: data.output.shape[0] }, (_, channel) => channel);
    this.far.cells.draw({
      ...this.look(),
      rows: zoomed[0],
      columns: zoomed[1],
      colour: (down, across) => {
        if (stage.filling && down * zoomed[1] + across > done) return null;
        const values = channels.map((channel) => valueAt(down, across, channel));
        return values.some(Number.isNaN) ? null : shownColour(values, settings.show, range, maps);
      },
      text: (down, across, letters) => {
        const text = written(valueAt(down, across), 4, letters);
        return down === row && across === column ? stage.question.cover(text) : text;
      },
      note: (down, across) => this.addedNote(cellAt(down, across)),
      marks: lit ? this.litMarks(lit) : [{ row, column, height: 1, width: 1 }],
    });
  }

  // What the pixel in hand adds to an output.
  addedNote(cell) {
    const { places, stamp, channel } = this.stage;
    if (!stamp || !places.tapOn(cell, stamp)) return "";
    const added = places.inputAt(stamp, channel) * places.weightOn(cell, stamp);
    return `${added < 0 ? "" : "+"}${written(added, 3)}`;
  }

  // ---- pointing -------------------------------------------------------------------------------

  // The output whose window has its middle at a cell of the zoom, as far as the zoom shows it.
  outputOf(cell) {
    const { places, settings, anchor, zoomed } = this.stage;
    return cell.map((place, axis) => {
      const at = Math.round((place - (places.extent[axis] - 1) / 2) / settings.stride[axis]);
      return anchor[axis] + Math.max(0, Math.min(zoomed[axis] - 1, at));
    });
  }

  fromFar(event) {
    const { anchor } = this.stage;
    const cell = this.far.cells.cellAt(event);
    return cell && cell.map((at, axis) => anchor[axis] + at);
  }
}

function gridPane(name) {
  const heading = element("div", { class: "title" });
  const holder = element(
    "div",
    { class: "cells", tabindex: "0", role: "application", "aria-describedby": "said" },
    element("canvas", { class: "numbers" }),
  );
  const made = element("section", { class: `pane ${name}` }, heading, holder);
  return Object.assign(made, { heading, holder, cells: new CellGrid(holder.firstChild) });
}

function title({ heading }, text, size) {
  if (heading.dataset.text === text + size) return;
  heading.dataset.text = text + size;
  const made = element("span", { text });
  heading.replaceChildren(made, ...(size ? [element("span", { class: "size", text: size })] : []));
}
