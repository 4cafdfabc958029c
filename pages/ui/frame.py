"""The frame around every page: settings, menu, the picture, title and one sentence."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui.picture import Picture, chosen_picture, picture_address

_STYLE = (Path(__file__).parents[2] / "assets" / "page.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Page:
    """One page as the menu lists it: its file, title, icon, one sentence and group."""

    path: str
    title: str
    icon: str
    sentence: str
    group: str


PAGES = (
    Page(
        "app.py",
        "Start",
        ":material/home:",
        "See, and change, every number between a picture's pixels and a network's answer.",
        "",
    ),
    Page(
        "pages/01_convolution.py",
        "Convolution",
        ":material/grid_on:",
        "A small grid of weights slides over the picture; each stop gives one number.",
        "Building blocks",
    ),
)


def page_frame(path: str, *, title: bool = True) -> Picture:
    """Draw what every page has and return the picture in hand. Call it first."""
    page = next(page for page in PAGES if page.path == path)
    st.set_page_config(
        page_title=f"{page.title} \u00b7 cnnviz",
        page_icon=":material/grid_view:",
        layout="wide",
        initial_sidebar_state="auto",
    )
    st.html(f"<style>{_STYLE}</style>")
    with st.sidebar:
        picture = chosen_picture()
        _menu()
    if title:
        st.title(page.title, anchor=False)
        st.markdown(page.sentence)
    return picture


def _menu() -> None:
    group = None
    for page in PAGES:
        if page.group and page.group != group:
            st.caption(page.group)
        group = page.group
        st.page_link(
            page.path, label=page.title, icon=page.icon, query_params=picture_address() or None
        )
