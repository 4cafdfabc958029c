"""Choose the network: shipped, downloaded or one's own, trained or with random weights."""

import streamlit as st

from cnnviz.networks import NETWORKS, Network, NetworkError, open_network, random_twin
from pages.networks.scene import Scene
from pages.networks.state import NETWORK, OWN, PAGE, UNTRAINED
from pages.ui.picture import Picture


def chosen_scene(picture: Picture) -> Scene | None:
    """Draw the choice and open the network; None while there is nothing to show."""
    title = PAGE.control(st.selectbox, NETWORK, "Network")
    came_so = st.session_state.setdefault("own_network_from_address", title == OWN)
    if title == OWN:
        from pages.networks.own_model import own_scene

        return own_scene(picture, came_so=came_so)
    name = next(name for name, entry in NETWORKS.items() if entry.title == title)
    st.caption(NETWORKS[name].summary)
    untrained = PAGE.control(
        st.toggle,
        UNTRAINED,
        "Untrained twin",
        help="The same layers with the random weights that training began with: whatever differs, "
        "training has made.",
    )
    try:
        network = _opened(name)
    except NetworkError as error:
        st.error(str(error), icon=":material/cloud_off:")
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
