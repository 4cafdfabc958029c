"""The path: a card for every page, its picture computed from the picture in hand."""

import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.previews import PREVIEWS, preview
from pages.ui.headings import header
from pages.ui.path import PAGES, Page, address_of
from pages.ui.picture import Picture, picture_address
from pages.ui.stage import page_background

_CARDS_IN_A_ROW = 4


def path_of_cards(picture: Picture) -> None:
    """Draw the cards, group by group, in teaching order."""
    stations = [page for page in PAGES if address_of(page) in PREVIEWS]
    with st.container(key="cards"):  # page.css makes each of them one link
        for group in dict.fromkeys(page.group for page in stations):
            header(group)
            pages = [page for page in stations if page.group == group]
            for first in range(0, len(pages), _CARDS_IN_A_ROW):
                columns = st.columns(_CARDS_IN_A_ROW)
                for column, page in zip(columns, pages[first:], strict=False):
                    with column.container(
                        border=True, height="stretch", key=f"card_{address_of(page)}"
                    ):
                        _card(page, picture)


def _card(page: Page, picture: Picture) -> None:
    name = address_of(page)
    thumbnail, words = st.columns([1, 1.9], vertical_alignment="center")
    thumbnail.image(
        _preview(name, picture.identity, page_background(), picture),
        width="stretch",
        output_format="JPEG",
        alt=f"What the page {page.title} does to the picture",
    )
    with words:
        label = f"**{PAGES.index(page)}. {page.title}**"
        st.page_link(page.path, label=label, query_params=picture_address() or None)
    st.caption(page.sentence)


@st.cache_data(max_entries=256, ttl=3600, show_spinner=False)
def _preview(
    name: str,
    identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    background: str,
    _picture: Picture,
) -> bytes:
    return images.encode_jpeg(preview(name, _picture.image, background=background))
