"""What follows the convolutions: flatten, dense and dropout layers, and what layers cost.

Everything is as Keras does it: channels last, dropout scaled while training.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.server.turns import turn
from cnnviz.shapes import Padding, Size, map_padding, map_size, pair, whole_number

Maps = NDArray[np.float32]
MapShape = tuple[int, int, int]


def flatten_index(shape: MapShape, row: int, column: int, channel: int) -> int:
    """Find the element of the flattened vector that a cell of the maps becomes.

    (row * width + column) * channels + channel: all channels of one pixel lie side by side.

    Parameters
    ----------
    shape : (height, width, channels) of the maps
    row, column, channel : the cell

    Raises
    ------
    ValueError : no such cell

    >>> flatten_index((4, 4, 3), row=0, column=1, channel=0)
    3
    """
    height, width, channels = _map_shape(shape)
    for name, value, limit in (
        ("row", row, height),
        ("column", column, width),
        ("channel", channel, channels),
    ):
        _must_be_below(name, value, limit)
    return (row * width + column) * channels + channel


def flatten_cell(shape: MapShape, index: int) -> tuple[int, int, int]:
    """Find the cell (row, column, channel) that an element of the flattened vector was.

    The inverse of :func:`flatten_index`.

    Raises
    ------
    ValueError : no such element

    >>> flatten_cell((4, 4, 3), 3)
    (0, 1, 0)
    """
    height, width, channels = _map_shape(shape)
    _must_be_below("index", index, height * width * channels)
    pixel, channel = divmod(index, channels)
    row, column = divmod(pixel, width)
    return row, column, channel


def flatten_order(shape: MapShape) -> NDArray[np.int64]:
    """Number every cell of the maps by its element in the flattened vector.

    Returns
    -------
    (height, width, channels) int64

    >>> flatten_order((1, 2, 3))
    array([[[0, 1, 2],
            [3, 4, 5]]])
    """
    height, width, channels = _map_shape(shape)
    return np.arange(height * width * channels).reshape(height, width, channels)


def flatten(maps: ArrayLike) -> Maps:
    """Lay maps out as one vector, in the order of :func:`flatten_order`.

    Parameters
    ----------
    maps : (height, width, channels)

    Returns
    -------
    (height * width * channels,) float32

    >>> flatten([[[1, 2], [3, 4]]])
    array([1., 2., 3., 4.], dtype=float32)
    """
    return np.asarray(maps, np.float32).reshape(-1)


def dense(x: ArrayLike, weights: ArrayLike, bias: ArrayLike | None = None) -> Maps:
    """Compute a dense layer, before its activation: x · weights + bias.

    Parameters
    ----------
    x : (..., inputs)
    weights : (inputs, units), Keras's layout
    bias : (units,); None adds nothing

    Returns
    -------
    (..., units) float32

    Raises
    ------
    ValueError : the shapes do not fit together

    >>> dense([1, 2], [[10, 0], [1, 5]], bias=[0, -1])
    array([12.,  9.], dtype=float32)
    """
    inputs, matrix, offsets = _dense_operands(x, weights, bias)
    result: Maps = inputs @ matrix + offsets
    return result


@dataclass(frozen=True, eq=False)
class DenseTerms:
    """The weighted sum of one unit, its largest terms first.

    index : (terms,) int64, which input each term is of
    inputs, weights, products : (terms,) float32; products = inputs * weights
    rest : the sum of the products left out
    bias : the unit's
    result : everything added up, as :func:`dense` gives it
    """

    index: NDArray[np.int64]
    inputs: Maps
    weights: Maps
    products: Maps
    rest: float
    bias: float
    result: float


def dense_terms(
    x: ArrayLike,
    weights: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    unit: int,
    count: int | None = None,
) -> DenseTerms:
    """Take the weighted sum of one unit of a dense layer apart.

    Parameters
    ----------
    x : (inputs,)
    weights, bias : as in :func:`dense`
    unit : which of the units
    count : how many terms to list, those that contribute most, by magnitude; None lists all.

    Raises
    ------
    ValueError : the shapes do not fit together, ``x`` is not one vector, or no such unit

    >>> terms = dense_terms([1, 2, 3], [[4], [-5], [1]], unit=0, count=2)
    >>> terms.index, terms.products, terms.rest
    (array([1, 0]), array([-10.,   4.], dtype=float32), 3.0)
    """
    inputs, matrix, offsets = _dense_operands(x, weights, bias)
    if inputs.ndim != 1:
        raise ValueError(f"The input must be one vector. Received: shape {inputs.shape}.")
    _must_be_below("unit", unit, matrix.shape[1])
    column = matrix[:, unit]
    products = inputs * column
    order = np.argsort(-np.abs(products), kind="stable")
    listed = order if count is None else order[: whole_number(count, "count", least=0)]
    left_out = order[len(listed) :]
    return DenseTerms(
        index=listed,
        inputs=inputs[listed],
        weights=column[listed],
        products=products[listed],
        rest=float(products[left_out].sum(dtype=np.float64)),
        bias=float(offsets[unit]),
        result=float(dense(inputs, matrix, offsets)[unit]),
    )


def _dense_operands(
    x: ArrayLike, weights: ArrayLike, bias: ArrayLike | None
) -> tuple[Maps, Maps, Maps]:
    inputs, matrix = np.asarray(x, np.float32), np.asarray(weights, np.float32)
    if matrix.ndim != 2 or inputs.ndim < 1 or inputs.shape[-1] != matrix.shape[0]:
        raise ValueError(
            "The weights must have the shape (inputs, units). "
            f"Received: weights of shape {matrix.shape} for an input of shape {inputs.shape}."
        )
    offsets = np.asarray(np.zeros(matrix.shape[1]) if bias is None else bias, np.float32)
    if offsets.shape != matrix.shape[1:]:
        raise ValueError(
            "The bias must have one number for each unit. "
            f"Received: shape {offsets.shape} for {matrix.shape[1]} units."
        )
    return inputs, matrix, offsets


@dataclass(frozen=True, eq=False)
class Dropout:
    """One application of a dropout layer.

    mask : bool, the maps' shape; False where a value was dropped
    scale : what the kept values were multiplied by, 1 / (1 - rate) in training and 1 otherwise
    result : float32, the maps' shape
    """

    mask: NDArray[np.bool_]
    scale: float
    result: Maps


def dropout(
    maps: ArrayLike, rate: float, seed: int, *, training: bool = True, spatial: bool = False
) -> Dropout:
    """Drop values at random and scale the others up, so that the expected value stays.

    Parameters
    ----------
    maps : (..., channels)
    rate : the share to drop, in [0, 1)
    seed : >= 0; the same seed draws the same mask.
    training : if False the maps pass unchanged: dropout is off at inference.
    spatial : drop whole channels (Keras's SpatialDropout2D) instead of single values.

    Raises
    ------
    ValueError : a rate outside [0, 1)

    Source: Srivastava et al. 2014, section 10, "inverted" as in Keras.

    >>> dropout(np.ones((2, 4)), 0.5, seed=1).result
    array([[0., 2., 2., 2.],
           [0., 0., 2., 2.]], dtype=float32)
    """
    values = np.asarray(maps, np.float32)
    rate = _rate(rate)
    if not training:
        return Dropout(np.ones(values.shape, np.bool_), 1.0, values.copy())
    mask = np.broadcast_to(_mask(values.shape, rate, seed, spatial), values.shape)
    scale = 1 / (1 - rate)
    return Dropout(mask, scale, np.where(mask, values * np.float32(scale), np.float32(0)))


@dataclass(frozen=True, eq=False)
class DropoutStatistics:
    """What many dropout masks do on average, measured.

    count : how many masks were drawn
    true_mean : the mean of the maps themselves
    running_mean : (count,) float64, the mean of all results so far, after each mask
    running_mean_unscaled : the same without the factor 1 / (1 - rate): it ends at
        true_mean * (1 - rate)
    mean_map : float32, the maps' shape, each value's mean over all masks
    kept_share : float32, the maps' shape, how often each value was kept
    """

    count: int
    true_mean: float
    running_mean: NDArray[np.float64]
    running_mean_unscaled: NDArray[np.float64]
    mean_map: Maps
    kept_share: Maps


def dropout_statistics(
    maps: ArrayLike, rate: float, count: int = 200, seed: int = 0, *, spatial: bool = False
) -> DropoutStatistics:
    """Draw many masks and average what dropout returns.

    The masks are those that :func:`dropout` draws for ``seed``, ``seed + 1``, and so on. It takes
    about 3 ns for each value and mask: 80 ms for 200 masks on maps of 64 x 64 x 32.

    Parameters
    ----------
    maps : (..., channels)
    rate, seed, spatial : as in :func:`dropout`
    count : masks, >= 1

    Raises
    ------
    ValueError : a rate outside [0, 1), or a count below 1

    >>> found = dropout_statistics(np.ones((8, 8, 4)), 0.25, count=500)
    >>> round(float(found.running_mean[-1]), 2)
    1.0
    """
    values = np.asarray(maps, np.float32)
    rate, count = _rate(rate), whole_number(count, "count")
    kept = np.zeros(values.shape, np.float32)  # whole numbers, exact up to 2^24 masks
    flat = values.ravel()
    totals = np.empty(count)
    for index in range(count):
        with turn():  # one mask at a time: others need not wait for all of them
            mask = np.broadcast_to(_mask(values.shape, rate, seed + index, spatial), values.shape)
            numbers = mask.astype(np.float32)
            kept += numbers
            totals[index] = flat @ numbers.ravel()
    unscaled = np.cumsum(totals) / (np.arange(1, count + 1) * values.size)
    share = kept / count
    return DropoutStatistics(
        count=count,
        true_mean=float(values.mean(dtype=np.float64)),
        running_mean=unscaled / (1 - rate),
        running_mean_unscaled=unscaled,
        mean_map=(values * share / (1 - rate)).astype(np.float32),
        kept_share=share.astype(np.float32),
    )


def _rate(rate: float) -> float:
    if not 0 <= rate < 1:
        raise ValueError(f"The rate must be at least 0 and below 1. Received: rate={rate}.")
    return float(rate)


def _mask(shape: tuple[int, ...], rate: float, seed: int, spatial: bool) -> NDArray[np.bool_]:
    drawn = (*(1,) * (len(shape) - 1), *shape[-1:]) if spatial else shape
    return np.random.default_rng(seed).random(drawn, np.float32) >= rate


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs, as exact whole numbers.

    weights, biases : numbers that are learned
    multiply_adds : multiplications with a weight for one picture; those with the zeros of the
        padding count too, as they do in Keras and in most tables
    """

    weights: int
    biases: int
    multiply_adds: int

    @property
    def parameters(self) -> int:
        """Weights and biases together."""
        return self.weights + self.biases

    def memory(self, bytes_per_number: int = 4) -> int:
        """Return the parameters' size in bytes; 4 each for float32, 2 for float16."""
        return self.parameters * bytes_per_number


@dataclass(frozen=True)
class WeightCounts:
    """The same picture into a dense layer, a convolution, and one that shares no weights.

    inputs : numbers in the picture
    map_size : (rows, columns) of the convolution's maps
    dense : every input to every unit
    convolution : one small kernel for each filter, shared by all positions
    locally_connected : the same windows, but with weights of their own at every position
    """

    inputs: int
    map_size: tuple[int, int]
    dense: LayerCost
    convolution: LayerCost
    locally_connected: LayerCost

    @property
    def ratio(self) -> float:
        """How many times as many parameters the dense layer has as the convolution."""
        return self.dense.parameters / self.convolution.parameters


def weight_counts(
    side: Size,
    channels: int,
    units: int,
    kernel: Size,
    filters: int,
    *,
    stride: Size = 1,
    padding: Padding = "same",
) -> WeightCounts:
    """Count what a dense layer and a convolution cost on the same picture.

    Parameters
    ----------
    side : of the picture, an int or (rows, columns)
    channels : of the picture
    units : of the dense layer
    kernel, filters, stride, padding : of the convolution

    Raises
    ------
    ValueError : a number below 1, or a kernel that does not fit

    >>> counts = weight_counts(64, 3, units=100, kernel=3, filters=32)
    >>> counts.dense.weights, counts.dense.biases, counts.convolution.parameters
    (1228800, 100, 896)
    """
    rows, columns = pair(side, "side")
    channels, units = whole_number(channels, "channels"), whole_number(units, "units")
    filters = whole_number(filters, "filters")
    down, across = pair(kernel, "kernel")
    maps = map_size((rows, columns), (down, across), stride=stride, padding=padding)
    positions = maps[0] * maps[1]
    inputs = rows * columns * channels
    per_filter = down * across * channels
    return WeightCounts(
        inputs=inputs,
        map_size=maps,
        dense=LayerCost(inputs * units, units, inputs * units),
        convolution=LayerCost(per_filter * filters, filters, per_filter * filters * positions),
        locally_connected=LayerCost(
            per_filter * filters * positions,
            filters * positions,
            per_filter * filters * positions,
        ),
    )


def convolution_costs(
    kernel: Size,
    channels: int,
    filters: int,
    *,
    groups: int = 1,
    multiplier: int = 1,
    positions: int = 1,
    bias: bool = True,
) -> Mapping[str, LayerCost]:
    """Count what the ways to connect channels to filters cost.

    - "standard": every filter sees every channel.
    - "grouped": channels and filters are split in ``groups`` that do not see each other.
    - "depthwise": one kernel (``multiplier`` of them) for each channel; no sum over channels.
    - "separable": depthwise, then 1 x 1; only the second has a bias, as in Keras.
    - "pointwise": 1 x 1, which mixes channels and looks at no neighbour.

    Parameters
    ----------
    kernel : an int or (rows, columns)
    channels, filters : in and out; depthwise alone gives channels * multiplier out.
    positions : rows times columns of the maps, for the multiply-adds.
    bias : whether each output channel has one.

    Raises
    ------
    ValueError : a number below 1, or groups that divide the channels or filters unevenly

    >>> costs = convolution_costs(3, channels=64, filters=128)
    >>> costs["standard"].parameters, costs["separable"].parameters
    (73856, 8896)
    """
    down, across = pair(kernel, "kernel")
    taps = down * across
    channels, filters = whole_number(channels, "channels"), whole_number(filters, "filters")
    groups, multiplier = whole_number(groups, "groups"), whole_number(multiplier, "multiplier")
    positions = whole_number(positions, "positions")
    if channels % groups or filters % groups:
        raise ValueError(
            "The groups must divide the channels and the filters evenly. "
            f"Received: groups={groups}, channels={channels}, filters={filters}."
        )
    spread = channels * multiplier
    weights = {
        "standard": taps * channels * filters,
        "grouped": taps * (channels // groups) * filters,
        "depthwise": taps * spread,
        "separable": taps * spread + spread * filters,
        "pointwise": channels * filters,
    }
    return MappingProxyType(
        {
            name: LayerCost(
                count,
                (spread if name == "depthwise" else filters) if bias else 0,
                count * positions,
            )
            for name, count in weights.items()
        }
    )


@dataclass(frozen=True, eq=False)
class Connections:
    """Every line between an input pixel and an output of a convolution of one channel.

    The lines of one output show that connections are sparse; the lines with one weight show that
    weights are shared. All arrays are (connections,) int64.

    input_row, input_column : the pixel
    output_row, output_column : the output
    weight : the kernel's tap, counted row by row
    """

    input_row: NDArray[np.int64]
    input_column: NDArray[np.int64]
    output_row: NDArray[np.int64]
    output_column: NDArray[np.int64]
    weight: NDArray[np.int64]


def connections(
    input_size: Size,
    kernel: Size,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
) -> Connections:
    """List every connection of a convolution, output by output; those to padding are left out.

    A dense layer has one for every pair of an input and an output, each with its own weight.

    >>> lines = connections((1, 4), (1, 3))
    >>> lines.input_column, lines.output_column, lines.weight
    (array([0, 1, 2, 1, 2, 3]), array([0, 0, 0, 1, 1, 1]), array([0, 1, 2, 0, 1, 2]))
    """
    height, width = pair(input_size, "input_size")
    down, across = pair(kernel, "kernel")
    steps, gaps = pair(stride, "stride"), pair(dilation, "dilation")
    rows, columns = map_size(
        (height, width), (down, across), stride=steps, padding=padding, dilation=gaps
    )
    (top, _), (left, _) = map_padding(
        (height, width), (down, across), stride=steps, padding=padding, dilation=gaps
    )
    output_row, output_column, tap_row, tap_column = (
        axis.ravel() for axis in np.indices((rows, columns, down, across))
    )
    input_row = output_row * steps[0] - top + tap_row * gaps[0]
    input_column = output_column * steps[1] - left + tap_column * gaps[1]
    inside = (input_row >= 0) & (input_row < height) & (input_column >= 0) & (input_column < width)
    return Connections(
        input_row=input_row[inside],
        input_column=input_column[inside],
        output_row=output_row[inside],
        output_column=output_column[inside],
        weight=(tap_row * across + tap_column)[inside],
    )


def _map_shape(shape: MapShape) -> MapShape:
    if len(shape) != 3:
        raise ValueError(
            f"The shape must be (height, width, channels). Received: shape={tuple(shape)}."
        )
    height, width, channels = (whole_number(size, "shape") for size in shape)
    return height, width, channels


def _must_be_below(name: str, value: int, limit: int) -> None:
    if not 0 <= value < limit:
        raise ValueError(f"The {name} must be from 0 to {limit - 1}. Received: {name}={value}.")
