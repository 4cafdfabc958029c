"""A network's answer in each cell of a map: the class that wins there, and how probable each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.answers import cell_probabilities

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

NOTHING = -1
"""In place of a class, in a cell that none wins."""


@dataclass(frozen=True, eq=False)
class Mask:
    """What a network says of each cell.

    Attributes
    ----------
    probabilities : (rows, columns, classes) float32.
    winners : (rows, columns) int32, the most probable class of each cell; `NOTHING` where each
        class has a probability of its own and none reaches one half.
    shares : (classes,) float64, the part of the cells that each class wins.
    """

    probabilities: NDArray[np.float32]
    winners: NDArray[np.int32]
    shares: NDArray[np.float64]

    @property
    def order(self) -> list[int]:
        """The classes, those that win most cells first, then by their mean probability."""
        mean = self.probabilities.mean(axis=(0, 1))
        return [int(at) for at in np.lexsort((-mean, -self.shares))]


def mask_of(network: Network, values: ArrayLike) -> Mask:
    """Read a mask off the output of `network.answer_layer`, of a network that `has_mask`."""
    probabilities = cell_probabilities(network.answer, values)
    winners = probabilities.argmax(axis=-1).astype(np.int32)
    own = (
        network.answer_activation == "sigmoid" and network.layer(network.answer_layer).channels > 1
    )
    if own:
        winners[probabilities.max(axis=-1) < 0.5] = NOTHING
    counts = np.bincount(winners[winners >= 0], minlength=probabilities.shape[-1])
    return Mask(probabilities, winners, counts / winners.size)
