"""A whole tiny training in a real browser: it is seen, paused, replayed, and opened elsewhere."""

import contextlib
import re

from playwright.sync_api import Page, TimeoutError, expect

from pages.training.state import SHOWN
from tests.browser.checks import becomes, complaints, overflow, violations
from tests.browser.tabs import settle

TINY = (
    "train?train_data=Digits&train_pictures=60&train_epochs=3&train_batch=8"
    "&stack=in-h8-w8-c1~conv-f4-k3~flat~dense-u10"
)


def test_a_tiny_training_and_another_one_are_seen_from_the_first_batch_to_the_end(visit):
    page = visit(TINY)
    page.get_by_role("button", name="One batch").click()
    expect(page.get_by_text("Paused")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("batch 1 of 8")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("of the pictures held out are right")).to_be_visible(timeout=60_000)
    settle(page)
    the_picture_of_another_training_takes_the_place_of_the_one_before(page)
    slider = page.get_by_role("slider", name="Epoch", exact=True)
    becomes(page, lambda: "epoch 3" in (slider.get_attribute("aria-valuetext") or ""), True)
    before = _kernels(page)
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("before the first step"))
    assert _kernels(page) != before
    page.wait_for_url(f"**{SHOWN.name}=0**")
    # A cell of the matrix opens its pictures: as many as it counts.
    settle(page)
    cell = page.locator(".matrix button").filter(has_text="1").first
    count = int(cell.inner_text())
    cell.click()
    page.wait_for_url("**train_cell=**")
    wall = page.locator(".walls section").first
    becomes(page, lambda: wall.locator("figure").count(), min(count, 24))
    expect(cell).to_have_attribute("aria-pressed", "true")
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert overflow(page) <= 0
    page.get_by_role("button", name="Network", exact=True).click()
    page.wait_for_url("**/network?**")
    expect(page.locator(".network").first).to_be_visible()
    assert complaints(page) == []


def the_picture_of_another_training_takes_the_place_of_the_one_before(page: Page) -> None:
    """Check it once one has ended, and leave the page when the other has."""
    photo = page.locator(".maps > canvas")
    expect(photo).to_have_attribute("aria-label", "The picture: 0")
    again = page.get_by_role("button", name="Train again")
    expect(again).to_be_visible()  # it has ended
    settle(page)
    before = photo.evaluate("(canvas) => canvas.toDataURL()")
    page.get_by_text("More settings").click()
    watched = page.get_by_role("combobox", name="Watched picture")
    for _ in range(5):  # a list closes when what it lies on is scrolled or drawn anew
        watched.click()
        with contextlib.suppress(TimeoutError):
            page.get_by_role("option", name="7").click(timeout=5_000)
            break
    page.wait_for_url("**train_watched=7**")
    settle(page)
    page.get_by_text("More settings").click()
    again.click()
    expect(photo).to_have_attribute("aria-label", "The picture: 7", timeout=60_000)
    assert photo.evaluate("(canvas) => canvas.toDataURL()") != before
    assert complaints(page) == []
    expect(again).to_be_visible(timeout=60_000)
    settle(page)


def test_a_network_without_a_convolution_has_neither_kernels_nor_maps(visit):
    page = visit(f"{TINY.partition('&stack')[0]}&stack=in-h8-w8-c1~flat~dense-u10")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("of the pictures held out are right")).to_be_visible(timeout=60_000)
    settle(page)
    expect(page.locator(".counts")).to_be_visible()
    expect(page.get_by_text("Kernels of the first convolution")).to_be_hidden()
    assert violations(page) == []
    assert complaints(page) == []


def _kernels(page) -> str:
    return page.locator(".kernels canvas").first.evaluate("(canvas) => canvas.toDataURL()")
