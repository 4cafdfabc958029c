"""The stage of the Network page: the choice of a network and of a view, and the view."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.networks import open_network
from pages.networks import answer, comparison, explanation, health, layer, overview, table
from pages.networks.choice import chosen_scene
from pages.networks.experiments import KEEP, network_experiments
from pages.networks.live import live_camera
from pages.networks.scene import Scene
from pages.networks.state import NETWORK, OWN, PAGE, PLACE, VIEW
from pages.networks.takeaway import finish
from pages.ui.experiments import TryThis
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls
from pages.ui.waiting import wait_until_open

_VIEWS = {
    "Overview": overview,
    "Layer": layer,
    "Explain": explanation,
    "Answer": answer,
    "Health": health,
    "Compare": comparison,
    "Table": table,
}


@st.fragment  # a control runs this again, not the menu and the picker beside it
def network(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    PAGE.follow()
    choice = st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="network_row"
    )
    with choice:
        view = PAGE.control(
            st.segmented_control,
            VIEW,
            "View",
            required=True,
            label_visibility="collapsed",
            width="content",
        )
    row = st.container()
    if view == "Overview":
        # It takes the whole width: the choice stands above it, what goes with that below.
        stage, controls = st.container(), st.container()
    else:
        stage, controls = stage_and_controls()
        choice = controls
    scene = chosen_scene(picture, choice, controls, in_a_row=view == "Overview")
    with choice:
        camera = st.container(width="content")
    if scene is None:
        which = "Upload a Keras model" if PAGE[NETWORK] == OWN else "Choose another network"
        stage.info(f"{which} to see inside it.", icon=":material/hub:")
        return
    with row:
        tries = TryThis(PAGE, network_experiments(scene), keep=KEEP, free=(PLACE.name,))
    tries.saw(scene)
    opening = _said_to_open(scene, camera)
    with seen_first(stage):
        _VIEWS[view].show(scene)
    if opening is not None:
        wait_until_open(scene.network)
        opening.empty()
        scene = replace(scene, network=open_network(scene.identity), overview=None)
    with camera:
        live_camera(picture)
    finish(scene)


def _said_to_open(scene: Scene, room: DeltaGenerator) -> DeltaGenerator | None:
    """Say that a network is opened whose overview is shown before it is there.

    It is no spinner: a press on a map ends the run, and with it a spinner, but not the waiting.
    """
    if scene.overview is None:
        return None
    place = room.empty()
    place.caption(f":material/hourglass_top: Opening {scene.network.title}", width="content")
    return place
