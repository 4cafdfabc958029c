"""The browser tests' own ground: what one test leaves behind, no other finds."""

import pytest

_STORED = """() => [
  localStorage.getItem("left"), sessionStorage.getItem("left"), document.cookie.includes("left")
]"""


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_page_finds_nothing_that_another_test_has_stored(visit, time):
    page = visit()
    assert page.evaluate(_STORED) == [None, None, False]
    page.evaluate(
        """() => {
          localStorage.setItem("left", "1");
          sessionStorage.setItem("left", "1");
          document.cookie = "left=1";
        }"""
    )
    assert page.evaluate(_STORED) == ["1", "1", True]


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_a_page_has_the_window_and_the_theme_that_were_asked_for(visit, dark):
    page = visit(width=500, height=700, dark=dark)
    assert page.evaluate("() => [innerWidth, innerHeight]") == [500, 700]
    assert page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") == dark
