"""What stands around every page: starting over, bringing back, and the way on."""

import pytest

from pages.ui.path import PAGES

STATIONS = [page for page in PAGES if page.known]


@pytest.fixture
def has_menu() -> bool:
    return True


def pressed(page, key):
    return next(button for button in page.button if button.key == key).click().run()


def said(page, name):
    """What the address says of a name."""
    texts = page.query_params[name]
    return texts if isinstance(texts, str) else texts[-1]


def test_starting_over_sets_every_control_back_and_one_press_undoes_it(open_page):
    page = open_page("pages/02_padding_and_stride.py", pad_stride="3", picture="goldfish")
    assert said(page, "pad_stride") == "3"
    page = pressed(page, "start_over")
    assert "pad_stride" not in page.query_params
    assert said(page, "picture") == "goldfish"
    page = pressed(page, "take_back")
    assert said(page, "pad_stride") == "3"
    assert not page.exception


def test_an_experiment_can_be_taken_back(open_page):
    page = open_page("pages/01_convolution.py", stride="2", flip="true")
    page = pressed(page, "try_A stride of 4")
    assert said(page, "stride") == "4"
    assert "flip" not in page.query_params
    page = pressed(page, "take_back")
    assert said(page, "stride") == "2"
    assert said(page, "flip") == "true"
    assert not any(button.key == "take_back" for button in page.button)


def test_starting_over_leaves_other_pages_as_they_are(open_page):
    page = open_page("pages/01_convolution.py", stride="2")
    page.switch_page("pages/02_padding_and_stride.py").run()
    page = pressed(page, "start_over")
    page.switch_page("pages/01_convolution.py").run()
    assert said(page, "stride") == "2"


@pytest.mark.parametrize("station", STATIONS, ids=[page.title for page in STATIONS])
def test_a_station_says_what_one_knows_and_leads_on(open_page, station):
    page = open_page(station.path)
    at = PAGES.index(station)
    assert page.header[-1].value == "You now know"
    labels = [link.proto.label for link in page.main.get("page_link")]
    assert labels[-2:] == [PAGES[at - 1].title, PAGES[at + 1].title]
