"""What stands beside every page's title: start over, ways to show it, and its address."""

from functools import partial

import streamlit as st

from pages.ui.components.registration import register
from pages.ui.edits import sent_name, sent_value
from pages.ui.headings import title
from pages.ui.qr_code import show_code
from pages.ui.state import Table

_page_tools = register("ui/page_tools")
_KEY = "page_tools"
_CODE_OF = "code_of"
"""The session's key of the address that a code is wanted of."""


def title_with_tools(text: str) -> None:
    """Draw a page's title, with what one can do with the page as a whole beside it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_head"):
        title(text)
        st.button(
            "Start over",
            key="start_over",
            type="tertiary",
            icon=":material/restart_alt:",
            on_click=Table.start_over,
            help="Set everything on this page as it was at first. The picture stays.",
        )
        _page_tools(
            key=_KEY,
            width="content",
            # It looks at the address again where that now names other ways to show the page.
            data=[name for name in ("present", "ask") if name in st.query_params],
            on_present_change=partial(_name_in_address, "present"),
            on_ask_change=partial(_name_in_address, "ask"),
            on_code_change=_ask_for_code,
        )
    if address := st.session_state.pop(_CODE_OF, ""):
        show_code(address)


def _name_in_address(name: str) -> None:
    """Let the address say how the page is shown, so that a view can be prepared."""
    Table.name_beside(name, "1" if sent_value(_KEY, name) is True else None)


def _ask_for_code() -> None:
    st.session_state[_CODE_OF] = sent_name(_KEY, "code")
