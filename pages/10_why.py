"""Why: which pixels made the answer, and how far that can be trusted."""

from pages.attribution.stage import cover_it_up, is_it_to_be_trusted, which_pixels
from pages.attribution.state import PART, WHY
from pages.ui.frame import page_of_parts

PARTS = {"pixels": which_pixels, "trust": is_it_to_be_trusted, "cover": cover_it_up}

page_of_parts("pages/10_why.py", WHY, PART, PARTS)
