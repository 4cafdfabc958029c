import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.notation import (
    equals,
    latex_number,
    shown,
    shown_name,
    written_bytes,
    written_count,
)


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
