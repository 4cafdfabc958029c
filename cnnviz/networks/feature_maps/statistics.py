"""The health of a layer's channels for one picture, and what each does for the answer.

A channel that is zero everywhere, or that repeats its neighbour, costs as much as any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations import ACTIVATIONS
from cnnviz.networks.network import Network
from cnnviz.shapes import Floats

SortKey = Literal["channel", "mean", "maximum", "sparsity", "effect"]
SORT_KEYS: tuple[SortKey, ...] = ("channel", "mean", "maximum", "sparsity", "effect")

# A correlation needs some cells to be more than chance.
_FEWEST_CELLS = 9
# Beyond this many cells more would not change a correlation one can see.
_MOST_CELLS = 16_384


@dataclass(frozen=True, eq=False)
class ChannelStatistics:
    """Numbers and marks per channel of a layer, for one picture; arrays of (channels,).

    mean, deviation, minimum, maximum : over the channel's cells, float32.
    sparsity : the share of cells that are exactly zero, in [0, 1].
    dead : bool, no cell differs from zero.
    constant : bool, all cells are equal though not zero.
    saturated : bool, at least half of the cells lie at a limit of the activation (ReLU6's 6, a
        sigmoid's 0 or 1), where a gradient does not come through.
    duplicate_of : int64, the channel most like this one if their correlation reaches the
        threshold, else -1.
    correlation : float32, with the most similar other channel; 0 where there is none.
    effect : float32, about how much of the class's logit the channel brings; None if not asked.
    """

    mean: Floats
    deviation: Floats
    minimum: Floats
    maximum: Floats
    sparsity: Floats
    dead: NDArray[np.bool_]
    constant: NDArray[np.bool_]
    saturated: NDArray[np.bool_]
    duplicate_of: NDArray[np.int64]
    correlation: Floats
    effect: Floats | None = None

    def order(self, by: SortKey) -> NDArray[np.int64]:
        """List the channels, the largest of `by` first; effects by their size, either sign.

        Raises
        ------
        ValueError : the effect is asked for and was not computed, or no such key.
        """
        if by == "channel":
            return np.arange(len(self.mean))
        if by == "effect" and self.effect is None:
            raise ValueError("Channels can be sorted by effect once it is computed.")
        keys: Mapping[str, Floats | None] = {
            "mean": self.mean,
            "maximum": self.maximum,
            "sparsity": self.sparsity,
            "effect": None if self.effect is None else np.abs(self.effect),
        }
        if by not in keys:
            raise ValueError(f"The order must be one of {', '.join(SORT_KEYS)}. Received: {by!r}.")
        values = keys[by]
        assert values is not None
        return np.argsort(-values, kind="stable")


def channel_statistics(
    maps: ArrayLike,
    *,
    limits: Sequence[float] = (),
    duplicate_from: float = 0.98,
    effect: Floats | None = None,
) -> ChannelStatistics:
    """Measure every channel of one layer's output.

    Parameters
    ----------
    maps : (rows, columns, channels) or (units,).
    limits : values at which the activation saturates; see `saturation_limits`.
    duplicate_from : the correlation from which two channels count as the same.

    >>> maps = np.array([[[0.0, 6.0], [0.0, 6.0]]])
    >>> found = channel_statistics(maps, limits=[6.0])
    >>> found.dead, found.saturated
    (array([ True, False]), array([False,  True]))
    """
    array = np.asarray(maps, np.float32)
    cells = array.reshape(-1, array.shape[-1])
    # Sums of many float32 of one sign lose digits along an axis that is not the last.
    mean = cells.mean(axis=0, dtype=np.float64)
    deviation = cells.std(axis=0, dtype=np.float64)
    minimum, maximum = cells.min(axis=0), cells.max(axis=0)
    duplicate_of, correlation = _most_similar(cells, duplicate_from)
    dead = (minimum == 0) & (maximum == 0)
    return ChannelStatistics(
        mean.astype(np.float32),
        deviation.astype(np.float32),
        minimum,
        maximum,
        np.mean(cells == 0, axis=0).astype(np.float32),
        dead,
        (minimum == maximum) & ~dead & (len(cells) > 1),
        at_limit(cells, limits) >= 0.5,
        duplicate_of,
        correlation,
        effect,
    )


def at_limit(cells: Floats, limits: Sequence[float]) -> NDArray[np.float64]:
    """Find the share of each channel's cells that lie at a limit of the activation.

    cells : (cells, channels).
    """
    if not len(limits):
        return np.zeros(cells.shape[1])
    near = nearness(limits)
    distance = np.min([np.abs(cells - limit) for limit in limits], axis=0)
    share: NDArray[np.float64] = np.mean(distance <= near, axis=0)
    return share


def nearness(limits: Sequence[float]) -> float:
    """Say how near to a limit of the activation a value counts as at it."""
    return 0.01 * (max(limits) - min(limits)) if len(limits) > 1 else 1e-3 * abs(limits[0])


def _most_similar(cells: Floats, threshold: float) -> tuple[NDArray[np.int64], Floats]:
    """Find each channel's nearest other by Pearson's correlation."""
    channels = cells.shape[1]
    none = np.full(channels, -1, np.int64), np.zeros(channels, np.float32)
    if len(cells) < _FEWEST_CELLS or channels < 2:
        return none
    sample = cells[:: -(-len(cells) // _MOST_CELLS)]
    centred = sample - sample.mean(axis=0)
    length = np.sqrt(np.square(centred).sum(axis=0))
    # A constant channel is like no other: its correlation is not defined.
    steady = length > 1e-6 * np.abs(sample).max(axis=0, initial=0) * np.sqrt(len(sample))
    unit = np.where(steady, centred / np.where(steady, length, 1), 0)
    likeness = unit.T @ unit
    np.fill_diagonal(likeness, -2)
    nearest = likeness.argmax(axis=1)
    best = likeness[np.arange(channels), nearest].clip(-1, 1).astype(np.float32)
    return (
        np.where(steady & (best >= threshold), nearest, -1).astype(np.int64),
        np.where(steady, best, 0).astype(np.float32),
    )


def saturation_limits(operation: Any) -> tuple[float, ...]:
    """Name the values at which a layer's activation stops answering to its input.

    Zero is not among them for ReLU: there a channel is sparse or dead, which is counted apart.
    """
    kind = type(operation).__name__
    if kind == "ReLU":
        return () if operation.max_value is None else (float(operation.max_value),)
    name = getattr(getattr(operation, "activation", None), "__name__", "linear")
    if name == "relu6":
        return (6.0,)
    if name in ACTIVATIONS:
        low, high = ACTIVATIONS[name].range.low, ACTIVATIONS[name].range.high
        if np.isfinite(low) and np.isfinite(high):
            return float(low), float(high)
    return ()


def logit_share(network: Network) -> float:
    """How many times a class's score in `Network.logits` is its logit.

    A single output unit z tells two classes apart by z, which is dealt to both in halves.
    """
    return 2.0 if network.layer(network.answer_layer).channels == 1 else 1.0


def layer_statistics(
    network: Network,
    x: ArrayLike,
    layer: str,
    *,
    maps: Mapping[str, Floats] | None = None,
    class_index: int | None = None,
    with_effect: bool = True,
) -> ChannelStatistics:
    """Measure every channel of a layer for one picture, its effect on the answer included.

    The effect is gradient times activation, summed over the channel's cells: to first order, how
    far the class's logit would fall if the channel were zero. In the last layers it is exact; for
    the true change of single channels anywhere, see :mod:`cnnviz.networks.feature_maps.ablation`.

    Parameters
    ----------
    x : one input that is preprocessed already, of `Network.input_shape`.
    maps : of `Network.feature_maps`, if they are there already.
    class_index : whose logit counts; without, the most probable class's.

    Raises
    ------
    NetworkError : there is no such layer or class.
    """
    info = network.layer(layer)
    effect = None
    if with_effect and network.has_classes:
        if class_index is None:
            scores = network.scores_of_inputs(np.asarray(x)[np.newaxis])[0]
            class_index = int(scores[0].argmax())
        values, slopes = network.gradients(x, class_index, [layer])[layer]
        effect = (values.astype(np.float64) * slopes).reshape(-1, info.channels).sum(axis=0)
        effect = (effect * logit_share(network)).astype(np.float32)
        array = values
    elif maps is None:
        array = network.feature_maps_of_input(x, [layer])[layer]
    if maps is not None:
        array = maps[layer]
    limits = () if layer == "image" else saturation_limits(network.operation(layer))
    return channel_statistics(array, limits=limits, effect=effect)


def value_histogram(
    values: ArrayLike, *, bins: int = 48
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Count weights or activations in even bins, one of whose edges is zero.

    Returns
    -------
    counts (bins,) and edges (bins + 1,).

    >>> counts, edges = value_histogram([-1.0, 0.5, 1.0], bins=4)
    >>> counts.tolist(), edges.tolist()
    ([1, 0, 0, 2], [-1.0, -0.5, 0.0, 0.5, 1.0])
    """
    array = np.asarray(values, np.float64).ravel()
    array = array[np.isfinite(array)]
    low = min(float(array.min(initial=0.0)), 0.0)
    high = max(float(array.max(initial=0.0)), 0.0)
    if low == high:
        low, high = -1.0, 1.0
    below = 0 if low == 0 else bins if high == 0 else round(bins * -low / (high - low))
    below = min(max(below, int(low < 0)), bins - int(high > 0))
    width = max(-low / below if below else 0.0, high / (bins - below) if below < bins else 0.0)
    edges: NDArray[np.float64] = width * (np.arange(bins + 1.0) - below)
    counts, _ = np.histogram(array, edges)
    return counts.astype(np.int64), edges
