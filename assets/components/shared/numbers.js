// How numbers are written in cells, sentences and legends.

const MINUS = "\u2212";

export function written(value, digits = 4) {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value).replace("-", MINUS);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace("-", MINUS);
  const decimals = Math.max(0, digits - 1 - Math.max(0, Math.floor(Math.log10(size || 1))));
  return String(Number(value.toFixed(Math.min(decimals, 4)))).replace("-", MINUS);
}

// What a person types: a decimal comma or the typographic minus is understood too.
export function read(text) {
  const cleaned = String(text).trim().replace(MINUS, "-").replace(",", ".");
  return cleaned === "" ? NaN : Number(cleaned);
}

// A change: three digits, with a plus where it is one.
export function withSign(value) {
  const text = written(value, 3);
  return value > 0 && text !== "0" ? `+${text}` : text;
}
