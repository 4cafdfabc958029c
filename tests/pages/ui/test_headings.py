"""Headings name their place themselves, as Streamlit would."""

import re
from pathlib import Path

import pytest

from pages.ui.headings import anchor_of

PAGES = Path(__file__).parents[3] / "pages"


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("What happens at each stop", "what-happens-at-each-stop"),
        ("Why 112 and not 111?", "why-112-and-not-111"),
        ("Keras and PyTorch", "keras-and-py-torch"),
        ("A picture and a network's answer", "a-picture-and-a-networks-answer"),
        ("The arithmetic of `conv2d_1`", "the-arithmetic-of-conv2d-1"),
        ("\u4f60\u597d", "section"),
    ],
)
def test_a_heading_has_the_anchor_that_streamlit_makes_of_it(text: str, anchor: str) -> None:
    assert anchor_of(text) == anchor


def test_no_page_leaves_the_anchor_of_a_title_or_header_to_the_browser() -> None:
    call = re.compile(r"\bst\.(title|header)\(")
    for file in (PAGES.parent / "app.py", *PAGES.rglob("*.py")):
        if file.name != "headings.py":
            assert not call.search(file.read_text("utf-8")), file
