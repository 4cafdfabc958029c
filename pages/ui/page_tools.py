"""What stands beside every page's title: start over, show the stage alone, copy the address."""

import streamlit as st

from pages.ui.components.registration import register
from pages.ui.state import Table

_page_tools = register("ui/page_tools")
_KEY = "page_tools"


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
        _page_tools(key=_KEY, width="content", on_present_change=_name_presenting)


def _name_presenting() -> None:
    """Let the address say whether the stage is shown alone, so that a view can be prepared."""
    present = st.session_state[_KEY].get("present")
    Table.name_beside("present", "1" if present is True else None)
