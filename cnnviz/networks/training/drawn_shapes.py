"""Coloured shapes, drawn on the fly: a data set that needs no file and no connection.

Each shape is an inequality in the plane, asked at nine points of each pixel. Where it lies, how
large it is, how it is turned, both colours and the noise are drawn anew for each picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.shapes import Pixels

_Plane = NDArray[np.float32]
_Inside = Callable[[_Plane, _Plane], NDArray[np.bool_]]

POINTS = 3
"""Points asked along each side of a pixel."""
SMALLEST, LARGEST = 0.3, 0.46
"""Radius of the circle around a shape, as a share of the picture's side."""
_NOISE = 10.0  # standard deviation of the noise, in levels
_CONTRAST = 110.0  # least distance of the two colours, in levels
_CHUNK = 128  # pictures drawn at a time, which bounds the memory


def _star(x: _Plane, y: _Plane) -> NDArray[np.bool_]:
    """Five points: between a tip and a notch the outline is a straight line."""
    step = np.pi / 5
    angle = np.abs((np.arctan2(x, -y) + step) % (2 * step) - step)
    notch = 0.42
    # The line from the tip (1, 0) to the notch at the angle `step`.
    across, down = notch * np.cos(step) - 1, notch * np.sin(step)
    radius = np.hypot(x, y)
    return np.asarray(down * (radius * np.cos(angle) - 1) - across * radius * np.sin(angle) < 0)


def _triangle(x: _Plane, y: _Plane) -> NDArray[np.bool_]:
    root = np.float32(np.sqrt(3))
    return np.asarray((y < 0.5) & (root * x - y < 1) & (-root * x - y < 1))


def _heart(x: _Plane, y: _Plane) -> NDArray[np.bool_]:
    across, up = 1.4 * x, 0.15 - 1.4 * y
    return np.asarray((across**2 + up**2 - 1) ** 3 - across**2 * up**3 < 0)


SHAPES: Mapping[str, _Inside] = MappingProxyType(
    {
        "circle": lambda x, y: np.hypot(x, y) < 0.9,
        "ring": lambda x, y: np.abs(np.hypot(x, y) - 0.75) < 0.22,
        "square": lambda x, y: np.maximum(np.abs(x), np.abs(y)) < np.sqrt(0.5),
        "triangle": _triangle,
        "cross": lambda x, y: (
            (np.minimum(np.abs(x), np.abs(y)) < 0.26) & (np.maximum(np.abs(x), np.abs(y)) < 0.9)
        ),
        "star": _star,
        "heart": _heart,
        "crescent": lambda x, y: (np.hypot(x, y) < 0.95) & (np.hypot(x - 0.45, y) > 0.75),
    }
)
"""By name: what is inside, for x to the right and y downwards, in the circle of radius 1."""


def draw_shapes(count: int, *, side: int = 32, seed: int = 0) -> tuple[Pixels, NDArray[np.int64]]:
    """Draw pictures of one shape each, wholly inside, as many of each kind as of any other.

    Parameters
    ----------
    count : pictures; where it is no multiple of the kinds, the first have one more.
    side : height and width, in pixels.
    seed : the same pictures each time.

    Returns
    -------
    images : (count, side, side, 3) uint8; labels : (count,), positions in `SHAPES`.

    Raises
    ------
    ValueError : no picture, or a side below 8.

    >>> images, labels = draw_shapes(16, seed=1)
    >>> images.shape, np.bincount(labels).tolist()
    ((16, 32, 32, 3), [2, 2, 2, 2, 2, 2, 2, 2])
    """
    if count < 1 or side < 8:
        raise ValueError(
            "Shapes are drawn into one picture or more, of 8 pixels a side or more. "
            f"Received: count={count}, side={side}."
        )
    draw = np.random.default_rng(seed)
    labels = draw.permutation(np.arange(count) % len(SHAPES))
    images = np.empty((count, side, side, 3), np.uint8)
    for start in range(0, count, _CHUNK):
        part = slice(start, min(start + _CHUNK, count))
        images[part] = _drawn(labels[part], side, draw)
    return images, labels


def _drawn(labels: NDArray[np.int64], side: int, draw: np.random.Generator) -> Pixels:
    count = len(labels)
    radius = (side * draw.uniform(SMALLEST, LARGEST, count)).astype(np.float32)
    centre = radius + draw.uniform(0, 1, (2, count)).astype(np.float32) * (side - 2 * radius)
    angle = draw.uniform(0, 2 * np.pi, count).astype(np.float32)
    covered = np.empty((count, side, side, 1), np.float32)
    at = (np.arange(side * POINTS, dtype=np.float32) + 0.5) / POINTS
    for place, label in enumerate(labels):
        x = (at[None, :] - centre[0, place]) / radius[place]
        y = (at[:, None] - centre[1, place]) / radius[place]
        cosine, sine = np.cos(angle[place]), np.sin(angle[place])
        inside = _INSIDE[label](cosine * x + sine * y, cosine * y - sine * x)
        covered[place, ..., 0] = inside.reshape(side, POINTS, side, POINTS).mean(axis=(1, 3))
    ground, ink = _colours(count, draw)
    # The ground becomes lighter or darker towards one side, so that no level alone says "outside".
    slope = draw.uniform(-40, 40, (2, count, 1, 1, 1)).astype(np.float32)
    along = np.linspace(-0.5, 0.5, side, dtype=np.float32)
    ground = ground + slope[0] * along[:, None, None] + slope[1] * along[None, :, None]
    noise = draw.normal(0, _NOISE, (count, side, side, 3)).astype(np.float32)
    pixels = ground + covered * (ink - ground) + noise
    levels: Pixels = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return levels


def _colours(count: int, draw: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
    """Draw two colours for each picture that are far enough from each other to be told apart."""
    ground = draw.uniform(20, 235, (count, 3))
    ink = draw.uniform(20, 235, (count, 3))
    while (near := np.linalg.norm(ink - ground, axis=1) < _CONTRAST).any():
        ink[near] = draw.uniform(20, 235, (int(near.sum()), 3))
    shape = (count, 1, 1, 3)
    return ground.reshape(shape).astype(np.float32), ink.reshape(shape).astype(np.float32)


_INSIDE = tuple(SHAPES.values())
