"""Network: a trained network's answer, followed back through every layer to the pixels."""

from pages.networks.stage import network
from pages.ui.frame import page_frame, way_on

network(page_frame("pages/08_network.py"))
way_on("pages/08_network.py")
