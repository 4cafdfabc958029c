"""Flatten: maps laid out as one vector, channels last as in Keras."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.shapes import Maps, whole_number

MapShape = tuple[int, int, int]


def flatten_cell(shape: MapShape, index: int) -> tuple[int, int, int]:
    """Find the cell (row, column, channel) that an element of the flattened vector was.

    index = (row * width + column) * channels + channel: all channels of one pixel lie side by
    side.

    Raises
    ------
    ValueError : no such element

    >>> flatten_cell((4, 4, 3), 3)
    (0, 1, 0)
    """
    height, width, channels = _map_shape(shape)
    if not 0 <= index < height * width * channels:
        raise ValueError(
            f"The index must be from 0 to {height * width * channels - 1}. Received: index={index}."
        )
    pixel, channel = divmod(index, channels)
    row, column = divmod(pixel, width)
    return row, column, channel


def flatten(maps: ArrayLike) -> Maps:
    """Lay maps out as one vector, in the order of :func:`flatten_cell`.

    Parameters
    ----------
    maps : (height, width, channels)

    Returns
    -------
    (height * width * channels,) float32

    >>> flatten([[[1, 2], [3, 4]]])
    array([1., 2., 3., 4.], dtype=float32)
    """
    return np.asarray(maps, np.float32).reshape(-1)


def _map_shape(shape: MapShape) -> MapShape:
    if len(shape) != 3:
        raise ValueError(
            f"The shape must be (height, width, channels). Received: shape={tuple(shape)}."
        )
    height, width, channels = (whole_number(size, "shape") for size in shape)
    return height, width, channels
