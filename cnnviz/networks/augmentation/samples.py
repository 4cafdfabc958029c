"""Samples: one picture sent through random layers, many times at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.augmentation.drawn import NOTHING, listened_to, words_of
from cnnviz.networks.augmentation.pipeline import checked_pipeline
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.model import keras_layer
from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.shapes import Pixels

MOST_SAMPLES = 48
SEED_STEP = 100
"""What lies between the seeds of two pipelines, so that their layers share none."""


@dataclass(frozen=True, eq=False)
class Samples:
    """What random layers have made of a picture.

    Attributes
    ----------
    pictures : (count, rows, columns, 3) uint8.
    drawn : for each sample what each layer has drawn, in words.
    """

    pictures: Pixels
    drawn: tuple[tuple[str, ...], ...]


def seed_of(seed: int, position: int) -> int:
    """Give the seed of the layer at that position of a pipeline."""
    return seed * SEED_STEP + position


def draw_samples(image: ArrayLike, layers: Iterable[Layer], *, count: int, seed: int) -> Samples:
    """Send a picture through the layers as in training.

    Each layer is Keras's own, called on the whole batch; what it draws is asked of it first, and
    then used, which is what its call does.

    Parameters
    ----------
    image : (rows, columns, 3) uint8.
    count : from 1 to `MOST_SAMPLES`.

    Raises
    ------
    ValueError : too many samples, or a layer that no pipeline may have.
    """
    pipeline = checked_pipeline(layers)
    if not 1 <= count <= MOST_SAMPLES:
        raise ValueError(f"From 1 to {MOST_SAMPLES} samples can be drawn. Received: {count}.")
    begun = np.repeat(np.asarray(image, np.float32)[np.newaxis] / np.float32(255), count, axis=0)
    numbers, words = in_own_thread(lambda: _through(pipeline, begun, seed))
    pictures = np.clip(np.rint(255 * numbers), 0, 255).astype(np.uint8)
    return Samples(pictures, tuple(zip(*words, strict=True)) if words else ((),) * count)


def _through(
    pipeline: tuple[Layer, ...], numbers: NDArray[np.float32], seed: int
) -> tuple[NDArray[np.float32], list[list[str]]]:
    words = []
    for position, layer in enumerate(pipeline):
        made = keras_layer(Call(layer.stem, layer, ()), seed_of(seed, position))
        before = numbers
        if hasattr(made, "get_random_transformation"):
            told = listened_to(layer, made)
            drawn: Any = made.get_random_transformation(before, training=True)
            numbers = np.asarray(made.transform_images(before, drawn, training=True))
            drawn = told if drawn is None else drawn
        else:
            drawn = NOTHING
            numbers = np.asarray(made(before, training=True))
        words.append(words_of(layer, drawn, before, numbers))
    return numbers, words
