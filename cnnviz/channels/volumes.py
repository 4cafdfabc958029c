"""Volumes of maps: a trained layer's, and what the next layer makes of it in every connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.activations import ACTIVATIONS
from cnnviz.channels.connections import ConnectedLayer, compare_connections
from cnnviz.channels.trained_kernels import PIXEL_SCALES, first_layer, second_layer
from cnnviz.convolution import convolve
from cnnviz.shapes import Floats, whole_number


@dataclass(frozen=True, eq=False)
class FilterVolumes:
    """The first filters of Small VGG, and its second layer between as many maps and filters.

    Attributes
    ----------
    first_kernels : (rows, columns, 3, filters) float32
    volume : (height, width, filters) float32, what they give after their activation.
    bias : (filters,) float32, the second layer's.
    layers : the second layer, connected in every way; the standard one first.
    maps : (height, width, filters) float32, what each of those gives after its activation.
    """

    first_kernels: Floats
    volume: Floats
    bias: Floats
    layers: tuple[ConnectedLayer, ...]
    maps: tuple[Floats, ...]

    @property
    def filters(self) -> int:
        """How many maps a volume has."""
        return int(self.volume.shape[2])

    @property
    def side(self) -> int:
        """The side of the second layer's kernels."""
        return int(self.layers[0].weights[0].shape[0])


def filter_volumes(pixels: NDArray[np.uint8], filters: int) -> FilterVolumes:
    """Compute both volumes from a picture.

    Parameters
    ----------
    pixels : (height, width, 3) uint8
    filters : of both layers that take part, the first ones.

    Raises
    ------
    ValueError : more filters than a layer has, or none.

    >>> found = filter_volumes(np.zeros((5, 6, 3), np.uint8), 4)
    >>> found.volume.shape, found.layers[0].connection.key, found.side
    ((5, 6, 4), 'standard', 3)
    """
    first, second = first_layer("small_vgg"), second_layer()
    count = whole_number(filters, "filters")
    if count > min(first.filters, second.filters):
        raise ValueError(
            f"The filters must be at most {min(first.filters, second.filters)}. Received: {count}."
        )
    kernels, bias = first.kernels[..., :count], second.bias[:count]
    inputs = PIXEL_SCALES[first.scale](pixels)
    volume = _activated(
        convolve(inputs, kernels, bias=first.bias[:count], padding=first.padding), first.activation
    )
    layers = compare_connections(volume, second.kernels[:, :, :count, :count], bias=bias)
    maps = tuple(_activated(layer.maps, second.activation) for layer in layers)
    return FilterVolumes(kernels, volume, bias, layers, maps)


def _activated(maps: Floats, activation: str) -> Floats:
    return ACTIVATIONS[activation].function(maps).astype(np.float32, copy=False)


@dataclass(frozen=True, eq=False)
class PaintedMaps:
    """Stacks of maps as bytes, for pictures alone.

    Attributes
    ----------
    planes : (stacks, maps, height, width) uint8, 128 + 127 * value / limit.
    limit : where the colours end.
    ends : the smallest and the largest value.
    """

    planes: NDArray[np.uint8]
    limit: float
    ends: tuple[float, float]


def painted_maps(stacks: Sequence[Floats]) -> PaintedMaps:
    """Paint stacks of maps by one range, which the most extreme half per cent lies beyond.

    Parameters
    ----------
    stacks : (height, width, maps) float32 each

    >>> painted = painted_maps([np.array([[[-2.0, 0.0], [1.0, 2.0]]], np.float32)])
    >>> painted.planes.ravel().tolist(), painted.limit, painted.ends
    ([1, 192, 128, 255], 2.0, (-2.0, 2.0))
    """
    values = np.stack(stacks)
    sizes = np.abs(values)
    limit = float(np.quantile(sizes, 0.995)) or float(sizes.max()) or 1.0
    planes = np.rint(128 + 127 * np.clip(np.moveaxis(values, -1, 1) / limit, -1, 1))
    return PaintedMaps(planes.astype(np.uint8), limit, (float(values.min()), float(values.max())))
