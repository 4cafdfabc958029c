"""Network: a trained network's answer, followed back through every layer to the pixels."""

import streamlit as st

from pages.network import answer, explanation, layer, overview, table
from pages.network.choice import chosen_scene
from pages.network.takeaway import finish
from pages.ui.frame import page_frame

VIEWS = {
    "Overview": overview,
    "Layer": layer,
    "Explain": explanation,
    "Answer": answer,
    "Table": table,
}

picture = page_frame("pages/08_network.py")
view = st.segmented_control(
    "View",
    list(VIEWS),
    default="Overview",
    key="view",
    bind="query-params",
    required=True,
    label_visibility="collapsed",
)
stage, controls = st.columns([4, 1.1], gap="medium")
with controls:
    scene = chosen_scene(picture)
with stage:
    if scene is None:
        st.info("Choose a network on the right to see inside it.", icon=":material/hub:")
    else:
        VIEWS[view].show(scene)
if scene is not None:
    finish(scene)
