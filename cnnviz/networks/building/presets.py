"""Networks to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnnviz.networks.building.blocks import InvertedResidualBlock, ResidualBlock
from cnnviz.networks.building.kinds import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    Softmax,
)
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import outline


@dataclass(frozen=True)
class Preset:
    """A stack with a name.

    label : as a control says it.
    source : where it comes from, in a sentence.
    """

    label: str
    source: str
    stack: Stack


def _convolution(filters: int, initializer: str = "he_normal") -> tuple[Layer, ...]:
    convolution = Conv2D(filters, (3, 3), padding="same", kernel_initializer=initializer)
    return convolution, Activation("relu")


def _mobile(filters: int, stride: int = 1) -> tuple[Layer, ...]:
    normalised = (BatchNormalization(), Activation("relu6"))
    return (
        DepthwiseConv2D((3, 3), (stride, stride), "same", use_bias=False),
        *normalised,
        Conv2D(filters, (1, 1), use_bias=False),
        *normalised,
    )


_COLOUR = Input(32, 32, 3)

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "tutorial": Preset(
            "Tutorial network",
            "What every beginner writes first: two convolutions, one pooling, one dense layer.",
            Stack(
                (
                    _COLOUR,
                    *_convolution(6, "glorot_uniform"),
                    *_convolution(16, "glorot_uniform"),
                    MaxPooling2D(),
                    Flatten(),
                    Dense(10),
                    Softmax(),
                )
            ),
        ),
        "lenet_5": Preset(
            "LeNet-5",
            "LeCun, Bottou, Bengio and Haffner 1998, with plain averages and softmax.",
            Stack(
                (
                    Input(32, 32, 1),
                    Conv2D(6, (5, 5), activation="tanh"),
                    AveragePooling2D((2, 2)),
                    Conv2D(16, (5, 5), activation="tanh"),
                    AveragePooling2D((2, 2)),
                    Conv2D(120, (5, 5), activation="tanh"),
                    Flatten(),
                    Dense(84, "tanh"),
                    Dense(10),
                    Softmax(),
                )
            ),
        ),
        "small_vgg": Preset(
            "Small VGG",
            "Simonyan and Zisserman 2015, in small: 3 x 3 convolutions, then pooling.",
            Stack(
                (
                    _COLOUR,
                    *_convolution(16),
                    *_convolution(16),
                    MaxPooling2D(),
                    *_convolution(32),
                    *_convolution(32),
                    MaxPooling2D(),
                    *_convolution(64),
                    MaxPooling2D(),
                    Flatten(),
                    Dense(10),
                    Softmax(),
                )
            ),
        ),
        "small_resnet": Preset(
            "Small ResNet",
            "He, Zhang, Ren and Sun 2015, section 4.2, with one block for each size.",
            Stack(
                (
                    _COLOUR,
                    Conv2D(16, (3, 3), padding="same", use_bias=False),
                    BatchNormalization(),
                    Activation("relu"),
                    ResidualBlock(16),
                    ResidualBlock(32, strides=(2, 2)),
                    ResidualBlock(64, strides=(2, 2)),
                    GlobalAveragePooling2D(),
                    Dense(10),
                    Softmax(),
                )
            ),
        ),
        "mobilenet": Preset(
            "MobileNet-like",
            "Howard et al. 2017, in small: a depthwise convolution, then 1 x 1.",
            Stack(
                (
                    _COLOUR,
                    Conv2D(16, (3, 3), padding="same", use_bias=False),
                    BatchNormalization(),
                    Activation("relu6"),
                    *_mobile(32),
                    *_mobile(64, 2),
                    *_mobile(64),
                    *_mobile(128, 2),
                    GlobalAveragePooling2D(),
                    Dense(10),
                    Softmax(),
                )
            ),
        ),
        "mobilenet_v2": Preset(
            "MobileNetV2-like",
            "Sandler et al. 2018, in small: inverted residual blocks.",
            Stack(
                (
                    _COLOUR,
                    Conv2D(16, (3, 3), padding="same", use_bias=False),
                    BatchNormalization(),
                    Activation("relu6"),
                    InvertedResidualBlock(16, expansion=4),
                    InvertedResidualBlock(24, strides=(2, 2), expansion=4),
                    InvertedResidualBlock(24, expansion=4),
                    InvertedResidualBlock(40, strides=(2, 2), expansion=4),
                    InvertedResidualBlock(40, expansion=4),
                    Conv2D(128, (1, 1), use_bias=False),
                    BatchNormalization(),
                    Activation("relu6"),
                    GlobalAveragePooling2D(),
                    Dense(10),
                    Softmax(),
                )
            ),
        ),
        "all_dense": Preset(
            "All dense",
            "No convolution at all: every unit sees every pixel, for contrast.",
            Stack((_COLOUR, Flatten(), Dense(64, "relu"), Dense(64, "relu"), Dense(10), Softmax())),
        ),
    }
)
"""The stacks that one may begin with, by their names in an address."""


def adapted(stack: Stack, shape: tuple[int, int, int], classes: int) -> Stack:
    """Give a stack the input of a data set and as many units in its last dense layer as classes.

    Where a layer no longer fits, the first way out that is offered is taken: LeNet-5 on pictures
    of 28 x 28, which its authors padded to 32 x 32, gets its padding that way.

    Parameters
    ----------
    shape : (height, width, channels)

    Raises
    ------
    ValueError : a side or a number of classes that a layer may not have.
    """
    stack = stack.replaced(0, Input(*shape))
    for position in reversed(range(len(stack.layers))):
        layer = stack.layers[position]
        if isinstance(layer, Dense):
            stack = stack.replaced(position, layer.with_options(units=classes))
            break
    # Each mend leads at least one layer further.
    for _ in stack.layers:
        problem = outline(stack).problem
        if problem is None or not problem.mends:
            break
        stack = problem.mends[0].stack
    return stack
