// The room that a stage has: its width is its column's, its height the browser window's.

const FARTHEST_DOWN = 270; // pixels of a page's head; what stands there for a while takes none away
const LEAST_HEIGHT = 420;

// What a node scrolls in.
export function scrollerOf(node) {
  for (let at = node.parentNode; at; at = at.parentNode ?? at.host) {
    if (!(at instanceof Element)) continue;
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.scrollingElement;
}

// How many pixels of the window are left from a stage's top down, with the page at its top.
export function heightFor(root) {
  const scroller = scrollerOf(root);
  const edge = Math.max(0, scroller.getBoundingClientRect().top);
  const top = root.getBoundingClientRect().top - edge + scroller.scrollTop;
  return Math.max(LEAST_HEIGHT, window.innerHeight - Math.min(top, FARTHEST_DOWN) - 12);
}
