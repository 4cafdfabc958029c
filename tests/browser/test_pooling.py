"""The Pooling page in a real browser: winners, the way back, and the shift test."""

from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.pooling import pool_sources
from tests.browser.checks import becomes, complaints, is_for_everyone_in_both_themes
from tests.browser.tabs import settle
from tests.browser.test_padding import (
    a_number_that_is_none_is_refused_in_one_sentence,
    on_stage,
    point,
)

PATH = "pooling?picture=digit&pool_gradient=true"
GRID = "pooling?pool_on=A number grid"
SHIFT = "pooling?pool_part=Shift test"


def test_the_keyboard_moves_the_window_and_each_winner_is_the_one_in_python(visit):
    page = visit(PATH)
    row, column = on_stage(page, "state.focus")
    page.locator(".output .frame").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**at={row + 1}%2C{column - 1}**")
    settle(page)
    winners_are_those_of_python(page)


@pytest.mark.parametrize(
    "settings",
    ["&pool_size=3&pool_tiled=false&pool_padding=Same", "&pool_global=true"],
    ids=["overlapping", "global"],
)
def test_the_winner_in_the_browser_is_the_winner_in_python(visit, settings):
    winners_are_those_of_python(visit(PATH + settings))


def winners_are_those_of_python(page: Page) -> None:
    shape = on_stage(page, "state.data.input.shape")
    picture = np.array(on_stage(page, "Array.from(state.data.input.data)")).reshape(shape)
    window, stride, origin = (
        on_stage(page, f"state.settings.{name}") for name in ("window", "stride", "origin")
    )
    places = on_stage(
        page, "[state.data.padded_rows, state.data.padded_columns].map((a) => a.shape[0])"
    )
    ends = tuple(
        (before, total - before - side)
        for before, total, side in zip(origin, places, shape, strict=False)
    )
    rows, columns = on_stage(page, "[state.places.outRows, state.places.outColumns]")
    for row, column in {(0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)}:
        sources = pool_sources(picture, size=tuple(window), stride=tuple(stride), padding=ends)
        winner = tuple(sources[row, column, 0].tolist())
        place = on_stage(page, f"state.places.winner([{row}, {column}], state.channel)")
        assert tuple(np.subtract(place, origin)) == winner
        on_stage(page, f"state.look([{row}, {column}])")
        said = page.locator(".flowing").inner_text()
        assert said.endswith(f"row {winner[0]}, column {winner[1]}.")


def test_the_gradient_finds_its_place_beside_picture_and_result(visit):
    page = visit("pooling")
    page.get_by_role("switch", name="Show the gradient").check(force=True)
    panes = page.locator(".input .pixels, .output .pixels, .back .pixels")
    becomes(page, panes.locator("visible=true").count, 3)
    settle(page)
    boxes = sorted(
        (box["x"], box["x"] + box["width"]) for box in map(Locator.bounding_box, panes.all())
    )
    assert all(end <= start for (_, end), (start, _) in pairwise(boxes))


_COLOURS = """(canvas) => [2, 3].flatMap((row) => [2, 3].map((column) => {
  const [down, across] = [row, column].map((at) => Math.round(((at + 0.3) * canvas.width) / 4));
  return canvas.getContext("2d").getImageData(across, down, 1, 1).data.join();
}))"""


def test_the_gradient_into_a_covered_window_does_not_tell_its_largest(visit):
    page = visit(f"{GRID}&at=1,1&ask=1")
    gradient = page.locator(".near-back canvas.numbers")
    becomes(page, lambda: len(set(gradient.evaluate(_COLOURS))), 1)
    page.get_by_role("button", name="Show", exact=True).click()
    becomes(page, lambda: len(set(gradient.evaluate(_COLOURS))), 2)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("Average", "(1 + 1 + 5 + 6) / 4 = 3.25"),
        ("L2, the length", "\u221a(1\u00b2 + 1\u00b2 + 5\u00b2 + 6\u00b2) = 7.9373"),
    ],
)
def test_what_a_window_becomes_is_written_with_its_numbers(visit, kind, sentence):
    page = visit(f"{GRID}&pool_kind={kind}&at=0,0")
    page.locator(".sum .equals").wait_for()
    parts = page.locator(".sum .term, .sum .equals").all_inner_texts()
    assert " ".join(parts) == sentence


def test_a_copied_address_opens_the_same_view(visit):
    page = visit("pooling")
    page.get_by_role("button", name="Windows that overlap").click()
    page.wait_for_url("**pool_tiled=false**")
    settle(page)
    page.get_by_role("slider", name="Window").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**pool_size=4**")
    settle(page)
    other = visit(page.url.split("/")[-1])
    for part in ("state.settings.window", "state.settings.stride", "state.data.output.shape"):
        assert on_stage(other, part) == on_stage(page, part)
    assert on_stage(other, "state.settings.window") == [4, 4]


def test_the_number_grid_is_for_everyone_pointed_at_refuses_and_is_changed(visit):
    page = visit(GRID, dark=True)
    is_for_everyone_in_both_themes(page)
    pointing_at_the_classic_grid_shows_maximum_and_winner(page)
    a_number_that_is_none_is_refused_in_one_sentence(page)
    settle(page)
    a_number_of_the_grid_is_changed_in_place(page)


def pointing_at_the_classic_grid_shows_maximum_and_winner(page: Page) -> None:
    point(page, ".far", 0, 1, 2)
    expect(page.locator(".sum .equals")).to_have_text("= 8")
    expect(page.locator(".flowing")).to_contain_text("row 1, column 3")
    point(page, ".near-back", 2, 0, 4)
    expect(page.locator(".where")).to_have_text("row 1, column 0")


def a_number_of_the_grid_is_changed_in_place(page: Page) -> None:
    page.locator(".near .cells").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.get_by_label("Number in row 0, column 0").fill("99")
    page.keyboard.press("Enter")
    page.wait_for_url("**grid=99%2C1**")
    settle(page)
    assert on_stage(page, "Array.from(state.data.output.data)") == [99, 8, 3, 4]


def test_the_shift_test_is_for_everyone_and_the_shift_is_chosen_on_the_curves(visit):
    page = visit(SHIFT, dark=True)
    is_for_everyone_in_both_themes(page)
    expect(page.get_by_text("moved by (3, 0)")).to_have_count(1)
    page.get_by_role("button", name="One step on").click()
    page.wait_for_url("**moved=4**")
    settle(page)
    expect(page.get_by_text("moved by (4, 0)")).to_have_count(1)
    assert complaints(page) == []
