// A query and what it finds: choose a picture or a region, walk through the layers, and see the
// results move. The answers of every layer come at once, so nothing waits for Python.

import { theme } from "../../shared/colours.js";
import { element, iconButton } from "../../shared/dom.js";
import { inGrid } from "../../shared/hand.js";
import { LayerSlider } from "../../shared/layer_slider.js";
import { collectionOf } from "../collection.js";
import { mounted } from "../../shared/mount.js";
import { Picker } from "./picker.js";
import { bestPrecision, precision } from "./precision.js";
import { RegionPicker } from "./region.js";

export default mounted((root) => new Stage(root));

class Stage {
  constructor(root) {
    this.root = root;
    this.serial = 0;
    this.cards = new Map();
    this.region = new RegionPicker((region) => this.ask("region", region));
    this.picker = new Picker((place) => this.ask("query", place));
    this.slider = new LayerSlider((at, settled) => this.walk(at, settled));
    this.heading = element("div", { class: "title query-title" });
    this.credit = element("p", { class: "credit" });
    this.summary = element("div", { class: "title summary", "aria-live": "polite" });
    this.results = element("div", { class: "results", role: "list", "aria-label": "Results" });
    this.results.onkeydown = (event) => this.key(event);
    root.replaceChildren(
      element(
        "div",
        { class: "search" },
        element(
          "section",
          { class: "asked" },
          this.heading,
          this.region.section,
          this.credit,
          this.picker.section,
        ),
        element("section", { class: "found" }, this.summary, this.results),
        element("section", { class: "depth" }, this.slider.section),
      ),
    );
  }

  layout() {
    this.region.draw();
  }

  leave() {
    this.region.leave();
    this.slider.leave();
    this.stopWaiting?.();
  }

  update({ setTriggerValue }, { settings, arrays }) {
    this.tell = setTriggerValue;
    this.page = theme(this.root.getRootNode());
    // An answer to an earlier question: a newer one is on its way.
    const late = settings.serial < this.serial && this.settings;
    this.serial = Math.max(this.serial, settings.serial);
    if (late) return;
    Object.assign(this, { settings, arrays });
    const at = this.slider.busy && this.slider.at < settings.layers.length ? this.slider.at : null;
    this.at = at ?? settings.layer;
    this.slider.show(settings.layers, this.at);
    this.name();
    this.region.show({
      bytes: arrays.query.data,
      alt: settings.alt,
      region: settings.region,
      least: settings.least_side,
      page: this.page,
    });
    this.stopWaiting?.();
    this.stopWaiting = collectionOf(settings.collection, (photos) => {
      this.photos = photos;
      this.picker.show(photos, settings.place, settings.own.title);
      this.draw();
    });
    this.root.dataset.ready = String(settings.serial);
  }

  ask(kind, value) {
    const serial = ++this.serial;
    this.tell("ask", { kind, value, serial });
    if (kind === "region") this.results.classList.add("stale");
    if (kind !== "query") return;
    // Streamlit sends the question in the next turn: it would wait for all that is drawn in this one.
    setTimeout(() => {
      if (this.root.gone || serial !== this.serial || serial === this.settings.serial) return;
      if (!this.answer(value)) this.results.classList.add("stale");
    });
  }

  // What each photo of the index, and last the user's own, finds at the layer in hand came with
  // the last answer, so it is shown at once; Python brings the other layers and the whole picture.
  answer(place) {
    const { next_indices: nearest, next_scores: scores } = this.arrays;
    if (!nearest || this.at !== this.settings.layer || !this.photos) return false;
    const [rows, count] = nearest.shape;
    const at = place ?? rows - 1;
    const row = ({ data }) => data.subarray(at * count, (at + 1) * count);
    const alone = (array, values, missing) => {
      const data = array.data.slice().fill(missing);
      data.set(values, (this.at * data.length) / array.shape[0]);
      return { ...array, data };
    };
    const { titles, labels, credits, urls } = this.photos;
    const { own } = this.settings;
    const mine = place === null;
    const right = mine ? own.label : labels[place];
    const found = row(nearest);
    const hit = precision(
      Array.from(found, (index) => labels[index]),
      right,
    );
    Object.assign(this.settings, {
      place,
      title: mine ? own.title : titles[place],
      credit: mine ? "" : credits[place],
      region: null,
      right,
      match: found[0],
      available: labels.filter((label, other) => label === right && other !== place).length,
    });
    Object.assign(this.arrays, {
      indices: alone(this.arrays.indices, found, -1),
      scores: alone(this.arrays.scores, row(scores), 0),
      precision: alone(this.arrays.precision, [hit], NaN),
      weighted: alone(this.arrays.weighted, [], NaN),
    });
    this.name();
    if (mine) this.region.standIn(this.ownUrl(), own.alt);
    else this.region.standIn(urls[place], `The photo ${titles[place]}.`);
    this.draw();
    return true;
  }

  ownUrl() {
    URL.revokeObjectURL(this.made);
    this.made = URL.createObjectURL(new Blob([this.arrays.own.data], { type: "image/jpeg" }));
    return this.made;
  }

  // Say what is searched with.
  name() {
    const { region, title, credit } = this.settings;
    this.heading.textContent = region ? `A region of ${title}` : title;
    this.credit.textContent = credit ? `Photo: ${credit}` : "";
  }

  walk(at, settled) {
    this.at = at;
    this.draw();
    if (settled && at !== this.settings.layer) {
      this.settings.layer = at;
      this.ask("layer", this.settings.layers[at].name);
    }
  }

  row(name) {
    const { data, shape } = this.arrays[name];
    return data.subarray(this.at * shape[1], (this.at + 1) * shape[1]);
  }

