"""Channels switched off: what a network answers without them.

Ablation asks the network itself, where a gradient only foretells (Morcos et al. 2018, "On the
importance of single directions for generalization").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.networks.feature_maps.statistics import logit_share
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.network import Network, Prediction
from cnnviz.shapes import Floats

_TOP = 5  # classes to tell; one more where the new answer is none of them


@dataclass(frozen=True)
class SwitchedOff:
    """An answer with and without some channels.

    before, after : the same classes, each with its probability: the most probable ones of either.
    logit_before, logit_after : of the class that was the answer before, `before[0]`. A single
        output unit z tells two classes apart: z is the logit of the second, −z of the first.
    """

    before: tuple[Prediction, ...]
    after: tuple[Prediction, ...]
    logit_before: float
    logit_after: float

    @property
    def answer_changes(self) -> bool:
        """Whether another class is the most probable one now."""
        return max(self.after, key=lambda one: one.probability).index != self.before[0].index


class _Answers(NamedTuple):
    logits: Floats
    probabilities: Floats


def switched_off(
    network: Network, x: ArrayLike, layer: str, channels: Sequence[int]
) -> SwitchedOff:
    """Set channels of a layer to zero, all at once, and run the rest of the network.

    Parameters
    ----------
    x : one input that is preprocessed already, of `Network.input_shape`.

    Raises
    ------
    NetworkError : no such layer or channel, or the answer is no vector of classes.
    """
    found = _run(network, np.asarray(x, np.float32), layer, [(), channels])
    order = [list(np.argsort(-row, kind="stable")) for row in found.probabilities]
    shown = order[0][:_TOP]
    if order[1][0] not in shown:
        shown.append(order[1][0])
    before, after = (
        tuple(Prediction(int(at), network.labels[at], float(row[at])) for at in shown)
        for row in found.probabilities
    )
    first = shown[0]
    return SwitchedOff(before, after, *(float(row[first]) for row in found.logits))


def _run(network: Network, x: Floats, layer: str, runs: Sequence[Sequence[int]]) -> _Answers:
    count = network.layer(layer).channels
    kept = np.ones((len(runs), count), np.float32)
    for row, channels in zip(kept, runs, strict=True):
        for channel in channels:
            if not 0 <= channel < count:
                raise NetworkError(
                    f"A channel of {layer} must be from 0 to {count - 1}. Received: {channel}."
                )
            row[channel] = 0
    logits, probabilities = network.scores_with_channels_off(x, layer, kept)
    return _Answers(logits * logit_share(network), probabilities)
