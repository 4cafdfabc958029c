"""Health over many pictures and two networks side by side, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.checks import complaints, overflow, violations
from tests.browser.tabs import settle

VIEWS = {"Health": "Near-duplicates of another one", "Compare": "The answers"}


@pytest.mark.parametrize("view", VIEWS)
def test_it_is_for_everyone(visit, view):
    page = visit(f"network?view={view}&network=Tutorial+network&place=relu_2:3:4:5")
    expect(page.get_by_text(VIEWS[view])).to_be_visible(timeout=60_000)
    settle(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert overflow(page) <= 0
    assert complaints(page) == []
