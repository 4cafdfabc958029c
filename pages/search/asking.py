"""What the browser asks for on the Search page, checked before it is believed."""

import contextlib

import streamlit as st

from pages.search.scene import SearchScene
from pages.search.state import LAYER, OWN_PICTURE, SEARCH, checked_region
from pages.ui.edits import Handshake


def take(stage: Handshake, scene: SearchScene) -> None:
    """Take over what a component asks for: a query, a region, a layer or a match."""
    asked = stage.sent("ask")
    with contextlib.suppress(KeyError, TypeError, ValueError, IndexError, OverflowError):
        stage.take(asked)
        kind, value = asked["kind"], asked.get("value")
        if kind == "layer" and value in scene.layers:
            SEARCH.write({"layer": value})
        elif kind == "query":
            # A picture of the index, whole; None stands for the user's own.
            name = OWN_PICTURE if value is None else _name(scene, value)
            SEARCH.write({"query": name, "region": None, "match": ""})
        elif kind == "match":
            SEARCH.write({"match": _name(scene, value)})
        elif kind == "region":
            region = None if value is None else checked_region(*map(int, value))
            SEARCH.write({"region": region})


def _name(scene: SearchScene, value: object) -> str:
    place = int(str(value))
    if not 0 <= place < len(scene.indexed.names):
        raise IndexError(f"There is no such picture. Received: {place}.")
    return scene.indexed.names[place]


def choose_layer(scene: SearchScene) -> None:
    """Draw the choice of a layer by its name, for both views."""
    SEARCH.control(
        st.selectbox,
        LAYER,
        "Layer",
        options=scene.layers,
        otherwise=scene.layer,
        help="Also with the slider below the results, or by a press on the chart.",
    )
