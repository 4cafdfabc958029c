"""Your own classes: a trained network learns to tell them apart from a few pictures each."""

from pages.own_classes.stage import own_classes
from pages.ui.frame import page_frame, way_on

own_classes(page_frame("pages/16_own_classes.py"))
way_on("pages/16_own_classes.py")
