"""The Channels page in a real browser: what JavaScript does must be what Python does."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import aim, becomes, drawn, is_shown_when_asked, state_of
from tests.browser.tabs import settle

SMALL = "channels?picture=digit&channels_source=Small+VGG"
VOLUME = "channels?channels_part=Several+filters+at+once&picture=digit"
on_stage = state_of(".lanes, .volume-stage")


def maps(page: Page) -> dict[str, np.ndarray]:
    """The maps on screen, previewed or Python's."""
    shown = on_stage(
        page,
        "({partial: state.mix.partial.map((map) => [...map]), sum: [...state.mix.total],"
        " result: [...state.mix.activated]})",
    )
    return {name: np.array(values, np.float32) for name, values in shown.items()}


def drag(page: Page, cell, up: int) -> None:
    x, y = aim(cell)
    page.mouse.down()
    page.mouse.move(x, y - up, steps=8)
    drawn(page)


def release(page: Page) -> None:
    are_pythons = "state.mix.total === state.mix.data.sum.data"
    assert not on_stage(page, are_pythons)
    page.mouse.up()
    becomes(page, lambda: on_stage(page, are_pythons), True)
    becomes(page, lambda: bool(re.search("kernels|bias", page.url)), True)
    settle(page)


def assert_alike(previewed: dict[str, np.ndarray], answered: dict[str, np.ndarray]) -> None:
    for name, values in answered.items():
        np.testing.assert_allclose(previewed[name], values, rtol=1e-5, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    ("settings", "moved"),
    [
        ("", [1]),
        ("&channels_stride=3&channels_padding=valid&mute=b", [1]),
        ("&channels_linked=true&channels_activation=Leaky+ReLU", [0, 1, 2]),
    ],
    ids=["plain", "strided", "linked"],
)
def test_the_preview_of_a_drag_is_what_python_answers(visit, settings, moved):
    page = visit(SMALL + settings)
    before = maps(page)
    drag(page, page.locator(".lane").nth(1).locator(".kernel-grid input").nth(3), 40)
    preview = maps(page)
    changed = [
        c for c in range(3) if not np.array_equal(preview["partial"][c], before["partial"][c])
    ]
    assert changed == moved
    assert np.abs(preview["sum"] - before["sum"]).max() > 0.1
    release(page)
    assert_alike(preview, maps(page))


@pytest.mark.parametrize("source", ["", "&channels_source=EfficientNet-Lite0"])
def test_another_trained_filter_is_previewed_as_python_answers(visit, source):
    page = visit(SMALL + source)
    if source:  # the page opens with its own geometry until a filter was chosen
        page.get_by_role("radio", name="Filter 1", exact=True).click()
        page.wait_for_url("**channels_filter=2**")
        settle(page)
    before = maps(page)
    page.get_by_role("radio", name="Filter 8", exact=True).press("ArrowRight")
    assert on_stage(page, "state.mix.kernels[2]") == on_stage(
        page, "[...state.mix.data.filters.data.slice((3 * 9 + 2) * 9, (3 * 9 + 3) * 9)]"
    )
    preview = maps(page)
    assert np.abs(preview["sum"] - before["sum"]).max() > 0.01
    expect(page.locator(".lane .kernel .title").first).to_have_text("Learned, filter 9")
    page.wait_for_url("**channels_filter=10**")
    settle(page)
    assert on_stage(page, "state.mix.total === state.mix.data.sum.data")
    assert_alike(preview, maps(page))
    expect(page.get_by_role("radio", name="Filter 9", exact=True)).to_be_checked()
    page.get_by_role("button", name="Undo").click()
    becomes(page, lambda: bool(np.array_equal(maps(page)["sum"], before["sum"])), True)


def test_filters_are_dragged_over_and_chosen_without_a_pointer(visit):
    page = visit(SMALL)
    dragging_over_the_filters_shows_each_and_asks_once(page)
    a_filter_is_chosen_without_a_pointer(page)


def dragging_over_the_filters_shows_each_and_asks_once(page: Page) -> None:
    tiles = page.get_by_role("radiogroup", name="Filters of Small VGG, conv_1_1").get_by_role(
        "radio"
    )
    aim(tiles.nth(1))
    page.mouse.down()
    page.mouse.move(*centre(tiles.nth(4)), steps=6)
    expect(page.locator(".strip .title")).to_contain_text("filter 4 (0 to 15)")
    expect(page.locator(".lane .kernel .title").first).to_have_text("Learned, filter 4")
    assert "channels_filter" not in page.url
    page.mouse.up()
    page.wait_for_url("**channels_filter=5**")
    settle(page)
    expect(page.locator(".lane .kernel .title").first).to_have_text("Learned, filter 4")


def centre(tile) -> tuple[float, float]:
    box = tile.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def a_filter_is_chosen_without_a_pointer(page: Page) -> None:
    page.get_by_role("radio", name="Filter 2", exact=True).dispatch_event("click")
    page.wait_for_url("**channels_filter=3**")
    settle(page)
    expect(page.get_by_role("radio", name="Filter 2", exact=True)).to_be_checked()


def test_the_lanes_follow_keys_and_player_a_muted_channel_and_the_bias(visit):
    page = visit(SMALL)
    the_keyboard_moves_the_window_and_the_address_opens_there(visit, page)
    a_muted_channel_leaves_the_sum_at_once_and_for_good(page)
    the_bias_shifts_the_result_and_not_the_sum(page)
    playing_fills_the_maps_and_pauses_under_the_pointer(page)


