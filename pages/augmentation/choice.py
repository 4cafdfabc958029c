"""Choose what is asked on the page Augmentation: a network, layers in order, how many samples."""

from __future__ import annotations

import contextlib
from typing import Any

import streamlit as st

from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import Network
from cnnviz.networks.augmentation import Second
from cnnviz.networks.augmentation.pipeline import MOST_LAYERS, PIPELINE_KINDS, mixes, started
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.options import Choice, Flag, Number, Odd, Pair, Range, Whole
from pages.augmentation.scene import Scene
from pages.augmentation.state import AUGMENT, COUNT, LAYERS, NETWORK, SECOND, SEED
from pages.ui.own_network import answered, opened_network
from pages.ui.picture import Picture

_KINDS = "augment_kinds"


def chosen_scene(picture: Picture) -> Scene | None:
    """Draw what is asked beside the stage; None where there is nothing to look at yet."""
    chosen = opened_network(AUGMENT, NETWORK)
    if chosen is None:
        return None
    network, identity, own = chosen
    _choose_kinds(network.input_shape[:2])
    for layer in AUGMENT[LAYERS]:
        _choose_options(layer)
    layers = AUGMENT[LAYERS]
    second = _choose_second(network) if mixes(layers) else None
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
    seed = AUGMENT[SEED]
    return Scene(network, picture, identity, own, probabilities, layers, second, int(count), seed)


def _choose_second(network: Network) -> Second:
    """Draw the choice of what the picture is mixed with."""
    name = AUGMENT.control(
        st.selectbox,
        SECOND,
        "Mixed with",
        help="A batch is mixed with itself: half of it is your picture, the other half is this "
        "one, and Keras's layer draws for each sample with which of them all it is mixed.",
    )
    return Second(SAMPLES[name].title, network.shown_part(open_sample(name)))


def _choose_kinds(size: tuple[int, int]) -> None:
    _show(_KINDS, [layer.kind() for layer in AUGMENT[LAYERS]])
    st.multiselect(
        "Layers, in order",
        PIPELINE_KINDS,
        key=_KINDS,
        max_selections=MOST_LAYERS,
        on_change=_take_kinds,
        args=(size,),
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
        elif isinstance(option, Flag):
            _show(key, value)
            st.toggle(name, **more)
        elif isinstance(option, Pair) and not isinstance(option, Range):
            for place, side in enumerate(("rows", "columns")):
                key = f"augment_{layer.kind()}_{name}_{side}"
                _show(key, value[place])
                more = {"key": key, "on_change": _take_side, "args": (layer, name, place, key)}
                st.slider(f"{name}, {side}", option.low, option.high, **more)


def _show(key: str, value: object) -> None:
    """Let a widget show a value; only where it does not, since a hand may be on it."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _take_kinds(size: tuple[int, int]) -> None:
    held = {layer.kind(): layer for layer in AUGMENT[LAYERS]}
    # What a browser sends that is no layer is not taken, and drawn over.
    with contextlib.suppress(ValueError, TypeError, KeyError):
        wanted = [held.get(kind) or started(kind, size) for kind in st.session_state[_KINDS]]
        AUGMENT.write({LAYERS.name: tuple(wanted)})


def _take_side(layer: Layer, name: str, place: int, key: str) -> None:
    sides = list(getattr(layer, name))
    sides[place] = st.session_state[key]
    _take(layer, name, tuple(sides))


def _take_option(layer: Layer, name: str, key: str) -> None:
    _take(layer, name, st.session_state[key])


def _take(layer: Layer, name: str, value: object) -> None:
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        changed = layer.with_options(**{name: value})
        layers = (changed if one == layer else one for one in AUGMENT[LAYERS])
        AUGMENT.write({LAYERS.name: tuple(layers)})
