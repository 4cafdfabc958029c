"""Convolution: one kernel slides over the picture, live."""

from pages.convolution.stage import convolution
from pages.ui.frame import page_frame, way_on

convolution(page_frame("pages/01_convolution.py"))
way_on("pages/01_convolution.py")
