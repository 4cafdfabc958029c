"""Channels: one kernel per channel; the partial maps add up to one feature map."""

from pages.channels.one_filter import one_filter
from pages.channels.several_filters import several_filters
from pages.channels.state import PAGE, PART
from pages.ui.frame import page_of_parts

PARTS = {"one": one_filter, "several": several_filters}

page_of_parts("pages/03_channels.py", PAGE, PART, PARTS)
