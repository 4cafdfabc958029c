"""Train it: a network learns from pictures while one watches."""

from pages.training.stage import train_it
from pages.ui.frame import page_frame, way_on

train_it(page_frame("pages/14_train.py"))
way_on("pages/14_train.py")
