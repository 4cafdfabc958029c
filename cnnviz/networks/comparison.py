"""Two networks side by side: what differs most between their layers of one name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.networks.network import Network
from cnnviz.shapes import Floats, Maps


@dataclass(frozen=True)
class LayerDifference:
    """How far a layer of one network is from that of the same name in another.

    name, kind : the layer.
    shape, other_shape : of its output in each; where they differ, the outputs are not compared.
    outputs : the length of the difference of the two outputs, by the length of the first; NaN
        where they cannot be compared.
    cosine : of the angle between the two outputs; NaN where there is none.
    weights : as `outputs`, for all weights together; NaN where their shapes differ or there are
        none.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    other_shape: tuple[int, ...]
    outputs: float
    cosine: float
    weights: float


@dataclass(frozen=True)
class Comparison:
    """What two networks have in common, and where they differ.

    layers : those whose names both have, in the first network's order; the input is left out.
    only_first, only_second : names that the other has not.
    """

    layers: tuple[LayerDifference, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    def most_different(self) -> list[LayerDifference]:
        """List the layers, that with the largest difference first; those not compared last."""
        return sorted(
            self.layers, key=lambda one: -1.0 if math.isnan(one.outputs) else one.outputs
        )[::-1]


def compare_networks(
    first: Network, second: Network, maps: Mapping[str, Maps], other_maps: Mapping[str, Maps]
) -> Comparison:
    """Compare two networks on one picture, layer by layer of the same name.

    Parameters
    ----------
    maps, other_maps : what `Network.feature_maps` gives of each for the picture.
    """
    names = {info.name for info in second.layers}
    found = []
    for info in first.layers:
        if not info.inputs or info.name not in names:
            continue
        other = second.layer(info.name)
        same = info.output_shape == other.output_shape
        a, b = maps[info.name], other_maps[info.name]
        found.append(
            LayerDifference(
                info.name,
                info.kind,
                info.output_shape,
                other.output_shape,
                relative_difference(a, b) if same else math.nan,
                cosine(a, b) if same else math.nan,
                _of_weights(first.weights(info.name), second.weights(info.name)),
            )
        )
    here = {info.name for info in first.layers}
    return Comparison(
        tuple(found),
        tuple(info.name for info in first.layers if info.name not in names),
        tuple(info.name for info in second.layers if info.name not in here),
    )


def relative_difference(first: ArrayLike, second: ArrayLike) -> float:
    """Give the length of the difference by the length of the first; infinite where that is 0.

    >>> relative_difference([3.0, 4.0], [3.0, 1.0])
    0.6
    >>> relative_difference([0.0], [0.0]), relative_difference([0.0], [1.0])
    (0.0, inf)
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    apart, length = float(np.linalg.norm(a - b)), float(np.linalg.norm(a))
    if length == 0:
        return 0.0 if apart == 0 else math.inf
    return apart / length


def cosine(first: ArrayLike, second: ArrayLike) -> float:
    """Give the cosine of the angle between two arrays; NaN where one of them is 0.

    >>> cosine([1.0, 0.0], [1.0, 0.0]), cosine([1.0, 0.0], [0.0, 2.0])
    (1.0, 0.0)
    """
    a, b = (np.asarray(one, np.float64).ravel() for one in (first, second))
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else math.nan


def channel_differences(first: Maps, second: Maps) -> Floats:
    """Give `relative_difference` by channel, each by the length of the whole layer's mean channel.

    first, second : (..., channels) of one shape.

    Returns
    -------
    (channels,) float32; their root mean square is the layer's `relative_difference`.
    """
    channels = first.shape[-1]
    a, b = (np.asarray(one, np.float64).reshape(-1, channels) for one in (first, second))
    apart = np.linalg.norm(a - b, axis=0)
    usual = float(np.linalg.norm(a)) / math.sqrt(channels)
    return np.asarray(apart / usual if usual else apart, np.float32)


def _of_weights(first: Mapping[str, Maps], second: Mapping[str, Maps]) -> float:
    shapes = [{name: one.shape for name, one in each.items()} for each in (first, second)]
    if not first or shapes[0] != shapes[1]:
        return math.nan
    a, b = (np.concatenate([each[name].ravel() for name in first]) for each in (first, second))
    return relative_difference(a, b)
