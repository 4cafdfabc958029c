"""The layers that a stack is made of: for each kind its options and its rule for the shape.

Weights, multiply-adds and receptive fields follow from the options by the rules that read any
network (`cnnviz.networks.keras_files.weights`, `cnnviz.networks.layers`). Source of names, defaults
and conditions: Keras 3.15, `keras.layers`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

from cnnviz.activations import ACTIVATIONS
from cnnviz.networks.building.constraints import Bound, constraint
from cnnviz.networks.building.layer import Change, Layer, Misfit, a
from cnnviz.networks.building.options import (
    REQUIRED,
    Penalty,
    choice,
    flag,
    number,
    pair,
    regularizer,
    whole,
)
from cnnviz.networks.building.sizes import CenterCrop, UpSampling2D, ZeroPadding2D
from cnnviz.networks.layers import Shape
from cnnviz.shapes import Padding, map_size, transposed_output_size

Sizes = tuple[int, int]

_UNITS, _KERNEL, _SIDE = 65_536, 64, 512
MOST_FILTERS = 4096
"""Channels that a convolution may give."""
INPUT_CHANNELS = 64
_PADDINGS = ("valid", "same")
INITIALIZERS = (
    *("glorot_uniform", "glorot_normal", "he_normal", "he_uniform", "lecun_normal"),
    *("random_normal", "zeros", "lecun_uniform", "random_uniform", "truncated_normal", "ones"),
    "orthogonal",
)
"""How a kernel may be drawn, by Keras's names, each with Keras's own arguments."""
BIAS_INITIALIZERS = ("zeros", "ones", "random_normal", "random_uniform", "truncated_normal")
"""How a bias may begin."""
ACTIVATION_NAMES = ("linear", *(name for name in ACTIVATIONS if name != "linear"), "softmax")
"""What the option `activation` may be: Keras's names of all activations that cnnviz teaches."""


def said_shape(shape: Shape) -> str:
    """Write a shape as people do.

    >>> said_shape((28, 28, 1)), said_shape((784,))
    ('28 × 28 × 1', '784')
    """
    return " × ".join(map(str, shape))


@dataclass(frozen=True)
class Input(Layer):
    """What the network is given: always a stack's first layer, and no other's place."""

    code: ClassVar[str] = "in"
    stem: ClassVar[str] = "image"

    height: int = whole("h", 32, _SIDE, default=REQUIRED)
    width: int = whole("w", 32, _SIDE, default=REQUIRED)
    channels: int = whole("c", 3, INPUT_CHANNELS, default=REQUIRED)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.height, self.width, self.channels


