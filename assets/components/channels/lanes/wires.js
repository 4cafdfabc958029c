// What joins the lanes: from each partial map to the plus and on to the sum, and from the window
// on the picture to its numbers.

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 15; // of the plus

export class Wires {
  constructor() {
    this.drawing = svg("svg", { class: "wires", "aria-hidden": "true" });
    this.loupes = [0, 1, 2].map(() => svg("path", { class: "loupe" }));
  }

  // lanes: [{ input, partial, patch }] elements of each channel; sum: the canvas of the sum;
  // silent: which are muted; inks: their colours. All lies within `stage`.
  join(stage, { lanes, sum: sumCanvas, silent, inks }) {
    const frame = stage.getBoundingClientRect();
    const inside = (node) => {
      const box = node.getBoundingClientRect();
      const [left, top] = [box.left - frame.left, box.top - frame.top];
      return { left, top, right: left + box.width, bottom: top + box.height, wide: box.width };
    };
    this.drawing.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const partials = lanes.map(({ partial }) => inside(partial));
    const sum = inside(sumCanvas);
    const room = sum.left - partials[0].right;
    this.drawing.style.display = room > 30 ? "" : "none"; // on a phone the lanes lie below each other
    if (room <= 30) return;
    const [x, y] = [sum.left - 14 - RADIUS, (sum.top + sum.bottom) / 2];
    const made = [];
    this.places = lanes.map(({ input, patch }) => [inside(input), inside(patch)]);
    lanes.forEach(({ map }, channel) => {
      const box = inside(map);
      const start = [box.right + 5, (box.top + box.bottom) / 2];
      const end = [x - RADIUS, y + (channel - 1) * 8];
      const path = cable(start, partials[0].right + 6 + channel * 8, end);
      made.push(
        this.loupes[channel],
        svg("path", {
          d: path,
          class: silent[channel] ? "wire silent" : "wire",
          stroke: inks[channel],
        }),
      );
      if (!silent[channel]) made.push(svg("path", { d: path, class: "pulse" }));
    });
    made.push(
      svg("path", { d: `M${x + RADIUS},${y} H${sum.left - 4}`, class: "wire total" }),
      svg("circle", { cx: x, cy: y, r: RADIUS, class: "plus" }),
      svg("path", { d: `M${x - 7},${y} h14 M${x},${y - 7} v14`, class: "plus" }),
    );
    this.drawing.replaceChildren(...made);
  }

  // Two lines that spread from the window on the picture to its numbers. corner: the window's
  // first row and column; width: the picture's columns.
  spread([top, left], side, width) {
    this.places?.forEach(([picture, patch], channel) => {
      const scale = picture.wide / width;
      const window = [top, top + side].map((row) => picture.top + row * scale);
      const [from, to] = [left, left + side].map((column) => picture.left + column * scale);
      const beside = patch.left > picture.right;
      const lines = beside
        ? [
            [to, window[0], patch.left, patch.top],
            [to, window[1], patch.left, patch.bottom],
          ]
        : [
            [from, window[1], patch.left, patch.top],
            [to, window[1], patch.right, patch.top],
          ];
      const path = lines.map(([x, y, toX, toY]) => `M${x},${y} L${toX},${toY}`).join(" ");
      this.loupes[channel].setAttribute("d", path);
    });
  }
}

// Out to the right, up or down, and right again, with rounded corners.
function cable([left, top], turn, [right, bottom]) {
  const way = Math.sign(bottom - top);
  const bend = Math.min(10, Math.abs(bottom - top) / 2, Math.max(1, turn - left), right - turn);
  if (bend < 1) return `M${left},${top} L${right},${bottom}`;
  return (
    `M${left},${top} H${turn - bend} Q${turn},${top} ${turn},${top + way * bend} ` +
    `V${bottom - way * bend} Q${turn},${bottom} ${turn + bend},${bottom} H${right}`
  );
}

function svg(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
