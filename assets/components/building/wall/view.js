// All maps of one layer, to point at: each number is said below them.

import { theme } from "../../shared/colours.js";
import { element } from "../../shared/dom.js";
import { announcer, debounced } from "../../shared/hand.js";
import { mounted } from "../../shared/mount.js";
import { written } from "../../shared/numbers.js";
import { heightFor } from "../../shared/room.js";
import { focusMethods, joinedWalls } from "../../shared/wall.js";

export default mounted((root) => new LayerWall(root));

class LayerWall {
  constructor(root) {
    this.root = root;
    [this.wall] = joinedWalls(this, "");
    this.line = element("div", { class: "line" });
    this.said = element("div", { class: "unseen", "aria-live": "polite" });
    this.say = announcer(this.said);
    this.tell = debounced(250, (cell) => this.send("cell", cell));
    root.replaceChildren(this.wall.section, this.line, this.said);
  }

  update({ setStateValue }, { settings, arrays }) {
    this.send = setStateValue;
    this.settings = settings;
    this.shape = arrays.values.shape;
    this.values = arrays.values.data;
    const [channel, row, column] = settings.cell;
    this.selected = [row, column, channel - settings.first];
    this.focus = this.selected;
    this.layout();
  }

  layout() {
    if (!this.settings) return;
    const page = theme(this.root.getRootNode());
    this.page = page;
    const [rows, columns, channels] = this.shape;
    const room = [this.root.clientWidth, heightFor(this.root) - 165];
    this.settings.across = acrossFor(room, rows, columns, channels);
    const { limit, across, name, numbers } = this.settings;
    this.wall.show(this.values, this.shape, across, {
      ...{ page, scale: "maps", limit },
      tallest: room[1],
    });
    const { pane } = this.wall;
    pane.heading.textContent = name;
    pane.size.textContent = numbers
      ? `${numbers.toLocaleString("en")} numbers`
      : `${channels} ${channels === 1 ? "map" : "maps"} of ${rows} \u00d7 ${columns}`;
    const label = `What ${name} makes of the picture. Arrow keys move the number in focus.`;
    pane.frame.setAttribute("aria-label", label);
    this.draw();
  }

  draw() {
    this.wall.mark(this.focus, this.page);
    const [row, column, channel] = this.focus;
    const [, columns, channels] = this.shape;
    const { numbers, first } = this.settings;
    const value = this.values[(row * columns + column) * channels + channel];
    const place = numbers
      ? `number ${row * columns + column}`
      : `map ${channel + first}, row ${row}, column ${column}`;
    const said = Number.isNaN(value) ? "" : `${place}: ${written(value, 4)}`;
    this.line.textContent = said;
    this.say(said);
  }
}

// How many tiles stand side by side, so that each is as large as the room allows.
function acrossFor([width, height], rows, columns, channels) {
  let best = [0, 1];
  for (let across = 1; across <= channels; across++) {
    const down = Math.ceil(channels / across);
    const cell = Math.min(width / (across * (columns + 1)), height / (down * (rows + 1)));
    if (cell > best[0]) best = [cell, across];
  }
  return best[1];
}

Object.assign(LayerWall.prototype, focusMethods, {
  // Whoever has chosen a number tells Python once the hand rests.
  select(cell) {
    focusMethods.select.call(this, cell);
    const [row, column, channel] = cell;
    this.tell({ channel: channel + this.settings.first, row, column });
  },
});
