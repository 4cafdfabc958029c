"""One change of a picture, swept from end to end: what the network says on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import affine_transform

from cnnviz.networks.robustness.changes import Change, Matrix

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

STEPS = 21
_AT_ONCE = 16

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sweep:
    """A network's answers on the way.

    Attributes
    ----------
    amounts : (steps,) float64.
    probabilities : (steps, classes) float32.
    """

    amounts: NDArray[np.float64]
    probabilities: Floats

    def ranks(self, class_index: int) -> NDArray[np.intp]:
        """Give the class's place in each answer, from 1; equal ones in the classes' order."""
        own = self.probabilities[:, [class_index]]
        before = np.arange(self.probabilities.shape[1]) < class_index
        ahead = (self.probabilities > own) | ((self.probabilities == own) & before)
        return np.asarray(ahead.sum(axis=1) + 1)

    def first_flip(self, class_index: int, nothing: float) -> float | None:
        """Give the smallest change at which the class is no longer the answer, as its amount."""
        flipped = self.amounts[self.ranks(class_index) > 1]
        if not len(flipped):
            return None
        return float(flipped[np.argmin(np.abs(flipped - nothing))])


def amounts_of(change: Change, steps: int = STEPS) -> NDArray[np.float64]:
    """Give so many amounts from the least to the most; the nearest to nothing is nothing."""
    amounts = np.linspace(change.least, change.most, steps)
    amounts[np.argmin(np.abs(amounts - change.nothing))] = change.nothing
    return amounts


def sweep(network: Network, image: ArrayLike, change: Change, *, steps: int = STEPS) -> Sweep:
    """Ask the network about the picture, changed by each amount.

    Parameters
    ----------
    image : (height, width, 3) uint8.

    Raises
    ------
    NetworkError : the network names no classes.
    """
    pixels, amounts = np.asarray(image), amounts_of(change, steps)
    # What the network is shown is cut out first: a change does not bring in what it never saw.
    part = network.shown_part(pixels)
    inputs = [_prepared(network, change.apply(part, float(amount))) for amount in amounts]
    answers = [
        network.scores_of_inputs(np.stack(inputs[first : first + _AT_ONCE]))[1]
        for first in range(0, steps, _AT_ONCE)
    ]
    return Sweep(amounts, np.concatenate(answers))


def layer_likeness(
    network: Network, image: ArrayLike, change: Change, amount: float, layers: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Compare each layer's maps of the changed picture with those of the picture itself.

    Returns
    -------
    By layer two cosines, from -1 to 1. The first compares the maps cell by cell, those of the
    picture itself moved as the pixels were: 1 where the layer is equivariant. The second compares
    the maps' means: 1 where the layer, pooled, is invariant.
    """
    part = network.shown_part(np.asarray(image))
    before = network.feature_maps_of_input(_prepared(network, part), layers)
    after = network.feature_maps_of_input(_prepared(network, change.apply(part, amount)), layers)
    matrix = change.matrix(amount) if change.matrix is not None else None
    found = {}
    for name in layers:
        one, other = before[name], after[name]
        moved_there = one if matrix is None or one.ndim < 3 else moved_maps(one, matrix)
        found[name] = (
            _cosine(moved_there, other),
            _cosine(_pooled(one), _pooled(other)),
        )
    return found


def moved_maps(maps: Floats, matrix: Matrix) -> Floats:
    """Move (rows, columns, channels) maps as `moved` moves pixels; the edge goes on."""
    rows, columns, channels = maps.shape
    # The matrix is for (x, y); an array has (row, column).
    linear = np.ascontiguousarray(matrix[::-1, 1::-1])
    offset = matrix[::-1, 2] * columns
    middle = np.array([(rows - 1) / 2, (columns - 1) / 2])
    shift = middle + offset - linear @ middle
    found = np.empty_like(maps)
    for channel in range(channels):
        found[..., channel] = affine_transform(
            maps[..., channel], linear, shift, order=1, mode="nearest"
        )
    return found


def _pooled(maps: Floats) -> Floats:
    return np.asarray(maps.mean(axis=(0, 1)) if maps.ndim == 3 else maps, np.float32)


def _prepared(network: Network, part: ArrayLike) -> Floats:
    return np.ascontiguousarray(network.preprocessing(part, channels=network.input_shape[2]))


def _cosine(first: ArrayLike, second: ArrayLike) -> float:
    one, other = (np.asarray(values, np.float64).ravel() for values in (first, second))
    length = float(np.sqrt((one @ one) * (other @ other)))
    if not length:  # two maps of zeros are alike
        return float(not one.any() and not other.any())
    return float(one @ other) / length
