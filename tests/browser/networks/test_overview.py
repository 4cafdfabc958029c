"""The overview in a real browser: columns stand still, one map is in hand in every view."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import becomes, complaints, overflow, violations
from tests.browser.conftest import settle


def on_overview(page: Page, expression: str):
    """Evaluate JavaScript with `state`, the component's own object."""
    return page.locator(".network").evaluate(
        f"(node) => {{ const state = node.closest('.root').overview; return {expression}; }}"
    )


def opened(visit: Callable[..., Page], address: str = "network", **window) -> Page:
    page = visit(address, **window)
    page.locator(".network").wait_for()
    settle(page)
    return page


def columns(page: Page) -> list[float]:
    return on_overview(page, "state.columns.list.map((column) => Math.round(column.x))")


def middle_of(page: Page, column: int, tile: int) -> tuple[float, float]:
    """Where a tile lies in the window."""
    return tuple(
        on_overview(
            page,
            "(() => { const box = state.holder.getBoundingClientRect();"
            f" const column = state.columns.list[{column}];"
            f" const y = column.y + {tile} * (column.tile + 5) + column.tile / 2;"
            " return [box.left + (column.x + column.width / 2 - state.left) * state.scale,"
            " box.top + (y - state.edge) * state.scale]; })()",
        )
    )


def in_hand(page: Page) -> list:
    return on_overview(page, "Object.values(state.placeOf(state.pinned))")


def test_a_click_on_a_map_and_another_picture_leave_the_columns_where_they_are(visit):
    page = opened(visit)
    before, scale = columns(page), on_overview(page, "state.scale")
    assert before[-1] > 600
    page.mouse.click(*middle_of(page, 2, 3))
    layer, channel = in_hand(page)
    page.wait_for_url(f"**place={layer}%3A{channel}%3A**")
    settle(page)
    assert columns(page) == before
    assert on_overview(page, "state.scale") == scale
    assert in_hand(page) == [layer, channel]
    page.get_by_role("button", name="Change the picture").click()
    page.get_by_role("radio", name="Checkerboard").check(force=True)
    page.wait_for_url("**picture=checkerboard**")
    settle(page)
    assert columns(page) == before
    assert in_hand(page) == [layer, channel]


def test_the_map_in_hand_is_the_same_in_every_view(visit):
    page = opened(visit)
    layer, channel = in_hand(page)
    expect(page.locator(".facts")).to_contain_text(f"Map {channel} of")
    page.get_by_text("Layer", exact=True).click()
    page.locator(".wall").wait_for()
    settle(page)
    expect(page.locator(".hand .title").first).to_contain_text(f"Map {channel}")
    page.get_by_text("Explain", exact=True).click()
    page.locator(".two").wait_for()
    settle(page)
    expect(page.locator(".what .kind")).to_contain_text(layer)
    expect(page.locator(".what .where")).to_contain_text(f"Map {channel}, ")


def test_a_map_chosen_elsewhere_is_shown_though_its_stage_is_folded(visit):
    page = opened(visit, "network?place=stage3_block1_depthwise_conv:17:3:3")
    assert in_hand(page) == ["stage3_block1_depthwise_conv", 17]
    expect(page.locator(".facts strong")).to_have_text("stage3_block1_depthwise_conv")


def test_words_follow_when_stages_are_folded_and_unfolded(visit):
    page = opened(visit)
    expect(page.locator(".facts")).to_contain_text("layers folded together")
    hand = in_hand(page)
    page.get_by_role("button", name="Unfold all stages").click()
    expect(page.locator(".facts")).not_to_contain_text("folded together")
    assert in_hand(page) == hand
    page.get_by_role("button", name="Fold all stages").click()
    expect(page.locator(".facts")).to_contain_text("layers folded together")


def test_headings_stay_in_view_and_no_button_lies_over_them(visit):
    page = opened(visit)
    tools, diagram = page.locator(".tools").bounding_box(), page.locator(".network").bounding_box()
    assert tools["y"] + tools["height"] <= diagram["y"]
    for _ in range(3):
        page.get_by_role("button", name="Closer").click()
    stage = on_overview(
        page, "state.columns.list.findIndex((one) => one.covers.length > 1 && one.x > state.left)"
    )
    count = len(columns(page))
    x, _ = middle_of(page, stage, 0)
    page.mouse.click(x, diagram["y"] + 12)
    becomes(page, lambda: len(columns(page)) > count, True)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_violation(visit, dark):
    page = opened(visit, dark=dark)
    assert violations(page) == []
    assert complaints(page) == []


def test_a_phone_shows_it_without_sideways_scrolling(visit):
    page = opened(visit, width=390, height=844)
    assert overflow(page) <= 0
