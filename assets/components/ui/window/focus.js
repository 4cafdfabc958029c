// The cell in focus as a place: place_of and cell_at of cnnviz/convolution/windows.py.

// Where a cell's middle is in a map of that size, from 0 to 1 along each axis.
export function placeOf(cell, size) {
  return cell.map((at, axis) => (at + 0.5) / size[axis]);
}

// The cell of a map of that size that a place lies in.
export function cellAt(place, size) {
  return place.map((at, axis) => Math.min(Math.floor(at * size[axis]), size[axis] - 1));
}
