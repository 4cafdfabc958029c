"""Learn a kernel: gradient descent finds it from the picture and its filtered version."""

from pages.learning.stage import learn
from pages.ui.frame import page_frame, way_on

learn(page_frame("pages/07_learn_a_kernel.py"))
way_on("pages/07_learn_a_kernel.py")
