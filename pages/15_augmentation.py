"""Augmentation: what random layers make of a picture, and what a network says to that."""

from pages.augmentation.stage import augmentation
from pages.ui.frame import page_frame, way_on

augmentation(page_frame("pages/15_augmentation.py"))
way_on("pages/15_augmentation.py")
