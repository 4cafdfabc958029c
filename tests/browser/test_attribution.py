"""Why in a real browser: pressing a method, covering with a patch, and what the address keeps."""

import numpy as np
from playwright.sync_api import expect

from cnnviz.attribution.covering import SIDE, read_mask
from tests.browser.checks import becomes, complaints, violations
from tests.browser.tabs import settle

SMALL = "why?why_network=Small+VGG"


def test_a_press_on_a_small_map_asks_by_it_and_arrow_keys_lead_along(visit):
    page = visit(SMALL)
    tiles = page.get_by_role("group", name="Methods").get_by_role("button")
    expect(tiles).to_have_count(11)
    tiles.filter(has_text="HiResCAM").click()
    page.wait_for_url("**why_method=HiResCAM**")
    expect(tiles.filter(has_text="HiResCAM")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**why_method=Saliency**")
    settle(page)
    page.locator(".alone").hover()
    expect(page.locator(".pointed")).to_contain_text("of the largest")
    assert complaints(page) == []


def test_a_patch_is_dragged_the_classes_follow_and_the_address_keeps_it(visit):
    page = visit(f"{SMALL}&why_part=Cover+it+up")
    photo = page.locator(".photo")
    photo.hover(position={"x": 60, "y": 60})
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(*_at(photo, 60 + 20 * step, 60 + 12 * step))
    page.mouse.up()
    page.wait_for_url("**why_cover=**")
    settle(page)
    expect(page.locator(".share")).to_contain_text("6.3% of the picture is covered")
    mask = np.array(_mask(page))
    assert mask.sum() == 16 * 16
    address = page.url.split("why_cover=")[1].split("&")[0]
    np.testing.assert_array_equal(read_mask(address), mask.reshape(SIDE, SIDE).astype(bool))
    photo.focus()
    page.keyboard.press("ArrowLeft")
    becomes(page, lambda: _left(page) - int(np.flatnonzero(mask)[0] % SIDE), -1)
    page.get_by_role("button", name="Uncover everything").click()
    expect(page.locator(".share")).to_contain_text("Press on the photo")
    assert violations(page) == []
    # A view that was made anew has no photo, and what Python sent last may lack it.
    stage = photo.evaluate_handle("(photo) => photo.closest('.root').stage")
    stage.evaluate("(one) => { one.held = one.picture = null; one.send(false); }")
    becomes(page, lambda: stage.evaluate("(one) => Boolean(one.picture)"), True)


def _at(photo, x: float, y: float) -> tuple[float, float]:
    box = photo.bounding_box()
    return box["x"] + x, box["y"] + y


def _mask(page) -> list[int]:
    return page.locator(".photo").evaluate(
        "(photo) => Array.from(photo.closest('.root').stage.mask)"
    )


def _left(page) -> int:
    return int(np.flatnonzero(_mask(page))[0] % SIDE)
