"""What there is to try on the page Build a network."""

from __future__ import annotations

from cnnviz.networks.building import Outline, Row, Stack, describe
from cnnviz.networks.building.kinds import (
    Activation,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    SeparableConv2D,
    Softmax,
    said_shape,
)
from cnnviz.networks.building.layer import Layer
from cnnviz.notation import written, written_count
from pages.building.state import LAYER, STACK
from pages.ui.experiments import Experiment

_COLOUR = Input(32, 32, 3)
_END = (Flatten(), Dense(10), Softmax())
_RELU = Activation("relu")


def _conv(filters: int, size: int, stride: int = 1) -> Conv2D:
    return Conv2D(filters, (size, size), (stride, stride), "same")


def _stack(*layers: Layer) -> Stack:
    return Stack((_COLOUR, *layers))


_FRONT = (_conv(16, 3), _RELU)
_ONE_LARGE = _stack(*_FRONT, _conv(16, 5), _RELU, MaxPooling2D(), *_END)
TWO_SMALL = _stack(*_FRONT, _conv(16, 3), _RELU, _conv(16, 3), _RELU, MaxPooling2D(), *_END)
_POOLED = _stack(_conv(16, 3), _RELU, MaxPooling2D(), _conv(32, 3), _RELU, MaxPooling2D(), *_END)
STRIDED = _stack(_conv(16, 3, 2), _RELU, _conv(32, 3, 2), _RELU, *_END)
_FLATTENED = _stack(_conv(16, 3), _RELU, _conv(32, 3, 2), _RELU, *_END)
AVERAGED = _stack(*_FLATTENED.layers[1:5], GlobalAveragePooling2D(), *_FLATTENED.layers[-2:])
_STANDARD = _stack(_conv(32, 3), _RELU, _conv(64, 3), _RELU, GlobalAveragePooling2D(), *_END[1:])
SEPARABLE = _stack(
    *(_conv(32, 3), _RELU, SeparableConv2D(64, (3, 3), padding="same"), _RELU),
    *(GlobalAveragePooling2D(), *_END[1:]),
)


def _row(stack: Stack, position: int) -> Row:
    return describe(stack)[position]


def _sum(stack: Stack, of: str, layers: slice = slice(None)) -> int:
    return sum(int(getattr(row, of)) for row in describe(stack)[layers])


def _field(row: Row) -> str:
    return (
        "the whole picture" if row.receptive_field is None else said_shape(row.receptive_field.size)
    )


def _two_for_one(_: Outline) -> str:
    large, small = _row(_ONE_LARGE, 3), slice(3, 6)
    last = _row(TWO_SMALL, 5)
    return (
        f"A cell of `{last.name}` sees {_field(last)} pixels, as many as behind one 5 \u00d7 5 "
        f"({_field(large)}). The two have {_sum(TWO_SMALL, 'weights', small):,} weights, the one "
        f"{large.weights:,}; and between them is one more activation."
    )


def _stride(_: Outline) -> str:
    return (
        f"{written_count(_sum(STRIDED, 'multiply_adds'))} multiply-adds instead of "
        f"{written_count(_sum(_POOLED, 'multiply_adds'))} with pooling, and "
        f"{_sum(STRIDED, 'weights'):,} weights in both: a stride computes only the places that "
        "pooling would have chosen from."
    )


def _averaged(_: Outline) -> str:
    flat, mean = _row(_FLATTENED, 6), _row(AVERAGED, 6)
    return (
        f"The dense layer has {mean.weights:,} weights, behind Flatten it has {flat.weights:,}: it "
        f"is given {mean.input_shape[0]:,} numbers instead of {flat.input_shape[0]:,}."
    )


def _separable(_: Outline) -> str:
    standard, apart = _row(_STANDARD, 3), _row(SEPARABLE, 3)
    return (
        f"{apart.weights:,} weights and {written_count(apart.multiply_adds)} multiply-adds instead "
        f"of {standard.weights:,} and {written_count(standard.multiply_adds)}: "
        f"{written(standard.multiply_adds / apart.multiply_adds)} times less work for maps of the "
        "same shape."
    )


EXPERIMENTS: tuple[Experiment[Outline], ...] = (
    Experiment(
        "Two 3 \u00d7 3 for one 5 \u00d7 5",
        {STACK.name: TWO_SMALL, LAYER.name: 5},
        "The row *sees* of the second of them, and the weights of both.",
        _two_for_one,
    ),
    Experiment(
        "A stride instead of pooling",
        {STACK.name: STRIDED},
        "The shapes shrink as with pooling: what happens to the multiply-adds?",
        _stride,
    ),
    Experiment(
        "A mean instead of Flatten",
        {STACK.name: AVERAGED, LAYER.name: 5},
        "Where have the dense layer's weights gone?",
        _averaged,
    ),
    Experiment(
        "Separable instead of standard",
        {STACK.name: SEPARABLE, LAYER.name: 3},
        "The weights and the multiply-adds of the layer in hand.",
        _separable,
    ),
)
