// Flatten: the maps on one side, the vector on the other. Point at a cell on either side and its
// partner lights up, joined by a line; play, and the vector fills in its own order.

import { mounted } from "../../shared/mount.js";
import { written } from "../../shared/numbers.js";
import { extremes, signedColour, table, theme } from "../../shared/colours.js";
import { element, titled } from "../../shared/dom.js";
import { announcer, arrows, debounced, eachFrame } from "../../shared/hand.js";
import { legendStrip } from "../../shared/legend.js";
import { fillLegend } from "../../shared/map_pane.js";
import { CellGrid } from "../../shared/cells.js";
import { heightFor } from "../../shared/room.js";
import { Player } from "../../shared/player.js";
import { drawn } from "../../shared/plot.js";

export default mounted((root) => new Flatten(root));

class Flatten {
  constructor(root) {
    this.root = root;
    this.index = 0;
    this.grids = [];
    this.maps = element("div", { class: "maps" });
    this.vector = this.grid();
    this.vectorTitle = element("span");
    this.legend = legendStrip();
    this.wire = drawn("svg", { class: "wire", "aria-hidden": "true" });
    this.player = new Player({
      advance: (steps) => this.advance(steps),
      playing: (on) => {
        this.filling = on;
        if (on && this.index === this.count - 1) this.index = 0;
        this.draw();
        if (!on) this.tell();
      },
    });
    this.line = element("div", { class: "line" });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.announce = announcer(this.said);
    this.tell = debounced(400, () => this.send("selected", this.selected));
    this.redraw = eachFrame(() => this.draw());
    this.sides = element(
      "div",
      { class: "sides" },
      this.maps,
      titled(
        { class: "vector" },
        [this.vectorTitle],
        this.vector.holder,
        this.legend,
        element("div", { class: "note", text: "Colours: the range of all these numbers." }),
      ),
      this.wire,
    );
    root.replaceChildren(this.sides, this.player.bar, this.line, this.said);
  }

  grid(channel = null) {
    const holder = element(
      "div",
      { class: "cells", tabindex: "0", role: "application" },
      element("canvas"),
    );
    const cells = new CellGrid(holder.firstChild);
    const point = (event) => {
      const cell = cells.cellAt(event);
      if (!cell) return;
      this.player.paused = true;
      const [rows, columns, channels] = this.shape;
      const at =
        channel === null
          ? cell[0] * columns * channels + cell[1]
          : (cell[0] * columns + cell[1]) * channels + channel;
      if (at < rows * columns * channels) this.look(at);
    };
    holder.onpointermove = point;
    holder.onpointerdown = (event) => {
      point(event);
      this.selected = this.index;
      this.tell();
    };
    holder.onpointerleave = () => {
      this.player.paused = false;
      if (!this.player.on) this.look(this.selected);
    };
    holder.onkeydown = (event) => this.key(event, channel);
    return { holder, cells };
  }

  update({ setStateValue }, { settings, arrays }) {
    this.send = setStateValue;
    this.settings = settings;
    this.values = arrays.maps.data;
    this.shape = arrays.maps.shape;
    this.count = this.values.length;
    const [least, most] = extremes(this.values);
    this.limit = Math.max(Math.abs(least), Math.abs(most)) || 1;
    if (this.selection !== settings.selection) {
      this.selection = settings.selection;
      this.selected = settings.selected;
    }
    this.selected = Math.min(this.selected, this.count - 1);
    this.index = this.selected;
    this.build();
    this.layout();
  }

  build() {
    const [rows, columns, channels] = this.shape;
    while (this.grids.length > channels) this.grids.pop().section.remove();
    while (this.grids.length < channels) {
      const made = this.grid(this.grids.length);
      made.heading = element("span");
      made.number = element("span", { class: "size" });
      made.section = titled({}, [made.heading, made.number], made.holder);
      this.grids.push(made);
      this.maps.append(made.section);
    }
    this.maps.style.setProperty("--across", channels > 4 ? 3 : Math.min(channels, 2));
    this.grids.forEach(({ heading, number, holder }, channel) => {
      const name = this.settings.names[channel];
      heading.textContent = name;
      number.textContent = `q = ${channel}`;
      holder.setAttribute("aria-label", `${name}, ${rows} by ${columns}. Arrow keys move.`);
    });
    this.vectorTitle.textContent = `One vector of ${this.count} numbers`;
    this.vector.holder.setAttribute(
      "aria-label",
      `The vector of ${this.count} numbers, in lines of ${columns * channels}. Arrow keys move.`,
    );
  }

  place(index = this.index) {
    const [, columns, channels] = this.shape;
    const pixel = Math.floor(index / channels);
    return [Math.floor(pixel / columns), pixel % columns, index % channels];
  }

