"""Random layers and stacks, small enough to be built by the hundred."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnnviz.networks.building.blocks import BLOCK_KINDS
from cnnviz.networks.building.constraints import Bound, Constraint
from cnnviz.networks.building.kinds import Input
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.options import (
    Choice,
    Flag,
    Number,
    Odd,
    Option,
    Pair,
    Penalty,
    Range,
    Regularizer,
    Sides,
    Whole,
)
from cnnviz.networks.building.stack import KINDS, Stack
from cnnviz.networks.building.table import outline

SMALL = 4
INNER_KINDS = tuple(kind for kind in KINDS.values() if kind is not Input)
# Most kinds are rare: what has weights or changes the shape is drawn more often.
OFTEN = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "MaxPooling2D")
DRAWN = (*INNER_KINDS, *(KINDS[name] for name in OFTEN), *BLOCK_KINDS)


def values(option: Option, name: str) -> st.SearchStrategy[Any]:
    """Draw values that an option may have, most of them small."""
    match option:
        case Range():
            drawn: st.SearchStrategy[Any] = st.sampled_from([(0, 255), (0, 1), (3, 200)])
        case Pair(low=low, high=high):
            most = 2 if name in ("dilation_rate", "strides", "size", "output_padding") else SMALL
            sides = st.integers(low, min(high, most))
            drawn = st.one_of(sides.map(lambda side: (side, side)), st.tuples(sides, sides))
        case Sides():
            ends = st.tuples(st.integers(0, 2), st.integers(0, 2))
            drawn = st.tuples(ends, ends)
        case Odd():
            drawn = st.sampled_from([1, 3, 5])
        case Whole(low=low, high=high):
            drawn = st.integers(low, min(high, 2 * SMALL))
        case Number(low=low, high=high):
            drawn = st.floats(low, min(high, 2.0))
        case Flag():
            drawn = st.booleans()
        case Regularizer():
            factors = st.sampled_from([0.0, 0.0001, 0.25])
            drawn = st.builds(Penalty, factors, factors)
        case Constraint(each=each):
            names = st.sampled_from(["NonNeg", "UnitNorm", "MaxNorm"])
            axes = st.sampled_from([each, (0,)])
            drawn = st.builds(Bound, names, st.sampled_from([0.5, 2.0, 3.25]), axes)
        case Choice(words=words):
            drawn = st.sampled_from(words)
    if option.optional:
        drawn = st.none() | drawn
    # The default as often as all else: most layers of a program have it.
    return st.just(option.start) | drawn


def layers(kind: type[Layer]) -> st.SearchStrategy[Layer]:
    """Draw a layer of a kind."""
    return st.builds(
        kind, **{name: values(option, name) for name, option in kind.options().items()}
    )


any_layer = st.sampled_from(DRAWN).flatmap(layers)
inputs = st.builds(Input, st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 3]))


@st.composite
def any_stacks(draw: Any, most: int = 6) -> Stack:
    """Draw a stack that need not fit together."""
    return Stack((draw(inputs), *draw(st.lists(any_layer, max_size=most))))


@st.composite
def valid_stacks(draw: Any, most: int = 6) -> Stack:
    """Draw a stack that fits together: of the layers drawn, those that do."""
    stack = Stack((draw(inputs),))
    for layer in draw(st.lists(any_layer, min_size=1, max_size=most)):
        longer = stack.inserted(len(stack.layers), layer)
        if outline(longer).problem is None:
            stack = longer
    return stack
