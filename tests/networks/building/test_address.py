"""A stack as a short text, and back."""

from __future__ import annotations

import urllib.parse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.networks.building.address import LONGEST_TEXT, format_stack, parse_stack
from cnnviz.networks.building.constraints import Bound, Constraint
from cnnviz.networks.building.kinds import Activation, Conv2D, Input, Rescaling, ZeroPadding2D
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.options import (
    Choice,
    Number,
    Option,
    Pair,
    Penalty,
    Range,
    Regularizer,
    Sides,
    Whole,
)
from cnnviz.networks.building.presets import PRESETS
from cnnviz.networks.building.stack import KINDS, MOST_LAYERS, Stack
from tests.networks.building.stacks import any_stacks
from tests.timing import takes_less


@given(stack=any_stacks())
def test_a_stack_comes_back_from_its_text(stack: Stack) -> None:
    assert parse_stack(format_stack(stack)) == stack


@given(stack=any_stacks())
def test_an_address_carries_the_text_as_it_is(stack: Stack) -> None:
    text = format_stack(stack)
    assert urllib.parse.quote(text) == text


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_short_texts(name: str) -> None:
    stack = PRESETS[name].stack
    assert parse_stack(format_stack(stack)) == stack
    assert len(format_stack(stack)) < 350


def test_texts_that_were_copied_once_mean_what_they_meant() -> None:
    text = "in-h28-w30-c1~scale-s0.5-on1~pad-p1x0x2x3~conv-f6-k5x3-s2-psame-b0-ihe_normal~act-agelu"
    stack = Stack(
        (
            Input(28, 30, 1),
            Rescaling(0.5, -1.0),
            ZeroPadding2D(((1, 0), (2, 3))),
            Conv2D(6, (5, 3), (2, 2), "same", use_bias=False, kernel_initializer="he_normal"),
            Activation("gelu"),
        )
    )
    assert parse_stack(text) == stack
    assert format_stack(stack) == text


def longest(option: Option) -> Any:
    """Take the value whose text is the longest."""
    match option:
        case Number():
            return option.high
        case Range():
            return (100, 255)
        case Pair(high=high):
            return (high, high - 1)
        case Sides(high=high):
            return ((high, high - 1), (high, high))
        case Whole(high=high):
            return high
        case Regularizer():
            # As float32 has it, one of the longest there are.
            return Penalty(1.1754944e-38, 1.1754944e-38)
        case Constraint(each=each):
            return Bound(
                "MaxNorm", 1.2345678901234567e-100, (0, 1, 2, 3)[: 2 if each == (0,) else 4]
            )
        case Choice(words=words):
            return max(words, key=len)
    return False


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_longest_text_of_a_layer_leaves_room_for_all_layers(kind: type[Layer]) -> None:
    layer = kind(**{name: longest(option) for name, option in kind.options().items()})
    numbers = sum(isinstance(option, Number) for option in kind.options().values())
    word = format_stack(Stack((Input(1, 1, 1), layer) if kind is not Input else (layer,)))
    # The longest number there is, such as n1.2345678901234567en100, in the place of each.
    assert len(word.split("~")[-1]) + 24 * numbers < LONGEST_TEXT / MOST_LAYERS


HOSTILE = {
    "": 'Received: "" as layer 0',
    "in-h8-w8-c1~what": 'Received: "what" as layer 1',
    "in-h8-w8": "needs the options c",
    "in-h8-w8-c1-c1": "once",
    "in-h8-w8-c1~conv-f8-k3-z1": 'Received: "z1" at layer 1',
    "in-h8-w8-c1~conv-f8-k3-": 'Received: "" at layer 1',
    "in-h8-w8-c1~conv-f0-k3": "a whole number from 1 to 4,096",
    "in-h8-w8-c1~conv-f8-k3x": "one or two whole numbers",
    "in-h8-w8-c1~conv-f8-k3x3x3": "one or two whole numbers",
    "in-h8-w8-c1~conv-f8-k-3": 'Received: "" at layer 1',
    "in-h8-w8-c1~conv-f8-k3-psideways": "one of valid, same",
    "in-h8-w8-c1~drop-rnan": "a number from 0 to 1",
    "in-h8-w8-c1~drop-r1e999": "a number from 0 to 1",
    "in-h99999999999-w8-c1": "a whole number from 1 to 512",
    "in-h٣-w8-c1": "a whole number from 1 to 512",
    "flat": "begin with its Input",
    "in-h8-w8-c1~in-h8-w8-c1": "one Input, in front",
    "in-h8-w8-c1" + "~flat" * 200: "100 layers. Received: 201",
    "x" * (LONGEST_TEXT + 1): "40,000 letters. Received: 40,001",
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:30])
def test_a_text_that_is_none_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_stack(text)
    assert HOSTILE[text] in str(error.value)
    assert len(str(error.value)) < 400
    assert "\n" not in str(error.value)


@given(text=st.text(max_size=80) | st.from_regex(r"in-h8-w8-c1~[a-z]{2,5}(-[a-z][0-9x.n]{0,4})*"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        stack: Any = parse_stack(text)
    except ValueError:
        return
    assert parse_stack(format_stack(stack)) == stack


@pytest.mark.parametrize(
    "text", ["~" * 10_000_000, "-" * LONGEST_TEXT, "in" + "-h" * 9900, "n" * LONGEST_TEXT]
)
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    def refused() -> None:
        with pytest.raises(ValueError):
            parse_stack(text)

    assert takes_less(0.1, refused)