  key(event, channel) {
    const [rows, columns, channels] = this.shape;
    const [row, column, at] = this.place();
    const next = channel === null ? 1 : channels;
    const line = columns * channels;
    const step = arrows(event, 1);
    const to = step
      ? this.index + step[0] * line + step[1] * next
      : { Home: channel ?? 0, End: this.count - channels + (channel ?? channels - 1) }[event.key];
    if (event.key === " ") this.player.toggle();
    else if (to === undefined) return;
    else {
      this.player.stop();
      // In a map the focus stays in that map: it starts from this channel.
      const shift = channel === null ? 0 : channel - at;
      const index = to + (event.key === "Home" || event.key === "End" ? 0 : shift);
      if (index >= 0 && index < this.count && row < rows && column < columns) {
        this.selected = index;
        this.look(index);
        this.tell();
      }
    }
    event.preventDefault();
  }

  advance(steps) {
    this.look((((this.index + steps) % this.count) + this.count) % this.count);
    this.selected = this.index;
    if (!this.player.on) this.tell();
  }

  look(index) {
    this.index = index;
    this.redraw();
  }

  layout() {
    this.page = theme(this.root.getRootNode());
    this.bytes = table("maps", this.page.dark);
    fillLegend(this.legend, this.bytes, this.limit);
    const lines = Math.ceil(this.shape[2] / (this.shape[2] > 4 ? 3 : 2));
    this.tallest = Math.max(80, Math.min(260, (heightFor(this.root) - 170) / lines - 40));
    this.draw();
  }

  draw() {
    const [rows, columns, channels] = this.shape;
    const [row, column, channel] = this.place();
    const { page } = this;
    const value = (index) => this.values[index];
    const colour = (index) => signedColour(value(index), this.limit, this.bytes);
    this.grids.forEach(({ cells, heading }, map) => {
      heading.classList.toggle("lit", map === channel);
      const at = (down, across) => (down * columns + across) * channels + map;
      const marks = [{ row, column, height: 1, width: 1, thickness: map === channel ? 4 : 1.5 }];
      cells.draw({
        rows,
        columns,
        page,
        tallest: this.tallest,
        colour: (down, across) => colour(at(down, across)),
        text: (down, across, letters) => written(value(at(down, across)), 3, letters),
        marks,
      });
    });
    // In the vector the channels of one pixel lie side by side, under one frame.
    const line = columns * channels;
    const marks = [
      { row, column: column * channels, height: 1, width: channels, thickness: 1.5 },
      { row, column: column * channels + channel, height: 1, width: 1, thickness: 4 },
    ];
    this.vector.cells.draw({
      rows,
      columns: line,
      page,
      colour: (down, across) => {
        const index = down * line + across;
        return this.filling && index > this.index ? null : colour(index);
      },
      text: (down, across, letters) => written(value(down * line + across), 3, letters),
      marks,
    });
    this.join(row, column, channel);
    this.say(row, column, channel);
  }

  // The line between the two cells, over whatever lies between them.
  join(row, column, channel) {
    const frame = this.sides.getBoundingClientRect();
    const place = ({ cells }, down, across) => {
      const box = cells.canvas.getBoundingClientRect();
      return [box.left - frame.left + across * cells.cell, box.top - frame.top + down * cells.cell];
    };
    // From the bottom of one cell to the top of the other, so that both numbers stay readable.
    const from = place(this.grids[channel], row + 1, column + 0.5);
    const to = place(this.vector, row, column * this.shape[2] + channel + 0.5);
    const sag = Math.max(24, Math.abs(to[1] - from[1]) / 2);
    const d = `M${from} C${[from[0], from[1] + sag, to[0], to[1] - sag, ...to]}`;
    const curve = { d, fill: "none", "stroke-linecap": "round" };
    this.wire.setAttribute("width", frame.width);
    this.wire.setAttribute("height", frame.height);
    this.wire.replaceChildren(
      drawn("path", { ...curve, stroke: this.page.background, "stroke-width": 7 }),
      drawn("path", { ...curve, stroke: this.page.accent, "stroke-width": 3.5 }),
      drawn("circle", { cx: from[0], cy: from[1], r: 5, fill: this.page.accent }),
      drawn("circle", { cx: to[0], cy: to[1], r: 5, fill: this.page.accent }),
    );
  }

  say(row, column, channel) {
    const [, columns, channels] = this.shape;
    const value = written(this.values[this.index], 4);
    const numbers = `(${row} \u00b7 ${columns} + ${column}) \u00b7 ${channels} + ${channel}`;
    this.player.where.textContent = `element ${this.index} of ${this.count}`;
    this.line.replaceChildren(
      element("span", {
        class: "faint",
        text: `row ${row}, column ${column}, channel ${channel}: ${value}`,
      }),
      element("span", {
        text: `(row \u00b7 columns + column) \u00b7 channels + channel = ${numbers}`,
      }),
      element("strong", { text: ` = ${this.index}` }),
    );
    this.announce(this.line.textContent);
  }
}
