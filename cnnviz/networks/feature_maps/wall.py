"""All maps of a layer side by side: what the browser needs to draw, sort and describe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.feature_maps.kernel_tiles import KernelTiles, channel_numbers, kernel_tiles
from cnnviz.networks.feature_maps.statistics import (
    ChannelStatistics,
    layer_statistics,
    value_histogram,
)
from cnnviz.networks.feature_maps.thumbnails import ZERO, averaged_down
from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network
from cnnviz.shapes import Floats

Counts = NDArray[np.int32]

MOST_CHANNELS = 16_384
"""Channels on one wall; of a longer vector, the stretch around the channel in hand."""
MOST_EXACT = 524_288
"""Numbers sent as they are (2 MiB); of more, each map is sent in 255 steps of its own range."""
MOST_LEVELS = 4_194_304
"""Steps sent (4 MiB); maps of more are averaged down."""
MOST_WEIGHTS = 65_536
"""Weights of one channel that are drawn one by one."""
_BINS = 40


@dataclass(frozen=True, eq=False)
class LayerWall:
    """A layer's maps and what is worth knowing about them; n channels from `first` on.

    Attributes
    ----------
    layer : what it is.
    first : the number of the first channel here.
    values : (n, rows, columns) float32, every number.
    levels : (n, rows', columns') uint8 in their place where they are too many to send, see
        `levels_of`; None where they are not.
    limits : (n,) float32, the largest absolute value of each map.
    statistics : per channel of the whole layer, not only of those here.
    counts, edges : (n, bins) and (bins + 1,), how the numbers other than zero are spread.
    kernels : tiles of the whole layer; None where it has no kernels.
    kernel_counts, kernel_edges : (channels, bins) and (bins + 1,), how the weights are spread.
    numbers : (channels,) by name, the weights of which a channel has one.
    not_finite : how many numbers are NaN or infinite; they count as zero here.
    """

    layer: LayerInfo
    first: int
    values: Floats
    levels: NDArray[np.uint8] | None
    limits: Floats
    statistics: ChannelStatistics
    counts: Counts
    edges: NDArray[np.float64]
    kernels: KernelTiles | None
    kernel_counts: Counts
    kernel_edges: NDArray[np.float64]
    numbers: Mapping[str, Floats]
    not_finite: int

    @property
    def limit(self) -> float:
        """The largest absolute value of all maps here."""
        return float(self.limits.max(initial=0.0))


def layer_wall(
    network: Network,
    layer: LayerInfo,
    maps: Mapping[str, Floats],
    *,
    around: int = 0,
    with_effect: bool = False,
) -> LayerWall:
    """Collect a layer's maps, their health and its weights.

    Parameters
    ----------
    maps : every layer's output for the picture, of `Network.feature_maps`, the input included.
    around : a channel that must be among those here.
    with_effect : compute each channel's effect on the answer; the first time takes seconds.
    """
    values = maps[layer.name]
    broken = int(values.size - np.isfinite(values).sum())
    if broken:
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    with_effect = with_effect and not broken and network.has_classes
    statistics = layer_statistics(
        network,
        maps["image"],
        layer.name,
        maps={layer.name: values},
        class_index=network.predictions(maps, top=1)[0].index if with_effect else None,
        with_effect=with_effect,
    )
    planes = as_planes(values)
    first = max(around, 0) // MOST_CHANNELS * MOST_CHANNELS
    planes = planes[first : first + MOST_CHANNELS]
    flat = planes.reshape(len(planes), -1)
    limits = np.maximum(flat.max(axis=1), -flat.min(axis=1))
    counts, edges = spread(flat, without_zero=True)
    kernels = kernel_tiles(network, layer) if layer.inputs else None
    weights = np.zeros((0, 1)) if kernels is None else kernels.values.reshape(layer.channels, -1)
    kernel_counts, kernel_edges = spread(weights)
    return LayerWall(
        layer,
        first,
        planes,
        None if planes.size <= MOST_EXACT else levels_of(_small_enough(planes), limits),
        limits,
        statistics,
        counts,
        edges,
        kernels,
        kernel_counts,
        kernel_edges,
        channel_numbers(network, layer),
        broken,
    )


def as_planes(values: ArrayLike) -> Floats:
    """Bring a layer's output to one plane per channel: (channels, rows, columns) float32.

    The numbers of a vector are planes of one cell; whatever else comes before the channels is
    put in one column.

    >>> as_planes(np.zeros(10)).shape, as_planes(np.zeros((4, 5, 6))).shape
    ((10, 1, 1), (6, 4, 5))
    >>> as_planes(np.zeros((7, 6))).shape
    (6, 7, 1)
    """
    array = np.asarray(values, np.float32)
    if array.ndim != 3:
        array = array.reshape(-1, 1, array.shape[-1])
    return np.ascontiguousarray(array.transpose(2, 0, 1))


def levels_of(planes: Floats, limits: Floats) -> NDArray[np.uint8]:
    """Write each plane in steps of its own range: 1 is minus its limit, 128 is 0, 255 its limit.

    >>> levels_of(np.array([[[-2.0, 0.0, 1.0]]], np.float32), np.array([2.0], np.float32))
    array([[[  1, 128, 192]]], dtype=uint8)
    """
    # Divided first: 127 / limit overflows where the limit is next to nothing.
    whole = limits[:, np.newaxis, np.newaxis]
    shares = np.divide(planes, whole, out=np.zeros_like(planes), where=whole > 0)
    levels: NDArray[np.uint8] = (np.rint(shares * 127) + ZERO).astype(np.uint8)
    return levels


def _small_enough(planes: Floats) -> Floats:
    rows, columns = planes.shape[1:]
    shrink = max(1, int(np.ceil(np.sqrt(planes.size / MOST_LEVELS))))
    return averaged_down(planes, -(-max(rows, columns) // shrink)) if shrink > 1 else planes


def spread(rows: ArrayLike, *, without_zero: bool = False) -> tuple[Counts, NDArray[np.float64]]:
    """Count the numbers of each row in the same even bins, one of whose edges is zero.

    Parameters
    ----------
    rows : (n, numbers).
    without_zero : leave out what is exactly zero; after a ReLU that is most.

    Returns
    -------
    counts (n, bins) int32 and edges (bins + 1,) float64.

    >>> counts, edges = spread([[0.0, 1.0, 1.0], [-1.0, 0.0, 0.0]], without_zero=True)
    >>> counts.sum(axis=1).tolist(), float(edges[0]), float(edges[-1])
    ([2, 1], -1.0, 1.0)
    """
    array = np.asarray(rows, np.float32)
    finite = np.isfinite(array)
    if not finite.all():
        array = np.where(finite, array, 0)
    extremes = [array.min(initial=0.0), array.max(initial=0.0)]
    _, edges = value_histogram(extremes, bins=_BINS)
    width = edges[1] - edges[0]
    # Counted from zero, so that no sign ends on the other side; in double precision, in which no
    # share of a float32 vanishes. The last bin holds its upper edge.
    below = round(-edges[0] / width)
    shares = np.divide(array, width, dtype=np.float64)
    bins = np.clip(np.floor(shares) + below, 0, _BINS - 1).astype(np.int64)
    bins += _BINS * np.arange(len(array))[:, np.newaxis]
    counts = np.bincount(
        bins[finite & (array != 0) if without_zero else finite], minlength=len(array) * _BINS
    )
    return counts.reshape(len(array), _BINS).astype(np.int32), edges


def largest_value(maps: Mapping[str, Floats]) -> float:
    """Find the largest absolute value of all maps, those of the picture left out."""
    found = 0.0
    for layer, values in maps.items():
        if layer == "image":
            continue
        most = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
        if not np.isfinite(most):
            finite = np.abs(values[np.isfinite(values)])
            most = float(finite.max(initial=0.0))
        found = max(found, most)
    return found
