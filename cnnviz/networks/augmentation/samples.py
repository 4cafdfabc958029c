"""Samples: one picture sent through random layers, many times at once."""

from __future__ import annotations

import random
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.augmentation.drawn import NOTHING, listened_to, words_of
from cnnviz.networks.augmentation.mixing import label_words, mixed_words, two_labels
from cnnviz.networks.augmentation.pipeline import checked_pipeline, mixes
from cnnviz.networks.building.augmentation import MIXING
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.model import keras_layer
from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.shapes import Pixels

MOST_SAMPLES = 48
SEED_STEP = 100
"""What lies between the seeds of two pipelines, so that their layers share none."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Second:
    """The other picture that one is mixed with.

    Attributes
    ----------
    name : as a sentence has it.
    image : (rows, columns, 3) uint8, of the first one's size.
    """

    name: str
    image: Pixels


@dataclass(frozen=True, eq=False)
class Samples:
    """What random layers have made of a picture.

    Attributes
    ----------
    pictures : (count, rows, columns, 3) uint8; a crop gives them a size of their own.
    drawn : for each sample what each layer has drawn, in words; where two pictures are mixed,
        what its label is made of comes last.
    labels : (count, 2) float32, how much of its label is the picture's and the second one's; None
        where no two are mixed.
    """

    pictures: Pixels
    drawn: tuple[tuple[str, ...], ...]
    labels: Floats | None = None


def seed_of(seed: int, position: int) -> int:
    """Give the seed of the layer at that position of a pipeline."""
    return seed * SEED_STEP + position


def draw_samples(
    image: ArrayLike,
    layers: Iterable[Layer],
    *,
    count: int,
    seed: int,
    second: Second | None = None,
) -> Samples:
    """Send a picture through the layers as in training.

    Each layer is Keras's own, called on the whole batch; what it draws is asked of it first, and
    then used, which is what its call does. Where two pictures are mixed, the batch has as many of
    the second one behind, and Keras's layer shuffles all of it.

    Parameters
    ----------
    image : (rows, columns, 3) uint8.
    count : from 1 to `MOST_SAMPLES`.
    second : what is mixed with, where the layers mix.

    Raises
    ------
    ValueError : too many samples, a layer that no pipeline may have, nothing to mix with, or tiles
        that a picture is too small for.
    """
    pipeline = checked_pipeline(layers)
    if not 1 <= count <= MOST_SAMPLES:
        raise ValueError(f"From 1 to {MOST_SAMPLES} samples can be drawn. Received: {count}.")
    begun = _repeated(np.asarray(image), count)
    if not mixes(pipeline):
        second = None
    elif second is None or second.image.shape != np.shape(image):
        raise ValueError(
            "MixUp and CutMix mix with a second picture of the same size. Received: "
            f"{'none' if second is None else second.image.shape}."
        )
    else:
        begun = np.concatenate([begun, _repeated(second.image, count)])
    work = _Work(count, seed, second)
    numbers = in_own_thread(lambda: work.through(pipeline, begun))
    pictures = np.clip(np.rint(255 * numbers[:count]), 0, 255).astype(np.uint8)
    words = tuple(zip(*work.words, strict=True)) if work.words else ((),) * count
    if second is None:
        return Samples(pictures, words)
    labels = np.asarray(work.labels)[:count]
    told = zip(words, label_words(labels, second.name), strict=True)
    return Samples(pictures, tuple((*one, label) for one, label in told), labels)


def _repeated(image: NDArray[Any], count: int) -> Floats:
    return np.repeat(image[np.newaxis].astype(np.float32) / np.float32(255), count, axis=0)


class _Work:
    """A batch on its way through a pipeline, and what has been said of it."""

    def __init__(self, count: int, seed: int, second: Second | None) -> None:
        self.count = count
        self.seed = seed
        self.name = "" if second is None else second.name
        self.labels: Any = two_labels(count)
        self.words: list[list[str]] = []

    def through(self, pipeline: tuple[Layer, ...], numbers: Floats) -> Floats:
        for position, layer in enumerate(pipeline):
            seed = seed_of(self.seed, position)
            made = keras_layer(Call(layer.stem, layer, ()), seed)
            before = numbers
            told = listened_to(layer, made)
            if layer.kind() == "AugMix":
                made.get_random_transformation = _drawing_by(random.Random(seed), made)
            if layer.kind() == "ContrastLimitedAdaptiveHistogramEqualization":
                drawn: Any = NOTHING
                numbers = _one_by_one(layer, made, before)
            elif hasattr(made, "get_random_transformation"):
                drawn = made.get_random_transformation(before, training=True)
                numbers = np.asarray(made.transform_images(before, drawn, training=True))
                if isinstance(layer, MIXING):
                    self.labels = made.transform_labels(self.labels, drawn, training=True)
                drawn = told if drawn is None else drawn
            else:
                drawn = NOTHING
                numbers = np.asarray(made(before, training=True))
            said = (
                mixed_words(layer, drawn, self.count, self.name)
                if isinstance(layer, MIXING)
                else words_of(layer, drawn, before, numbers)
            )
            self.words.append(said[: self.count])
        return numbers


def _drawing_by(numbers: random.Random, made: Any) -> Any:
    """Let a layer that draws from Python's own random numbers take these, and nobody else.

    It is Keras's function with another name `py_random`: what `random.seed` would give alone.
    """
    draw = type(made).get_random_transformation
    names = {**draw.__globals__, "py_random": numbers}
    own = types.FunctionType(draw.__code__, names, draw.__name__, draw.__defaults__)
    return types.MethodType(own, made)


def _one_by_one(layer: Layer, made: Any, before: Floats) -> Floats:
    """Call a layer that takes 256 numbers for each of a picture's, on each picture by itself."""
    for side, tiles in zip(before.shape[1:3], layer.arguments()["tile_grid_size"], strict=True):
        filled = -(-side // tiles) * tiles
        if filled > 2 * side:  # Keras reflects what is there to fill the tiles
            raise ValueError(
                "A side must have at least half as many pixels as it has tiles. "
                f"Received: {side} px and {tiles} tiles."
            )
    found: dict[bytes, Floats] = {}
    for one in before:  # samples that are still the same are asked for once
        key = one.tobytes()
        if key not in found:
            found[key] = np.asarray(made(one[np.newaxis], training=True))[0]
    return np.stack([found[one.tobytes()] for one in before])
