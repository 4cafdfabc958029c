"""What each map of a layer gets from each map before it, on average over its cells.

A convolution adds up one partial map per input map. The mean of such a partial map is what that
input adds to the mean of the result: all of them and the bias together are that mean exactly. It
takes no partial map to find it: the mean over all windows of what stands under one tap, times the
tap, summed over the taps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network
from cnnviz.shapes import AxisPadding, padding_amounts

Maps = NDArray[np.float32]
Channels = NDArray[np.int32]

_ADDING = frozenset({"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense"})
# A cell of these reads all channels of its input; no single number says what each of them adds.
_ALL = frozenset({"Softmax", "Conv2DTranspose", "Reshape", "Permute", "LayerNormalization"})


@dataclass(frozen=True, eq=False)
class Links:
    """What leads from some channels of a layer to some of the next.

    pairs : (n, 2) int32, positions among the channels asked for: the reading one, the one read.
    adds : (n,) float32, how much the one adds to the other on average, before bias and activation;
        None where the layer adds nothing up but passes each channel on, or mixes them otherwise.
    """

    pairs: Channels
    adds: Maps | None


def links(
    network: Network,
    layer: LayerInfo,
    reads: LayerInfo,
    values: Maps,
    to: Channels,
    source: Channels,
) -> Links:
    """Find what leads from the channels `source` of the layer `reads` to the channels `to`.

    values : the output of `reads`. Of rows of numbers, neither maps nor a vector, nothing is told.
    """
    if 2 in (values.ndim, len(layer.output_shape)):
        return Links(np.zeros((0, 2), np.int32), None)
    if layer.kind in _ADDING:
        adds = _added(network, layer, values, to, source)
        pairs = np.argwhere(~np.isnan(adds)).astype(np.int32)
        return Links(pairs, adds[pairs[:, 0], pairs[:, 1]])
    first, modulus = _shift(network, layer, reads), None
    if layer.kind == "Flatten":
        modulus = reads.channels
    if layer.kind in _ALL:
        reading = np.ones((len(to), len(source)), bool)
    else:
        wanted = to % modulus if modulus else to - first
        reading = wanted[:, np.newaxis] == source[np.newaxis]
    return Links(np.argwhere(reading).astype(np.int32), None)


def _shift(network: Network, layer: LayerInfo, reads: LayerInfo) -> int:
    """Count the channels before the first that a concatenation takes from one of its inputs."""
    if layer.kind != "Concatenate":
        return 0
    before = layer.inputs[: layer.inputs.index(reads.name)]
    return sum(network.layer(name).channels for name in before)


def _added(
    network: Network, layer: LayerInfo, values: Maps, to: Channels, source: Channels
) -> Maps:
    """Work out (to, source) float32, NaN where a channel does not read another."""
    if layer.kind == "Dense":
        means = values.reshape(-1, values.shape[-1])[:, source].mean(axis=0, dtype=np.float64)
        kernel = network.weights(layer.name)["kernel"]
        return np.asarray(kernel[np.ix_(source, to)].T * means, np.float32)
    weights = network.weights(layer.name)
    if layer.kind == "SeparableConv2D":
        depthwise, pointwise = weights["depthwise_kernel"], weights["pointwise_kernel"][0, 0]
        under = tap_means(network, layer, values[..., source], depthwise.shape[:2])
        passed = np.einsum("irc,rcim->im", under, depthwise[:, :, source])
        mixing = pointwise.reshape(values.shape[-1], -1, layer.channels)[source][:, :, to]
        return np.asarray(np.einsum("im,imf->fi", passed, mixing), np.float32)
    kernel = weights["kernel"]
    under = tap_means(network, layer, values[..., source], kernel.shape[:2])
    if layer.kind == "DepthwiseConv2D":
        multiplier = kernel.shape[3]
        kernels, first, depth = kernel[:, :, to // multiplier, to % multiplier], to // multiplier, 1
        kernels = kernels[:, :, np.newaxis]
    else:
        depth = kernel.shape[2]
        groups = values.shape[-1] // depth
        kernels, first = kernel[..., to], to // (layer.channels // groups) * depth
    # Each result reads `depth` channels, from `first` on.
    place = source - first[:, np.newaxis]
    found = np.full(place.shape, np.nan, np.float32)
    for at, each in enumerate(place):
        read = np.flatnonzero((each >= 0) & (each < depth))
        taps = kernels[:, :, each[read], at]
        found[at, read] = np.einsum("rci,irc->i", taps, under[read])
    return found


def tap_means(
    network: Network, layer: LayerInfo, values: Maps, kernel: tuple[int, ...]
) -> NDArray[np.float64]:
    """Average what stands under each tap of a kernel over all windows, zeros of padding included.

    values : (rows, columns, channels).
    kernel : its (rows, columns).

    Returns
    -------
    (channels, *kernel) float64.
    """
    operation = network.operation(layer.name)
    under = np.zeros((values.shape[-1], *kernel))
    spans = [
        _seen_by_taps(
            values.shape[axis],
            kernel[axis],
            layer.output_shape[axis],
            int(np.broadcast_to(operation.strides, 2)[axis]),
            int(np.broadcast_to(operation.dilation_rate, 2)[axis]),
            operation.padding,
        )
        for axis in (0, 1)
    ]
    for row, rows in enumerate(spans[0]):
        for column, columns in enumerate(spans[1]):
            under[:, row, column] = values[rows, columns].sum(axis=(0, 1), dtype=np.float64)
    return under / (layer.output_shape[0] * layer.output_shape[1])


def _seen_by_taps(
    size: int, kernel: int, windows: int, stride: int, dilation: int, padding: AxisPadding
) -> list[slice]:
    """Find, for each tap, the cells of the input that it meets as the window moves on."""
    before, _ = padding_amounts(size, kernel, stride=stride, padding=padding, dilation=dilation)
    found = []
    for tap in range(kernel):
        start = tap * dilation - before
        skipped = max(0, -(start // stride)) if start < 0 else 0
        last = min(windows - 1, (size - 1 - start) // stride)
        first = start + skipped * stride
        found.append(
            slice(first, start + last * stride + 1, stride) if last >= skipped else slice(0)
        )
    return found
