"""What the browser asks for on the Search page, checked before it is believed."""

import contextlib

import streamlit as st

from pages.search.scene import (
    LAYER,
    MATCH,
    OWN_PICTURE,
    QUERY,
    REGION,
    SearchScene,
    checked_region,
)

SERIAL = "search_serial"


def serial() -> int:
    """Give the number of the browser's last change that is contained in what is shown."""
    return int(st.session_state.get(SERIAL, 0))


def take(key: str, scene: SearchScene) -> None:
    """Take over what a component asks for: a query, a region, a layer or a match."""
    asked = st.session_state[key].get("ask") or {}
    with contextlib.suppress(KeyError, TypeError, ValueError, IndexError, OverflowError):
        st.session_state[SERIAL] = int(asked["serial"])
        kind, value = asked["kind"], asked.get("value")
        if kind == "layer" and value in scene.layers:
            LAYER.hold(value)
        elif kind == "query":
            ask_for(scene, None if value is None else int(value))
        elif kind == "match":
            MATCH.hold(scene.indexed.names[_place(scene, value)])
        elif kind == "region":
            REGION.hold(None if value is None else checked_region(tuple(map(int, value))))


def ask_for(scene: SearchScene, place: int | None) -> None:
    """Make a picture of the index the query, whole; None stands for the user's own picture."""
    name = OWN_PICTURE if place is None else scene.indexed.names[_place(scene, place)]
    QUERY.hold(name)
    REGION.hold(None)
    MATCH.hold("")


def _place(scene: SearchScene, value: object) -> int:
    place = int(value)  # type: ignore[call-overload]
    if not 0 <= place < len(scene.indexed.names):
        raise IndexError(f"There is no such picture. Received: {place}.")
    return place


def choose_layer(scene: SearchScene) -> None:
    """Draw the choice of a layer by its name, for both views."""
    key = "search_layer_choice"
    st.session_state[key] = scene.layer
    st.selectbox(
        "Layer",
        scene.layers,
        key=key,
        on_change=lambda: LAYER.hold(st.session_state[key]),
        help="Also with the slider below the results, or by a press on the chart.",
    )
