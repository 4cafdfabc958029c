"""What every page must pass: a hostile address, themes, windows, no word to the outside.

A page is opened once for all of it: what a hostile address opens are its defaults.
"""

import pytest
from playwright.sync_api import Page, expect

from pages.ui.path import PAGES, address_of
from tests.browser.checks import OF_COLOURS, complaints, is_cut, overflow, turned, violations
from tests.browser.essentials import ESSENTIALS, PROJECTOR, SIZES, WHOLE, outside
from tests.browser.tabs import settle

PATHS = [address_of(page) if page.group else "" for page in PAGES]
HOSTILE = (
    "?picture=../../etc&kernel=[[1e999]]&at=-1,x&size=abc&stride=-3&padding=%00&dilation=99999999"
    "&bias=nan&flip=perhaps&show=%3Cscript%3E&source=&rate=1e400&layer=none&step=-1"
    "&lesson=%00&lesson_step=edges-99"
)
PHONE = (390, 844)
OTHERS = [path for path in ESSENTIALS if path not in PATHS]


@pytest.mark.parametrize(
    ("path", "query"),
    [*((path, HOSTILE) for path in PATHS), *((path, "") for path in OTHERS)],
    ids=[path or "start" for path in PATHS + OTHERS],
)
def test_a_hostile_address_opens_the_defaults_which_pass_in_all_themes_and_windows(
    app, profile, visit, path, query
):
    page = visit(path + query, dark=True)
    assert complaints(page) == []
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    if path in PATHS:
        is_sound_in_both_themes(page)
    page.emulate_media(color_scheme="light")
    assert missed(page, path) == {}
    page.wait_for_load_state("networkidle")
    own = (app, app.replace("http", "ws"), "data:", "blob:")
    assert any(url.startswith(app) for url in profile.asked)
    assert [url for url in profile.asked if not url.startswith(own)] == []


def missed(page: Page, path: str) -> dict[tuple[str, tuple[int, int]], list[str]]:
    """Go through a page's parts and all windows; list what does not show as it must, and where."""
    wrong = {}
    for number, (part, selectors) in enumerate(ESSENTIALS.get(path, {"": ()}).items()):
        whole = part in WHOLE.get(path, ())
        if part:
            resized(page, SIZES[0])
            page.get_by_role("radio", name=part, exact=True).click()
            settle(page)
        for size in SIZES if selectors else ():
            resized(page, size)
            wrong[part, size] = outside(page, selectors)
            if whole and size == PROJECTOR:
                wrong[part, size] += too_narrow(page) + is_cut(page)
        if whole or not number:  # a page is seen on a phone as it opens, at least
            resized(page, PHONE)
            wrong[part, PHONE] = complaints(page) + too_narrow(page)
            wrong[part, PHONE] += is_cut(page) if whole else []
    return {where: found for where, found in wrong.items() if found}


def is_sound_in_both_themes(page: Page) -> None:
    """Check colours in the dark theme, and all in the light one, which a dark page becomes."""
    turned(page, "dark")
    assert violations(page, OF_COLOURS) == []
    turned(page, "light")
    assert violations(page) == []


def resized(page: Page, size: tuple[int, int]) -> None:
    if page.viewport_size == {"width": size[0], "height": size[1]}:
        return
    page.set_viewport_size({"width": size[0], "height": size[1]})
    settle(page)


def too_narrow(page: Page) -> list[str]:
    """Say by how much the page is wider than its window, if it is."""
    wide = overflow(page)
    return [f"{wide} px too wide"] if wide > 0 else []
