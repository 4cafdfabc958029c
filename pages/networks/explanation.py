"""Explain one number: what went into it, step by step, and on from there down to the pixels."""

import numpy as np
import streamlit as st

from cnnviz.networks import NetworkError
from cnnviz.networks.explanation.explain import Cell, Explanation
from pages.networks.explanation_message import message
from pages.networks.scene import Scene
from pages.networks.state import APART, PAGE
from pages.networks.trail import Trail, explained
from pages.ui.components.registration import register
from pages.ui.edits import sent_parts
from pages.ui.takeaway import npz

_mount = register("networks/explanation")
_KEY = "explanation"
_ASKED = "explanation_asked"


def show(scene: Scene) -> None:
    """Draw it."""
    asked = st.session_state.pop(_ASKED, {})
    trail, apart = Trail(scene).cells, PAGE[APART]
    here = trail[-1]
    found, refusal = None, ""
    try:
        found = explained(scene, here)
    except NetworkError as error:
        refusal = str(error)
    _mount(
        key=_KEY,
        data=message(
            scene,
            trail,
            found,
            refusal,
            apart=apart,
            serial=asked.get("serial"),
            holds=asked.get("holds", ()),
        ),
        on_look_change=lambda: _look(scene),
    )
    if found is not None and found.terms:
        st.download_button(
            "Inputs, weights and products as NPZ",
            lambda: npz(**arrays_of(found)),
            f"{here.layer}_{here.channel}_{here.row}_{here.column}.npz",
            "application/octet-stream",
            key="explanation_npz",
            on_click="ignore",
            icon=":material/download:",
        )


def arrays_of(found: Explanation) -> dict[str, np.ndarray]:
    """Name what went into a number: per input layer patches, weights, products, sums, places."""
    arrays: dict[str, np.ndarray] = {
        "value": np.array(found.value),
        "network_value": np.array(found.network_value, np.float32),
        "step_names": np.array([step.name for step in found.steps]),
        "step_values": np.array([step.value for step in found.steps]),
    }
    for part in found.terms:
        name = "" if len(found.terms) == 1 else f"{part.layer.replace('/', '_')}_"
        arrays |= {
            f"{name}channels": part.channels,
            f"{name}rows": part.rows,
            f"{name}columns": part.columns,
            f"{name}patches": part.patches,
            f"{name}products": part.products,
            f"{name}sums": part.sums,
        }
        if part.weights is not None:
            arrays[f"{name}weights"] = part.weights
    return arrays


def _look(scene: Scene) -> None:
    """Go where the browser asks to; what cannot be read leaves everything where it is."""
    wanted = sent_parts(_KEY, "look")
    st.session_state[_ASKED] = wanted
    trail, way = Trail(scene), wanted.get("way")
    if way in ("move", "begin", "go_on"):
        place = scene.place_in(wanted)
        if place is not None:
            getattr(trail, way)(Cell(place.layer, place.row, place.column, place.channel))
    elif way == "layer":
        _choose_layer(scene, trail, wanted.get("layer"))
    elif way == "back" and isinstance(wanted.get("index"), int):
        trail.back_to(wanted["index"])
    elif way == "answer":
        trail.begin(trail.first())
    elif way == "descend":
        trail.descend()
    elif way == "apart":
        PAGE.write(apart=not PAGE[APART])
    elif way == "view":
        PAGE.write(view="Layer")


def _choose_layer(scene: Scene, trail: Trail, layer: object) -> None:
    """Begin anew in another layer, over the same part of the picture."""
    here = trail.cells[-1]
    if not scene.has_layer(layer):
        return
    if layer == scene.network.answer_layer and scene.network.has_classes:
        trail.begin(trail.first())
        return
    before, now = (scene.network.layer(name) for name in (here.layer, str(layer)))
    row = column = 0
    if now.is_map:
        rows, columns = now.output_shape[:2]
        tall, wide = before.output_shape[:2] if before.is_map else (1, 1)
        row = int((here.row + 0.5) * rows / tall)
        column = int((here.column + 0.5) * columns / wide)
    channel = here.channel if here.channel < now.channels else 0
    trail.begin(Cell(now.name, row, column, channel))
