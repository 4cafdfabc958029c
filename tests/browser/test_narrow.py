"""A projector of 1024 x 768 and a phone: what is said and written can be read whole.

How every page opens, and each of its parts, is tried by `test_every_page.py`.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.checks import complaints, is_cut, overflow
from tests.browser.tabs import settle

PATHS = [
    "padding_and_stride?pad_kernel=7&pad_stride=4&pad_dilation=4",
    "padding_and_stride?pad_apart=true&pad_transposed=true",
    "pooling?pool_on=A+number+grid",
]


@pytest.mark.parametrize("path", PATHS)
def test_on_a_projector_no_word_and_no_formula_is_cut(visit, path):
    page = visit(path, width=1024, height=768)
    assert is_cut(page) == []
    assert overflow(page) <= 0
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert is_cut(page) == []
    assert complaints(page) == []


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("activations?act_part=Softmax", ".row:not(.head) .slope"),
        ("channels?channels_part=Several+filters+at+once", ".column.picture .card"),
    ],
)
def test_a_phone_leaves_nothing_out(visit, path, seen):
    page = visit(path, width=390, height=844)
    places = page.locator(seen)
    expect(places.nth(2)).to_be_visible()
    for place in places.all():
        box = place.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390


def test_a_phone_writes_the_numbers_of_a_zoom(visit):
    page = visit("pooling?picture=digit", width=390, height=844)
    cells = "state.grids.near.cells.cell"
    assert (
        page.locator(".stage").evaluate(
            f"(stage) => {{ const state = stage.closest('.root').stage; return {cells}; }}"
        )
        >= 14
    )


def test_a_card_has_its_picture(visit):
    page = visit("")
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        pictures = page.locator("[class*='st-key-card_'] img")
        pictures.first.wait_for()
        box = pictures.first.bounding_box()
        assert box["width"] >= 34
        assert box["height"] <= 140
