"""Options: what they may be, and how they are written."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.networks.building.constraints import Bound, Constraint
from cnnviz.networks.building.kinds import Conv2D, Dense, Input
from cnnviz.networks.building.options import (
    BrokenRule,
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
    as_received,
)
from cnnviz.networks.building.stack import KINDS
from tests.networks.building.stacks import values

EACH = [
    Whole("w", 1, 1, low=1, high=100),
    Number("n", 0.0, 0.0, low=-1000.0, high=1000.0),
    Number("n", None, None, optional=True, low=0.0, high=9.0),
    Flag("f", True, True),
    Choice("c", "valid", "valid", words=("valid", "same")),
    Pair("p", (1, 1), (1, 1), low=1, high=9),
    Range("r", (0, 255), (0, 255), low=0, high=255),
    Sides("s", ((1, 1), (1, 1)), ((1, 1), (1, 1)), high=9),
    Odd("o", 3, 3, low=1, high=99),
    Regularizer("r", None, None, optional=True),
    Constraint("c", None, None, optional=True, each=(0, 1, 2)),
    Constraint("c", None, None, optional=True),
]
HOSTILE = [
    *(Penalty(), Penalty(0.1), Penalty(1e-45, 10), "l2", "l1_l2"),
    *(Bound("NonNeg"), Bound("MaxNorm", 1e-7, [2, 1]), Bound("UnitNorm", axis=1), "max_norm"),
    *(-1, 101, 10**400, True, 1.5, float("nan"), float("inf"), "3", "", b"1", None),
    *((), (1,), (1, 2, 3), (1, -1), (1, 2.5), ((1, 2), 3, 4), ((1, 2), (3, 400)), {}, object()),
]


def outcome(call: Callable[[Any], Any], given_: Any) -> tuple[Any, str]:
    """Give what a call returns, or the rule that it finds broken."""
    try:
        return call(given_), ""
    except BrokenRule as rule:
        return None, str(rule)


@pytest.mark.parametrize("option", EACH, ids=lambda option: type(option).__name__)
@settings(max_examples=40)
@given(data=st.data())
def test_a_value_comes_back_from_an_address_and_from_python(option: Option, data: Any) -> None:
    value = option.checked(data.draw(values(option, "")))
    if value is not None:
        short = option.short(value)
        assert option.read(short) == value
        assert set(short) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.")
    if isinstance(option, Regularizer | Constraint):
        return  # what makes it is read by `read_program`, see there
    written = option.python(value)
    numerator, _, denominator = written.partition(" / ")
    read = ast.literal_eval(numerator)
    assert option.checked(read / float(denominator) if denominator else read) == value


@pytest.mark.parametrize("option", EACH, ids=lambda option: type(option).__name__)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: str(value)[:12])
def test_what_is_accepted_is_in_its_one_form_and_within_its_limits(
    option: Option, value: Any
) -> None:
    accepted, rule = outcome(option.checked, value)
    if rule:
        assert rule == option.rule
    else:
        assert option.checked(accepted) == accepted
        assert accepted is None or option.read(option.short(accepted)) == accepted


@pytest.mark.parametrize("option", EACH, ids=lambda option: type(option).__name__)
@settings(max_examples=40)
@given(text=st.text("0123456789nex.-٣same", max_size=12) | st.text(max_size=30))
def test_any_text_is_read_or_refused_by_the_rule(option: Option, text: str) -> None:
    value, rule = outcome(option.read, text)
    assert rule == option.rule if rule else option.checked(value) == value


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kinds_letters_are_its_own_and_its_start_is_allowed(kind: Any) -> None:
    options = kind.options()
    assert len({option.letter for option in options.values()}) == len(options)
    assert all(len(option.letter) == 1 for option in options.values())
    for option in options.values():
        assert option.checked(option.start) == option.start
    assert kind().arguments() == {name: option.start for name, option in options.items()}


def test_a_refused_option_is_named_with_its_rule_and_what_came() -> None:
    with pytest.raises(ValueError) as error:
        Conv2D(0, (3, 3))
    assert str(error.value) == (
        "The filters of a Conv2D must be a whole number from 1 to 4,096. Received: filters=0."
    )
    with pytest.raises(ValueError, match=r"Received: units=a number of 40,000 bits\.$"):
        Dense(1 << 39_999)
    with pytest.raises(ValueError, match=r"^The height of an Input must be a whole"):
        Input("x", 3, 3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (("MinMaxNorm",), "one of NonNeg, UnitNorm, MaxNorm"),
        (("MaxNorm", 0), "a number above 0, up to 100. Received: max_value=0"),
        (("MaxNorm", float("nan")), "a number above 0"),
        (("MaxNorm", True), "a number above 0"),
        (("UnitNorm", 2.0, ()), "one or more of 0, 1, 2 and 3"),
        (("UnitNorm", 2.0, (0, -1)), "one or more of 0, 1, 2 and 3"),
        (("UnitNorm", 2.0, "0"), "one or more of 0, 1, 2 and 3"),
    ],
)
def test_a_constraint_that_is_none_is_refused(given: Any, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        Bound(*given)


@pytest.mark.parametrize(
    "text",
    [
        *("max", "max0", "max101", "maxx0", "nonneg2", "nonnegx0", "unit2", "max2x", "max2x4"),
        *("max2x012", "max" + "9" * 10_000, "unitx2", "Max2", "max2x0-1"),
    ],
)
def test_a_constraint_s_text_is_refused_by_the_rule(text: str) -> None:
    # Of a dense layer's kernel there are the axes 0 and 1.
    with pytest.raises(BrokenRule, match=r"UnitNorm or MaxNorm up to 100, along axes from 0 to 1"):
        Dense.options()["kernel_constraint"].read(text)


def test_what_was_received_is_cut() -> None:
    assert len(as_received("x" * 1_000_000)) <= 60
