"""Robustness: how steady a network's answer is when the picture moves."""

from pages.robustness import attacking, comparing, moving
from pages.robustness.state import PART, STEADY
from pages.ui.frame import page_of_parts

PARTS = {"move": moving.show, "compare": comparing.show, "attack": attacking.show}

page_of_parts("pages/12_robustness.py", STEADY, PART, PARTS)