def the_keyboard_moves_the_window_and_the_address_opens_there(visit, page: Page) -> None:
    row, column = on_stage(page, "state.focus")
    page.locator(".sum .frame").focus()
    for key in ("ArrowDown", "ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    expected = [row + 1 - 10, column + 1]
    becomes(page, lambda: on_stage(page, "state.focus"), expected)
    page.wait_for_url(f"**at={expected[0]}%2C{expected[1]}**")
    other = visit(page.url.split("/")[-1] + "&ask=1")
    assert on_stage(other, "state.focus") == expected
    is_shown_when_asked(other, ".sentence .equals")


def a_muted_channel_leaves_the_sum_at_once_and_for_good(page: Page) -> None:
    before = maps(page)
    page.get_by_role("button", name="Mute green", exact=True).click()
    muted = maps(page)
    np.testing.assert_allclose(muted["sum"], before["partial"][[0, 2]].sum(0), atol=1e-6)
    page.wait_for_url("**mute=g**")
    settle(page)
    assert_alike(muted, maps(page))
    expect(page.get_by_role("button", name="Mute green", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(lambda address: "mute" not in address)
    settle(page)
    assert_alike(before, maps(page))


def the_bias_shifts_the_result_and_not_the_sum(page: Page) -> None:
    before = maps(page)
    drag(page, page.get_by_role("spinbutton", name="Bias"), 60)
    preview = maps(page)
    np.testing.assert_array_equal(preview["sum"], before["sum"])
    assert (preview["result"] - before["result"]).max() > 0.05
    release(page)
    assert_alike(preview, maps(page))


def playing_fills_the_maps_and_pauses_under_the_pointer(page: Page) -> None:
    page.get_by_role("button", name="Play").click()
    page.mouse.move(5, 5)
    becomes(page, lambda: on_stage(page, "state.filling"), True)
    start = on_stage(page, "state.focus")
    becomes(page, lambda: on_stage(page, "state.focus") != start, True)
    page.locator(".sum .frame").hover()
    page.wait_for_timeout(100)
    held = on_stage(page, "state.focus")
    page.wait_for_timeout(400)
    assert on_stage(page, "state.focus") == held


def test_the_three_dot_products_add_up_to_the_sum_under_the_pointer(visit):
    page = visit(SMALL + "&channels_stride=2&channels_padding=valid")
    rows, columns = on_stage(page, "[state.mix.rows, state.mix.columns]")
    shown = maps(page)
    for row, column in ([0, 0], [rows - 1, columns - 1], [rows // 2, 3]):
        third = page.locator(".partial .overlay").nth(2)
        aim(third, (column + 0.5) / columns, (row + 0.5) / rows)
        expect(page.locator(".where")).to_have_text(f"row {row}, column {column}")
        products = on_stage(
            page,
            "state.mix.window(state.focus)"
            ".map((cells) => cells.reduce((sum, cell) => sum + cell.product, 0))",
        )
        at = row * columns + column
        np.testing.assert_allclose(products, shown["partial"][:, at], atol=1e-5)
        assert sum(products) == pytest.approx(shown["sum"][at], abs=1e-5)
        written = [
            float(dot.inner_text().removeprefix("= ").replace("\u2212", "-"))
            for dot in page.locator(".dot").all()
        ]
        np.testing.assert_allclose(written, products, atol=6e-4)


ADDRESS_OF = {
    "Colour that a network looks for": "**channels_stride=2**",
    "Mute green and blue": "**mute=gb**",
    "The same kernel on all three": "**/channels",
}


def test_stage_formula_and_address_stand_on_one_cell_whatever_the_size(visit):
    page = visit("channels")
    opens_at: dict[frozenset[str], list[int]] = {}
    for experiment in ("Colour that a network looks for", "The same kernel on all three"):
        for name in (experiment, "Mute green and blue", experiment):
            page.get_by_role("button", name=name).click()
            settle(page)
            row, column = on_stage(page, "state.focus")
            expect(page.get_by_text(f"numbers of row {row}, column {column}.")).to_be_visible()
            page.wait_for_url(ADDRESS_OF[name])
            address = page.url.split("/")[-1]
            view = frozenset(re.split("[?&]", address))  # in whatever order
            if view not in opens_at:
                opens_at[view] = on_stage(visit(address), "state.focus")
            assert opens_at[view] == [row, column], name


def test_the_slider_cuts_lines_and_the_address_follows(visit):
    page = visit(VOLUME)
    first = 3 * 8  # from the picture's channels
    lines = page.locator(".lines path")
    expect(lines).to_have_count(first + 64)
    slider = page.get_by_role("slider", name="How the layer connects maps and filters")
    for count in (first + 32, first + 16, first + 8, first + 8 + 64, first + 64):
        slider.press("ArrowRight")
        expect(lines).to_have_count(count)
    page.wait_for_url("**connections=pointwise**")
    settle(page)
    expect(slider).to_have_attribute("aria-valuetext", "1 \u00d7 1")
    other = visit(page.url.split("/")[-1])
    expect(other.locator(".row[aria-pressed=true] .name")).to_have_text("1 \u00d7 1")


def test_a_map_shows_what_leads_into_it_and_opens_in_the_lanes(visit):
    page = visit(VOLUME + "&connections=grouped_4")
    page.locator(".output .card").nth(4).hover()
    lit = page.locator(".volume .card.lit")
    expect(lit).to_have_count(2)
    assert [card.get_attribute("aria-label") for card in lit.all()] == [
        "Map 4 of the volume",
        "Map 5 of the volume",
    ]
    expect(page.locator(".words")).to_have_text(
        "Sees 2 maps: 2 \u00d7 3 \u00d7 3 = 18 weights and a bias."
    )
    page.locator(".volume .card").nth(2).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open this filter on its own").click()
    page.locator(".lanes").wait_for()
    settle(page)
    expect(page.locator(".kernel .title").first).to_have_text("Learned, filter 3")