  draw() {
    if (!this.photos) return;
    const [indices, scores] = [this.row("indices"), this.row("scores")];
    const asked = indices.length > 0 && indices[0] >= 0;
    this.results.classList.toggle("stale", !asked);
    if (!asked) return;
    // Python's answer to a picture mostly is what was shown at once: nothing of it moves.
    const stays = String([...this.cards.keys()]) === String([...indices]);
    const before = stays ? null : this.measured();
    const shown = new Map();
    indices.forEach((index, rank) => {
      const card = this.cards.get(index) ?? this.card(index);
      this.fill(card, index, rank, scores[rank]);
      shown.set(index, card);
    });
    if (!stays) {
      const focused = this.results.getRootNode().activeElement;
      this.results.replaceChildren(...[...shown.values()].map((card) => card.box));
      if (focused?.isConnected) focused.focus();
      this.cards = shown;
      this.slide(before);
    }
    this.tabStop();
    this.summarise(indices);
  }

  card(index) {
    const picture = element("img", { alt: "", src: this.photos.urls[index] });
    const main = element("button", {
      type: "button",
      class: "match",
      tabindex: "-1",
      onclick: () => this.choose(index),
      ondblclick: () => this.ask("query", index),
    });
    const [rank, name, mark] = ["rank", "name", "symbol mark"].map((kind) =>
      element("span", { class: kind }),
    );
    const bar = element("span", { class: "bar" }, element("span", { class: "filled" }));
    const score = element("span", { class: "score" });
    const shot = element("span", { class: "shot" }, picture, score);
    main.append(shot, rank, element("span", { class: "words" }, mark, name), bar);
    const next = iconButton("search", "", () => this.ask("query", index));
    next.classList.add("next");
    next.tabIndex = -1;
    const box = element("div", { class: "card", role: "listitem" }, main, next);
    return { box, main, rank, name, mark, bar: bar.firstChild, score, next };
  }

  fill(card, index, rank, score) {
    const { titles, labels } = this.photos;
    const { right, labelled, match } = this.settings;
    const label = labels[index];
    const name = titles[index];
    const judged = right && labelled;
    const hit = label === right;
    card.rank.textContent = String(rank + 1);
    const similarity = score.toFixed(2).replace("-", "\u2212");
    card.name.textContent = label || name;
    card.score.textContent = similarity;
    card.bar.style.width = `${100 * Math.max(0, score)}%`;
    card.mark.textContent = judged ? (hit ? "check" : "close") : "";
    card.box.dataset.right = judged ? String(hit) : "";
    const words =
      `${rank + 1}. ${name}${label ? `, ${label}` : ""}, similarity ${similarity}` +
      `${judged ? (hit ? ", right" : ", another label") : ""}`;
    card.main.setAttribute("aria-label", `${words}. Show why it matches.`);
    card.main.title = `${words}${this.photos.credits[index] ? ` (${this.photos.credits[index]})` : ""}`;
    card.main.setAttribute("aria-pressed", String(index === match));
    card.next.title = `Search with ${name}`;
    card.next.setAttribute("aria-label", `Search with ${name}`);
  }

  // All are measured before the first is moved: measuring after a change lays the page out anew.
  measured() {
    const boxes = [...this.cards].map(([index, { box }]) => [index, box.getBoundingClientRect()]);
    return new Map(boxes);
  }

  // Cards glide from where they were to where they are.
  slide(before) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const after = this.measured();
    for (const [index, card] of this.cards) {
      const [from, to] = [before.get(index), after.get(index)];
      const moves = from
        ? [{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, {}]
        : [{ opacity: 0 }, {}];
      if (from && from.left === to.left && from.top === to.top) continue;
      card.box.animate(moves, { duration: 260, easing: "ease-out" });
    }
  }

  summarise(indices) {
    const { right, labelled, count, available } = this.settings;
    const hits = [...indices].filter((index) => this.photos.labels[index] === right).length;
    if (!right || !labelled) {
      this.summary.replaceChildren(element("span", { text: `The ${indices.length} most alike` }));
      return;
    }
    const [reached, weighted] = [
      this.arrays.precision.data[this.at],
      this.arrays.weighted.data[this.at],
    ];
    const best = bestPrecision(indices.length, available);
    this.summary.replaceChildren(
      element("span", { text: `${hits} of ${indices.length} are ${right}` }),
      element("span", {
        class: "size",
        text:
          `precision at ${count}: ${reached.toFixed(2)}` +
          (best < 1 ? ` of at most ${best.toFixed(2)}` : "") +
          (Number.isNaN(weighted) ? "" : `, rank-weighted ${weighted.toFixed(2)}`),
      }),
    );
  }

  choose(index) {
    this.settings.match = index;
    for (const [at, card] of this.cards) {
      card.main.setAttribute("aria-pressed", String(at === index));
    }
    this.ask("match", index);
  }

  // One card is reached by the Tab key, the others by arrow keys.
  tabStop() {
    const cards = [...this.cards.values()];
    const focused = this.results.getRootNode().activeElement;
    const here =
      cards.find((card) => card.box.contains(focused)) ??
      this.cards.get(this.settings.match) ??
      cards[0];
    for (const card of cards) {
      card.main.tabIndex = card === here ? 0 : -1;
      card.next.tabIndex = card === here ? 0 : -1;
    }
  }

  key(event) {
    const cards = [...this.cards.values()];
    const focused = this.results.getRootNode().activeElement;
    const at = cards.findIndex((card) => card.box.contains(focused));
    if (at < 0) return;
    const across = getComputedStyle(this.results).gridTemplateColumns.split(" ").length;
    const to = inGrid(event, at, across, cards.length);
    if (to === null) return;
    event.preventDefault();
    cards[to].main.focus();
    this.tabStop();
  }
}
