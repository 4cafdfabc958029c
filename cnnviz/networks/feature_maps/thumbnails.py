"""Maps drawn small: averaged down, and written in 255 steps around zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.shapes import Maps

Thumbnails = NDArray[np.uint8]

ZERO = 128
"""The level that stands for zero in a thumbnail; 1 and 255 stand for minus and plus the limit."""


def averaged_down(planes: Maps, side: int) -> Maps:
    """Shrink planes to at most `side` rows and columns by averaging whole blocks of cells.

    Parameters
    ----------
    planes : (n, height, width) float32.

    >>> averaged_down(np.arange(16, dtype=np.float32).reshape(1, 4, 4), 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]], dtype=float32)
    """
    for axis in (1, 2):
        size = planes.shape[axis]
        if size <= side:
            continue
        starts = np.arange(side) * size // side
        counts = np.diff([*starts, size]).astype(np.float32)
        shape = [1, 1, 1]
        shape[axis] = side
        sums = np.add.reduceat(planes, starts, axis=axis)
        planes = np.asarray(sums / counts.reshape(shape), np.float32)
    return planes


def thumbnails(planes: Maps, side: int) -> Thumbnails:
    """Draw maps small, each in its own range.

    planes : (n, height, width) float32.

    Returns
    -------
    (n, at most side, at most side) uint8: `ZERO` is zero, 1 and 255 the map's largest size.
    """
    finite = np.nan_to_num(planes, nan=0.0, posinf=0.0, neginf=0.0)
    small = averaged_down(np.ascontiguousarray(finite, np.float32), side)
    limits = np.abs(small).max(axis=(1, 2), keepdims=True)
    levels = np.rint(small * (127 / np.where(limits > 0, limits, 1))) + ZERO
    written: Thumbnails = np.clip(levels, 1, 255).astype(np.uint8)
    return written
