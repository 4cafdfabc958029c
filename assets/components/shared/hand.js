// What a hand does, the same in every component: arrow keys, drags, and what follows when it rests.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const SIGNS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 };

const strides = (event) => (event.shiftKey ? 10 : 1);

// The step of [rows, columns] that an arrow key asks for; null for any other key.
export function arrows(event, far = strides(event)) {
  const step = STEPS[event.key];
  return step ? step.map((one) => one * far) : null;
}

// Where a key takes a slider that stands at `at`; null for a key that does not move one.
export function along(event, at, { least = 0, most, step = 1, far = strides(event) }) {
  if (event.key === "Home") return least;
  if (event.key === "End") return most;
  if (event.key === "PageUp") return Math.min(most, at + 10 * step);
  if (event.key === "PageDown") return Math.max(least, at - 10 * step);
  const sign = SIGNS[event.key];
  return sign ? Math.max(least, Math.min(most, at + sign * step * far)) : null;
}

// Where an arrow key leads in a grid of so many columns; null for any other key.
export function inGrid(event, at, columns, count) {
  const step = arrows(event, 1);
  return step && Math.max(0, Math.min(count - 1, at + step[0] * columns + step[1]));
}

// Do something once nothing has asked for it during so many milliseconds; after(rest, ...) waits
// another time than usual.
export function debounced(wait, act) {
  let timer = null;
  const cancel = () => {
    clearTimeout(timer);
    timer = null;
  };
  const after = (rest, ...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      act(...given);
    }, rest);
  };
  const later = (...given) => after(wait, ...given);
  return Object.assign(later, { after, cancel, isWaiting: () => timer !== null });
}

// Let a screen reader say what stands here, once it has stopped changing.
export function announcer(node, wait = 500) {
  return debounced(wait, (text) => {
    node.textContent = text;
  });
}

// Draw once, when all that changes now has changed.
export function once(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      draw();
    });
  };
}

// Draw at most once a frame, however often it is asked for.
export function eachFrame(draw) {
  let request = null;
  return () => {
    request ??= requestAnimationFrame(() => {
      request = null;
      draw();
    });
  };
}

// Follow a pointer from where it is pressed until it is let go, wherever it goes meanwhile.
// start(event) may answer false to leave the pointer alone.
export function dragged(node, { start, move, end }) {
  node.onpointerdown = (event) => {
    if (start?.(event) === false) return;
    node.setPointerCapture(event.pointerId);
    const watch = new AbortController();
    const listen = (name, act) =>
      node.addEventListener(name, (later) => later.pointerId === event.pointerId && act(later), {
        signal: watch.signal,
      });
    const stop = (later) => {
      watch.abort();
      end?.(later);
    };
    if (move) listen("pointermove", move);
    listen("pointerup", stop);
    listen("pointercancel", stop);
  };
}
