"""Two pictures made one: what a layer that mixes has drawn, in words, and the label's shares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.building.layer import Layer
from cnnviz.notation import written_share

Floats = NDArray[np.float32]


def mixed_words(layer: Layer, drawn: Any, count: int, second: str) -> list[str]:
    """Say of the first half of a batch with what each picture was mixed, and how much of it.

    Parameters
    ----------
    drawn : what Keras's `get_random_transformation` gave for a batch of `count` samples of the
        picture, and behind them as many of the second one.
    second : names that one.
    """
    partners = np.asarray(drawn["permutation_order"])[:count].tolist()
    if layer.kind() == "MixUp":
        shares = 1 - np.asarray(drawn["mix_weight"], np.float64).ravel()[:count]
    else:
        shares = np.asarray(drawn["batch_masks"])[:count, ..., 0].mean((1, 2))
    share_of = "{} of {} mixed in" if layer.kind() == "MixUp" else "{} covered by {}"
    return [
        "not changed: its partner is itself"
        if partner == at
        else share_of.format(written_share(share), _named(partner, count, second))
        for at, (partner, share) in enumerate(zip(partners, shares, strict=True))
    ]


def _named(partner: int, count: int, second: str) -> str:
    return f"sample {partner + 1}" if partner < count else second


def two_labels(count: int) -> Floats:
    """Give the labels that such a batch begins with: (2 x count, 2), the picture's and the other's.

    >>> two_labels(1).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return np.repeat(np.eye(2, dtype=np.float32), count, axis=0)


def label_words(labels: Floats, second: str) -> list[str]:
    """Say of each picture what its label is made of.

    Parameters
    ----------
    labels : (count, 2).

    >>> label_words(np.float32([[0.75, 0.25]]), "the second picture")
    ["label: 75% this picture's, 25% that of the second picture"]
    """
    return [
        f"label: {written_share(own)} this picture's, {written_share(other)} that of {second}"
        for own, other in np.asarray(labels, np.float64)
    ]
