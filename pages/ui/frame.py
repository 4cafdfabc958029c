"""The frame around every page: settings, menu, the picture, title and one sentence."""

import gc
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import streamlit as st

from pages.ui.entries import Choice
from pages.ui.headings import header
from pages.ui.lessons.step import STEP
from pages.ui.page_tools import title_with_tools
from pages.ui.path import PAGES, Page
from pages.ui.picture import Picture, chosen_picture, picture_address
from pages.ui.state import Table
from pages.ui.terms import with_terms
from pages.ui.uses import links_to_uses

_ASSETS = Path(__file__).parents[2] / "assets"
_STYLE = (_ASSETS / "page.css").read_text(encoding="utf-8")


def page_frame(path: str, *, title: bool = True) -> Picture:
    """Draw what every page has and return the picture in hand. Call it first."""
    page = next(page for page in PAGES if page.path == path)
    st.set_page_config(
        page_title=f"{page.title} \u00b7 cnnviz",
        page_icon=str(_ASSETS / "icon.png"),  # a Material icon here would be fetched from afar
        layout="wide",
        initial_sidebar_state=252,
    )
    st.html(f"<style>{_STYLE}</style>")
    with st.sidebar:
        picture = chosen_picture()
        _menu()
    draw_step = _begin_page(path)
    if title:
        title_with_tools(page.title)
        if draw_step:
            draw_step()
        else:
            st.markdown(with_terms(page.sentence))
    return picture


def _begin_page(path: str) -> Callable[[], None] | None:
    """Begin with what the address says; give what draws the step that it names of a lesson."""
    place = None
    if STEP in st.query_params:  # the lessons work their answers out with networks, which take long
        from pages.ui.lessons.bar import lesson_bar, place_of

        place = place_of(path)
    Table.begin_page(place.name if place else None)
    return partial(lesson_bar, place) if place else None


def way_on(path: str) -> None:
    """Say what one now knows, and lead to the pages before and after. Call it last."""
    Table.name_beside_at_last()
    at = next(at for at, page in enumerate(PAGES) if page.path == path)
    header("You now know")
    st.markdown(with_terms(PAGES[at].known))
    links_to_uses(path)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for page, icon in ((PAGES[at - 1], "arrow_back"), (PAGES[at + 1], "arrow_forward")):
            _link(page, f":material/{icon}:")


def _link(page: Page, icon: str) -> None:
    address = picture_address() or None
    st.page_link(_place(page.path), label=page.title, icon=icon, query_params=address)


@cache  # a page's file is looked up on the disk, and a menu has a link to each
def _place(path: str) -> st.Page:
    return st.Page(path, default=path == PAGES[0].path)


def page_of_parts(
    path: str,
    table: Table,
    part: Choice[str],
    parts: Mapping[str, Callable[[Picture], None]],
) -> None:
    """Draw a page that has parts: its frame, the choice of a part, the one that is chosen.

    `parts` draw what depends on the controls, by the values of the entry `part` of `table`.
    """
    _part_in_hand(page_frame(path), table, part, parts)
    way_on(path)


@st.fragment  # a control runs this again, not the menu and the picker beside it
def _part_in_hand(
    picture: Picture,
    table: Table,
    part: Choice[str],
    parts: Mapping[str, Callable[[Picture], None]],
) -> None:
    table.follow()
    chosen = table.control(
        st.segmented_control,
        part,
        "Part of this page",
        required=True,
        label_visibility="collapsed",
    )
    parts[chosen](picture)
    table.name_what_waits()  # not every part has a cell in focus to wait for


def _menu() -> None:
    group = None
    for page in PAGES:
        if page.group and page.group != group:
            st.caption(page.group)
        group = page.group
        _link(page, page.icon)


# Python looks through all that lives now and then, with the interpreter locked: 80 ms for what the
# imports alone have made. What is there now stays for good, so it need not be looked through again
# (docs/decisions/garbage-collector.md).
gc.collect()
gc.freeze()
