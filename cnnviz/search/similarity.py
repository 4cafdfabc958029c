"""Why two pictures are alike to a layer: where in each their similarity comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.search.index import Vectors, agreement

MOST_SIDE = 16
"""Cells along a side of the maps whose cells are compared one with another."""


@dataclass(frozen=True, eq=False)
class SimilarityMaps:
    """Where the similarity of two pictures comes from.

    layer : whose maps were compared.
    cosine : of the two pooled vectors, in [-1, 1].
    query, match : (height, width) float32, each cell's part of the cosine; each adds up to it.
    pairs : (cells, cells) float32 in [0, 1], how alike each cell of the query is to each of the
        match: their cosine, cut off at 0. Cells come row by row; of a large map, blocks of cells
        are averaged first.
    grid : rows and columns of those cells or blocks.
    """

    layer: str
    cosine: float
    query: Vectors
    match: Vectors
    pairs: NDArray[np.float32]
    grid: tuple[int, int]

    @property
    def against(self) -> tuple[float, float]:
        """What the cells below zero add up to, of the query and of the match."""
        query, match = (float(np.minimum(maps, 0).sum()) for maps in (self.query, self.match))
        return query, match


def similarity_maps(
    layer: str, query: Vectors, match: Vectors, mean: ArrayLike = 0.0
) -> SimilarityMaps:
    """Compare two pictures at a layer that gives maps.

    Parameters
    ----------
    query, match : the layer's output for each, (height, width, channels) float32.
    mean : taken off every vector first, (channels,) float32.
    """
    mine, theirs = agreement(query, match, mean), agreement(match, query, mean)
    fewer, more = (_coarse(maps - np.asarray(mean, np.float32)) for maps in (query, match))
    pairs = np.maximum(_directions(fewer) @ _directions(more).T, 0.0)
    return SimilarityMaps(
        layer, float(mine.sum()), mine, theirs, np.asarray(pairs, np.float32), fewer.shape[:2]
    )


def _coarse(maps: Vectors) -> Vectors:
    """Average blocks of cells until no more than `MOST_SIDE` lie along a side."""
    rows, columns, channels = maps.shape
    block = -(-max(rows, columns) // MOST_SIDE)
    down, across = -(-rows // block), -(-columns // block)
    # A block at the edge that sticks out averages the cells it has.
    padded = np.full((down * block, across * block, channels), np.nan, np.float32)
    padded[:rows, :columns] = maps
    tiles = padded.reshape(down, block, across, block, channels)
    return np.asarray(np.nanmean(tiles, axis=(1, 3)), np.float32)


def _directions(maps: Vectors) -> Vectors:
    cells = maps.reshape(-1, maps.shape[-1])
    lengths = np.linalg.norm(cells, axis=1, keepdims=True)
    return np.asarray(cells / np.where(lengths > 0, lengths, 1.0), np.float32)
