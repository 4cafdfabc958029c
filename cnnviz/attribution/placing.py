"""What all methods share: the class that is asked about, and the way back to the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

One = TypeVar("One")

Attribution = NDArray[np.float32]
"""(height, width) float32: what each place has to do with the answer."""

Report = Callable[[float], None]
"""Told, now and then, which part of the work is done; it may raise to stop it."""


def unheard(_: float) -> None:
    """Be told how far the work is, and do nothing."""


def asked_class(network: Network, image: ArrayLike, class_index: int | None) -> int:
    """Give the class that is asked about: the one named, or the network's own answer.

    Raises
    ------
    NetworkError : the network has no such class, or none at all.
    """
    if class_index is not None:
        network.must_be_class(class_index)
        return class_index
    return int(np.argmax(network.logits(image)))


def enlarged(values: ArrayLike, size: tuple[int, int]) -> Attribution:
    """Bring a (rows, columns) grid to another size, bilinear between the cells' middles.

    >>> enlarged([[1.0]], (2, 3)).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    grid = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(grid.resize((size[1], size[0]), Image.Resampling.BILINEAR), np.float32)


def on_picture(network: Network, image: ArrayLike, values: ArrayLike) -> Attribution:
    """Lay a map of the network's input over the picture that it was cut from.

    values : (rows, columns), of any size.

    Returns
    -------
    (height, width) float32 of the picture; 0 where the network did not look.
    """
    height, width = np.asarray(image).shape[:2]
    top, left, tall, wide = (int(side) for side in network.crop_box(image))
    placed = np.zeros((height, width), np.float32)
    placed[top : top + tall, left : left + wide] = enlarged(values, (tall, wide))
    return placed


def on_input(network: Network, image: ArrayLike, values: Attribution) -> Attribution:
    """Take a map of the picture back to the grid of the network's input, (rows, columns)."""
    top, left, tall, wide = (int(side) for side in network.crop_box(image))
    rows, columns, _ = network.input_shape
    return enlarged(values[top : top + tall, left : left + wide], (rows, columns))


def batched(inputs: Iterable[One], size: int) -> Iterator[list[One]]:
    """Take so many at a time; the last may be fewer.

    >>> list(batched("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    source = iter(inputs)
    while batch := list(islice(source, size)):
        yield batch
