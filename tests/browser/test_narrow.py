"""A projector of 1024 x 768 and a phone: what is said and written can be read whole."""

import pytest
from playwright.sync_api import Page

from tests.browser.checks import complaints, overflow, typeset
from tests.browser.tabs import settle

PATHS = [
    "",
    "convolution",
    "padding_and_stride?pad_kernel=7&pad_stride=4&pad_dilation=4",
    "padding_and_stride?pad_apart=true&pad_transposed=true",
    "channels",
    "channels?channels_part=Several+filters+at+once",
    "pooling?pool_on=A+number+grid",
    "pooling?pool_part=Shift+test",
    "activations",
    "activations?act_part=On+your+picture",
    "activations?act_part=Vanishing+gradients",
    "activations?act_part=Dead+ReLUs",
    "activations?act_part=Softmax",
    "layers",
    "layers?layer_part=Dropout",
    "layers?layer_part=Why+not+dense%3F",
    "layers?layer_part=Sparse+and+shared",
    "learn_a_kernel",
]

# What ends in an ellipsis, and what is cut off at its own edge or its control's.
_CUT = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const cut = [...main.querySelectorAll("*")].filter((node) => {
    const style = getComputedStyle(node);
    return style.textOverflow === "ellipsis" && style.overflowX !== "visible" &&
      node.scrollWidth > node.clientWidth && node.clientWidth > 0;
  });
  const outside = [...main.querySelectorAll("[role=radiogroup] > *")].filter((node) => {
    const box = node.closest("[data-testid=stColumn], [data-testid=stMainBlockContainer]");
    return node.getBoundingClientRect().right > box.getBoundingClientRect().right + 1;
  });
  return [...cut, ...outside].map((node) => node.textContent);
}"""
_FORMULAS_CUT = """() => [...document.querySelectorAll(".katex-display")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.querySelector("annotation").textContent)"""


def formulas_are_whole(page: Page) -> None:
    if page.locator(".katex-display").count():
        typeset(page)
    assert page.evaluate(_FORMULAS_CUT) == []


@pytest.mark.parametrize("path", PATHS)
def test_on_a_projector_no_word_and_no_formula_is_cut(visit, path):
    page = visit(path, width=1024, height=768)
    assert page.evaluate(_CUT) == []
    formulas_are_whole(page)
    assert overflow(page) <= 0
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert page.evaluate(_CUT) == []
    formulas_are_whole(page)
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
    assert places.count() > 2
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
    for width in (1440, 1024, 390):
        page = visit("", width=width)
        pictures = page.locator("[class*='st-key-card_'] img")
        pictures.first.wait_for()
        box = pictures.first.bounding_box()
        assert box["width"] >= 34
        assert box["height"] <= 140
