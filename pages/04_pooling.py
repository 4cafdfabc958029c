"""Pooling: each window keeps one number, and the map cares less where things lie."""

from pages.pooling.shift import shift_test
from pages.pooling.state import PAGE, PART
from pages.pooling.windows import windows
from pages.ui.frame import chosen_part, page_frame, way_on

PARTS = {"windows": windows, "shift": shift_test}

picture = page_frame("pages/04_pooling.py")
PARTS[chosen_part(PAGE, PART)](picture)
way_on("pages/04_pooling.py")
