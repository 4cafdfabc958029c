"""Choose the network: shipped, downloaded or one's own, trained or with random weights."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.networks import NETWORKS, Network, NetworkError, open_network, random_twin
from pages.networks.first_sight import first_sight
from pages.networks.scene import Scene
from pages.networks.state import NETWORK, OWN, PAGE, UNTRAINED
from pages.ui.picture import Picture


def chosen_scene(
    picture: Picture, choice: DeltaGenerator, controls: DeltaGenerator, *, in_a_row: bool
) -> Scene | None:
    """Draw the choice and open the network; None while there is nothing to show.

    choice : where the network is chosen.
    controls : where the rest goes.
    in_a_row : whether the choice shares a row with others.
    """
    shape: Any = {"label_visibility": "collapsed", "width": "stretch"} if in_a_row else {}
    with choice:
        title = PAGE.control(
            st.selectbox,
            NETWORK,
            "Network",
            help="The network that looks at the picture, or one of your own.",
            **shape,
        )
    came_so = st.session_state.setdefault("own_network_from_address", title == OWN)
    if title == OWN:
        from pages.networks.own_model import own_scene

        with controls:
            return own_scene(picture, came_so=came_so)
    name = next(name for name, entry in NETWORKS.items() if entry.title == title)
    controls.caption(NETWORKS[name].summary)
    with choice:
        untrained = PAGE.control(
            st.toggle,
            UNTRAINED,
            "Untrained twin",
            help="The same layers with random weights, as before training: any difference comes "
            "from training.",
            width="content",
        )
    if not untrained and (scene := first_sight(name, picture)):
        return scene
    try:
        with controls:
            network = _opened(name)
    except NetworkError as error:
        controls.error(str(error), icon=":material/cloud_off:")
        return None
    if untrained:
        network = random_twin(network)
    return Scene(network, picture, f"{name}{'-untrained' if untrained else ''}")


def _opened(name: str) -> Network:
    entry = NETWORKS[name]
    if entry.is_here:
        with st.spinner(f"Opening {entry.title}", show_time=False):
            return open_network(name)
    size = f", about {entry.download.megabytes} MB" if entry.download else ""
    bar = st.progress(0.0, f"Downloading {entry.title}{size}")

    def progress(received: int, expected: int) -> None:
        share = received / expected if expected else 0.0
        bar.progress(min(share, 1.0), f"{entry.title}: {received / 1e6:.0f} MB received")

    try:
        return open_network(name, progress=progress)
    finally:
        bar.empty()
