"""The wall of maps in a real browser: its colours, hover, keys, order, scrolling and the pin."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.drawing import palette
from cnnviz.images.pictures import resize_to
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.feature_maps.ablation import switched_off
from cnnviz.networks.feature_maps.drawn import over_photo
from tests.browser.checks import (
    becomes,
    complaints,
    overflow,
    state_of,
    turned,
    violations,
)
from tests.browser.tabs import settle

SMALL = "network?view=Layer&network=Small VGG"
on_wall = state_of(".wall")


def opened(visit, address: str, **window) -> Page:
    page = visit(address, **window)
    page.locator(".wall").wait_for()
    settle(page)
    return page


def middle_of(page: Page, place: int) -> tuple[float, float]:
    """Find where a tile's middle is on the page, by its place in the order."""
    wall = page.locator(".wall")
    wall.scroll_into_view_if_needed()
    x, y, side, high = on_wall(
        page,
        f"[...state.tiles.cornerOf({place}), state.tiles.side, state.tiles.high]",
    )
    scrolled = on_wall(page, "state.tiles.section.scrollTop")
    box = wall.bounding_box()
    return box["x"] + x + side / 2, box["y"] + y + high / 2 - scrolled


def maps_of(network: str, layer: str) -> np.ndarray:
    return open_network(network).feature_maps(open_sample("panda"), [layer])[layer]


def test_axe_finds_no_violation_in_either_theme(visit):
    page = opened(visit, f"{SMALL}&place=conv_1_1:3:5:5&pin=conv_3_1:4")
    for theme in ("light", "dark"):
        turned(page, theme)
        assert violations(page) == []


def test_a_phone_shows_it_without_sideways_scrolling(visit):
    page = opened(visit, f"{SMALL}&place=relu_2_1:3:5:5", width=390, height=844)
    assert overflow(page) <= 0
    expect(page.locator(".words .layer-name")).to_be_visible()
    expect(page.locator(".words .layer-name")).to_have_text("relu_2_1")
    assert complaints(page) == []


@pytest.mark.parametrize(
    ("network", "layer", "channel", "off"),
    [("small_vgg", "conv_2_1", 5, 6), ("efficientnet_lite0", "stage2_block1_expand_conv", 7, 10)],
    ids=["exact", "in steps"],
)
def test_the_browser_paints_what_python_would(visit, network, layer, channel, off):
    title = open_network(network).title
    page = opened(visit, f"network?view=Layer&network={title}&place={layer}:0:0:0&range=map")
    pixels = on_wall(
        page,
        f"(() => {{ const made = state.tiles.pictureOf({channel}); return Array.from("
        "made.getContext('2d').getImageData(0, 0, made.width, made.height).data); })()",
    )
    values = maps_of(network, layer)[..., channel]
    painted = np.array(pixels).reshape(*values.shape, 4)[..., :3]
    wanted = palette.colour_map(values, limit=float(np.abs(values).max()))
    assert np.abs(painted - wanted.astype(int)).max() <= off


def test_maps_are_hovered_over_switched_off_and_sorted(visit):
    page = opened(visit, f"{SMALL}&place=relu_3_1:3:4:5")
    hovering_shows_a_map_with_its_numbers_and_leaving_the_one_in_hand(page)
    the_network_answers_without_a_map_that_is_switched_off(page)
    sorting_happens_in_the_browser_and_a_copied_address_opens_it(visit, page)
    sorting_by_effect_asks_python_and_keeps_the_place(page)


def hovering_shows_a_map_with_its_numbers_and_leaving_the_one_in_hand(page: Page) -> None:
    maps = maps_of("small_vgg", "relu_3_1")
    heading = page.locator(".hand .title").first
    expect(heading).to_contain_text("Map 3")
    page.mouse.move(*middle_of(page, 11))
    expect(heading).to_contain_text("Map 11")
    note = page.locator(".hand .note").first.inner_text().replace("\u2212", "-")
    assert float(note.split(": ")[1].split(". ")[0]) == pytest.approx(maps[4, 5, 11], abs=1e-3)
    page.mouse.move(5, 5)
    expect(heading).to_contain_text("Map 3")


