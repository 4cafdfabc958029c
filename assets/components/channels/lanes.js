// What the lanes look like: the channels' colours and the activation's curve.

// `fill` tints a channel's pixels; `ink` is for lines and text on the page's background.
export function laneColours(dark) {
  const fills = [
    [255, 92, 84],
    [72, 206, 112],
    [92, 146, 255],
  ];
  const inks = dark ? ["#ff8a80", "#6fdc8c", "#8ab4ff"] : ["#b3261e", "#1b7a36", "#1d5bd1"];
  return fills.map((fill, channel) => ({ fill, ink: inks[channel] }));
}

// A pixel of one channel, 0 to 255, between black and the channel's colour.
export function tinted(byte, fill) {
  return fill.map((part) => Math.round((part * byte) / 255));
}

// Where the colours of several maps end: all but the most extreme half per cent lie within, so
// that a few strong cells do not pale the rest.
export function colourLimit(maps) {
  const sizes = [];
  for (const map of maps) {
    const step = Math.max(1, Math.floor(map.length / 2500));
    for (let at = 0; at < map.length; at += step) sizes.push(Math.abs(map[at]));
  }
  const sorted = Float32Array.from(sizes).sort();
  return sorted[Math.floor(0.995 * (sorted.length - 1))] || sorted[sorted.length - 1] || 1;
}

// The activation over the sums that occur, how often each occurs, and the one in hand.
export function curvePath(context, { width, height, page, reach, bins, activate, point }) {
  const margin = 8;
  const across = (value) => margin + ((value + reach) / (2 * reach)) * (width - 2 * margin);
  const samples = Array.from({ length: 121 }, (_, at) => {
    const input = reach * ((2 * at) / 120 - 1);
    return [input, activate(input)];
  });
  const outputs = [...samples.map(([, output]) => output), 0];
  const [least, most] = [Math.min(...outputs), Math.max(...outputs)];
  const span = most - least || 1;
  const down = (value) => height - margin - ((value - least) / span) * (height - 2 * margin);

  const tallest = Math.max(...bins.map((count) => Math.sqrt(count))) || 1;
  context.fillStyle = page.ink;
  context.globalAlpha = 0.16;
  const step = (width - 2 * margin) / bins.length;
  bins.forEach((count, at) => {
    // Square roots: without them the many zeros of a map hide everything else.
    const high = (Math.sqrt(count) / tallest) * (height - 2 * margin);
    context.fillRect(margin + at * step, height - margin - high, step - 0.6, high);
  });
  context.globalAlpha = 1;

  context.strokeStyle = page.border;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(across(0), 0);
  context.lineTo(across(0), height);
  context.moveTo(0, down(0));
  context.lineTo(width, down(0));
  context.stroke();

  context.strokeStyle = page.accent;
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.beginPath();
  samples.forEach(([input, output], at) => {
    if (at === 0) context.moveTo(across(input), down(output));
    else context.lineTo(across(input), down(output));
  });
  context.stroke();

  const [x, y] = [across(point[0]), down(Math.max(least, Math.min(most, point[1])))];
  context.setLineDash([3, 3]);
  context.strokeStyle = page.ink;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, down(0));
  context.lineTo(x, y);
  context.lineTo(across(0), y);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = page.background;
  context.beginPath();
  context.arc(x, y, 6.5, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = page.accent;
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.fill();
}
