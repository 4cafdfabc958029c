"""A whole network at a glance: small pictures of each layer's maps, and how they hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.feature_maps.folding import FOLD_FROM, Fold
from cnnviz.networks.feature_maps.links import Links, links
from cnnviz.networks.feature_maps.thumbnails import ZERO, Thumbnails, averaged_down
from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network
from cnnviz.shapes import Maps

MOST = 16
"""Channels of a layer that are drawn where a network has too many to draw them all."""
_MOST_OF_ONE = 64
_MOST_OF_ALL = 800
_MOST_UNITS = 16


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the overview.

    fold : the layer that is shown, and what is folded behind it.
    channels : (n,) int32, the channels that are drawn, in the order they are drawn.
    thumbnails : (n, height, width) uint8, each map on the scale of the whole layer, see `ZERO`;
        of the input 0 to 255, from the darkest pixel there can be to the brightest.
    limit : the largest absolute value of the layer; what 255 stands for.
    least, most : the smallest and the largest value of the layer; 0 lies between them.
    statistics : (n, 3) float32: minimum, mean and maximum of each map drawn.
    links : for each of the fold's sources what leads here from it; None where layers are folded
        in between.
    """

    fold: Fold
    channels: NDArray[np.int32]
    thumbnails: Thumbnails
    limit: float
    least: float
    most: float
    statistics: Maps
    links: tuple[Links | None, ...]

    @property
    def layer(self) -> LayerInfo:
        """The layer that is shown."""
        return self.fold.layer


def overview(
    network: Network,
    maps: Mapping[str, Maps],
    folds: Sequence[Fold],
    *,
    side: int = 40,
    also: tuple[str, int] | None = None,
    order: Mapping[str, Sequence[int]] | None = None,
) -> list[Column]:
    """Draw every column small.

    Parameters
    ----------
    maps : every layer's output, of `Network.feature_maps`.
    folds : of `folded`.
    side : rows and columns of a thumbnail at most; larger maps are averaged down.
    also : a layer's name and a channel of it that is drawn in any case.
    order : by a layer's name the channels that are drawn of it, in this order. Of all others those
        whose values vary most, in their own order; all of them in a small network.
    """
    most = most_drawn(network.layers)
    layer_also, channel_also = also or ("", -1)
    chosen = []
    for fold in folds:
        name = fold.layer.name
        ranked = (order or {}).get(name)
        if ranked is None:
            channels = _most_telling(_as_maps(maps[name]), most)
        else:
            channels = np.asarray(ranked, np.int32)
        if name == layer_also and channel_also not in channels:
            kept = channels if len(channels) < most else channels[:-1]
            channels = np.append(kept, np.int32(channel_also))
            channels = channels if ranked is not None else np.sort(channels)
        chosen.append(channels)
    drawn: list[Column] = []
    for fold, channels in zip(folds, chosen, strict=True):
        lead = tuple(
            _links(network, fold, folds[source], maps, channels, chosen[source])
            for source in fold.sources
        )
        drawn.append(_column(network, fold, maps[fold.layer.name], channels, side, lead))
    return drawn


def most_drawn(layers: Sequence[LayerInfo]) -> int:
    """Say how many maps of a layer are drawn: all of them where they fit on one screen."""
    maps = sum(min(layer.channels, _MOST_OF_ONE) for layer in layers if layer.is_map)
    return _MOST_OF_ONE if len(layers) < FOLD_FROM and maps <= _MOST_OF_ALL else MOST


def _as_maps(values: Maps) -> Maps:
    # A vector is a row of single numbers, each a map of one cell.
    return values if values.ndim == 3 else values.reshape(1, 1, -1)


def _most_telling(values: Maps, most: int) -> NDArray[np.int32]:
    units = values.shape[0] * values.shape[1] == 1
    return most_varied(values, min(most, _MOST_UNITS) if units else most).astype(np.int32)


def _links(
    network: Network,
    fold: Fold,
    source: Fold,
    maps: Mapping[str, Maps],
    channels: NDArray[np.int32],
    read: NDArray[np.int32],
) -> Links | None:
    if len(fold.layers) > 1 or source.layer.name not in fold.layer.inputs:
        return None
    values = _finite(maps[source.layer.name])
    return links(network, fold.layer, source.layer, values, channels, read)


def _finite(values: Maps) -> Maps:
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)


def _column(
    network: Network,
    fold: Fold,
    values: Maps,
    channels: NDArray[np.int32],
    side: int,
    lead: tuple[Links | None, ...],
) -> Column:
    values = _as_maps(values)
    if not np.isfinite(values).all():
        values = _finite(values)
    least, most = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    limit = max(most, -least)
    planes = np.ascontiguousarray(np.moveaxis(values[..., channels], -1, 0), np.float32)
    flat = planes.reshape(len(channels), -1)
    statistics = np.stack([flat.min(1), flat.mean(1), flat.max(1)], axis=1)
    small = averaged_down(planes, side)
    if fold.layer.inputs:
        levels = np.clip(np.rint(small / (limit or 1.0) * 127) + ZERO, 1, 255)
    else:
        low, high = (ends[channels, np.newaxis, np.newaxis] for ends in pixel_range(network))
        levels = np.clip(np.rint((small - low) / (high - low) * 255), 0, 255)
    return Column(
        fold,
        channels,
        levels.astype(np.uint8),
        limit,
        least,
        most,
        statistics.astype(np.float32),
        lead,
    )


def pixel_range(network: Network) -> tuple[Maps, Maps]:
    """Give what the network gets for a black pixel and for a white one, each (channels,)."""
    ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    black, white = network.preprocessing(ends, channels=network.input_shape[2])[0]
    return black, white


def most_varied(values: Maps, most: int = 9) -> NDArray[np.intp]:
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
