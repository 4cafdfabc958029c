// What a cell of a map sees of the network's input, as ReceptiveField.box of cnnviz.networks has it.

// field: { size, stride, start, seen }; returns [top, left, height, width], or null without one.
export function fieldOf(field, { row, column }) {
  if (!field) return null;
  const [[top, height], [left, width]] = [row, column].map((place, axis) => {
    const first = Math.floor(field.start[axis] + place * field.stride[axis]);
    const [least, most] = [field.seen[axis], field.seen[axis + 2]];
    const from = Math.min(Math.max(first, least), most);
    return [from, Math.min(Math.max(first + field.size[axis], least), most) - from];
  });
  return [top, left, height, width];
}
