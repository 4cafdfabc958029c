"""Channels: one kernel per channel; the partial maps add up to one feature map."""

import streamlit as st

from pages.channels.one_filter import one_filter
from pages.channels.several_filters import several_filters
from pages.ui.frame import page_frame
from pages.ui.picture import Picture

PARTS = {
    "one": ("One filter", one_filter),
    "several": ("Several filters at once", several_filters),
}


@st.fragment  # a control runs this again, not the menu and the picker beside it
def parts(picture: Picture) -> None:
    """Draw the choice of a part, and the part."""
    part = st.segmented_control(
        "Part of this page",
        list(PARTS),
        default="one",
        required=True,
        format_func=lambda name: PARTS[name][0],
        key="channels_part",
        label_visibility="collapsed",
        bind="query-params",
    )
    PARTS[part][1](picture)


parts(page_frame("pages/03_channels.py"))
