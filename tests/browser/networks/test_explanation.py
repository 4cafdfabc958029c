"""Explaining a number in a real browser: moving about, unfolding, going on, coming back."""

import pytest
from playwright.sync_api import Page, expect

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from tests.browser.checks import aim, complaints, overflow, state_of, violations
from tests.browser.tabs import settle

TUTORIAL = "network?view=Explain&network=Tutorial network&picture=goldfish"


state = state_of(".two")


def answered(page: Page) -> None:
    """Wait until Python has answered the last question."""
    handle = page.locator(".two").element_handle()
    page.wait_for_function(
        "(two) => { const state = two.closest('.root').stage;"
        " return !state.askSoon.isWaiting() && state.settings.serial === state.serial; }",
        arg=handle,
    )


def opened(visit, place: str = "", **window) -> Page:
    page = visit(TUTORIAL + (f"&place={place}" if place else ""), **window)
    page.locator(".two").wait_for()
    settle(page)
    return page


def shown(page: Page) -> str:
    return page.locator(".whole-value").inner_text().replace("\u2212", "-")


@pytest.fixture(scope="module")
def maps():
    return open_network("tutorial").feature_maps(open_sample("goldfish"))


def test_a_cell_is_explained_to_everyone_and_leads_on_by_pointer_and_keys(visit, maps):
    page = opened(visit, "relu_2:9:10:12")
    assert violations(page) == []
    assert complaints(page) == []
    a_cell_of_the_patch_tells_its_product_and_leads_on(page, maps)
    rows_are_walked_with_arrow_keys_and_unfold(page)
    one_layer_at_a_time_leaves_the_sum_to_the_layer_before(page)
    arrow_keys_move_the_cell_and_the_last_one_is_explained(visit, page, maps)
    the_browser_draws_the_receptive_field_that_python_knows(page)


def rows_are_walked_with_arrow_keys_and_unfold(page: Page) -> None:
    page.locator(".pick").first.focus()
    page.keyboard.press("ArrowDown")
    channel = state(page, "state.inputs.channelOf(state.inputs.rows[1])")
    expect(page.locator(".lens .title")).to_contain_text(f"Map {channel} of relu_1")
    page.keyboard.press("Enter")
    expect(page.locator(".pick").nth(1)).to_have_attribute("aria-pressed", "true")


def a_cell_of_the_patch_tells_its_product_and_leads_on(page: Page, maps) -> None:
    """Check it, and come back."""
    cell = page.locator(".patch canvas")
    size = cell.bounding_box()["width"] / 3
    at = {"x": size * 2.5, "y": size * 0.5}
    cell.hover(position=at)
    expect(page.locator(".lens .line")).to_contain_text("Row 9, column 13: ")
    line = page.locator(".lens .line").inner_text()
    numbers = line.split(": ")[1].replace("\u2212", "-").replace("(", "").replace(")", "")
    value, weight, product = (float(one) for one in numbers.replace("=", "\u00d7").split("\u00d7"))
    assert value * weight == pytest.approx(product, abs=2e-3)
    channel = state(page, "state.inputs.channelOf(state.inputs.row)")
    assert value == pytest.approx(maps["relu_1"][9, 13, channel], abs=1e-3)
    cell.click(position=at)
    answered(page)
    there = {"layer": "relu_1", "row": 9, "column": 13, "channel": channel}
    assert state(page, "state.settings.cell") == there
    expect(page.locator(".crumb")).to_have_count(2)
    page.get_by_role("button", name="Back", exact=True).click()
    answered(page)
    assert state(page, "state.settings.cell.layer") == "relu_2"


def one_layer_at_a_time_leaves_the_sum_to_the_layer_before(page: Page) -> None:
    """Check it, and leave the layers together."""
    together = page.locator(".steps li").count()
    page.get_by_label("One layer at a time").check()
    answered(page)
    expect(page.locator(".kind")).to_have_text("relu_2 \u00b7 ReLU")
    expect(page.locator(".steps li")).to_have_count(1)
    assert together > 1
    page.wait_for_url("**apart=true**")
    page.get_by_label("One layer at a time").uncheck()
    page.wait_for_url(lambda url: "apart=" not in url)
    answered(page)
    expect(page.locator(".steps li")).to_have_count(together)


def arrow_keys_move_the_cell_and_the_last_one_is_explained(visit, page: Page, maps) -> None:
    page.locator(".place .frame").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(".where")).to_have_text("Map 9, row 12, column 18")
    answered(page)
    assert float(shown(page)) == pytest.approx(maps["relu_2"][12, 18, 9], abs=1e-4)
    expect(page.locator(".right.stale")).to_have_count(0)
    page.wait_for_url("**place=relu_2%3A9%3A12%3A18**")
    other = visit(page.url.split("/")[-1])
    assert shown(other) == shown(page)


