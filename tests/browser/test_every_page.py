"""What every page must pass: both themes, a phone, a hostile address, no word to the outside."""

import pytest
from playwright.sync_api import expect

from pages.ui.path import PAGES, address_of
from tests.browser.checks import complaints, overflow, violations

PATHS = [address_of(page) if page.group else "" for page in PAGES]
HOSTILE = (
    "?picture=../../etc&kernel=[[1e999]]&at=-1,x&size=abc&stride=-3&padding=%00&dilation=99999999"
    "&bias=nan&flip=perhaps&show=%3Cscript%3E&source=&rate=1e400&layer=none&step=-1"
)
pytestmark = pytest.mark.parametrize("path", PATHS, ids=[path or "start" for path in PATHS])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_violation(visit, path, dark):
    assert violations(visit(path, dark=dark)) == []


def test_a_phone_shows_it_without_sideways_scrolling(visit, path):
    page = visit(path, width=390, height=844)
    assert overflow(page) <= 0
    assert complaints(page) == []


def test_a_hostile_address_opens_the_defaults(visit, path):
    page = visit(path + HOSTILE)
    assert complaints(page) == []
    expect(page.locator("[data-testid='stAlert']")).to_have_count(0)


def test_nothing_is_asked_from_another_host(app, visit, path):
    asked = []
    page = visit(path, on_request=lambda request: asked.append(request.url))
    page.wait_for_load_state("networkidle")
    own = (app, app.replace("http", "ws"), "data:", "blob:")
    assert any(url.startswith(app) for url in asked)
    assert [url for url in asked if not url.startswith(own)] == []
