import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.activations import ACTIVATIONS
from cnnviz.activations.formulas import (
    DEAD_RELU,
    GRADIENT_BY_DEPTH,
    SLOPE_OF_LOSS,
    SOFTMAX,
    cross_entropy_with_numbers,
    leak_with_numbers,
    scaled_with_numbers,
)
from cnnviz.attribution import METHODS
from cnnviz.attribution.formulas import Unfolded, cam_formula, pixel_formula
from cnnviz.channels.connections import connections_for
from cnnviz.channels.mixing import MIXING
from cnnviz.convolution.formulas import OUTPUT_SIZE, convolution_rule
from cnnviz.layers.formulas import DROPOUT, FLATTEN, expected_with_numbers, weighted_sum
from cnnviz.learning.formulas import (
    LOSS,
    SLOPE,
    curvature_rule,
    curvature_with_numbers,
    local_bound_with_numbers,
    step_rule,
)
from cnnviz.networks.robustness.formulas import MARGIN, attack_rule, margin_with_numbers
from cnnviz.notation import (
    _SHOWN,
    SYMBOLS,
    equals,
    latex_number,
    legend,
    shown,
    shown_name,
    symbols_of,
    written_bytes,
    written_count,
)
from cnnviz.padding.formulas import TRANSPOSED_CONVOLUTION, TRANSPOSED_SIZE
from cnnviz.pooling.formulas import CHANGE, GRADIENT, POOLING
from cnnviz.search import Metric
from cnnviz.search.formulas import similarity_formula


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (9_999_999, "9,999,999"), (12_345_678, "12.35 million"), (3 * 10**12, "3 trillion")],
)
def test_counts_are_written_out_until_words_are_shorter(count, words):
    assert written_count(count) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (12_000_004_000, "11.2 GiB")],
)
def test_bytes_are_written_in_the_largest_unit(count, words):
    assert written_bytes(count) == words


def test_numbers_in_formulas():
    assert [latex_number(value) for value in (0.0, -2.5, 5e-324, np.inf, -np.inf)] == [
        "0",
        "-2.5",
        r"4.941 \cdot 10^{-324}",
        r"\infty",
        r"-\infty",
    ]
    assert equals(1e-30) == r"\approx 1 \cdot 10^{-30}" or equals(1e-30) == r"= 1 \cdot 10^{-30}"


@given(st.text() | st.integers() | st.lists(st.text()), st.integers(10, 80))
def test_what_is_quoted_is_short_and_printable(value, most):
    assert len(shown(value, most)) <= most
    assert shown(value, most).isprintable()


def test_strange_signs_are_named():
    assert shown("caf\u00e9") == '"caf\u00e9"'
    assert shown("\ud800\u202e") == '"\\ud800\\u202e"'
    assert shown(object()) == "a object"


@given(st.text(max_size=300))
def test_a_name_is_short_and_printable(name):
    assert len(shown_name(name)) <= 120
    assert shown_name(name).isprintable()


def test_a_long_name_keeps_its_beginning_and_its_ending():
    name = shown_name("holiday" + "x" * 10_000_000 + ".png")
    assert (name[:8], name[-5:], len(name)) == ("holidayx", "x.png", 120)


ACTIVATIONS_IN_SYMBOLS = [
    formula for one in ACTIVATIONS.values() for formula in (one.formula, one.derivative_formula)
]
UNFOLDED = Unfolded(1, 2, (3, 4), (0.5, -0.25), (2.0, 1.0), rest=0.125, others=10)
FORMULAS = [
    OUTPUT_SIZE,
    convolution_rule(),
    convolution_rule(is_flipped=True),
    TRANSPOSED_CONVOLUTION,
    TRANSPOSED_SIZE,
    MIXING,
    *(one.rule for count in (4, 8, 16) for one in connections_for(count)),
    *POOLING.values(),
    *GRADIENT.values(),
    CHANGE,
    *ACTIVATIONS_IN_SYMBOLS,
    *(method.formula for method in METHODS.values()),
    *(cam_formula(UNFOLDED, name) for name in ("grad_cam", "hires_cam")),
    *(pixel_formula(name, 1, 2, [1, -2], [3, 4]) for name in ("saliency", "gradient_times_input")),
    MARGIN,
    margin_with_numbers([0.5, 0.1, 0.4], 0),
    *(attack_rule(4, targeted=steps > 1, steps=steps) for steps in (1, 10)),
    SOFTMAX,
    SLOPE_OF_LOSS,
    GRADIENT_BY_DEPTH,
    DEAD_RELU,
    leak_with_numbers(0.1),
    scaled_with_numbers(0.5, 0.75, scale=2.0, bias=0.25),
    cross_entropy_with_numbers([1.0, 0.0], 0),
    FLATTEN,
    weighted_sum(16),
    DROPOUT,
    expected_with_numbers(0.5),
    LOSS,
    SLOPE,
    *(rule(momentum) for rule in (step_rule, curvature_rule) for momentum in (0.0, 0.9)),
    curvature_with_numbers(17.0, 0.5, learning_rate=0.1, momentum=0.9),
    local_bound_with_numbers(0.1, step=60),
    *(
        similarity_formula(np.float32([3, 0]), np.float32([3, 4]), metric)
        for metric in get_args(Metric)
    ),
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_symbol_of_a_formula_has_its_one_meaning(formula):
    assert set(symbols_of(formula)) <= set(SYMBOLS)
    assert legend(formula).endswith(".") or not symbols_of(formula)


def test_the_design_lists_the_symbols_as_the_pages_explain_them():
    design = (Path(__file__).parents[1] / "docs" / "design.md").read_text(encoding="utf-8")
    table = design.partition("## Symbols")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| (\S+) \| (.+) \|$", table, re.MULTILINE))
    listed = {_SHOWN.get(symbol, symbol): meaning for symbol, meaning in SYMBOLS.items()}
    assert {key: value for key, value in rows.items() if key not in ("symbol", "---")} == listed


def test_no_two_symbols_are_written_alike():
    shown = [_SHOWN.get(symbol, symbol) for symbol in SYMBOLS]
    assert len(set(shown)) == len(shown)


def test_places_are_said_to_be_counted_from_0_where_there_are_some():
    assert "counted from 0" in legend(r"y_{r,c}")
    assert "counted from 0" not in legend(r"y = x")


def test_a_symbol_without_a_meaning_is_refused():
    with pytest.raises(KeyError, match="Q"):
        legend("Q = 1")
