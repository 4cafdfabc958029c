// Frames that stand out on any picture.

// Outlines on top of each other: strokes are [colour, thickness], box is x, y, width, height.
export function outlined(context, strokes, ...box) {
  for (const [colour, thickness] of strokes) {
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.strokeRect(...box);
  }
}

export function ring(context, x, y, width, height, page, least = 12) {
  const [wide, high] = [Math.max(width, least), Math.max(height, least)];
  const strokes = [
    ["#000000", 5],
    ["#ffffff", 3.5],
    [page.dark ? "#0b6e63" : page.accent, 2],
  ];
  outlined(context, strokes, x + width / 2 - wide / 2, y + height / 2 - high / 2, wide, high);
}

// The page's accent inside a band of its background.
export function banded(context, page, thickness, ...box) {
  const strokes = [
    [page.background, thickness + 2],
    [page.accent, thickness],
  ];
  outlined(context, strokes, ...box);
}

// An area in the page's accent, through which one sees what lies below.
export function veiled(context, page, share, ...box) {
  context.fillStyle = page.accent;
  context.globalAlpha = share;
  context.fillRect(...box);
  context.globalAlpha = 1;
  outlined(context, [[page.accent, 2]], ...box);
}
