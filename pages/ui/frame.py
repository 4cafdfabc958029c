"""The frame around every page: settings, menu, the picture, title and one sentence."""

import gc
import re
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui.entries import Choice
from pages.ui.picture import Picture, chosen_picture, picture_address
from pages.ui.state import Table

_ASSETS = Path(__file__).parents[2] / "assets"
_STYLE = (_ASSETS / "page.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Page:
    """One page as the menu lists it: its file, title, icon, one sentence and group."""

    path: str
    title: str
    icon: str
    sentence: str
    group: str


_BLOCKS = "Building blocks"
_NETWORKS = "Networks"
_ROOT = Path(__file__).parents[2]
PAGES = tuple(
    page
    for page in (
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
            _BLOCKS,
        ),
        Page(
            "pages/02_padding_and_stride.py",
            "Padding and stride",
            ":material/padding:",
            "What stands around the picture, and how far the window steps, decide the size of the "
            "result.",
            _BLOCKS,
        ),
        Page(
            "pages/03_channels.py",
            "Channels",
            ":material/layers:",
            "One kernel per channel; the partial maps add up to one feature map.",
            _BLOCKS,
        ),
        Page(
            "pages/04_pooling.py",
            "Pooling",
            ":material/compress:",
            "Each window keeps one number; the map shrinks and cares less where things lie.",
            _BLOCKS,
        ),
        Page(
            "pages/05_activations.py",
            "Activations",
            ":material/show_chart:",
            "A bent line between the layers; without it a deep network is no more than a flat one.",
            _BLOCKS,
        ),
        Page(
            "pages/06_layers.py",
            "Layers",
            ":material/account_tree:",
            "Flatten, dense and dropout: from maps to a decision, and what that costs in weights.",
            _BLOCKS,
        ),
        Page(
            "pages/07_learn_a_kernel.py",
            "Learn a kernel",
            ":material/trending_down:",
            "Nobody picks kernels by hand: gradient descent finds one, starting from noise.",
            _BLOCKS,
        ),
        Page(
            "pages/08_network.py",
            "Network",
            ":material/hub:",
            "Follow a trained network's answer back through every layer to the pixels.",
            _NETWORKS,
        ),
        Page(
            "pages/09_search.py",
            "Search",
            ":material/image_search:",
            "Find the pictures that look alike to a network, at any depth.",
            _NETWORKS,
        ),
    )
    if (_ROOT / page.path).exists()
)
"""Every page there is, in teaching order."""


def address_of(page: Page) -> str:
    """Give the last part of a page's address.

    >>> address_of(Page("pages/04_pooling.py", "Pooling", "", "", ""))
    'pooling'
    """
    return re.sub(r"^\d+_", "", Path(page.path).stem)


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
    if title:
        st.title(page.title, anchor=False)
        st.markdown(page.sentence)
    return picture


def chosen_part(table: Table, part: Choice[str]) -> str:
    """Draw the choice of a part of the page; return the one that is chosen."""
    table.follow()
    return table.control(
        st.segmented_control,
        part,
        "Part of this page",
        required=True,
        label_visibility="collapsed",
    )


def _menu() -> None:
    group = None
    for page in PAGES:
        if page.group and page.group != group:
            st.caption(page.group)
        group = page.group
        st.page_link(
            page.path, label=page.title, icon=page.icon, query_params=picture_address() or None
        )


# Python looks through all that lives now and then, with the interpreter locked: 80 ms for what the
# imports alone have made. What is there now stays for good, so it need not be looked through again
# (docs/decisions/garbage-collector.md).
gc.collect()
gc.freeze()
