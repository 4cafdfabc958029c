// A stack as the browser changes it: layers of {code, values}, where a value is the text that an
// address has for it, or null where it is left open. The same texts as
// cnnviz/networks/building/address.py, which decides what may be.

export function parsed(text, kinds) {
  const [code, ...parts] = text.split("-");
  const values = Object.fromEntries(
    kinds[code].options.map(({ letter, start, ...option }) => {
      return [letter, option.required ? start : option.default];
    }),
  );
  for (const part of parts) values[part[0]] = part.slice(1);
  return { code, values };
}

export function fresh(code, kinds) {
  const values = Object.fromEntries(kinds[code].options.map((one) => [one.letter, one.start]));
  return { code, values };
}

export function formatted({ code, values }, kinds) {
  const said = kinds[code].options
    .filter((one) => values[one.letter] !== null)
    .filter((one) => one.required || values[one.letter] !== one.default)
    .map((one) => one.letter + values[one.letter]);
  return [code, ...said].join("-");
}

// How layers are called: by their kind, an activation by itself, and how often that came.
export function namesOf(layers, kinds) {
  const counts = {};
  return layers.map(({ code, values }, at) => {
    const stem = kinds[code].stem || values.a;
    if (at === 0) return stem;
    counts[stem] = (counts[stem] ?? 0) + 1;
    return `${stem}_${counts[stem]}`;
  });
}

export function inserted(layers, at, layer) {
  return [...layers.slice(0, at), layer, ...layers.slice(at)];
}

export function without(layers, at) {
  return layers.filter((_, place) => place !== at);
}

export function replaced(layers, at, layer) {
  return layers.map((held, place) => (place === at ? layer : held));
}

// Put a layer where `to` is; the input stays in front.
export function moved(layers, at, to) {
  const place = Math.max(1, Math.min(layers.length - 1, to));
  return at === 0 ? layers : inserted(without(layers, at), place, layers[at]);
}
