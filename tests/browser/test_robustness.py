"""Robustness in a real browser: the slider, a press on the curve, and the attack's stage."""

from playwright.sync_api import expect

from tests.browser.checks import becomes, complaints, is_for_everyone, overflow, violations
from tests.browser.tabs import settle

SMALL = "robustness?steady_network=Small+VGG&steady_change=Rotate"

# What the address is at the moment at which the slider says something else.
_NOTE_ADDRESS = """
(slider) => new MutationObserver((_, observer) => {
  window.addressThen = location.href;
  observer.disconnect();
}).observe(slider, { attributeFilter: ["aria-valuetext"] })
"""


def test_the_slider_leads_along_without_python_and_a_press_on_the_curve_too(visit):
    page = visit(f"{SMALL}&steady_at=10")
    slider = page.get_by_role("slider", name="Rotate")
    expect(slider).to_have_attribute("aria-valuetext", "unchanged")
    becomes(page, lambda: _sum(page, 1) == _sum(page, 0) > 0, True)
    slider.evaluate(_NOTE_ADDRESS)
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "180 degrees")
    assert _sum(page, 1) != _sum(page, 0)
    assert "steady_at=10" in page.evaluate("window.addressThen")  # not told yet
    page.wait_for_url("**steady_at=20**")
    settle(page)
    points = page.locator(".js-plotly-plot").first.locator(".scatterlayer .trace").first
    points.locator(".points path").nth(4).click(force=True)
    page.wait_for_url("**steady_at=4**")
    becomes(page, lambda: slider.get_attribute("aria-valuetext"), "\u2212108 degrees")
    page.get_by_role("button", name="Play").click()
    becomes(page, lambda: slider.get_attribute("aria-valuetext") != "\u2212108 degrees", True)
    page.get_by_role("button", name="Pause").click()
    assert complaints(page) == []


def test_the_attack_shows_what_was_added_and_fits_a_phone(visit):
    page = visit("robustness?steady_network=Small+VGG&steady_part=Adversarial+step")
    expect(page.get_by_text("Difference, 31 times as large")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    becomes(page, lambda: _sum(page, 2) not in (0, _sum(page, 0)), True)
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert violations(page) == []
    page.emulate_media(color_scheme="light")
    is_for_everyone(page)


def test_networks_stand_side_by_side_on_a_phone_too(visit):
    page = visit("robustness?steady_network=Small+VGG&steady_part=Compare+networks")
    expect(page.get_by_role("row")).to_have_count(4)
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert overflow(page) <= 0
    assert violations(page) == []


def _sum(page, at: int) -> int:
    """Add up the pixels of one of the stage's pictures."""
    return (
        page.locator(".pictures canvas")
        .nth(at)
        .evaluate(
            """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.reduce((sum, level, at) => sum + level * (1 + (at % 7)), 0);
        }"""
        )
    )
