// How numbers are written in cells, sentences and legends.

const MINUS = "\u2212";
const UNITS = [
  [1e12, "trillion"],
  [1e9, "billion"],
  [1e6, "million"],
];

// A number with `digits` significant digits at most, by the rule of cnnviz/notation.py: whole
// numbers below a million, and the whole part of others, are never cut; where the text is longer
// than `letters` signs, fewer digits are written, down to one.
export function written(value, digits = 3, letters = Infinity) {
  const sign = value < 0 ? MINUS : "";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : `${sign}\u221e`;
  const size = Math.abs(value);
  if (Number.isInteger(size) && size < 1e6) return `${sign}${size}`;
  let text = sign + rounded(size, digits);
  while (text.length > letters && digits > 1) text = sign + rounded(size, --digits);
  return text;
}

function rounded(size, digits) {
  const whole = size >= 1 && size < 1e6 ? String(Math.trunc(size)).length : 0;
  const [mantissa, power] = size.toExponential(Math.max(digits, whole) - 1).split("e");
  if (power >= -3 && power < 6) return String(Number(`${mantissa}e${power}`));
  return `${Number(mantissa)}e${power.replace("-", MINUS).replace("+", "")}`;
}

// A count in full below ten millions, then in words: written_count of cnnviz/notation.py.
export function writtenCount(count) {
  if (count < 1e7) return Math.round(count).toLocaleString("en");
  const [unit, word] = UNITS.find(([least]) => count >= least);
  return `${written(count / unit, 4)} ${word}`;
}

// What a person types: a decimal comma, the typographic minus and 1/9 are understood too.
export function read(text) {
  const cleaned = String(text).trim().replaceAll(MINUS, "-").replaceAll(",", ".");
  const [upper, lower = "1", more] = cleaned.split("/").map((part) => part.trim());
  if (upper === "" || lower === "" || more !== undefined) return NaN;
  return Number(upper) / Number(lower);
}

export const MOST_DIGITS = 7; // what float32 holds

// The fewest digits with which what is written gives the result that is written; null if none do.
export function fewestDigits(least, gives) {
  for (let digits = least; digits <= MOST_DIGITS; digits++) if (gives(digits)) return digits;
  return null;
}

// What a reader gets for a number that is written with so many digits.
export function asWritten(value, digits) {
  return read(written(value, digits));
}

// A change: three digits, with a plus where it is one.
export function withSign(value) {
  const text = written(value, 3);
  return value > 0 && text !== "0" ? `+${text}` : text;
}

// A probability, in per cent.
export function asPercent(probability) {
  return probability > 0 && probability < 0.0005 ? "< 0.1%" : `${(probability * 100).toFixed(1)}%`;
}
