"""A layer's kernels cut into tiles: for each output channel, one small grid per input channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network
from cnnviz.shapes import Floats

# Layers that pass on what they get, number for number.
_PASSING = frozenset({"Dropout", "Identity", "SpatialDropout2D", "GaussianDropout", "AlphaDropout"})


@dataclass(frozen=True, eq=False)
class KernelTiles:
    """The weights that each output channel multiplies its inputs with.

    Attributes
    ----------
    values : (channels, tiles, rows, columns) float32; a tile reads one input channel.
    first_inputs : (channels,) int32, the input channel that the first tile reads; the other tiles
        follow it.
    words : what a tile is, for a caption.
    """

    values: Floats
    first_inputs: NDArray[np.int32]
    words: str


def kernel_tiles(network: Network, layer: LayerInfo) -> KernelTiles | None:
    """Cut a layer's kernels into tiles; None for a layer that has none.

    A separable convolution is shown as the one convolution that it equals: each depthwise kernel
    times its pointwise weight. A dense layer behind a `Flatten` gets the map's shape back.
    """
    weights = network.weights(layer.name)
    if layer.kind == "SeparableConv2D":
        depthwise, pointwise = weights["depthwise_kernel"], weights["pointwise_kernel"][0, 0]
        rows, columns, inputs, multiplier = depthwise.shape
        mixed = pointwise.reshape(inputs, multiplier, -1)
        values = np.einsum("rcim,imf->firc", depthwise, mixed)
        return _tiles(values, 1, "depthwise kernel \u00d7 pointwise weight, per input map")
    kernel = weights.get("kernel")
    if kernel is None:
        return None
    if layer.kind == "Conv2D":
        groups = int(getattr(network.operation(layer.name), "groups", 1))
        return _tiles(kernel.transpose(3, 2, 0, 1), groups, "one kernel per input map")
    if layer.kind == "Conv2DTranspose":
        return _tiles(kernel.transpose(2, 3, 0, 1), 1, "what each input map writes")
    if layer.kind == "DepthwiseConv2D":
        rows, columns, inputs, multiplier = kernel.shape
        values = kernel.reshape(rows, columns, 1, -1).transpose(3, 2, 0, 1)
        return _tiles(values, inputs, "the one kernel, on the one input map")
    if layer.kind == "Dense":
        map_before = _flattened_map(network, layer)
        if map_before is not None:
            values = kernel.reshape(*map_before.output_shape, -1).transpose(3, 2, 0, 1)
            return _tiles(values, 1, f"one weight per cell of {map_before.name}")
        return _tiles(kernel.T[:, :, np.newaxis, np.newaxis], 1, "one weight per input")
    return None


def _tiles(values: Floats, groups: int, words: str) -> KernelTiles:
    """Say which input each tile reads: the channels are dealt to `groups` in turn."""
    channels, tiles = values.shape[:2]
    group = np.arange(channels) // (channels // groups)
    return KernelTiles(
        np.ascontiguousarray(values, np.float32), (group * tiles).astype(np.int32), words
    )


def _flattened_map(network: Network, layer: LayerInfo) -> LayerInfo | None:
    """Find the map whose numbers, row by row, are the layer's input."""
    before = network.layer(layer.inputs[0])
    while before.kind in _PASSING:
        before = network.layer(before.inputs[0])
    if before.kind != "Flatten":
        return None
    before = network.layer(before.inputs[0])
    return before if before.is_map else None


def channel_numbers(network: Network, layer: LayerInfo) -> dict[str, Floats]:
    """Collect the weights of which each channel has one, such as a bias; (channels,) by name."""
    return {
        name: np.asarray(values, np.float32).reshape(-1)
        for name, values in network.weights(layer.name).items()
        if values.size == layer.channels and "kernel" not in name
    }
