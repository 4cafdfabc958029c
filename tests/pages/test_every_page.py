"""Every page runs without a browser: as it opens, and at a hostile address."""

import pytest

from pages.ui.path import PAGES

HOSTILE = {
    "picture": "../../etc/passwd",
    "kernel": "[[1e999]]",
    "at": "-1,x",
    "stride": "-3",
    "padding": "\x00",
    "size": "abc",
    "dilation": "99999999999999999999",
    "bias": "nan",
    "flip": "perhaps",
    "show": "<script>",
    "source": "",
    "ask": "\x00",
    "lesson_step": "edges-99",
}
paths = pytest.mark.parametrize("path", [page.path for page in PAGES])


@pytest.fixture
def has_menu() -> bool:
    return True


@paths
def test_it_opens(open_page, path):
    page = open_page(path)
    assert not page.exception
    assert not page.error


@paths
def test_a_hostile_address_opens_the_defaults(open_page, path):
    page = open_page(path, **HOSTILE)
    assert not page.exception
    assert not page.error
    assert page.session_state["picture_in_hand"].name == "panda"


@paths
def test_the_picture_in_the_address_is_on_the_page(open_page, path):
    page = open_page(path, picture="goldfish")
    assert page.session_state["picture_in_hand"].name == "goldfish"
