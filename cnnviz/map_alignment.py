"""Maps of the same things turned to lie alike, so that only what changed moves between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Places = NDArray[np.float32]


def align(places: ArrayLike, reference: ArrayLike) -> Places:
    """Turn and mirror a map until its points lie nearest to those of another.

    Distances within the map stay as they are, up to one factor that fits it into the square.
    Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem".

    Parameters
    ----------
    places, reference : (n, 2), the same things in the same order.

    Returns
    -------
    (n, 2) float32 in [0, 1], both axes on one scale.

    >>> align([[0, 0], [0, 1], [0, 4]], [[0, 0], [1, 0], [4, 0]]).round(2).tolist()
    [[0.0, 0.5], [0.25, 0.5], [1.0, 0.5]]
    """
    mine, theirs = np.asarray(places, np.float64), np.asarray(reference, np.float64)
    mine, theirs = mine - mine.mean(axis=0), theirs - theirs.mean(axis=0)
    left, _, right = np.linalg.svd(mine.T @ theirs)
    turned = mine @ (left @ right)
    least, most = turned.min(axis=0), turned.max(axis=0)
    span = float((most - least).max()) or 1.0
    return np.asarray((turned - (least + most) / 2) / span + 0.5, np.float32)


def align_in_turn(maps: Sequence[ArrayLike]) -> list[Places]:
    """Align each map to the one after it; the last stays as it is.

    >>> [places.tolist() for places in align_in_turn([[[1, 0], [0, 0]], [[0, 0.5], [1, 0.5]]])]
    [[[0.0, 0.5], [1.0, 0.5]], [[0.0, 0.5], [1.0, 0.5]]]
    """
    aligned: list[Places] = []
    for places in reversed(maps):
        last = np.asarray(places, np.float32)
        aligned.append(align(last, aligned[-1]) if aligned else last)
    return aligned[::-1]