def _slid(
    layer: Layer, shape: Shape, sizes: Sizes, strides: Sizes, padding: str, dilation: Sizes
) -> Sizes:
    """Count the places of a window on a map.

    Raises
    ------
    Misfit : the window is larger than the map.
    """
    try:
        return map_size(
            (shape[0], shape[1]),
            sizes,
            stride=strides,
            padding=cast(Padding, padding),
            dilation=dilation,
        )
    except ValueError:
        option = "pool_size" if "pool_size" in layer.options() else "kernel_size"
        fitting = tuple(
            min(size, (side - 1) // rate + 1)
            for size, side, rate in zip(sizes, shape, dilation, strict=False)
        )
        gaps = "" if dilation == (1, 1) else f" and dilation_rate {said_shape(dilation)}"
        raise Misfit(
            "A window must fit into the map that it slides over, or the map must be padded.",
            f"{option} {said_shape(sizes)}{gaps} on a map of {said_shape(shape)}",
            Change('Pad the map: padding="same"', layer.with_options(padding="same")),
            Change(
                f"Take a window that fits: {option} {said_shape(fitting)}",
                layer.with_options(**{option: fitting}),
            ),
        ) from None


def _refuse_gaps_and_steps(layer: Layer, strides: Sizes, dilation: Sizes) -> None:
    if max(strides) > 1 and max(dilation) > 1:
        raise Misfit(
            f"{a(layer, 'A')} may have strides or dilation above 1, not both (Keras's rule).",
            f"strides {said_shape(strides)} and dilation_rate {said_shape(dilation)}",
            Change("Let it take every place: strides 1", layer.with_options(strides=1)),
            Change("Close the gaps: dilation_rate 1", layer.with_options(dilation_rate=1)),
        )


@dataclass(frozen=True)
class Conv2D(Layer):
    """A convolution."""

    code: ClassVar[str] = "conv"
    stem: ClassVar[str] = "conv"
    positional: ClassVar[int] = 4
    needs_map: ClassVar[bool] = True

    filters: int = whole("f", 16, MOST_FILTERS, default=REQUIRED)
    kernel_size: tuple[int, int] = pair("k", 3, _KERNEL, default=REQUIRED)
    strides: tuple[int, int] = pair("s", 1, _KERNEL)
    padding: str = choice("p", _PADDINGS)
    dilation_rate: tuple[int, int] = pair("d", 1, _KERNEL)
    groups: int = whole("g", 1, MOST_FILTERS)
    activation: str = choice("a", ACTIVATION_NAMES)
    use_bias: bool = flag("b", True)
    kernel_initializer: str = choice("i", INITIALIZERS)
    bias_initializer: str = choice("j", BIAS_INITIALIZERS)
    kernel_regularizer: Penalty | None = regularizer("r")
    bias_regularizer: Penalty | None = regularizer("q")
    activity_regularizer: Penalty | None = regularizer("y")
    kernel_constraint: Bound | None = constraint("c", each=(0, 1, 2))

    def output_shape(self, shape: Shape) -> Shape:
        """Count the places of the kernel; one channel for each filter."""
        _refuse_gaps_and_steps(self, self.strides, self.dilation_rate)
        if shape[2] % self.groups or self.filters % self.groups:
            even = math.gcd(shape[2], self.filters, self.groups)
            raise Misfit(
                "The groups must divide the channels and the filters evenly.",
                f"groups {self.groups}, channels {shape[2]} and filters {self.filters}",
                Change(f"Take {even} groups", self.with_options(groups=even)),
                Change("Let every filter see every channel", self.with_options(groups=1)),
            )
        places = _slid(
            self,
            shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
        )
        return (*places, self.filters)


@dataclass(frozen=True)
class DepthwiseConv2D(Layer):
    """A convolution of each channel by itself."""

    code: ClassVar[str] = "dw"
    stem: ClassVar[str] = "depthwise"
    positional: ClassVar[int] = 4
    needs_map: ClassVar[bool] = True

    kernel_size: tuple[int, int] = pair("k", 3, _KERNEL, default=REQUIRED)
    strides: tuple[int, int] = pair("s", 1, _KERNEL)
    padding: str = choice("p", _PADDINGS)
    depth_multiplier: int = whole("m", 1, 64)
    dilation_rate: tuple[int, int] = pair("d", 1, _KERNEL)
    activation: str = choice("a", ACTIVATION_NAMES)
    use_bias: bool = flag("b", True)
    depthwise_initializer: str = choice("i", INITIALIZERS)
    bias_initializer: str = choice("j", BIAS_INITIALIZERS)
    depthwise_regularizer: Penalty | None = regularizer("r")
    bias_regularizer: Penalty | None = regularizer("q")
    activity_regularizer: Penalty | None = regularizer("y")
    depthwise_constraint: Bound | None = constraint("c", each=(0, 1))

    def output_shape(self, shape: Shape) -> Shape:
        """Count the places of the kernel; `depth_multiplier` channels for each that comes in."""
        places = _slid(
            self,
            shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
        )
        return (*places, shape[2] * self.depth_multiplier)


@dataclass(frozen=True)
class SeparableConv2D(Layer):
    """A convolution of each channel by itself, then one of size 1 that mixes them."""

    code: ClassVar[str] = "sep"
    stem: ClassVar[str] = "separable"
    positional: ClassVar[int] = 4
    needs_map: ClassVar[bool] = True

    filters: int = whole("f", 16, MOST_FILTERS, default=REQUIRED)
    kernel_size: tuple[int, int] = pair("k", 3, _KERNEL, default=REQUIRED)
    strides: tuple[int, int] = pair("s", 1, _KERNEL)
    padding: str = choice("p", _PADDINGS)
    dilation_rate: tuple[int, int] = pair("d", 1, _KERNEL)
    depth_multiplier: int = whole("m", 1, 64)
    activation: str = choice("a", ACTIVATION_NAMES)
    use_bias: bool = flag("b", True)
    depthwise_initializer: str = choice("i", INITIALIZERS)
    pointwise_initializer: str = choice("h", INITIALIZERS)
    bias_initializer: str = choice("j", BIAS_INITIALIZERS)
    depthwise_regularizer: Penalty | None = regularizer("r")
    pointwise_regularizer: Penalty | None = regularizer("t")
    bias_regularizer: Penalty | None = regularizer("q")
    activity_regularizer: Penalty | None = regularizer("y")
    depthwise_constraint: Bound | None = constraint("c", each=(0, 1))
    pointwise_constraint: Bound | None = constraint("n", each=(0, 1, 2))

    def output_shape(self, shape: Shape) -> Shape:
        """Count the places of the kernel; one channel for each filter."""
        places = _slid(
            self,
            shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
        )
        return (*places, self.filters)


@dataclass(frozen=True)
class Conv2DTranspose(Layer):
    """A transposed convolution, which writes a kernel for each number that it reads."""

    code: ClassVar[str] = "up"
    stem: ClassVar[str] = "transposed"
    positional: ClassVar[int] = 4
    needs_map: ClassVar[bool] = True

    filters: int = whole("f", 16, MOST_FILTERS, default=REQUIRED)
    kernel_size: tuple[int, int] = pair("k", 3, _KERNEL, default=REQUIRED)
    strides: tuple[int, int] = pair("s", 1, _KERNEL)
    padding: str = choice("p", _PADDINGS)
    output_padding: tuple[int, int] | None = pair("o", None, _KERNEL, low=0)
    dilation_rate: tuple[int, int] = pair("d", 1, _KERNEL)
    activation: str = choice("a", ACTIVATION_NAMES)
    use_bias: bool = flag("b", True)
    kernel_initializer: str = choice("i", INITIALIZERS)
    bias_initializer: str = choice("j", BIAS_INITIALIZERS)
    kernel_regularizer: Penalty | None = regularizer("r")
    bias_regularizer: Penalty | None = regularizer("q")
    activity_regularizer: Penalty | None = regularizer("y")
    kernel_constraint: Bound | None = constraint("c", each=(0, 1, 3))

    def output_shape(self, shape: Shape) -> Shape:
        """Count the places that are written to; one channel for each filter."""
        _refuse_gaps_and_steps(self, self.strides, self.dilation_rate)
        extra = self.output_padding
        if extra is not None and any(
            more >= stride for more, stride in zip(extra, self.strides, strict=True)
        ):
            raise Misfit(
                "The output padding must be smaller than the strides.",
                f"output_padding {said_shape(extra)} and strides {said_shape(self.strides)}",
                Change("Leave the output padding to Keras", self.with_options(output_padding=None)),
            )
        try:
            rows, columns = (
                transposed_output_size(
                    shape[axis],
                    self.kernel_size[axis],
                    stride=self.strides[axis],
                    padding=cast(Padding, self.padding),
                    dilation=self.dilation_rate[axis],
                    output_padding=None if extra is None else extra[axis],
                )
                for axis in (0, 1)
            )
        except ValueError:
            raise Misfit(
                "A transposed convolution must leave at least one row and one column.",
                f'padding="{self.padding}" with output_padding {said_shape(extra or (0, 0))} on a '
                f"map of {said_shape(shape)}",
                Change("Leave the output padding to Keras", self.with_options(output_padding=None)),
                Change('Cut nothing off: padding="valid"', self.with_options(padding="valid")),
            ) from None
        return rows, columns, self.filters


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Each channel brought to mean 0 and variance 1 over the batch, then scaled and shifted."""

    code: ClassVar[str] = "bn"
    stem: ClassVar[str] = "batch_norm"
    axis: ClassVar[int] = -1

    momentum: float = number("m", 0.99, 1.0, step=0.01)
    epsilon: float = number("e", 0.001, 1.0, step=0.001)
    center: bool = flag("c", True)
    scale: bool = flag("s", True)
    gamma_initializer: str = choice("g", ("ones", "zeros"))


@dataclass(frozen=True)
class LayerNormalization(Layer):
    """The channels at each place brought to mean 0 and variance 1, then scaled and shifted."""

    code: ClassVar[str] = "ln"
    stem: ClassVar[str] = "layer_norm"
    axis: ClassVar[int] = -1

    epsilon: float = number("e", 0.001, 1.0, step=0.001)
    center: bool = flag("c", True)
    scale: bool = flag("s", True)


@dataclass(frozen=True)
class Activation(Layer):
    """An activation by its name."""

    code: ClassVar[str] = "act"
    positional: ClassVar[int] = 1

    activation: str = choice("a", ACTIVATION_NAMES, start="relu", default=REQUIRED)

    def name_stem(self) -> str:
        """The activation's own name."""
        return self.activation


@dataclass(frozen=True)
class ReLU(Layer):
    """ReLU with an upper end, a slope below 0 and a threshold."""

    code: ClassVar[str] = "relu"
    stem: ClassVar[str] = "relu"
    positional: ClassVar[int] = 3

    max_value: float | None = number("m", None, 1000.0, step=0.5)
    negative_slope: float = number("s", 0.0, 10.0)
    threshold: float = number("t", 0.0, 1000.0)


@dataclass(frozen=True)
class LeakyReLU(Layer):
    """ReLU with a slope below 0 that is set."""

    code: ClassVar[str] = "leaky"
    stem: ClassVar[str] = "leaky_relu"
    positional: ClassVar[int] = 1

    negative_slope: float = number("s", 0.3, 10.0)


@dataclass(frozen=True)
class PReLU(Layer):
    """ReLU with slopes below 0 that are learned, one for each number of a map."""

    code: ClassVar[str] = "prelu"
    stem: ClassVar[str] = "prelu"


@dataclass(frozen=True)
class ELU(Layer):
    """ELU with the value that it tends to far below 0."""

    code: ClassVar[str] = "elu"
    stem: ClassVar[str] = "elu"
    positional: ClassVar[int] = 1

    alpha: float = number("a", 1.0, 10.0)


@dataclass(frozen=True)
class Softmax(Layer):
    """Softmax over the channels or units."""

    code: ClassVar[str] = "softmax"
    stem: ClassVar[str] = "softmax"
    axis: ClassVar[int] = -1


@dataclass(frozen=True)
class _Pooling(Layer):
    positional: ClassVar[int] = 3
    needs_map: ClassVar[bool] = True

    pool_size: tuple[int, int] = pair("k", 2, _KERNEL)
    strides: tuple[int, int] | None = pair("s", None, _KERNEL)
    padding: str = choice("p", _PADDINGS)

    def output_shape(self, shape: Shape) -> Shape:
        """Count the windows; the channels stay. Without strides they stand side by side."""
        strides = self.strides or self.pool_size
        places = _slid(self, shape, self.pool_size, strides, self.padding, (1, 1))
        return (*places, shape[2])


@dataclass(frozen=True)
class MaxPooling2D(_Pooling):
    """The largest number of each window."""

    code: ClassVar[str] = "max"
    stem: ClassVar[str] = "pool"


@dataclass(frozen=True)
class AveragePooling2D(_Pooling):
    """The mean of each window."""

    code: ClassVar[str] = "avg"
    stem: ClassVar[str] = "average_pool"

    # Keras 3.15 asks for it here, not in max pooling.
    pool_size: tuple[int, int] = pair("k", 2, _KERNEL, default=REQUIRED)


@dataclass(frozen=True)
class _GlobalPooling(Layer):
    needs_map: ClassVar[bool] = True

    keepdims: bool = flag("k", False)

    def output_shape(self, shape: Shape) -> Shape:
        """One number for each channel; with `keepdims` as a map of one cell."""
        return (1, 1, shape[2]) if self.keepdims else shape[2:]


@dataclass(frozen=True)
class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each map."""

    code: ClassVar[str] = "gavg"
    stem: ClassVar[str] = "global_average"


@dataclass(frozen=True)
class GlobalMaxPooling2D(_GlobalPooling):
    """The largest number of each map."""

    code: ClassVar[str] = "gmax"
    stem: ClassVar[str] = "global_max"


@dataclass(frozen=True)
class Dropout(Layer):
    """Single numbers set to 0 while training."""

    code: ClassVar[str] = "drop"
    stem: ClassVar[str] = "dropout"
    positional: ClassVar[int] = 1

    rate: float = number("r", 0.5, 1.0, default=REQUIRED)


@dataclass(frozen=True)
class SpatialDropout2D(Layer):
    """Whole maps set to 0 while training."""

    code: ClassVar[str] = "sdrop"
    stem: ClassVar[str] = "spatial_dropout"
    positional: ClassVar[int] = 1
    needs_map: ClassVar[bool] = True

    rate: float = number("r", 0.2, 1.0, default=REQUIRED)


@dataclass(frozen=True)
class Flatten(Layer):
    """All numbers of a map in one row."""

    code: ClassVar[str] = "flat"
    stem: ClassVar[str] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        """Multiply all sides."""
        return (math.prod(shape),)


@dataclass(frozen=True)
class Dense(Layer):
    """Every unit connected to every number; on a map, to the channels at each place."""

    code: ClassVar[str] = "dense"
    stem: ClassVar[str] = "dense"
    positional: ClassVar[int] = 2

    units: int = whole("u", 10, _UNITS, default=REQUIRED)
    activation: str = choice("a", ACTIVATION_NAMES)
    use_bias: bool = flag("b", True)
    kernel_initializer: str = choice("i", INITIALIZERS)
    bias_initializer: str = choice("j", BIAS_INITIALIZERS)
    kernel_regularizer: Penalty | None = regularizer("r")
    bias_regularizer: Penalty | None = regularizer("q")
    activity_regularizer: Penalty | None = regularizer("y")
    kernel_constraint: Bound | None = constraint("c", each=(0,))

    def output_shape(self, shape: Shape) -> Shape:
        """Put the units in the place of the last side."""
        return (*shape[:-1], self.units)


@dataclass(frozen=True)
class Rescaling(Layer):
    """Every number times a scale, plus an offset."""

    code: ClassVar[str] = "scale"
    stem: ClassVar[str] = "rescaling"
    positional: ClassVar[int] = 2

    scale: float = number("s", 1 / 255, 1000.0, low=-1000.0, step=0.001, default=REQUIRED)
    offset: float = number("o", 0.0, 1000.0, low=-1000.0, step=0.5)


@dataclass(frozen=True)
class Add(Layer):
    """The sum of several maps; only inside blocks."""

    stem: ClassVar[str] = "add"

    def merged_shape(self, shapes: list[Shape]) -> Shape:
        """Their one shape."""
        return shapes[0]


@dataclass(frozen=True)
class Concatenate(Layer):
    """The channels of several maps side by side; only inside blocks."""

    stem: ClassVar[str] = "concatenate"
    axis: ClassVar[int] = -1

    def merged_shape(self, shapes: list[Shape]) -> Shape:
        """Add up the channels."""
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))


MERGES: Mapping[str, type[Layer]] = {"Add": Add, "Concatenate": Concatenate}
"""Layers of several inputs, which a stack has only inside its blocks."""

PLAIN_KINDS: tuple[type[Layer], ...] = (
    *(Conv2D, DepthwiseConv2D, SeparableConv2D, Conv2DTranspose),
    *(BatchNormalization, LayerNormalization),
    *(Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax),
    *(MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D),
    *(ZeroPadding2D, UpSampling2D, CenterCrop, Dropout, SpatialDropout2D),
    *(Flatten, Dense, Rescaling),
)
