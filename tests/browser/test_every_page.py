"""What every page must pass: both themes, a phone, a hostile address, no word to the outside."""

import re

import pytest
from playwright.sync_api import Page, expect

from pages.ui.path import PAGES, address_of
from tests.browser.checks import OF_COLOURS, becomes, complaints, overflow, violations
from tests.browser.tabs import settle

PATHS = [address_of(page) if page.group else "" for page in PAGES]
HOSTILE = (
    "?picture=../../etc&kernel=[[1e999]]&at=-1,x&size=abc&stride=-3&padding=%00&dilation=99999999"
    "&bias=nan&flip=perhaps&show=%3Cscript%3E&source=&rate=1e400&layer=none&step=-1"
)
pytestmark = pytest.mark.parametrize("path", PATHS, ids=[path or "start" for path in PATHS])


def test_it_is_sound_in_both_themes_and_on_a_phone_and_asks_no_other_host(
    app, profile, visit, path
):
    page = visit(path)
    becomes(page, lambda: brightness(page) > 200, True)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    becomes(page, lambda: brightness(page) < 60, True)
    settle(page)
    assert violations(page, OF_COLOURS) == []
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert overflow(page) <= 0
    assert complaints(page) == []
    page.wait_for_load_state("networkidle")
    own = (app, app.replace("http", "ws"), "data:", "blob:")
    assert any(url.startswith(app) for url in profile.asked)
    assert [url for url in profile.asked if not url.startswith(own)] == []


def test_a_hostile_address_opens_the_defaults(visit, path):
    page = visit(path + HOSTILE)
    assert complaints(page) == []
    expect(page.locator("[data-testid='stAlert']")).to_have_count(0)


def brightness(page: Page) -> int:
    """Give the mean level of the page's background, from 0 to 255."""
    colour = page.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    levels = [int(level) for level in re.findall(r"\d+", colour)[:3]]
    return sum(levels) // 3
