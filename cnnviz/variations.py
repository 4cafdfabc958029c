"""A picture changed a little, to see whether a network still says the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cnnviz.windows import padded_sources

Picture = NDArray[np.uint8]


def mirrored(image: Picture) -> Picture:
    """Swap left and right.

    >>> mirrored(np.array([[[1, 1, 1], [2, 2, 2]]], np.uint8))[0, :, 0]
    array([2, 1], dtype=uint8)
    """
    return np.ascontiguousarray(image[:, ::-1])


def shifted(image: Picture, down: int, right: int) -> Picture:
    """Move the picture; its edge pixels fill what becomes free.

    Parameters
    ----------
    image : (height, width, 3) uint8.
    down, right : pixels; negative moves up and left.

    >>> shifted(np.arange(4, dtype=np.uint8).reshape(1, 4, 1), 0, 1)[0, :, 0]
    array([0, 0, 1, 2], dtype=uint8)
    """
    rows, columns = (
        padded_sources(size, max(by, 0), max(-by, 0), padding_mode="replicate")[
            max(-by, 0) : max(-by, 0) + size
        ]
        for size, by in zip(image.shape[:2], (down, right), strict=True)
    )
    moved: Picture = image[rows[:, None], columns[None, :]]
    return moved


def blurred(image: Picture, radius: float) -> Picture:
    """Blur with a Gaussian of this standard deviation, in pixels.

    >>> int(blurred(np.full((4, 4, 3), 9, np.uint8), 2.0).mean())
    9
    """
    return np.array(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))


def noisy(image: Picture, deviation: float, *, seed: int = 0) -> Picture:
    """Add Gaussian noise of this standard deviation, in levels of 0 to 255; cut to that range."""
    noise = np.random.default_rng(seed).normal(0.0, deviation, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)
