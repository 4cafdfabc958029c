"""What a network is trained on: pictures with a class each, some of them held out.

    data = open_data("shapes")          # drawn on the fly
    data.images[data.training]          # what the network sees
    data.images[data.validation]        # what it is measured by, and never sees

A data set of somebody's own pictures is the same: `data_from_pictures`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.training.downloaded import FILES, MOST_EXAMPLES, published
from cnnviz.networks.training.drawn_shapes import SHAPES, draw_shapes
from cnnviz.shapes import Pixels


@dataclass(frozen=True, eq=False)
class DataSet:
    """Pictures of one size with their classes, split in two.

    Attributes
    ----------
    title : as a control says it.
    source : where it comes from, in a sentence.
    images : (pictures, height, width, 1 or 3) uint8.
    labels : (pictures,), positions in `class_names`.
    training, validation : positions of pictures, in a random order; no picture is in both.
    """

    title: str
    source: str
    images: Pixels
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    training: NDArray[np.int64]
    validation: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one picture: (height, width, channels)."""
        height, width, channels = self.images.shape[1:]
        return height, width, channels

    def first(self, examples: int) -> NDArray[np.int64]:
        """Give the training pictures that are used where so many are asked for."""
        return self.training[:examples]


def data_from_pictures(
    title: str,
    source: str,
    images: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str],
    *,
    held_out: int,
    seed: int = 0,
) -> DataSet:
    """Make a data set and hold some of its pictures out, as many of each class as can be.

    Parameters
    ----------
    images : (pictures, height, width, 1 or 3) uint8.
    labels : (pictures,), positions in `class_names`.
    held_out : pictures for validation.
    seed : draws the same ones each time.

    Raises
    ------
    ValueError : fewer than two classes, arrays that do not go together, or nothing left to learn
        from.
    """
    pixels, classes = np.asarray(images), np.asarray(labels, np.int64)
    if len(class_names) < 2:
        raise ValueError(
            f"Two classes or more are told apart. Received: {len(class_names)} of them."
        )
    if pixels.ndim != 4 or pixels.shape[3] not in (1, 3) or pixels.dtype != np.uint8:
        raise ValueError(
            "Pictures must be (pictures, height, width, 1 or 3) in uint8. "
            f"Received: {pixels.shape} in {pixels.dtype}."
        )
    if classes.shape != pixels.shape[:1] or not 0 <= classes.min() <= classes.max() < len(
        class_names
    ):
        raise ValueError(
            f"Each picture needs one of the classes 0 to {len(class_names) - 1}. "
            f"Received: labels of shape {classes.shape} for {len(pixels)} pictures."
        )
    if not 1 <= held_out < len(pixels):
        raise ValueError(
            "Some pictures must be held out, and some left. "
            f"Received: held_out={held_out}, pictures={len(pixels)}."
        )
    order = _balanced(classes, np.random.default_rng(seed).permutation(len(pixels)))
    return DataSet(
        title,
        source,
        pixels,
        classes,
        tuple(class_names),
        training=order[held_out:],
        validation=order[:held_out],
    )


def _balanced(classes: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take the first of each class, then the second of each: any beginning is balanced."""
    turn = np.empty(len(order), np.int64)
    for one in np.unique(classes):
        mine = classes[order] == one
        turn[mine] = np.arange(int(mine.sum()))
    return order[np.argsort(turn, kind="stable")]


@dataclass(frozen=True)
class DataSource:
    """A data set that can be opened.

    Attributes
    ----------
    title, source : see `DataSet`.
    shape : of one picture.
    class_names : what is told apart.
    examples : pictures there are to learn from.
    make : gives the data set.
    published : its name in `FILES`, if it is downloaded; "" otherwise.
    """

    title: str
    source: str
    shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    examples: int
    make: Callable[[DataSource], DataSet]
    published: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it opens without a connection."""
        return not self.published or FILES[self.published].are_here


def _shapes(source: DataSource) -> DataSet:
    images, labels = draw_shapes(source.examples + 480, side=source.shape[0])
    return data_from_pictures(
        source.title, source.source, images, labels, source.class_names, held_out=480
    )


def _digits(source: DataSource) -> DataSet:
    from sklearn.datasets import load_digits

    found = load_digits()
    # 0 to 16 ink on white paper, as levels.
    images = np.rint(found.images * (255 / 16)).astype(np.uint8)[..., None]
    return data_from_pictures(
        source.title,
        source.source,
        images,
        found.target,
        source.class_names,
        held_out=len(images) - source.examples,
    )


def _published(source: DataSource) -> DataSet:
    images, labels, held_out = published(source.published)
    examples = len(images) - held_out
    return DataSet(
        source.title,
        source.source,
        images,
        labels,
        source.class_names,
        training=_balanced(labels, np.arange(examples)),
        validation=np.arange(examples, len(images)),
    )


DATA: Mapping[str, DataSource] = MappingProxyType(
    {
        "shapes": DataSource(
            "Shapes",
            "Eight coloured shapes, drawn on the fly: each picture has its own place, size, turn, "
            "colours and noise.",
            (32, 32, 3),
            tuple(SHAPES),
            6_000,
            _shapes,
        ),
        "digits": DataSource(
            "Digits",
            "1,797 handwritten digits of 8 by 8 pixels that come with scikit-learn (Alpaydin and "
            "Kaynak, 1998).",
            (8, 8, 1),
            tuple("0123456789"),
            1_397,
            _digits,
        ),
        "mnist": DataSource(
            "MNIST",
            "Handwritten digits of 28 by 28 pixels (LeCun and Cortes, 1998), the first 10,000 of "
            "60,000; downloaded once.",
            (28, 28, 1),
            tuple("0123456789"),
            MOST_EXAMPLES,
            _published,
            "mnist",
        ),
        "fashion_mnist": DataSource(
            "Fashion-MNIST",
            "Clothes of 28 by 28 pixels (Xiao, Rasul and Vollgraf, 2017), the first 10,000 of "
            "60,000; downloaded once.",
            (28, 28, 1),
            (
                *("T-shirt", "trouser", "pullover", "dress", "coat"),
                *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
            ),
            MOST_EXAMPLES,
            _published,
            "fashion_mnist",
        ),
        "cifar10": DataSource(
            "CIFAR-10",
            "Photos of 32 by 32 pixels (Krizhevsky, 2009), the first 10,000 of 50,000; downloaded "
            "once, 170 MB.",
            (32, 32, 3),
            (
                *("airplane", "automobile", "bird", "cat", "deer"),
                *("dog", "frog", "horse", "ship", "truck"),
            ),
            MOST_EXAMPLES,
            _published,
            "cifar10",
        ),
    }
)
"""The data sets that one may train on, by their names in an address."""


@functools.lru_cache(maxsize=3)
def open_data(name: str) -> DataSet:
    """Open a data set of `DATA`: the same pictures each time."""
    source = DATA[name]
    return source.make(source)
