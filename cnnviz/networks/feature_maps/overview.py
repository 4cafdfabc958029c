"""A whole network at a glance: small pictures of each layer's maps, and how they hang together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.feature_maps.thumbnails import ZERO, Maps, Thumbnails, averaged_down
from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network

# A cell of these reads all input channels at its place; the others read their own channel only.
_MIXING = frozenset(
    {"Conv2D", "SeparableConv2D", "Conv2DTranspose", "Dense", "Softmax", "Flatten", "Reshape"}
)


@dataclass(frozen=True, eq=False)
class Column:
    """One layer of the overview.

    layer : what it is.
    channels : (n,) int32, the channels that are drawn, in their own order.
    thumbnails : (n, height, width) uint8, each map on the scale of the whole layer, see `ZERO`.
    limit : the largest absolute value of the layer; what 255 stands for.
    statistics : (n, 3) float32: minimum, mean and maximum of each map drawn.
    mixes : whether each cell reads all input channels, or only its own.
    """

    layer: LayerInfo
    channels: NDArray[np.int32]
    thumbnails: Thumbnails
    limit: float
    statistics: Maps
    mixes: bool


MOST = 9
"""Channels of a layer that are drawn."""


def overview(
    network: Network,
    maps: Mapping[str, Maps],
    *,
    most: int = MOST,
    side: int = 40,
    also: tuple[str, int] | None = None,
) -> list[Column]:
    """Draw every layer small.

    Parameters
    ----------
    maps : every layer's output, of `Network.feature_maps`.
    most : channels per layer; of more, those whose values vary most, in their own order.
    side : rows and columns of a thumbnail at most; larger maps are averaged down.
    also : a layer's name and a channel of it that is drawn in any case.
    """
    layer_also, channel_also = also or ("", -1)
    return [
        _column(
            layer, maps[layer.name], most, side, channel_also if layer.name == layer_also else -1
        )
        for layer in network.layers
        if layer.name in maps
    ]


def _column(layer: LayerInfo, values: Maps, most: int, side: int, also: int) -> Column:
    if values.ndim != 3:
        # A vector is a row of single numbers, each a map of one cell.
        values = values.reshape(1, 1, -1)
    chosen = most_varied(values, most)
    if also >= 0 and also not in chosen:
        chosen = np.sort([also, *most_varied(values, most - 1)])
    planes = np.ascontiguousarray(np.moveaxis(values[..., chosen], -1, 0), np.float32)
    limit = float(np.abs(values).max(initial=0.0))
    if not np.isfinite(limit):
        planes = np.nan_to_num(planes, nan=0.0, posinf=0.0, neginf=0.0)
        limit = float(np.abs(planes).max(initial=0.0))
    flat = planes.reshape(len(chosen), -1)
    statistics = np.stack([flat.min(1), flat.mean(1), flat.max(1)], axis=1)
    small = averaged_down(planes, side)
    levels = np.rint(small / (limit or 1.0) * 127) + ZERO
    return Column(
        layer,
        chosen.astype(np.int32),
        np.clip(levels, 1, 255).astype(np.uint8),
        limit,
        statistics.astype(np.float32),
        layer.kind in _MIXING,
    )


def most_varied(values: Maps, most: int = MOST) -> NDArray[np.intp]:
    """Choose the channels of a layer whose values vary most, in their own order.

    values : (rows, columns, channels), or (units,), of which the largest are chosen.

    >>> most_varied(np.array([[[0.0, 1.0, 5.0], [0.0, 3.0, -5.0]]], np.float32), 2)
    array([1, 2])
    """
    channels = values.shape[-1]
    if channels <= most:
        return np.arange(channels)
    rows = values.reshape(-1, values.shape[-2] if values.ndim > 1 else 1, channels)
    # Every fourth row and column tell the ranking as well as all do.
    step = max(1, rows.shape[0] // 28)
    sample = rows[::step, ::step].reshape(-1, channels)
    # What overflowed in somebody's network comes last.
    with np.errstate(all="ignore"):
        spread = sample.std(axis=0) if sample.shape[0] > 1 else np.abs(sample[0])
    return np.sort(np.argsort(-spread, kind="stable")[:most])
