"""Activations: the bend between the layers, what it does to maps, gradients and answers."""

from pages.activations.curve import curve
from pages.activations.dead_relus import dead_relus
from pages.activations.maps import on_the_maps
from pages.activations.softmax import softmax
from pages.activations.state import PAGE, PART
from pages.activations.vanishing import vanishing_gradients
from pages.ui.frame import page_of_parts

PARTS = {
    "curve": curve,
    "map": on_the_maps,
    "vanish": vanishing_gradients,
    "dead": dead_relus,
    "softmax": softmax,
}

page_of_parts("pages/05_activations.py", PAGE, PART, PARTS)
