"""The answer to one query at every layer of an index at once: nothing is left to wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.search.index import (
    ImageIndex,
    Match,
    Metric,
    Vectors,
    best_precision,
    precision,
    rank_weighted_score,
)


@dataclass(frozen=True, eq=False)
class Rankings:
    """The nearest pictures at every layer.

    layers : those that were asked, first to last.
    matches : by layer, the nearest first.
    label : what counts as right, "" where nothing does.
    available : pictures with that label that could have been found.
    """

    layers: tuple[str, ...]
    matches: Mapping[str, list[Match]]
    label: str
    available: int

    @property
    def indices(self) -> NDArray[np.int32]:
        """(layers, count) int32, the matches' places in the index."""
        return np.array(
            [[one.index for one in self.matches[name]] for name in self.layers], "int32"
        )

    @property
    def scores(self) -> NDArray[np.float32]:
        """(layers, count) float32, `Match.score`."""
        return np.array([[one.score for one in self.matches[name]] for name in self.layers], "f4")

    def precision(self, layer: str) -> float:
        """Give the share of right matches at one layer."""
        return precision(self.matches[layer], self.label) if self.label else 0.0

    def best_precision(self, layer: str) -> float:
        """Give the largest precision that was possible at one layer."""
        return best_precision(len(self.matches[layer]), self.available) if self.label else 0.0

    def rank_weighted(self, layer: str) -> float:
        """Give the rank-weighted score at one layer."""
        if not self.label:
            return 0.0
        return rank_weighted_score(self.matches[layer], self.label, self.available)


def rank_everywhere(
    index: ImageIndex,
    vectors: Mapping[str, Vectors],
    *,
    itself: int | None = None,
    label: str = "",
    count: int = 15,
    metric: Metric = "cosine",
    layers: Sequence[str] | None = None,
) -> Rankings:
    """Find the pictures nearest to one query at every layer.

    Parameters
    ----------
    vectors : by layer, the query's vector: (channels,) float32 each.
    itself : the indexed picture that the query comes from, left out of the matches.
    label : what counts as right.
    layers : those that are asked; all without.
    """
    matches = {}
    for layer in index.layers if layers is None else layers:
        found = index.at(layer).nearest(vectors[layer], count + (itself is not None), metric)
        matches[layer] = [one for one in found if one.index != itself][:count]
    available = sum(
        at != itself and bool(label) and name == label for at, name in enumerate(index.labels)
    )
    return Rankings(tuple(matches), matches, label, available)


def rank_all(
    index: ImageIndex, *, count: int = 15, metric: Metric = "cosine"
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find the pictures nearest to each of the index at its layer in use, itself left out.

    Returns
    -------
    indices : (n, count) int32, the nearest first; fewer columns where there are fewer pictures.
    scores : (n, count) float32, `Match.score`.
    """
    found = [index.query_indexed(at, count=count, metric=metric) for at in range(len(index))]
    indices = np.array([[one.index for one in matches] for matches in found], np.int32)
    return indices, np.array([[one.score for one in matches] for matches in found], np.float32)
