"""The network that was built, opened on the other pages like one that was uploaded."""

from __future__ import annotations

import hashlib

import streamlit as st

from cnnviz.networks import Network, NetworkError
from cnnviz.networks.building import Stack, build_model, format_stack
from cnnviz.networks.code import network_file
from cnnviz.networks.keras_files.upload import Upload
from cnnviz.server.sandbox import Usage
from pages.building.state import BUILD, SEED
from pages.ui.markdown import plain
from pages.ui.own_network import OWN_NETWORK, OwnModel, hold, pixels_of
from pages.ui.picture import picture_address

FILE_NAME = "built.keras"
_PAGES = {
    "Network": ("pages/08_network.py", "network", ":material/hub:"),
    "Search": ("pages/09_search.py", "search_network", ":material/image_search:"),
    "Why": ("pages/10_why.py", "why_network", ":material/question_mark:"),
    "Feature visualisation": (
        "pages/11_feature_visualisation.py",
        "feature_network",
        ":material/blur_on:",
    ),
    "Robustness": ("pages/12_robustness.py", "steady_network", ":material/tune:"),
}
_RANDOM = (
    "Built on the page Build a network: its weights are drawn at random, so it knows nothing yet."
)


def open_elsewhere(stack: Stack) -> None:
    """Draw the buttons that open the network on other pages."""
    st.markdown("**Open it in**")
    with st.container(horizontal=True):
        for title, (path, name, icon) in _PAGES.items():
            if st.button(title, icon=icon, key=f"build_open_{name}"):
                _open(stack, path, name)


def explain_elsewhere(stack: Stack, place: str) -> None:
    """Draw the button that has one number explained on the page Network.

    place : as the address of that page names it.
    """
    if st.button(
        "Explain this number down to the pixels", icon=":material/hub:", key="build_explain"
    ):
        path, name, _ = _PAGES["Network"]
        _open(stack, path, name, view="Explain", place=place)


def _open(stack: Stack, path: str, name: str, **more: str) -> None:
    try:
        with st.spinner("Building it", show_time=False):
            hold(built_network(stack, BUILD[SEED]))
    except NetworkError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.switch_page(path, query_params={name: OWN_NETWORK} | more | picture_address())


def built_network(stack: Stack, seed: int) -> OwnModel:
    """Build the network as the pages about networks take it.

    Raises
    ------
    NetworkError : it takes no picture.
    """
    network = Network.from_model(
        build_model(stack, seed=seed), name="built", title="The network you built"
    )
    network.is_random = True
    data = network_file(network)
    upload = Upload(network, (_RANDOM,), Usage(0.0, 0.0, 0))
    digest = hashlib.sha256(f"{format_stack(stack)} {seed}".encode()).hexdigest()
    return OwnModel(FILE_NAME, data, digest, upload, pixels_of(network))
