"""Choose what is asked on the page Why: a network, a class, another one."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.attribution import METHODS, layers_with_maps
from cnnviz.networks import NetworkError
from cnnviz.notation import written_share
from pages.attribution.scene import Scene
from pages.attribution.state import (
    AGAINST,
    CLASS,
    LAYER,
    METHOD,
    NETWORK,
    NOBODY,
    WHY,
)
from pages.ui.own_network import answered, opened_network
from pages.ui.picture import Picture


def chosen_scene(picture: Picture) -> Scene | None:
    """Draw what is asked beside the stage; None where there is nothing to ask."""
    chosen = opened_network(WHY, NETWORK)
    if chosen is None:
        return None
    network, identity, own = chosen
    probabilities = answered(network, picture, "A reason needs an answer of classes.")
    if probabilities is None:
        return None
    order = [int(at) for at in np.argsort(-probabilities, kind="stable")]

    def described(index: int) -> str:
        if index == NOBODY:
            return "No other class"
        return f"{network.labels[index]}, {written_share(float(probabilities[index]))}"

    target = WHY.control(
        st.selectbox,
        CLASS,
        "Why this class?",
        options=order,
        otherwise=order[0],
        format_func=described,
        help="Every class can be asked about, the most probable first. Type to find one.",
    )
    against = WHY.control(
        st.selectbox,
        AGAINST,
        "And why not?",
        options=[NOBODY, *(index for index in order if index != target)],
        otherwise=NOBODY,
        format_func=described,
        help="Take another class's map off: what is left speaks for one of the two.",
    )
    try:
        layers = tuple(layers_with_maps(network))
    except NetworkError:
        layers = ()
    name, layer = WHY[METHOD], WHY[LAYER]
    if not layers and METHODS[name].by_layer:
        name = "saliency"
    if layer not in layers:
        layer = layers[-1] if layers else ""
    return Scene(
        network,
        picture,
        identity,
        own,
        target,
        None if against == NOBODY else against,
        probabilities,
        layers,
        name,
        layer,
    )
