"""One change of a picture, swept from end to end: what the network says on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.robustness.adversarial import prepared
from cnnviz.networks.robustness.changes import Change, Matrix
from cnnviz.shapes import Pixels

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

STEPS = 21
_AT_ONCE = 16

Floats = NDArray[np.float32]
Report = Callable[[float], object]
"""Called with the share that is done."""


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


def sweep(
    network: Network,
    image: ArrayLike,
    change: Change,
    *,
    steps: int = STEPS,
    report: Report = lambda _: None,
) -> Sweep:
    """Ask the network about the picture, changed by each amount.

    Parameters
    ----------
    image : (height, width, 3) uint8.

    Raises
    ------
    NetworkError : the network names no classes.
    """
    amounts, pictures = amounts_of(change, steps), changed_pictures(network, image, change, steps)
    inputs = [prepared(network, picture) for picture in pictures]
    answers = []
    for first in range(0, steps, _AT_ONCE):
        answers.append(network.scores_of_inputs(np.stack(inputs[first : first + _AT_ONCE]))[1])
        report(min(first + _AT_ONCE, steps) / steps)
    return Sweep(amounts, np.concatenate(answers))


def changed_pictures(
    network: Network, image: ArrayLike, change: Change, steps: int = STEPS
) -> list[Pixels]:
    """Give what the network is shown at each amount: (rows, columns, 3) uint8 each.

    What the network is shown is cut out first: a change does not bring in what it never saw.
    """
    part = network.shown_part(image)
    return [change.apply(part, float(amount)) for amount in amounts_of(change, steps)]


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
    found = likeness_along(network, image, change, [amount], layers)[:, 0]
    return {name: (float(one[0]), float(one[1])) for name, one in zip(layers, found, strict=True)}


def likeness_along(
    network: Network,
    image: ArrayLike,
    change: Change,
    amounts: Sequence[float],
    layers: Sequence[str],
    *,
    report: Report = lambda _: None,
) -> NDArray[np.float64]:
    """Compute `layer_likeness` for several amounts: (layers, amounts, 2)."""
    part = network.shown_part(image)
    before = network.feature_maps_of_input(prepared(network, part), layers)
    found = np.ones((len(layers), len(amounts), 2))
    for at, amount in enumerate(amounts):
        if amount != change.nothing:
            after = network.feature_maps_of_input(
                prepared(network, change.apply(part, amount)), layers
            )
            matrix = change.matrix(amount) if change.matrix is not None else None
            found[:, at] = [_likeness(before[name], after[name], matrix) for name in layers]
        report((at + 1) / len(amounts))
    return found


def _likeness(before: Floats, after: Floats, matrix: Matrix | None) -> tuple[float, float]:
    there = before if matrix is None or before.ndim < 3 else moved_maps(before, matrix)
    return _cosine(there, after), _cosine(_pooled(before), _pooled(after))


def moved_maps(maps: Floats, matrix: Matrix) -> Floats:
    """Move (rows, columns, channels) maps as `moved` moves pixels; the edge goes on."""
    rows, columns, _ = maps.shape
    # The matrix is for (x, y); an array has (row, column).
    linear = np.ascontiguousarray(matrix[::-1, 1::-1])
    offset = matrix[::-1, 2] * columns
    middle = np.array([(rows - 1) / 2, (columns - 1) / 2])
    shift = middle + offset - linear @ middle
    grid = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    places = np.einsum("ij,jrc->irc", linear, grid) + shift[:, None, None]
    # All channels come from the same four cells: each is looked up once.
    places = np.clip(places, 0, np.array([rows - 1, columns - 1])[:, None, None])
    (top, left), (down, right) = np.floor(places).astype(int), (places % 1).astype(np.float32)
    below, beside = np.minimum(top + 1, rows - 1), np.minimum(left + 1, columns - 1)
    down, right = down[..., None], right[..., None]
    upper = maps[top, left] * (1 - right) + maps[top, beside] * right
    lower = maps[below, left] * (1 - right) + maps[below, beside] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float32)


def _pooled(maps: Floats) -> Floats:
    return np.asarray(maps.mean(axis=(0, 1)) if maps.ndim == 3 else maps, np.float32)


def _cosine(first: ArrayLike, second: ArrayLike) -> float:
    # Not by BLAS: its threads wait for each other where the cores are busy, for 13 ms a product.
    one, other = (np.asarray(values, np.float64).ravel() for values in (first, second))
    length = float(np.sqrt((one * one).sum() * (other * other).sum()))
    if not length:  # two maps of zeros are alike
        return float(not one.any() and not other.any())
    return float((one * other).sum()) / length
