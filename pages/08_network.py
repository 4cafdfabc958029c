"""Network: a trained network's answer, followed back through every layer to the pixels."""

import streamlit as st

from pages.networks import answer, explanation, layer, overview, table
from pages.networks.choice import chosen_scene
from pages.networks.takeaway import finish
from pages.ui.frame import page_frame
from pages.ui.picture import Picture
from pages.ui.stage import seen_first

VIEWS = {
    "Overview": overview,
    "Layer": layer,
    "Explain": explanation,
    "Answer": answer,
    "Table": table,
}


@st.fragment  # a control runs this again, not the menu and the picker beside it
def network(picture: Picture) -> None:
    """Draw the choice of a network and of a view, and the view."""
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
    if scene is None:
        stage.info("Choose a network on the right to see inside it.", icon=":material/hub:")
        return
    with seen_first(stage):
        VIEWS[view].show(scene)
    finish(scene)


network(page_frame("pages/08_network.py"))
