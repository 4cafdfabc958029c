"""Your own classes in a real browser: a zip of one's own, its wall, and another page."""

from playwright.sync_api import expect

from cnnviz.images import pictures as images
from cnnviz.search.photos import all_photos, open_photo
from tests.browser.checks import complaints, overflow
from tests.browser.tabs import settle
from tests.pages.test_own_classes import zipped


def test_a_zip_is_learned_and_opens_in_network(visit):
    page = visit("own_classes?own_source=My+own&own_epochs=8")
    photos = {
        label: [
            images.resize_to(open_photo(one), 96) for one in all_photos() if one.label == label
        ][:6]
        for label in ("fish", "tool")
    }
    page.locator("input[type=file]").first.set_input_files(
        {"name": "mine.zip", "mimeType": "application/zip", "buffer": zipped(photos)}
    )
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(7, timeout=60_000)
    expect(page.get_by_text("are told right").first).to_be_visible()
    tiles.nth(2).click()
    expect(page.get_by_text("Held out:").first).to_be_visible()
    page.wait_for_url("**own_at=2**")
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert overflow(page) <= 0
    assert complaints(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Network", exact=True).click()
    page.wait_for_url("**/network?**", timeout=60_000)
    expect(page.get_by_text("own_classes.keras").first).to_be_visible(timeout=60_000)
