"""The part Diagram: the layers as volumes to scale."""

from __future__ import annotations

import streamlit as st

from cnnviz.drawing.svg import DARK, LIGHT
from cnnviz.networks.building import Outline
from cnnviz.networks.building.diagram import stack_png, stack_svg
from pages.ui.takeaway import Download

TITLE = "The network you built"


def diagram(found: Outline) -> None:
    """Draw the layers that fit."""
    inks = DARK if st.context.theme.type == "dark" else LIGHT
    st.image(stack_svg(found.rows, TITLE, inks=inks), width="stretch")


def downloads(found: Outline) -> list[Download]:
    """Offer the drawing, on white."""
    return [
        Download("Diagram as SVG", "network.svg", lambda: stack_svg(found.rows, TITLE).encode()),
        Download("Diagram as PNG", "network.png", lambda: stack_png(found.rows, TITLE)),
    ]
