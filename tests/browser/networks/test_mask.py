"""A mask over the photo, in a real browser."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.checks import becomes, complaints, overflow, violations
from tests.browser.tabs import settle
from tests.networks.answering import u_net


def test_a_mask_is_pressed_led_by_keys_and_for_everyone(visit, tmp_path: Path):
    path = tmp_path / "u_net.keras"
    u_net(softmax=True, classes=4).save(path)
    page = visit("network?network=Your+own+model&view=Answer&picture=panda")
    page.locator(".st-key-own_model_file input[type=file]").set_input_files(path)
    classes = page.locator(".legend-of-classes button")
    expect(classes).to_have_count(5, timeout=60_000)
    expect(classes.first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".said")).to_contain_text("Row ")
    frame = page.locator(".frame[role=application]")
    pixels = frame.locator(".pixels")
    whole = pixels.evaluate("canvas => canvas.toDataURL()")
    classes.nth(1).click()
    expect(classes.nth(1)).to_have_attribute("aria-pressed", "true")
    becomes(page, lambda: pixels.evaluate("canvas => canvas.toDataURL()") == whole, False)
    frame.focus()
    before = page.locator(".said").text_content()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".said")).not_to_have_text(before or "")
    expect(page.get_by_text("in the cell at row")).to_be_visible()
    becomes(page, lambda: "place=softmax" in page.url, True)
    settle(page)
    # Streamlit's own list of uploaded files breaks one of the minor rules.
    ours = [one for one in violations(page) if not one.startswith("presentation-role-conflict")]
    assert ours == []
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert overflow(page) <= 0
    assert complaints(page) == []
