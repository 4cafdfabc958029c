"""Activations: the bend between the layers, what it does to maps, gradients and answers."""

import streamlit as st

from pages.activations.curve import curve
from pages.activations.dead_relus import dead_relus
from pages.activations.maps import on_the_maps
from pages.activations.softmax import probabilities
from pages.activations.vanishing import vanishing_gradients
from pages.ui.frame import page_frame

PARTS = {
    "curve": ("Curve and slope", curve),
    "map": ("On your picture", on_the_maps),
    "vanish": ("Vanishing gradients", vanishing_gradients),
    "dead": ("Dead ReLUs", dead_relus),
    "softmax": ("Softmax", probabilities),
}

picture = page_frame("pages/05_activations.py")
part = st.segmented_control(
    "Part of this page",
    list(PARTS),
    default="curve",
    required=True,
    format_func=lambda name: PARTS[name][0],
    key="act_part",
    label_visibility="collapsed",
    bind="query-params",
)
PARTS[part][1](picture)
