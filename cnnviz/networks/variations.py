"""One picture seen in other ways, to learn whether a network still says the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageFilter

from cnnviz.convolution.windows import padded_sources
from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.networks.network import Network, Prediction
from cnnviz.shapes import Pixels


def mirrored(image: Pixels) -> Pixels:
    """Swap left and right.

    >>> mirrored(np.array([[[1, 1, 1], [2, 2, 2]]], np.uint8))[0, :, 0]
    array([2, 1], dtype=uint8)
    """
    return np.ascontiguousarray(image[:, ::-1])


def shifted(image: Pixels, down: int, right: int) -> Pixels:
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
    moved: Pixels = image[rows[:, None], columns[None, :]]
    return moved


def blurred(image: Pixels, radius: float) -> Pixels:
    """Blur with a Gaussian of this standard deviation, in pixels.

    >>> int(blurred(np.full((4, 4, 3), 9, np.uint8), 2.0).mean())
    9
    """
    return np.array(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))


def noisy(image: Pixels, deviation: float) -> Pixels:
    """Add Gaussian noise of this standard deviation, in levels of 0 to 255; cut to that range."""
    noise = np.random.default_rng(0).normal(0.0, deviation, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)


def compare_preprocessings(network: Network, image: ArrayLike) -> dict[str, Prediction]:
    """Ask a network about one picture under each preprocessing.

    A picture whose class is known shows which one the network was trained with: the right answer
    comes out under few of them, and with the largest probability under its own.

    Parameters
    ----------
    image : (height, width, 3) uint8, any size.

    Returns
    -------
    The most probable class under each key of `PREPROCESSINGS`, in their order.

    Raises
    ------
    NetworkError : the network names no classes.
    """
    return {
        key: network.with_preprocessing(preprocessing).predict(image, top=1)[0]
        for key, preprocessing in PREPROCESSINGS.items()
    }
