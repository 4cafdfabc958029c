"""What stands beside every page's title: start over, and copy the address."""

import streamlit as st

from pages.ui.components.registration import register
from pages.ui.state import Table

_copy_link = register("ui/copy_link")


def title_with_tools(title: str) -> None:
    """Draw a page's title, with what one can do with the page as a whole beside it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_head"):
        st.title(title, anchor=False)
        st.button(
            "Start over",
            key="start_over",
            type="tertiary",
            icon=":material/restart_alt:",
            on_click=Table.start_over,
            help="Set everything on this page as it was at first. The picture stays.",
        )
        _copy_link(key="copy_link", width="content")
