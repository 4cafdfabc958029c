"""Pooling: each window keeps one number, and the map cares less where things lie."""

import streamlit as st

from pages.pooling.shift import shift_test
from pages.pooling.windows import windows
from pages.ui.frame import page_frame

PARTS = {"windows": ("Windows", windows), "shift": ("Shift test", shift_test)}

picture = page_frame("pages/04_pooling.py")
part = st.segmented_control(
    "Part of this page",
    list(PARTS),
    default="windows",
    required=True,
    format_func=lambda name: PARTS[name][0],
    key="pool_part",
    label_visibility="collapsed",
    bind="query-params",
)
PARTS[part][1](picture)