def the_network_answers_without_a_map_that_is_switched_off(page: Page) -> None:
    """Check it for two maps, and leave the first in hand and all of them on."""
    before = open_network("small_vgg").predict(open_sample("panda"), top=1)[0]
    page.get_by_role("button", name="Switch off").click()
    without = page.locator(".without")
    expect(without).to_contain_text("relu_3_1 without map 3")
    expect(without.locator("p")).to_contain_text(
        f"The logit of \u201c{before.label}\u201d goes from"
    )
    expect(page.get_by_role("button", name="Switch on")).to_have_attribute("aria-pressed", "true")
    page.wait_for_url("**off=relu_3_1%3A3**")
    page.locator(".wall").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    page.wait_for_url("**off=relu_3_1%3A3%2C4**")
    expect(without.locator("p")).to_contain_text("goes from")
    network = open_network("small_vgg")
    found = switched_off(network, network.preprocess(open_sample("panda")), "relu_3_1", [3, 4])
    assert on_wall(page, "state.settings.without.logit[1]") == pytest.approx(found.logit_after)
    expect(without.locator(".bar-row")).to_have_count(len(found.before))
    assert violations(page) == []
    page.get_by_role("button", name="All on").click()
    expect(without).not_to_be_visible()
    expect(page.locator(".wall")).to_be_focused()
    page.wait_for_url(lambda url: "off=" not in url)
    page.locator(".wall").press("ArrowLeft")
    page.wait_for_url("**place=relu_3_1%3A3%3A4%3A5**")
    settle(page)


def sorting_happens_in_the_browser_and_a_copied_address_opens_it(visit, page: Page) -> None:
    most = maps_of("small_vgg", "relu_3_1").max(axis=(0, 1))
    page.get_by_role("button", name="Maximum").click()
    order = on_wall(page, "state.order")
    assert (np.diff(most[order]) <= 0).all()
    page.get_by_role("button", name="Network", exact=True).click()
    page.wait_for_url("**range=network**")
    other = opened(visit, page.url.split("/")[-1])
    assert on_wall(other, "state.order") == order
    assert on_wall(other, "state.limitOf(0)") == on_wall(page, "state.settings.network_limit")
    expect(other.get_by_role("button", name="Maximum")).to_have_attribute("aria-pressed", "true")


def sorting_by_effect_asks_python_and_keeps_the_place(page: Page) -> None:
    page.get_by_role("button", name="Effect").click()
    page.wait_for_url("**sort=effect**")
    page.wait_for_function(
        "(wall) => wall.closest('.root').stage.data.effect",
        arg=page.locator(".wall").element_handle(),
    )
    settle(page)
    effect = np.array(on_wall(page, "Array.from(state.data.effect.data)"))
    assert (np.diff(np.abs(effect)[on_wall(page, "state.order")]) <= 1e-6).all()
    assert on_wall(page, "state.held.channel") == 3


def test_a_map_is_laid_over_the_photo_and_the_address_keeps_how(visit):
    page = opened(visit, f"{SMALL}&place=relu_1_1:3:4:5&range=map")
    alone = painted(page)
    page.get_by_role("button", name="Over the photo").press("Enter")
    page.wait_for_url("**over=70**")
    becomes(page, lambda: on_wall(page, "state.photo.picture !== null"), True)
    values = maps_of("small_vgg", "relu_1_1")[..., 3]
    network, image = open_network("small_vgg"), open_sample("panda")
    top, left, tall, wide = map(int, network.crop_box(image))
    photo = resize_to(image[top : top + tall, left : left + wide], 320)
    limit = float(np.abs(values).max())
    wanted = over_photo(values, photo, (0, 0, 1, 1), limit=limit, opacity=0.7)
    laid = painted(page)
    assert laid.shape == wanted.shape != alone.shape
    assert np.abs(laid.astype(int) - wanted).mean() < 6  # the photo came as a JPEG
    page.get_by_role("slider", name="Opacity").press("ArrowLeft")
    page.wait_for_url("**over=69**")
    expect(page.locator(".opacity")).to_contain_text("69%")
    assert violations(page) == []


