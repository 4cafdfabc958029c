"""Where the windows of a sliding kernel lie: the arithmetic-free half of convolution and pooling.

A padded axis is described by the source of each of its places: the index of the input row (or
column) found there, or -1 where a zero stands. Padding rules, borders and the zeros that a
transposed convolution inserts all become such lists, so that one picture of a sliding window
serves them all.
"""

import numpy as np
from numpy.typing import NDArray

NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "wrap": "wrap"}
"""What `numpy.pad` calls each of `PADDING_MODES`."""

PADDING_MODES = tuple(NUMPY_MODES)
"""What may stand outside the picture: zeros, its mirror image, its edge, its other side."""


def padded_sources(
    size: int, before: int, after: int, *, padding_mode: str = "zeros"
) -> NDArray[np.int32]:
    """Give the source of each place along a padded axis; -1 is a zero.

    Raises
    ------
    ValueError : `padding_mode` is none of `PADDING_MODES`.

    >>> padded_sources(3, 1, 2)
    array([-1,  0,  1,  2, -1, -1], dtype=int32)
    >>> padded_sources(3, 1, 2, padding_mode="reflect")
    array([1, 0, 1, 2, 1, 0], dtype=int32)
    """
    if padding_mode not in PADDING_MODES:
        raise ValueError(
            f"The padding mode must be one of {', '.join(PADDING_MODES)}. "
            f"Received: padding_mode={padding_mode!r}."
        )
    index = np.arange(size, dtype=np.int32)
    if padding_mode == "zeros":
        return np.pad(index, (before, after), constant_values=-1)
    return np.pad(index, (before, after), mode=NUMPY_MODES[padding_mode])  # type: ignore[call-overload,no-any-return]


def place_of(cell: tuple[int, int], size: tuple[int, ...]) -> tuple[float, float]:
    """Give the place of a cell's middle in a map of that size, each axis running from 0 to 1.

    >>> place_of((0, 3), (2, 4))
    (0.25, 0.875)
    """
    return (cell[0] + 0.5) / size[0], (cell[1] + 0.5) / size[1]


def cell_at(place: tuple[float, float], size: tuple[int, ...]) -> tuple[int, int]:
    """Give the cell of a map of that size that a place lies in, so that it outlasts every size.

    >>> cell_at((0.25, 0.875), (8, 3)), cell_at((0.5, 0.5), (4, 1))
    ((2, 2), (2, 0))
    """
    row, column = (min(int(at * count), count - 1) for at, count in zip(place, size, strict=False))
    return row, column


def spread_sources(size: int, stride: int, before: int, after: int) -> NDArray[np.int32]:
    """Give the sources along the axis that a transposed convolution slides over.

    The input's values stand `stride` places apart with zeros between them.

    >>> spread_sources(3, 2, 1, 1)
    array([-1,  0, -1,  1, -1,  2, -1], dtype=int32)
    """
    places = np.full((size - 1) * stride + 1, -1, np.int32)
    places[::stride] = np.arange(size, dtype=np.int32)
    return np.pad(places, (before, after), constant_values=-1)
