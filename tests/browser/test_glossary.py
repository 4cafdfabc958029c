"""Words that lead to the Glossary, and what stands beside a page's title."""

import pytest
from playwright.sync_api import expect

from tests.browser.checks import becomes, complaints, violations


def test_a_word_leads_to_its_place_and_the_link_there_to_where_one_can_see_it(visit):
    page = visit("padding_and_stride")
    word = page.locator("[data-testid='stMain'] a[href^='glossary#']").first
    assert word.get_attribute("title").endswith(".")
    with page.context.expect_page() as opened:
        word.click()
    glossary = opened.value
    place = glossary.locator(f"[id='{word.get_attribute('href').partition('#')[2]}']")
    expect(place.first).to_be_in_viewport()
    glossary.get_by_role("link", name="Padding and stride").nth(1).click()
    glossary.wait_for_url("**/padding_and_stride?pad_stride=2")
    expect(glossary.get_by_role("heading", name="Padding and stride").first).to_be_visible()
    assert complaints(glossary) == []


def test_the_address_of_the_view_is_copied_and_shown_as_a_code(visit):
    page = visit("convolution?stride=3", alone=True)
    shows_its_code(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copies(page)
    # As in a classroom's network, where there is no https.
    page.evaluate("() => navigator.clipboard.writeText('')")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error('no')) }")
    copies(page)


def copies(page):
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    assert copied.endswith("stride=3")


def test_the_stage_is_presented_alone_until_escape_and_asks_before_it_shows_a_result(visit):
    page = visit("pooling?pool_window=3")
    rest = [
        page.get_by_role("link", name="Convolution").first,  # the menu
        page.get_by_role("slider", name="Window"),
        page.get_by_role("heading", name="You now know"),
    ]
    stage = page.locator(".input .frame")
    before = stage.bounding_box()
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_role("button", name="Present")).to_have_attribute("aria-pressed", "true")
    for one in rest:
        expect(one).to_be_hidden()
    becomes(page, lambda: stage.bounding_box()["height"] > before["height"] * 1.1, True)
    assert violations(page) == []
    asks_first(page)
    page.get_by_role("button", name="One number for all").click()
    page.wait_for_url("**present=1**ask=1**pool_global=true**")  # so that a view can be prepared
    page.keyboard.press("Escape")
    for one in rest[::2]:
        expect(one).to_be_visible()
    page.wait_for_url(lambda url: "present" not in url)
    assert complaints(page) == []


def shows_its_code(page):
    page.get_by_role("button", name="QR code").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(page.url)).to_be_visible()
    expect(dialog.get_by_role("img", name="A QR code of the address below.")).to_be_in_viewport()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def asks_first(page):
    """Go through what a class does: guess, guess better, move on to the next number."""
    result = page.locator(".sum .equals")
    number = result.inner_text().removeprefix("= ")
    assert float(number) > 0
    page.get_by_role("button", name="Ask first").click()
    guess = page.get_by_role("textbox", name="What is the result at row")
    expect(guess).to_be_visible()
    becomes(page, result.inner_text, "= ?")
    expect(page.locator(".katex-display").first).to_be_hidden()
    said = page.locator(".question [role=status]")
    for text, answer in (("12 or so", "Received: 12 or so."), ("0", "Too low"), (number, "Right.")):
        becomes(page, result.inner_text, "= ?")
        guess.fill(text)
        guess.press("Enter")
        expect(said).to_contain_text(answer)
    becomes(page, result.inner_text, f"= {number}")
    page.locator(".far .cells").press("ArrowLeft")
    becomes(page, result.inner_text, "= ?")
    expect(said).to_have_text("")
    assert violations(page) == []
    page.get_by_role("button", name="Show", exact=True).click()
    becomes(page, lambda: "?" in result.inner_text(), False)


@pytest.mark.parametrize("path", ["padding_and_stride", "convolution"])
def test_on_a_phone_the_pages_tools_stand_beside_its_title(visit, path):
    page = visit(path, width=390, height=844)
    title = page.get_by_role("heading", level=1).bounding_box()
    for name in ("Start over", "Copy link"):
        tool = page.get_by_role("button", name=name).bounding_box()
        assert abs(tool["y"] + tool["height"] / 2 - title["y"] - title["height"] / 2) < 30
        assert tool["x"] + tool["width"] <= 390
