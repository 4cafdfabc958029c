// What is said of a channel of the layer.

import { withSign, written } from "../../shared/numbers.js";
import { RANGE_OWNERS } from "./choices.js";

export const [MEAN, DEVIATION, LEAST, MOST, ZEROS] = [0, 1, 2, 3, 4];

// data, settings: of the message; vector: whether the layer's channels are single numbers; range:
// whose largest value the colours end at.
export function factsOf(channel, { data, settings, vector, range }) {
  const lines = vector
    ? [placeWords(channel, { data, settings, range })]
    : [spreadWords(statisticsOf(data, channel)), ...markWords(channel, data)];
  if (data.effect) {
    lines.push(
      `Brings about ${withSign(data.effect.data[channel])} of the logit of ` +
        `\u201c${settings.class}\u201d (gradient times activation).`,
    );
  }
  const width = settings.numbers.length;
  if (width) {
    const listed = settings.numbers.map(
      (name, at) =>
        `${name.replaceAll("_", " ")} ${written(data.numbers.data[width * channel + at], 4)}`,
    );
    lines.push(`Its weights: ${listed.join(", ")}.`);
  }
  return lines;
}

export function statisticsOf(data, channel) {
  return data.statistics.data.subarray(5 * channel, 5 * channel + 5);
}

// statistics: mean, deviation, least, most and the share of zeros.
export function spreadWords(statistics) {
  const [mean, deviation, least, most] = Array.from(statistics, (number) => written(number, 3));
  return (
    `From ${least} to ${most}, on average ${mean}, deviation ${deviation}. ` +
    `${percent(statistics[ZEROS])} of its cells are exactly 0.`
  );
}

function placeWords(channel, { data, settings: { layer, first }, range }) {
  const count = data.orders.shape[1];
  const rank = data.orders.data.subarray(count).indexOf(channel);
  const placed = rank >= 0 && rank < count ? `the ${nth(rank + 1)}largest here. ` : "";
  return (
    `Number ${channel + first} of ${layer.channels.toLocaleString("en")}; ${placed}` +
    `Colours: ${RANGE_OWNERS[range === "map" ? "layer" : range]}.`
  );
}

function markWords(channel, data) {
  const marks = data.marks.data[channel];
  const twin = data.twins.data[channel];
  const words = [
    "Dead for this picture: it costs as much as any other and says nothing.",
    "Constant for this picture: all cells are equal.",
    "Saturated: half of its cells or more are at the activation\u2019s limit, where no gradient " +
      "comes through.",
    `Nearly the same as map ${twin}: correlation ${data.likeness.data[channel].toFixed(3)}.`,
  ];
  return words.filter((_, bit) => marks & (1 << bit));
}

export function percent(share) {
  const hundredths = share * 100;
  if (hundredths > 0 && hundredths < 0.1) return "< 0.1%";
  return `${hundredths > 0 && hundredths < 10 ? hundredths.toFixed(1) : Math.round(hundredths)}%`;
}

function nth(place) {
  const ending =
    place % 100 >= 11 && place % 100 <= 13
      ? "th"
      : ({ 1: "st", 2: "nd", 3: "rd" }[place % 10] ?? "th");
  return place === 1 ? "" : `${place.toLocaleString("en")}${ending} `;
}
