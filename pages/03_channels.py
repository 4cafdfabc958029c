"""Channels: one kernel per channel; the partial maps add up to one feature map."""

import streamlit as st

from pages.channels.one_filter import one_filter
from pages.channels.several_filters import several_filters
from pages.channels.state import PAGE, PART
from pages.ui.frame import chosen_part, page_frame, way_on
from pages.ui.picture import Picture

PARTS = {"one": one_filter, "several": several_filters}


@st.fragment  # a control runs this again, not the menu and the picker beside it
def parts(picture: Picture) -> None:
    """Draw the choice of a part, and the part."""
    PARTS[chosen_part(PAGE, PART)](picture)
    PAGE.name_what_waits()  # not every part has a cell in focus to wait for


parts(page_frame("pages/03_channels.py"))
way_on("pages/03_channels.py")
