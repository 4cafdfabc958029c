// Where the overview's columns stand, and how large their maps are drawn. It knows nothing of the
// page: sizes come in, boxes come out.
//
// A column: { count, rows, columns: the size of its maps; vector, input; named: whether a name
// stands beside each; passes: whether each of its maps comes from one map before it; whole, least:
// how wide its heading is in one line, and broken between its words }. A place: { x, y, width, height: of all its tiles;
// wide, tall: of one; gap, across: tiles side by side; picture: a box, of the input only }.

const LARGEST = 64; // pixels of a tile
const SMALLEST = 10;
const FINE = 20; // from here on a larger map is worth more than a heading in one line
const LARGEST_UNIT = 26; // a single number
const PITCH = 24; // from one number to the next, at most
const NAMED_PITCH = 36; // and where a name stands beside it
const MOST_BETWEEN = 150; // between two columns
const NAME = 14; // below a tile of the input
const ROOMY = 34; // of a tile, where not all of them are in view anyway
const CRAMPED = 30; // of a heading, where there is no room for its words
const NARROWEST = 14;

// Side by side, as large as they fit into a room: { width, height }. Where they do not, the world
// is wider than the room.
export function across(columns, room) {
  const largest = largestRows(columns);
  // Headings in one line each, then broken between their words, then as it comes.
  for (const [heading, widest, smallest] of [
    ["whole", Infinity, FINE],
    ["least", Infinity, FINE / 2],
    ["least", CRAMPED, SMALLEST],
  ]) {
    for (let tile = LARGEST; tile >= smallest; tile--) {
      const made = laid(columns, { tile, largest, heading, widest }, room);
      if (made) return made;
    }
  }
  return laid(columns, { tile: ROOMY, largest, heading: "least", widest: Infinity }, room, true);
}

// With tiles of a given size; null where they do not fit, unless they may be `wider`.
function laid(columns, { tile, largest, heading, widest }, room, wider = false) {
  const places = columns.map((column) => shaped(column, tile, largest, room.height));
  const widths = columns.map((column) => Math.min(column[heading], widest));
  const gaps = columns.map((column, at) => leastGap(column, places, widths, at, tile));
  const spare = room.width - sum(gaps) - sum(places.map((place) => place.width));
  const fits = spare >= 0 && places.every((place, at) => isEven(columns[at], place));
  return fits || wider ? spread(columns, places, gaps, spare, room) : null;
}

function spread(columns, places, gaps, spare, room) {
  const weights = columns.map(({ passes }, at) => (at === 0 ? 0 : passes ? 0.35 : 1));
  const share = Math.max(0, spare) / (sum(weights) || 1);
  const between = gaps.map((gap, at) => Math.min(MOST_BETWEEN, gap + share * weights[at]));
  const width = sum(between) + sum(places.map((place) => place.width));
  let x = Math.max(0, (room.width - width) / 2);
  places.forEach((place, at) => {
    x += between[at];
    move(place, x, (room.height - place.height) / 2);
    x += place.width;
  });
  return { places, width: Math.max(room.width, width), height: room.height };
}

// Room for what leads from map to map, and for the headings above.
function leastGap({ passes }, places, widths, at, tile) {
  if (at === 0) return 0;
  const links = passes ? Math.max(5, 0.25 * tile) : Math.max(14, 1.1 * tile);
  const over = (index) => Math.max(0, widths[index] - places[index].width) / 2;
  return Math.max(links, over(at) + over(at - 1));
}

// A few maps stand in two lines at most, and many in no line with a rest of one or two.
function isEven({ count, vector, input }, { across }) {
  return vector || input || count > 24 || across <= 2;
}

// The tiles of a column, as many side by side as the height asks for.
function shaped(column, tile, largest, height) {
  const place = sized(column, tile, largest);
  if (column.vector) {
    const pitch = Math.min(column.named ? NAMED_PITCH : PITCH, height / column.count);
    place.tall = place.wide = Math.min(place.wide, pitch - 3);
    place.gap = Math.max(2, pitch - place.tall);
    return measured(place, column.count, 1);
  }
  const inOne = Math.max(
    1,
    Math.floor((height + place.gap) / (place.tall + place.gap + place.name)),
  );
  return measured(place, column.count, Math.ceil(column.count / inOne));
}