def the_browser_draws_the_receptive_field_that_python_knows(page: Page) -> None:
    network = open_network("tutorial")
    for layer in ("conv_1", "relu_2", "pool"):
        page.locator(".place select").first.select_option(layer)
        answered(page)
        rows, columns, _ = network.layer(layer).output_shape
        for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 2, 1)):
            drawn = state(
                page,
                f"state.fieldOf(state.held.layer.field, {{row: {row}, column: {column}}})",
            )
            assert drawn == list(network.receptive_box(layer, row, column))


def test_a_click_on_the_map_chooses_the_cell_under_the_pointer(visit, maps):
    page = opened(visit, "pool:3:0:0")
    aim(page.locator(".place .overlay"), 5.5 / 16, 9.5 / 16)
    expect(page.locator(".readout")).to_contain_text("row 9, column 5")
    page.mouse.down()
    page.mouse.up()
    answered(page)
    assert state(page, "[state.cell.row, state.cell.column]") == [9, 5]
    assert float(shown(page)) == pytest.approx(maps["pool"][9, 5, 3], abs=1e-4)


def test_the_way_leads_from_the_answer_down_to_a_pixel_and_back(visit):
    page = opened(visit)
    best = open_network("tutorial").predict(open_sample("goldfish"), top=1)[0]
    expect(page.locator(".where")).to_have_text(best.label, ignore_case=True)
    page.get_by_role("button", name="Follow the strongest input to a pixel").click()
    answered(page)
    assert state(page, "state.settings.cell.layer") == "image"
    expect(page.locator(".pixel canvas")).to_be_visible()
    page.locator(".more-crumbs").click()
    expect(page.locator(".crumb")).to_have_count(state(page, "state.settings.trail.length"))
    page.locator(".crumb").nth(1).click()
    answered(page)
    assert state(page, "state.settings.cell.layer") == "dense"


def test_an_answer_is_explained_in_the_dark_and_by_the_keyboard_alone(visit):
    page = opened(visit, "softmax:3:0:0", dark=True)
    assert violations(page) == []
    assert complaints(page) == []
    arithmetic_is_set_with_fractions_roots_and_powers(page)
    the_keyboard_alone_goes_on_from_input_to_input(page)


def arithmetic_is_set_with_fractions_roots_and_powers(page: Page) -> None:
    expect(page.locator(".steps .fraction")).to_have_count(2)
    expect(page.locator(".steps sup")).to_have_count(2)
    formula = page.locator(".steps .formula").first
    expect(formula).to_have_attribute("aria-label", "e^(z \u2212 largest z)")
    assert formula.locator("sup").inner_text().replace("\n", "") == "z\u2212largest z"


def the_keyboard_alone_goes_on_from_input_to_input(page: Page) -> None:
    page.get_by_role("button", name="Go on from").first.focus()
    for layer in ("dense", "flatten", "pool", "relu_2"):
        page.keyboard.press("Enter")
        answered(page)
        assert state(page, "state.settings.cell.layer") == layer
    # A window: its strongest cell is gone on from.
    page.locator(".grids").focus()
    page.keyboard.press("Enter")
    answered(page)
    assert state(page, "state.settings.cell.layer") == "relu_1"


@pytest.mark.parametrize("place", ["relu_2:9:10:12", "image:0:4:4"])
def test_a_phone_shows_it_without_sideways_scrolling(visit, place):
    page = opened(visit, place, width=390, height=844)
    assert overflow(page) <= 0
    wide = page.locator(".two").evaluate("(two) => two.scrollWidth - two.clientWidth")
    assert wide <= 0


def test_more_inputs_stay_in_the_list_once_they_are_asked_for(visit):
    page = opened(visit, "dense:1:0:0")
    rows = page.locator("ol.inputs > li")
    before = rows.count()
    more = page.get_by_role("button", name="Show 24 more")
    more.click()
    expect(rows).to_have_count(before + 24)
    settle(page)
    expect(rows).to_have_count(before + 24)
    more.click()
    expect(rows).to_have_count(before + 48)
    page.set_viewport_size({"width": 1300, "height": 900})
    settle(page)
    expect(rows).to_have_count(before + 48)
    page.locator(".units button").nth(3).click()
    answered(page)
    expect(rows).to_have_count(before)
