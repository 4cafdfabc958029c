"""Small grids of numbers to look at: counted, typed, cut out of a picture, or given as weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cnnviz.notation import shown
from cnnviz.shapes import Grid

LARGEST_NUMBER = 1e6
"""The largest magnitude of a number in a grid."""

CLASSIC = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], np.float32)
"""The grid that most courses pool from 4 x 4 to 2 x 2 (Stanford's CS231n notes)."""
CLASSIC.setflags(write=False)

WEIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "ones": "All ones",
        "mean": "Mean",
        "counting": "Counting numbers",
        "centre": "One in the middle",
        "edge": "Right minus left",
    }
)
"""Kernels that exist in any size, by key, with the words a person reads."""


def counting_numbers(rows: int, columns: int) -> Grid:
    """Count from 1, row by row.

    >>> counting_numbers(2, 3)
    array([[1., 2., 3.],
           [4., 5., 6.]], dtype=float32)
    """
    return np.arange(1, rows * columns + 1, dtype=np.float32).reshape(rows, columns)


def weights(name: str, rows: int, columns: int) -> Grid:
    """Make one of the kernels in `WEIGHTS`.

    "mean" sums to 1. "centre" has its 1 at ((rows - 1) // 2, (columns - 1) // 2), where the
    kernel of a "same" convolution lies on the pixel itself. "edge" is 1 in the last column, -1
    in the first and 0 between.

    Raises
    ------
    ValueError : no such kernel.

    >>> weights("edge", 1, 3)
    array([[-1.,  0.,  1.]], dtype=float32)
    """
    if name not in WEIGHTS:
        raise ValueError(
            f"The weights must be one of {', '.join(WEIGHTS)}. Received: {shown(name)}."
        )
    if name == "counting":
        return counting_numbers(rows, columns)
    if name == "mean":
        return np.full((rows, columns), 1 / (rows * columns), np.float32)
    if name == "ones":
        return np.ones((rows, columns), np.float32)
    grid = np.zeros((rows, columns), np.float32)
    if name == "centre":
        grid[(rows - 1) // 2, (columns - 1) // 2] = 1
    else:
        grid[:, 0] -= 1
        grid[:, -1] += 1
    return grid


def fit(grid: Grid, rows: int, columns: int) -> Grid:
    """Cut a grid to a size, or fill it up with zeros; the first row and column stay.

    >>> fit(counting_numbers(2, 2), 1, 3)
    array([[1., 2., 0.]], dtype=float32)
    """
    fitted = np.zeros((rows, columns), np.float32)
    kept = grid[:rows, :columns]
    fitted[: kept.shape[0], : kept.shape[1]] = kept
    return fitted


def patch(image: NDArray[np.uint8], corner: tuple[int, int], size: tuple[int, int]) -> Grid:
    """Cut a patch out of a grey picture.

    Parameters
    ----------
    image : (height, width, 1) uint8
    corner : (row, column) of its first pixel; moved inward where the patch would not fit.
    size : (rows, columns); a picture that is smaller gives a smaller patch.

    >>> patch(np.arange(9, dtype=np.uint8).reshape(3, 3, 1), (5, 0), (2, 2))
    array([[3., 4.],
           [6., 7.]], dtype=float32)
    """
    top, left = (
        max(0, min(place, length - side))
        for place, length, side in zip(corner, image.shape[:2], size, strict=True)
    )
    return image[top : top + size[0], left : left + size[1], 0].astype(np.float32)


def parse_grid(text: str, *, most: int, least: int = 1) -> Grid:
    """Read rows divided by semicolons (or line breaks), numbers divided by commas or spaces.

    Parameters
    ----------
    text : such as "1, 2; 3, 4"
    least, most : rows and columns a grid may have.

    Raises
    ------
    ValueError : rows of different lengths, too many of them, or something that is no number
        from -LARGEST_NUMBER to LARGEST_NUMBER.

    >>> parse_grid("1, 2; 3, -4.5", most=16)
    array([[ 1. ,  2. ],
           [ 3. , -4.5]], dtype=float32)
    """
    # No float32 takes more than 50 letters where it is written out, and a separator follows.
    if len(text) > 60 * most * most:
        raise ValueError(
            f"A grid has at most {most} rows and columns. Received: {len(text)} letters."
        )
    lines = [line for line in text.replace("\n", ";").split(";") if line.strip()]
    rows = [line.replace(",", " ").split() for line in lines]
    lengths = [len(row) for row in rows]
    if len(set(lengths)) != 1 or not least <= len(rows) <= most or not least <= lengths[0] <= most:
        raise ValueError(
            f"A grid has {least} to {most} rows of {least} to {most} numbers, all rows alike. "
            f"Received: {len(rows)} rows of {', '.join(map(str, lengths[:20])) or 'no'} numbers."
        )
    return np.array([[_number(word) for word in row] for row in rows], np.float32)


def _number(word: str) -> float:
    try:
        number = float(word.replace("\u2212", "-"))
    except ValueError:
        number = math.nan
    if not abs(number) <= LARGEST_NUMBER:
        raise ValueError(
            f"A number in a grid lies between \u2212{LARGEST_NUMBER:,.0f} and "
            f"{LARGEST_NUMBER:,.0f}. Received: {shown(word, 40)}."
        )
    return number


def format_grid(grid: Grid) -> str:
    """Write a grid as `parse_grid` reads it, without losing a digit.

    >>> format_grid(np.array([[1, 0.1], [-2, 3]], np.float32))
    '1,0.1;-2,3'
    """
    return ";".join(
        ",".join(np.format_float_positional(number, unique=True, trim="-") for number in row)
        for row in np.asarray(grid, np.float32)
    )