// One below the other, within a width; `heading` is kept free above each column, `between` above
// that for what leads there.
export function down(columns, width, { heading, between }) {
  const largest = largestRows(columns);
  let y = 0;
  const places = columns.map((column, at) => {
    const place = sized(column, 42, largest);
    place.name = 0;
    const room = column.input ? width - place.pictureWide - 12 : width;
    const most = Math.max(1, Math.floor((room + place.gap) / (place.wide + place.gap)));
    measured(place, column.count, Math.min(most, column.count));
    y += heading + (at ? between : 0);
    if (column.input) {
      place.height = Math.max(place.height, place.pictureTall);
      place.width += place.pictureWide + 12;
    }
    place.x = 0;
    place.y = y;
    place.tilesX = column.input ? place.pictureWide + 12 : 0;
    place.tilesY = 0;
    if (column.input) place.picture = boxOf(0, y, place.pictureWide, place.pictureTall);
    y += place.height;
    return place;
  });
  return { places, width, height: y };
}

// Smaller maps are drawn smaller, though not by as much as they are.
function sized({ rows, columns, vector, input }, tile, largest) {
  const ratio = Math.max(0.4, Math.min(2.5, rows / columns));
  const part = input ? 1.15 : 0.55 + 0.45 * Math.sqrt(rows / largest);
  const unit = Math.min(LARGEST_UNIT, Math.max(14, tile));
  const wide = vector ? unit : Math.max(6, Math.round(tile * part));
  const place = { wide, tall: vector ? wide : wide * ratio, name: input ? NAME : 0 };
  place.gap = wide < 14 ? 2 : wide < 22 ? 3 : 4;
  if (input) {
    place.pictureWide = Math.round(Math.min(96, wide * 1.7));
    place.pictureTall = place.pictureWide * ratio;
  }
  return place;
}

function measured(place, count, across) {
  place.across = across;
  place.lines = Math.ceil(count / across);
  place.width = across * (place.wide + place.gap) - place.gap;
  place.height = place.lines * (place.tall + place.gap + place.name) - place.gap;
  place.tilesX = place.tilesY = 0;
  if (place.name && place.pictureWide) {
    place.tilesX = Math.max(0, (place.pictureWide - place.width) / 2);
    place.tilesY = place.pictureTall + 18;
    place.height += place.tilesY;
    place.width = Math.max(place.width, place.pictureWide);
  }
  place.width = Math.max(place.width, NARROWEST);
  if (place.width === NARROWEST) place.tilesX = (NARROWEST - place.wide) / 2;
  return place;
}

function move(place, x, y) {
  place.x = x;
  place.y = y;
  if (place.pictureWide) {
    place.picture = boxOf(
      x + (place.width - place.pictureWide) / 2,
      y,
      place.pictureWide,
      place.pictureTall,
    );
  }
}

// Where one of a place's tiles lies.
export function tileBox(place, tile) {
  const [line, at] = [Math.floor(tile / place.across), tile % place.across];
  return boxOf(
    place.x + place.tilesX + at * (place.wide + place.gap),
    place.y + place.tilesY + line * (place.tall + place.gap + place.name),
    place.wide,
    place.tall,
  );
}

// The tile at a point of the world, {column, tile}, or null; the gaps belong to the tiles.
export function tileAt(places, counts, x, y) {
  for (let column = 0; column < places.length; column++) {
    const place = places[column];
    const reach = place.gap / 2;
    const at = Math.floor((x - place.x - place.tilesX + reach) / (place.wide + place.gap));
    if (at < 0 || at >= place.across) continue;
    const pitch = place.tall + place.gap + place.name;
    const line = Math.floor((y - place.y - place.tilesY + reach) / pitch);
    const tile = line * place.across + at;
    if (line >= 0 && line < place.lines && tile < counts[column]) return { column, tile };
  }
  return null;
}

// Between two arrangements, from 0 to 1.
export function moved(from, to, part) {
  const between = { ...to };
  for (const side of ["x", "y", "width", "height", "wide", "tall", "gap", "tilesX", "tilesY"]) {
    between[side] = from[side] + (to[side] - from[side]) * part;
  }
  return between;
}

function boxOf(x, y, width, height) {
  return { x, y, width, height };
}

function largestRows(columns) {
  return Math.max(1, ...columns.filter((one) => !one.vector && !one.input).map((one) => one.rows));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
