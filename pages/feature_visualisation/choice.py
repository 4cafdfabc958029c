"""Choose what is asked on the page: a network, a layer, a channel or a class, and the recipe."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.networks import Network
from cnnviz.networks.feature_visualisation import Recipe, Target
from cnnviz.networks.feature_visualisation.choosing import (
    SIZES,
    first_layer,
    first_size,
    layers_to_ask,
    sizes_to_ask,
)
from cnnviz.networks.feature_visualisation.recipe import PARTS
from pages.feature_visualisation.scene import Scene
from pages.feature_visualisation.state import (
    ANSWER,
    AS_FITS,
    CHANNEL,
    CLASS,
    FEATURE,
    LAYER,
    NETWORK,
    SEED,
    SIZE,
    START,
    STEPS,
    SWITCHES,
    WHAT,
)
from pages.ui.own_network import opened_network, say_how_it_answers
from pages.ui.picture import Picture


def chosen_scene(picture: Picture, *, kinds: tuple[str, ...], switches: bool) -> Scene | None:
    """Draw what is asked beside the stage; None where there is nothing to ask.

    Parameters
    ----------
    kinds : what the part can be asked about, keys of `WHAT`.
    switches : whether the parts of the recipe can be switched here.
    """
    asks = "class" in kinds and FEATURE[WHAT] == "class"
    chosen = opened_network(FEATURE, NETWORK, answers=asks)
    if chosen is None:
        return None
    network, identity, own = chosen
    target = _target(network, picture, kinds)
    layer = "" if target.what == "class" else target.layer
    possible = sizes_to_ask(network, layer, SIZES)
    usual = first_size(network, layer, SIZES)
    size = FEATURE[SIZE] if FEATURE[SIZE] in possible else usual
    with st.popover("Recipe", icon=":material/tune:", width="stretch"):
        FEATURE.control(
            st.segmented_control,
            START,
            "Start from",
            required=True,
            help="What the picture is before the first step. A whole layer from the photo is deep "
            "dream.",
        )
        if switches:
            for name, title in PARTS.items():
                if name != "colour" or network.input_shape[2] == 3:
                    FEATURE.control(st.toggle, SWITCHES[name], title, help=_HELP[name])
        if len(possible) > 1:
            FEATURE.control(
                st.select_slider,
                SIZE,
                "Side in pixels",
                options=[AS_FITS, *possible],
                otherwise=AS_FITS,
                format_func=lambda side: f"{usual}, as fits" if side == AS_FITS else str(side),
                help="Rows and columns of the picture.",
            )
        FEATURE.control(
            st.select_slider, STEPS, "Steps", help="How often the picture is changed a little."
        )
        FEATURE.control(
            st.number_input,
            SEED,
            "Seed",
            help="Another seed, another noise to start from, and often another picture.",
        )
    recipe = Recipe(
        size,
        FEATURE[STEPS],
        FEATURE[SEED],
        "photo" if FEATURE[START] == "photo" else "noise",
        *(FEATURE[SWITCHES[name]] for name in PARTS),
    )
    return Scene(network, picture, identity, own, target, recipe)


_HELP = {
    "fourier": "Learn the picture's frequencies, each scaled by one over its size, and not its "
    "pixels: what is fine is learned no faster than what is coarse.",
    "colour": "Learn three colours that do not go together in photos, and mix them as photos do.",
    "jitter": "Show the network the picture moved by some pixels, anew in each step.",
    "scale": "Show it enlarged by 0.9 to 1.1.",
    "rotation": "Show it turned by up to 5 degrees.",
}


def _target(network: Network, picture: Picture, kinds: tuple[str, ...]) -> Target:
    what = kinds[0]
    offered = [kind for kind in kinds if kind != "class" or network.has_classes]
    if len(offered) > 1:
        what = FEATURE.control(
            st.selectbox,
            WHAT,
            "What is to answer?",
            options=offered,
            help="A channel: the mean of its map. A unit: the cell in its middle. A class: its "
            "logit. A whole layer: the mean square of all its maps.",
        )
    if what == "class":
        return Target("class", index=_class(network, picture))
    layers = layers_to_ask(network)
    if what == "unit":
        layers = tuple(name for name in layers if network.layer(name).is_map) or layers
    first = first_layer(network)
    layer = FEATURE.control(
        st.selectbox,
        LAYER,
        "Layer",
        options=layers,
        otherwise=first if first in layers else layers[0],
        help="From the picture to the answer. Type to find one.",
    )
    if what == "layer":
        return Target("layer", layer)
    last = network.layer(layer).channels - 1
    index = FEATURE.control(
        st.number_input,
        CHANNEL,
        f"Channel, 0 to {last:,}",
        limits=(0, last),
        help="One of the layer's maps, counted from 0.",
    )
    return Target("unit" if what == "unit" else "channel", layer, index)


def _class(network: Network, picture: Picture) -> int:
    say_how_it_answers(network)
    probabilities = np.nan_to_num(network.probabilities(picture.image))
    order = [int(at) for at in np.argsort(-probabilities, kind="stable")]
    asked = FEATURE[CLASS]
    chosen = FEATURE.control(
        st.selectbox,
        CLASS,
        "Class",
        options=order,
        otherwise=order[0],
        format_func=lambda index: network.labels[index],
        help="The most probable for your picture first. Type to find one.",
    )
    return order[0] if asked == ANSWER else chosen
