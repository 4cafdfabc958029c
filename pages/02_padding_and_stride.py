"""Padding and stride: where the windows lie decides how large the result is."""

from pages.padding.stage import padding_and_stride
from pages.ui.frame import page_frame, way_on

padding_and_stride(page_frame("pages/02_padding_and_stride.py"))
way_on("pages/02_padding_and_stride.py")
