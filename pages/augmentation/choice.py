"""Choose what is asked on the page Augmentation: a network, layers in order, how many samples."""

from __future__ import annotations

import contextlib
from typing import Any

import streamlit as st

from cnnviz.networks.augmentation.pipeline import MOST_LAYERS, PIPELINE_KINDS, started
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.options import Choice, Number, Odd, Whole
from pages.augmentation.scene import Scene
from pages.augmentation.state import AUGMENT, COUNT, LAYERS, NETWORK, SEED
from pages.ui.own_network import answered, opened_network
from pages.ui.picture import Picture

_KINDS = "augment_kinds"


def chosen_scene(picture: Picture) -> Scene | None:
    """Draw what is asked beside the stage; None where there is nothing to look at yet."""
    chosen = opened_network(AUGMENT, NETWORK)
    if chosen is None:
        return None
    network, identity, own = chosen
    _choose_kinds()
    for layer in AUGMENT[LAYERS]:
        _choose_options(layer)
    count = AUGMENT.control(
        st.segmented_control, COUNT, "Samples", required=True, help="How many are drawn."
    )
    AUGMENT.control(
        st.slider,
        SEED,
        "Seed",
        help="Where the random numbers begin: the same seed draws the same samples.",
    )
    probabilities = answered(network, picture, "What is said to a sample is an answer of classes.")
    layers, seed = AUGMENT[LAYERS], AUGMENT[SEED]
    return Scene(network, picture, identity, own, probabilities, layers, int(count), seed)


def _choose_kinds() -> None:
    _show(_KINDS, [layer.kind() for layer in AUGMENT[LAYERS]])
    st.multiselect(
        "Layers, in order",
        PIPELINE_KINDS,
        key=_KINDS,
        max_selections=MOST_LAYERS,
        on_change=_take_kinds,
        help="Keras's layers that change a picture at random while a network is trained. Each "
        "works on what the one before has made.",
    )


def _choose_options(layer: Layer) -> None:
    """Draw its options under Keras's own names for them, as in the program."""
    st.markdown(f"**{layer.kind()}**", help=type(layer).__doc__)
    for name, option in layer.options().items():
        key, value = f"augment_{layer.kind()}_{name}", getattr(layer, name)
        more: dict[str, Any] = {"key": key, "on_change": _take_option, "args": (layer, name, key)}
        if isinstance(option, Number) and value is not None:
            _show(key, float(value))
            st.slider(name, option.low, option.high, step=option.step, **more)
        elif isinstance(option, Whole):
            _show(key, value)
            step = 2 if isinstance(option, Odd) else 1
            st.slider(name, option.low, option.high, step=step, **more)
        elif isinstance(option, Choice):
            _show(key, value)
            st.selectbox(name, option.words, **more)


def _show(key: str, value: object) -> None:
    """Let a widget show a value; only where it does not, since a hand may be on it."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _take_kinds() -> None:
    held = {layer.kind(): layer for layer in AUGMENT[LAYERS]}
    # What a browser sends that is no layer is not taken, and drawn over.
    with contextlib.suppress(ValueError, TypeError, KeyError):
        wanted = [held.get(kind) or started(kind) for kind in st.session_state[_KINDS]]
        AUGMENT.write({LAYERS.name: tuple(wanted)})


def _take_option(layer: Layer, name: str, key: str) -> None:
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        changed = layer.with_options(**{name: st.session_state[key]})
        layers = (changed if one == layer else one for one in AUGMENT[LAYERS])
        AUGMENT.write({LAYERS.name: tuple(layers)})
