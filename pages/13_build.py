"""Build a network: stack its layers, and see what each gives, costs and makes of the picture."""

from pages.building.stage import show_code, show_diagram, show_maps, show_sources, show_stack
from pages.building.state import BUILD, PART
from pages.ui.frame import page_of_parts

PARTS = {
    "stack": show_stack,
    "maps": show_maps,
    "diagram": show_diagram,
    "code": show_code,
    "take": show_sources,
}

page_of_parts("pages/13_build.py", BUILD, PART, PARTS)
