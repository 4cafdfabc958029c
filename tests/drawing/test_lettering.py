"""No number and no caption shows as a row of empty boxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.drawing.lettering import fitted, font, letters, shrunk
from cnnviz.notation import written


@given(st.floats())
def test_every_number_can_be_drawn(value: float) -> None:
    assert "?" not in letters(written(value))


@given(st.text(max_size=12))
def test_every_sign_that_is_left_is_drawn(text: str) -> None:
    missing = bytes(font(20).getmask("\ue000"))
    assert all(bytes(font(20).getmask(sign)) != missing for sign in letters(text))
    assert letters(letters(text)) == letters(text)


@given(st.text(max_size=40), st.integers(20, 200))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert font(15).getlength(fitted(text, 15, width)) <= width


@pytest.mark.parametrize("sign", "\u2212\u00d7\u221e\u2013\u2192\u2217\u00b0\u00e9\u03b7")
def test_the_signs_of_arithmetic_are_their_own(sign: str) -> None:
    assert letters(sign) == sign
    assert bytes(font(20).getmask(sign)) != bytes(font(20).getmask("-"))


@given(st.floats(-1e6, 1e6), st.integers(30, 60))
def test_a_number_stays_within_its_cell(value: float, width: int) -> None:
    words = letters(written(value))
    assert shrunk(words, 16, width).getlength(words) <= width or shrunk(words, 16, width).size == 7
