"""Feature visualisation: a picture's way is played back, and a tile taken in hand, in a browser."""

from playwright.sync_api import expect

from tests.browser.checks import after, becomes, complaints

# What ships is there at once: nothing is made here.
ONE = "feature_visualisation"
EIGHT = "feature_visualisation?feature_part=Eight+channels"


def test_the_way_of_a_picture_is_stepped_through_and_played(visit):
    page = visit(ONE)
    slider = page.get_by_label("Step of the ascent")
    expect(slider).to_be_visible()
    words = page.locator(".player .where")
    last = int(slider.get_attribute("max") or 0)
    assert last > 8
    assert slider.input_value() == str(last)
    canvas = page.locator("canvas[role=img]")
    picture = "canvas => canvas.toDataURL()"
    done, said = canvas.evaluate(picture), words.text_content()
    slider.focus()
    page.keyboard.press("Home")
    expect(words).to_contain_text("after 0 of")
    assert canvas.evaluate(picture) != done
    page.keyboard.press("End")
    expect(words).to_have_text(said or "")
    becomes(page, lambda: canvas.evaluate(picture), done)
    page.keyboard.press("Home")
    page.get_by_role("button", name="Play").click()
    becomes(page, lambda: int(slider.input_value()) > 1, True)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert complaints(page) == []


def test_a_tile_takes_its_channel_in_hand_by_mouse_and_by_keys(visit):
    page = visit(EIGHT)
    tiles = page.locator(".tiles-of-channels button")
    expect(tiles).to_have_count(8)
    expect(tiles.first).to_have_attribute("aria-pressed", "true")
    tiles.nth(2).click()
    after(page, "feature_channel=2")
    expect(tiles.nth(2)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(tiles.nth(7)).to_be_focused()
    page.keyboard.press("Enter")
    after(page, "feature_channel=7")
    expect(tiles.nth(7)).to_have_attribute("aria-pressed", "true")
    assert complaints(page) == []
