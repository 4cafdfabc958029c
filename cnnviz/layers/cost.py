"""What layers cost: weights, biases, multiplications, as exact whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnnviz.shapes import Padding, Size, map_size, pair, whole_number


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

    def memory(self) -> int:
        """Return the parameters' size in bytes, in float32."""
        return self.parameters * 4


@dataclass(frozen=True)
class WeightCounts:
    """The same picture into dense layers, a convolution, and one that shares no weights.

    inputs : numbers in the picture
    map_size : (rows, columns) of the convolution's maps
    dense : every input to every unit
    dense_alike : the same with as many units as the convolution gives numbers
    convolution : one small kernel for each filter, shared by all positions
    locally_connected : the same windows, but with weights of their own at every position
    """

    inputs: int
    map_size: tuple[int, int]
    dense: LayerCost
    dense_alike: LayerCost
    convolution: LayerCost
    locally_connected: LayerCost

    @property
    def ratio(self) -> float:
        """How many times as many weights the dense layer has as the convolution."""
        return self.dense.weights / self.convolution.weights

    @property
    def fair_ratio(self) -> float:
        """The same for a dense layer that gives as many numbers as the convolution."""
        return self.dense_alike.weights / self.convolution.weights

    @property
    def outputs(self) -> int:
        """How many numbers the convolution gives; the dense layer gives one for each unit."""
        return self.map_size[0] * self.map_size[1] * self.convolution.biases


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
    outputs = positions * filters
    return WeightCounts(
        inputs=inputs,
        map_size=maps,
        dense=LayerCost(inputs * units, units, inputs * units),
        dense_alike=LayerCost(inputs * outputs, outputs, inputs * outputs),
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
