"""The network that was built, opened on the other pages like one that was uploaded."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks import Network, NetworkError
from cnnviz.networks.building import Stack, build_model
from pages.building.state import BUILD, SEED
from pages.ui.opening import as_own, open_on
from pages.ui.own_network import OwnModel

FILE_NAME = "built.keras"
_RANDOM = (
    "Built on the page Build a network: its weights are drawn at random, so it knows nothing yet."
)


def explain_elsewhere(stack: Stack, place: str) -> None:
    """Draw the button that has one number explained on the page Network.

    place : as the address of that page names it.
    """
    if st.button(
        "Explain this number down to the pixels", icon=":material/hub:", key="build_explain"
    ):
        open_on("Network", lambda: built_network(stack), view="Explain", place=place)


def built_network(stack: Stack) -> OwnModel:
    """Build the network, with the seed in hand, as the pages about networks take it.

    Raises
    ------
    NetworkError : it takes no picture, or is no more than an input.
    """
    if len(stack.layers) == 1:
        raise NetworkError("A network has a layer behind its input. Received: an input alone.")
    network = Network.from_model(
        build_model(stack, seed=BUILD[SEED]), name="built", title="The network you built"
    )
    network.is_random = True
    return as_own(network, FILE_NAME, notes=[_RANDOM], is_named=False)
