"""Which pictures are learned from, and which are held out to measure by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEAST_PICTURES = 5
"""Of each class, those that are held out among them."""
MOST_CLASSES = 10


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of pictures, each in a random order, as balanced at every beginning as can be.

    Attributes
    ----------
    training : of those that are learned from.
    validation : of those that are held out.
    """

    training: NDArray[np.int64]
    validation: NDArray[np.int64]


def split(
    labels: ArrayLike, *, held_out: float = 0.5, most: int | None = None, seed: int = 0
) -> Split:
    """Hold a share of each class out.

    Parameters
    ----------
    labels : (pictures,), each class's position; every class up to the largest has pictures.
    held_out : the share, from 0.1 to 0.9; of each class one picture at least is held out.
    most : pictures of each class that are learned from, at most.

    Raises
    ------
    ValueError : fewer than two classes, too many, or one with too few pictures.

    >>> parts = split([0] * 6 + [1] * 6, held_out=0.5, most=2)
    >>> len(parts.training), len(parts.validation)
    (4, 6)
    """
    classes = np.asarray(labels, np.int64)
    counts = np.bincount(classes) if len(classes) else np.zeros(0, np.int64)
    if not 2 <= len(counts) <= MOST_CLASSES:
        raise ValueError(
            f"From 2 to {MOST_CLASSES} classes are told apart. Received: {len(counts)}."
        )
    if counts.min() < LEAST_PICTURES:
        raise ValueError(
            f"Each class needs {LEAST_PICTURES} pictures or more. Received: {counts.min()} in the "
            f"class at position {int(counts.argmin())}."
        )
    if not 0.1 <= held_out <= 0.9:
        raise ValueError(f"The share held out must be from 0.1 to 0.9. Received: {held_out}.")
    random = np.random.default_rng(seed)
    training, validation = [], []
    for one in range(len(counts)):
        order = random.permutation(np.flatnonzero(classes == one))
        out = min(max(1, round(held_out * len(order))), len(order) - 1)
        validation.append(order[:out])
        training.append(order[out:][:most])
    return Split(_dealt(training), _dealt(validation))


def _dealt(piles: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Take one from each pile in turn, until all are empty."""
    turns = np.concatenate([np.arange(len(pile)) for pile in piles])
    dealt: NDArray[np.int64] = np.concatenate(piles)[np.argsort(turns, kind="stable")]
    return dealt
