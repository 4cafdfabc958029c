"""No number and no caption shows as a row of empty boxes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.drawing.lettering import fitted, font, letters
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
