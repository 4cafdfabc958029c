"""Kernels that follow from numbers: a size, a width, a direction."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnviz.shapes import Size, pair, whole_number

Weights: TypeAlias = NDArray[np.float32]


def identity(size: Size = 3) -> Weights:
    """Leave the picture as it is: a single 1 in the middle.

    >>> identity()
    array([[0., 0., 0.],
           [0., 1., 0.],
           [0., 0., 0.]], dtype=float32)
    """
    rows, columns = pair(size)
    values = np.zeros((rows, columns), np.float32)
    values[(rows - 1) // 2, (columns - 1) // 2] = 1
    return values


def box(size: Size = 3) -> Weights:
    """Take the plain mean of the window.

    >>> box((1, 4))
    array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    """
    rows, columns = pair(size)
    return np.full((rows, columns), 1 / (rows * columns), np.float32)


def gaussian(size: int = 5, sigma: float | None = None) -> Weights:
    """Take a mean that counts near pixels more: a bell curve, scaled to sum 1.

    Parameters
    ----------
    size : rows and columns, odd.
    sigma : standard deviation in pixels; by default 0.3 * ((size - 1) / 2 - 1) + 0.8, OpenCV's
        rule, which makes the bell fill the window.

    Raises
    ------
    ValueError : ``size`` is even, or ``sigma`` is not above 0.

    >>> gaussian(3, sigma=0.5).round(3)
    array([[0.011, 0.084, 0.011],
           [0.084, 0.619, 0.084],
           [0.011, 0.084, 0.011]], dtype=float32)
    """
    y, x = _from_centre(size)
    if sigma is None:
        sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8
    bell = _bell(x**2 + y**2, _positive(sigma, "sigma"))
    return _weights(bell / bell.sum())


def motion_blur(size: int = 9, angle: float = 0.0) -> Weights:
    """Take the mean along a line: what a camera sees that moves.

    Parameters
    ----------
    size : rows and columns, odd.
    angle : the line's direction in degrees, counterclockwise from horizontal.

    >>> motion_blur(3, angle=45) * 3
    array([[0., 0., 1.],
           [0., 1., 0.],
           [1., 0., 0.]], dtype=float32)
    """
    _, steps = _from_centre(size)
    direction = math.radians(_finite(angle, "angle"))
    right, up = math.cos(direction), math.sin(direction)
    # One point in each column of a flat line, in each row of a steep one.
    longer = max(abs(right), abs(up))
    values = np.zeros((size, size))
    for step in steps[0]:
        # Rounded, so that the cosine of 90 degrees is 0.
        row = round(size // 2 - step * up / longer, 9)
        column = round(size // 2 + step * right / longer, 9)
        top, left = math.floor(row), math.floor(column)
        # A point between two pixels is shared by them.
        values[top, left] += (1 - row + top) * (1 - column + left)
        if row > top:
            values[top + 1, left] += row - top
        elif column > left:
            values[top, left + 1] += column - left
    return _weights(values / size)


def laplacian_of_gaussian(size: int = 9, sigma: float = 1.4) -> Weights:
    """Blur with a bell curve, then take the Laplacian, in one kernel that sums to 0.

    Parameters
    ----------
    size : rows and columns, odd.
    sigma : standard deviation of the bell in pixels: edges finer than that are ignored.

    Source: Marr and Hildreth 1980, eq. 5.
    """
    y, x = _from_centre(size)
    variance = _positive(sigma, "sigma") ** 2
    squares = x**2 + y**2
    values = (squares / variance - 2) * _bell(squares, sigma) / (2 * math.pi * variance**2)
    # Cut off at the border it would answer to plain brightness.
    return _weights(values - values.mean())


def gabor(
    size: int = 11, angle: float = 0.0, wavelength: float = 5.0, *, phase: float = 0.0
) -> Weights:
    """Answer to stripes of one direction and one width: a wave under a bell curve.

    Parameters
    ----------
    size : rows and columns, odd.
    angle : direction of the stripes in degrees, counterclockwise from horizontal.
    wavelength : pixels from one stripe to the next, at least 2.
    phase : degrees; 0 answers to a bright stripe in the middle, 90 to an edge there.

    Returns
    -------
    (size, size) float32 that sums to 0; the positive weights sum to 1.

    Raises
    ------
    ValueError : ``size`` is even, or ``wavelength`` below 2.

    Source: Daugman 1985; the bandwidth of one octave (0.56) and the bell, half as wide across the
    stripes as along them, are those of Petkov 1995.
    """
    y, x = _from_centre(size)
    if not _finite(wavelength, "wavelength") >= 2:
        raise ValueError(
            "The wavelength must be at least 2 pixels, or the pixels cannot hold the wave. "
            f"Received: wavelength={wavelength}."
        )
    direction = math.radians(_finite(angle, "angle"))
    # y counts downwards.
    along = x * math.cos(direction) - y * math.sin(direction)
    across = x * math.sin(direction) + y * math.cos(direction)
    bell = _bell(across**2 + (along / 2) ** 2, 0.56 * wavelength)
    wave = np.cos(2 * math.pi * across / wavelength + math.radians(_finite(phase, "phase")))
    # Take the mean out under the bell, so that plain brightness gives 0.
    values = bell * (wave - (bell * wave).sum() / bell.sum())
    total = values[values > 0].sum()
    return _weights(values / total if total > 1e-9 else np.zeros_like(values))


def random(size: Size = 3, seed: int = 0) -> Weights:
    """Draw weights as a network does before it has learned anything.

    A bell curve with standard deviation 1 / sqrt(weights): the result varies about as much as
    the picture. Rounded to three digits after the point.

    >>> np.array_equal(random(seed=1), random(seed=1))
    True
    """
    rows, columns = pair(size)
    draw = np.random.default_rng(whole_number(seed, "seed", least=0))
    spread = 1 / math.sqrt(rows * columns)
    return draw.normal(0, spread, (rows, columns)).round(3).astype(np.float32)


def _from_centre(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each cell's rows below and columns right of the centre, each (size, size)."""
    if whole_number(size, "size") % 2 == 0:
        raise ValueError(f"The size must be odd, so that there is a middle. Received: size={size}.")
    steps = np.arange(size, dtype=np.float64) - size // 2
    y, x = np.meshgrid(steps, steps, indexing="ij")
    return y, x


def _bell(squares: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.exp(-squares / (2 * sigma**2))
    return values


def _weights(values: NDArray[np.float64]) -> Weights:
    return values.astype(np.float32)


def _finite(value: float, name: str) -> float:
    if not math.isfinite(value):
        raise ValueError(f"The {name} must be a finite number. Received: {name}={value}.")
    return float(value)


def _positive(value: float, name: str) -> float:
    # Below a thousandth of a pixel the bell has no width left to compute with.
    if not _finite(value, name) >= 1e-3:
        raise ValueError(f"The {name} must be at least 0.001. Received: {name}={value}.")
    return float(value)
