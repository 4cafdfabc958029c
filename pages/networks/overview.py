"""The whole network on one screen, with the maps of this picture and the answer."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.networks.feature_maps.folding import folded, stage_of_hidden
from pages.networks.overview_message import message
from pages.networks.scene import NEAR, UNFOLDED, Scene
from pages.networks.state import PAGE
from pages.ui.components.registration import register
from pages.ui.edits import sent_parts

_mount = register("networks/overview")
_KEY = "overview"


def show(scene: Scene) -> None:
    """Draw it."""
    scene.settle()
    data = scene.overview
    if data is None:
        data = message(scene, _held(scene, UNFOLDED) or (), _held(scene, NEAR))
    _mount(
        key=_KEY,
        data=data,
        on_place_change=lambda: _look(scene, sent_parts(_KEY, "place")),
        on_near_change=lambda: _come_near(scene, sent_parts(_KEY, "near")),
        on_unfolded_change=lambda: _unfold(scene, sent_parts(_KEY, "unfolded").get("stages")),
        on_open_change=lambda: _open(scene, sent_parts(_KEY, "open")),
    )


def _held(scene: Scene, name: str) -> Any:
    """Give what is kept of this network in the session, None where that is of another."""
    identity, value = st.session_state.get(name, (None, None))
    return value if identity == scene.identity else None


def _open(scene: Scene, wanted: Mapping[str, Any]) -> None:
    _look(scene, wanted)
    if wanted.get("view") in ("Layer", "Explain"):
        PAGE.write(view=wanted["view"])


def _look(scene: Scene, sent: Mapping[str, Any]) -> None:
    place = scene.place_in(sent)
    if place is not None:
        scene.look_at(place.layer, place.channel, place.row, place.column)
        return
    # Who looks at a whole map looks at its strongest cell.
    place = scene.place_in({**sent, "row": 0, "column": 0})
    if place is not None:
        channel = min(max(place.channel, 0), scene.network.layer(place.layer).channels - 1)
        scene.look_at(place.layer, channel, *scene.strongest(place.layer, channel))


def _come_near(scene: Scene, sent: Mapping[str, Any]) -> None:
    place = scene.place_in({**sent, "row": 0, "column": 0})
    near = None if place is None else (place.layer, place.channel)
    st.session_state[NEAR] = (scene.identity, near)


def _unfold(scene: Scene, stages: object) -> None:
    """Fold all stages but these; a map in hand that is hidden now gives way to its column's."""
    wanted = stages if isinstance(stages, list) else []
    # Nothing is kept that the network has not got.
    unfolded = {layer.stage for layer in scene.network.layers}
    unfolded &= {stage for stage in wanted if isinstance(stage, int)}
    st.session_state[UNFOLDED] = (scene.identity, unfolded)
    columns = folded(scene.network.layers, unfolded)
    if stage_of_hidden(columns, scene.focus.layer) is not None:
        here = next(
            column
            for column in columns
            if any(layer.name == scene.focus.layer for layer in column.layers)
        )
        _look(scene, {"layer": here.layer.name, "channel": 0})
