"""A kernel in hand: what it may be, and how to turn, scale and resize it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.kernels.design import Weights
from cnnviz.shapes import Size, pair

LARGEST_SIDE = 11
"""Rows and columns that a kernel from text may have."""


LARGEST_WEIGHT = 1e6
"""The largest weight, positive or negative, that a kernel from text may have."""


def rotate(values: ArrayLike) -> Weights:
    """Turn a kernel by 90 degrees, clockwise.

    >>> rotate([[1, 2]])
    array([[1.],
           [2.]], dtype=float32)
    """
    return np.ascontiguousarray(np.rot90(checked_kernel(values), -1))


def mirror(values: ArrayLike) -> Weights:
    """Swap left and right.

    >>> mirror([[1, 2]])
    array([[2., 1.]], dtype=float32)
    """
    return np.ascontiguousarray(checked_kernel(values)[:, ::-1])


def negate(values: ArrayLike) -> Weights:
    """Turn each weight's sign.

    >>> negate([[1, 0]])
    array([[-1.,  0.]], dtype=float32)
    """
    # Not the minus sign, which would make a zero "-0".
    return np.float32(0) - checked_kernel(values)


def normalise(values: ArrayLike) -> Weights:
    """Scale a kernel to sum 1, so that it keeps the picture's brightness.

    Raises
    ------
    ValueError : the weights cancel out, so that no factor can do it.

    >>> normalise([[1, 3]])
    array([[0.25, 0.75]], dtype=float32)
    """
    kernel = checked_kernel(values).astype(np.float64)
    total = kernel.sum()
    # What float32 leaves over where weights cancel out is no sum.
    if abs(total) <= 1e-6 * np.abs(kernel).sum():
        raise ValueError(
            "A kernel can be scaled to sum 1 only if its weights do not cancel out. "
            f"Received: sum={float(total):.6g}."
        )
    return np.asarray(kernel / total, np.float32)


def resize(values: ArrayLike, size: Size) -> Weights:
    """Add zeros or cut off around the middle until a kernel has another size.

    >>> resize([[1, 2, 3]], (1, 5))
    array([[0., 1., 2., 3., 0.]], dtype=float32)
    >>> resize([[1, 2, 3]], (1, 2))
    array([[2., 3.]], dtype=float32)
    """
    kernel = checked_kernel(values)
    result = np.zeros(pair(size), np.float32)
    old, new = [], []
    for before, after in zip(kernel.shape, result.shape, strict=True):
        # The middle of an even size is the earlier of two, as "same" padding has it.
        shift = (after - 1) // 2 - (before - 1) // 2
        kept = min(before, after)
        old.append(slice(max(-shift, 0), max(-shift, 0) + kept))
        new.append(slice(max(shift, 0), max(shift, 0) + kept))
    result[tuple(new)] = kernel[tuple(old)]
    return result


def checked_kernel(values: ArrayLike) -> Weights:
    """Check a kernel and make it float32; -0 becomes 0."""
    kernel = np.asarray(values, np.float64)
    if kernel.ndim != 2 or not all(1 <= side <= LARGEST_SIDE for side in kernel.shape):
        raise ValueError(
            f"A kernel must have 1 to {LARGEST_SIDE} rows and columns. "
            f"Received: {' x '.join(map(str, kernel.shape)) or 'one number'}."
        )
    # Written so that "not a number" is refused too.
    refused = kernel[~(np.abs(kernel) <= LARGEST_WEIGHT)]
    if refused.size:
        raise ValueError(
            f"A kernel's weights must be between -{LARGEST_WEIGHT:,.0f} and "
            f"{LARGEST_WEIGHT:,.0f}. Received: {refused[0]:g}."
        )
    return kernel.astype(np.float32) + np.float32(0)
