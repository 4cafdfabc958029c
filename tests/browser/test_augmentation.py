"""Augmentation in a real browser: a tile, the arrow keys, the player, and a phone."""

from playwright.sync_api import expect

from tests.browser.checks import becomes, complaints, overflow
from tests.browser.tabs import settle

SMALL = "augmentation?augment_network=Tutorial+network&augment_layers=rlight-f0.5~rcrop-h16-w20"


def test_tiles_keys_and_player_lead_along_without_python(visit):
    page = visit(SMALL)
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(16)
    expect(tiles.nth(1)).to_have_attribute("aria-pressed", "true")
    becomes(page, lambda: _sum(page, ".large") == _sum(page, ".tile canvas >> nth=1") > 0, True)
    tiles.nth(5).click()
    expect(page.get_by_text("Sample 5 of 15")).to_be_visible()
    assert "augment_at" not in page.url  # not told yet, and all has changed
    words, crop = page.locator(".drawn li").all_text_contents()
    assert crop.startswith("16 \u00d7 20 px, from row")
    assert _size(page, ".large") == _size(page, ".tile canvas >> nth=5") == [20, 16]
    assert _size(page, ".tile canvas >> nth=0") == [32, 32]
    # Both have the same place, and the crop's pixels are square in it.
    fits = [one.bounding_box() for one in page.locator(".tile canvas").all()[:2]]
    assert abs(fits[0]["height"] - fits[1]["height"]) < 0.5
    assert words.endswith("levels")
    assert words in tiles.nth(5).get_attribute("aria-label")
    page.wait_for_url("**augment_at=5**")
    settle(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("The picture itself", exact=True).first).to_be_visible()
    expect(tiles.nth(0)).to_be_focused()
    page.wait_for_url("**augment_at=0**")
    page.get_by_role("button", name="Play").click()
    expect(tiles.nth(0)).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Pause").click()
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert overflow(page) <= 0
    assert complaints(page) == []


def _size(page, selector: str) -> list[int]:
    """Give a canvas's own columns and rows."""
    return page.locator(selector).evaluate("(canvas) => [canvas.width, canvas.height]")


def _sum(page, selector: str) -> int:
    """Add up the pixels of a canvas."""
    return page.locator(selector).evaluate(
        """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.reduce((sum, level, at) => sum + level * (1 + (at % 7)), 0);
        }"""
    )
