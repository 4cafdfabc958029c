// Pictures that come once and are shown by several components: addresses of their thumbnails.

const STORE = "cnnvizCollections";
const CAME = "cnnviz-collection";
const MOST_COLLECTIONS = 3; // collections that stay; a browser holds each thumbnail as a blob

function store() {
  window[STORE] ??= new Map();
  return window[STORE];
}

// collection: { urls, names, titles, labels, credits, colours, groups }.
export function keepCollection(name, make) {
  const held = store();
  if (!held.has(name)) held.set(name, make());
  for (const old of [...held.keys()].slice(0, Math.max(0, held.size - MOST_COLLECTIONS))) {
    held.get(old).urls.forEach((url) => URL.revokeObjectURL(url));
    held.delete(old);
  }
  window.dispatchEvent(new CustomEvent(CAME));
}

// Call `then` with the collection, now or as soon as it is there; returns a way to stop waiting.
export function collectionOf(name, then) {
  if (store().has(name)) {
    then(store().get(name));
    return () => {};
  }
  const wait = () => {
    if (!store().has(name)) return;
    window.removeEventListener(CAME, wait);
    then(store().get(name));
  };
  window.addEventListener(CAME, wait);
  return () => window.removeEventListener(CAME, wait);
}
