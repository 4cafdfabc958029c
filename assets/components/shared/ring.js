// A frame that stands out on any picture.
export function ring(context, x, y, width, height, page, least = 12) {
  const [wide, high] = [Math.max(width, least), Math.max(height, least)];
  const [left, top] = [x + width / 2 - wide / 2, y + height / 2 - high / 2];
  for (const [colour, thickness] of [
    ["#000000", 5],
    ["#ffffff", 3.5],
    [page.dark ? "#0b6e63" : page.accent, 2],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.strokeRect(left, top, wide, high);
  }
}