def painted(page: Page) -> np.ndarray:
    """Give the pixels of the map in hand."""
    width, pixels = on_wall(
        page,
        "(() => { const made = state.large.pixels; return [made.width, Array.from("
        "made.getContext('2d').getImageData(0, 0, made.width, made.height).data)]; })()",
    )
    return np.array(pixels, np.uint8).reshape(-1, width, 4)[..., :3]


def test_a_click_and_the_arrow_keys_choose_the_map_and_the_address_follows(visit):
    page = opened(visit, f"{SMALL}&place=conv_3_1:0:4:5")
    across = on_wall(page, "state.tiles.across")
    page.mouse.click(*middle_of(page, across + 3))
    page.wait_for_url(f"**place=conv_3_1%3A{across + 3}%3A4%3A5**")
    page.locator(".wall").focus()
    for key in ("ArrowRight", "ArrowDown", "End", "Home", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_url(f"**place=conv_3_1%3A{across + 1}%3A4%3A5**")
    page.keyboard.press("]")
    page.wait_for_url(f"**place=relu_3_1%3A{across + 1}%3A4%3A5**")
    becomes(page, lambda: on_wall(page, "state.settings.layer.name"), "relu_3_1")
    page.locator(".hand .frame").first.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**place=relu_3_1%3A{across + 1}%3A3%3A5**")
    page.wait_for_url("**view=Explain**")


def test_one_goes_on_from_layer_to_layer_as_soon_as_the_address_names_the_next(visit):
    """The menu still shows the layer before, which the browser says with the next key."""
    page = opened(visit, f"{SMALL}&place=conv_1_1:3:4:5")
    page.locator(".wall").focus()
    page.keyboard.press("ArrowRight")
    for layer in ("relu_1_1", "conv_1_2", "relu_1_2"):
        page.keyboard.press("]")
        page.wait_for_url(f"**place={layer}%3A4%3A4%3A5**")
    settle(page)
    expect(page.locator(".words .layer-name")).to_have_text("relu_1_2")
    expect(page.get_by_role("combobox", name="Layer")).to_have_value(re.compile("relu_1_2"))


def test_only_the_tiles_in_view_are_painted(visit):
    page = opened(visit, "network?view=Layer&place=head_relu6:0:3:3&tile=84")
    assert on_wall(page, "state.order.length") == 1280
    seen = on_wall(page, "state.tiles.painted.size")
    assert seen <= on_wall(page, "state.tiles.across * (state.tiles.rowsInView() + 2)")
    page.locator(".wall").focus()
    page.keyboard.press("End")
    becomes(page, lambda: on_wall(page, "state.tiles.painted.has(1279)"), True)
    assert on_wall(page, "state.tiles.painted.size") < 4 * seen
    page.wait_for_url("**place=head_relu6%3A1279%3A3%3A3**")


def test_a_pinned_map_stays_while_others_are_browsed(visit):
    page = opened(visit, f"{SMALL}&place=conv_1_1:3:4:5")
    page.get_by_role("button", name="Pin", exact=True).click()
    page.wait_for_url("**pin=conv_1_1%3A3**")
    settle(page)
    page.get_by_role("button", name="Next").click()
    settle(page)
    assert on_wall(page, "state.settings.layer.name") == "relu_1_1"
    pinned = page.locator(".pinned")
    expect(pinned.locator("strong")).to_have_text("Pinned: conv_1_1, map 3")
    value = maps_of("small_vgg", "conv_1_1")[4, 5, 3]
    told = pinned.inner_text().replace("\u2212", "-").split("Row 4, column 5: ")[1]
    assert float(told.split("\n")[0].rstrip(".")) == pytest.approx(value, abs=1e-3)
    pinned.get_by_role("button", name="Unpin").click()
    page.wait_for_url(lambda url: "pin=" not in url)
    settle(page)
    expect(pinned).not_to_be_visible()


def test_no_more_maps_are_switched_off_than_may_be(visit):
    every = ",".join(map(str, range(100)))
    page = opened(visit, f"network?view=Layer&place=head_relu6:200:3:3&off=head_relu6:{every}")
    without = page.locator(".without")
    expect(without).to_contain_text("head_relu6 without 100 maps")
    page.locator(".wall").press("o")
    expect(without.locator("p")).to_have_text("Up to 100 can be off at once.")
    assert on_wall(page, "state.off.size") == 100
