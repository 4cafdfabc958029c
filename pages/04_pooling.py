"""Pooling: each window keeps one number, and the map cares less where things lie."""

from pages.pooling.shift import shift_test
from pages.pooling.state import PAGE, PART
from pages.pooling.windows import windows
from pages.ui.frame import page_of_parts

PARTS = {"windows": windows, "shift": shift_test}

page_of_parts("pages/04_pooling.py", PAGE, PART, PARTS)
