// What of the world is in view. A camera { left, top, scale } looks through a window, a box on the
// screen: the world's point (left, top) lies at the window's corner.

export function onScreen(camera, window, x, y) {
  return [(x - camera.left) * camera.scale + window.x, (y - camera.top) * camera.scale + window.y];
}

export function inWorld(camera, window, x, y) {
  return [(x - window.x) / camera.scale + camera.left, (y - window.y) / camera.scale + camera.top];
}

// All of the world, as large as it is; of a world that is too wide its beginning.
export function wholeOf(world, window) {
  return held({ left: 0, top: 0, scale: 1 }, world, window);
}

// A box as large as it fits, in the middle.
export function around(box, window, share = 0.92) {
  const scale = share * Math.min(window.width / box.width, window.height / box.height);
  return {
    scale,
    left: box.x + box.width / 2 - window.width / 2 / scale,
    top: box.y + box.height / 2 - window.height / 2 / scale,
  };
}

// Closer by a factor, around a point of the screen that stays where it is.
export function closer(camera, window, factor, x, y) {
  const [wx, wy] = inWorld(camera, window, x, y);
  const scale = camera.scale * factor;
  return { scale, left: wx - (x - window.x) / scale, top: wy - (y - window.y) / scale };
}

// Keep some of the world in view: all of it along a side that is in view as a whole.
export function held(camera, world, window) {
  const side = (start, size, room) => {
    const seen = room / camera.scale;
    if (size <= seen) return (size - seen) / 2;
    const spare = 0.45 * seen * (camera.scale > 1.5 ? 1 : 0);
    return Math.max(-spare, Math.min(size - seen + spare, start));
  };
  return {
    scale: camera.scale,
    left: side(camera.left, world.width, window.width),
    top: side(camera.top, world.height, window.height),
  };
}

// On the way from one camera to another, `part` from 0 to 1: the scale grows evenly, and one point
// stands still all the while.
export function between(from, to, part) {
  if (part >= 1) return to;
  const scale = from.scale * (to.scale / from.scale) ** part;
  // How far the view has shrunk towards where it goes, in parts of the whole way.
  const way =
    Math.abs(to.scale / from.scale - 1) < 1e-6
      ? part
      : (1 / from.scale - 1 / scale) / (1 / from.scale - 1 / to.scale);
  return {
    scale,
    left: from.left + (to.left - from.left) * way,
    top: from.top + (to.top - from.top) * way,
  };
}

// Slow at both ends.
export function eased(part) {
  return part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2;
}
