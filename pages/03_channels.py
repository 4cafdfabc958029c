"""Channels: one kernel per channel; the partial maps add up to one feature map."""

import streamlit as st

from pages.channels.one_filter import one_filter
from pages.channels.several_filters import several_filters
from pages.ui.frame import page_frame

PARTS = {
    "one": ("One filter", one_filter),
    "several": ("Several filters at once", several_filters),
}

picture = page_frame("pages/03_channels.py")
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
