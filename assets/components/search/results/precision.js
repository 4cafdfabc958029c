// What `cnnviz.search.precision` and `best_precision` say, for the moment until Python answers.
// Tests hold these to those, on cases that Python writes.

// labels: of the matches; right: the label that counts. 0 without matches.
export function precision(labels, right) {
  return labels.length ? labels.filter((label) => label === right).length / labels.length : 0;
}

// The largest that so many matches can have; available: pictures with the label to be found.
export function bestPrecision(count, available) {
  return count ? Math.min(count, available) / count : 0;
}
