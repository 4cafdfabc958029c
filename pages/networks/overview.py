"""The whole network on one screen, with the maps of this picture and the answer."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.networks.feature_maps.overview import Column, overview
from pages.networks.scene import Scene
from pages.networks.state import PAGE
from pages.networks.words import layer_costs
from pages.ui.components.registration import register
from pages.ui.edits import sent_parts
from pages.ui.wire import pack

_mount = register("networks/overview")
_KEY = "overview"


def show(scene: Scene) -> None:
    """Draw it."""
    scene.settle()
    _mount(
        key=_KEY,
        data=_message(scene),
        on_place_change=lambda: _take_place(scene),
        on_open_change=lambda: _open(scene),
    )


def _take_place(scene: Scene) -> None:
    _look(scene, sent_parts(_KEY, "place"))


def _open(scene: Scene) -> None:
    wanted = sent_parts(_KEY, "open")
    _look(scene, wanted)
    if wanted.get("view") in ("Layer", "Explain"):
        PAGE.write(view=wanted["view"])


def _look(scene: Scene, sent: Mapping[str, object]) -> None:
    # The overview shows whole maps: one looks at their middle.
    place = scene.place_in({**sent, "row": 0, "column": 0})
    if place is not None:
        shape = scene.network.layer(place.layer).output_shape
        middle = (shape[0] // 2, shape[1] // 2) if len(shape) == 3 else (0, 0)
        scene.look_at(place.layer, place.channel, *middle)


def _message(scene: Scene) -> bytes:
    network, focus = scene.network, scene.focus
    columns = _columns(scene)
    predictions = network.predictions(scene.maps) if network.has_classes else []
    settings = {
        "identity": scene.identity,
        "place": {"layer": focus.layer, "channel": focus.channel},
        "layers": [_described(column) for column in columns],
        "predictions": [
            {"label": one.label, "probability": float(one.probability)} for one in predictions
        ],
        "answer_title": f"{network.title} says" if predictions else "No classes to answer with",
    }
    return pack(
        settings,
        picture=network.shown_part(scene.picture.image),
        thumbnails=np.concatenate([column.thumbnails.ravel() for column in columns]),
        channels=np.concatenate([column.channels for column in columns]),
        statistics=np.concatenate([column.statistics for column in columns]),
    )


def _columns(scene: Scene) -> list[Column]:
    """Draw every layer small, the channel in hand in any case."""
    usual, focus = _drawn(scene, None), scene.focus
    here = next(column for column in usual if column.layer.name == focus.layer)
    if focus.channel in here.channels:
        return usual
    return _drawn(scene, (focus.layer, focus.channel))


def _drawn(scene: Scene, also: tuple[str, int] | None) -> list[Column]:
    if scene.own:
        return scene.kept(
            f"network_own_overview{'_also' if also else ''}",
            also,
            lambda: overview(scene.network, scene.maps, also=also),
        )
    return _shared(scene.identity, scene.picture.identity, also, scene)


# As long as the maps that it is drawn from, of which it is a fortieth.
@st.cache_resource(max_entries=8, ttl="10m", show_spinner=False)
def _shared(
    identity: str,  # noqa: ARG001 stands for the network in the cache's key
    picture_identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    also: tuple[str, int] | None,
    _scene: Scene,
) -> list[Column]:
    return overview(_scene.network, _scene.maps, also=also)


def _described(column: Column) -> dict[str, object]:
    layer = column.layer
    count, rows, columns = column.thumbnails.shape
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(layer.output_shape),
        "vector": not layer.is_map,
        "true_rows": layer.output_shape[0] if layer.is_map else 1,
        "channels": layer.channels,
        "count": count,
        "rows": rows,
        "columns": columns,
        "limit": column.limit,
        "mixes": column.mixes,
        "inputs": list(layer.inputs),
        "stage": layer.stage,
        "words": layer_costs(layer),
    }
