"""Which pixels: one method's map over the picture, all methods, and all layers it could ask."""

from __future__ import annotations

import contextlib

import numpy as np
import streamlit as st

from cnnviz.attribution import METHODS
from cnnviz.attribution.placing import enlarged
from cnnviz.images import pictures as images
from cnnviz.notation import written_share
from pages.attribution import maps
from pages.attribution.scene import Scene
from pages.attribution.state import EVERY, LAYER, METHOD, WHY
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.markdown import plain
from pages.ui.wire import pack

_mount = register("attribution/map")
_KEY = "why_stage"
_HANDSHAKE = Handshake(_KEY)
_PHOTO_SIDE = 480
_TILE = 48
_MOST_CELLS = 32
"""Cells along a side of a layer's tile."""


def show(scene: Scene) -> np.ndarray | None:
    """Draw the stage; give the map in hand, on the picture, or None while it is being made."""
    maps.ask(scene, every=WHY[EVERY])
    values = maps.shown(scene, scene.name)
    _mount(key=_KEY, data=_message(scene, values), on_ask_change=lambda: _take(_HANDSHAKE, scene))
    if values is not None and not values.any():
        st.info(empty_sentence(scene), icon=":material/info:")
    return values


def empty_sentence(scene: Scene) -> str:
    """Say why a map is 0 everywhere."""
    label, title = scene.label(scene.target), plain(scene.method.title)
    if scene.against is not None:
        other = scene.label(scene.against)
        return f"{title} gives {label} and {other} the same map, so nothing is left of either."
    if not scene.method.by_layer:
        return f"This map is 0 everywhere: by {title} no pixel has to do with {label}."
    return (
        f"This map is 0 everywhere: in no cell of {plain(scene.layer)} is the weighted sum of the "
        f"maps above 0, and ReLU leaves nothing of what is below. So by {title} nothing here "
        f"speaks for {label}; another layer or method may still tell."
    )


def is_signed(scene: Scene, name: str) -> bool:
    """Say whether a map has two sides: its method's own, or two classes that are compared."""
    return METHODS[name].signed or scene.against is not None


def _message(scene: Scene, values: np.ndarray | None) -> bytes:
    tiles = np.zeros((len(METHODS), _TILE, _TILE), np.uint8)
    methods = []
    for at, (name, method) in enumerate(METHODS.items()):
        possible = bool(scene.layers) or not method.by_layer
        found = maps.shown(scene, name) if possible else None
        if found is not None:
            above = maps.on_grid(scene, found) - maps.base(scene, name, found)
            tile = enlarged(above, (_TILE, _TILE))
            tiles[at] = levels(tile, signed=is_signed(scene, name))
        state = "ready" if found is not None else ("asks" if possible else "none")
        methods.append(
            {
                "name": name,
                "title": method.title,
                "words": method.answers,
                "signed": is_signed(scene, name),
                "state": state,
            }
        )
    by_layer = maps.of_layers(scene) if scene.method.by_layer else {}
    sizes: list[dict[str, object]] = []
    tiled: list[np.ndarray] = []
    for name, grid in by_layer.items():
        rows, columns = grid.shape
        size = (min(rows, _MOST_CELLS), min(columns, _MOST_CELLS))
        small = grid if size == grid.shape else enlarged(grid, size)
        sizes.append(
            {
                "name": name,
                "rows": size[0],
                "columns": size[1],
                "of": [rows, columns],
                "empty": not grid.any(),
            }
        )
        tiled.append(levels(small, signed=False).ravel())
    photo = images.resize_to(
        scene.picture.image, min(_PHOTO_SIDE, max(scene.picture.image.shape[:2]))
    )
    shown = None
    if values is not None:
        shown = enlarged(values, photo.shape[:2])
    settings = {
        "serial": _HANDSHAKE.serial,
        "question": question(scene),
        "method": scene.name,
        "title": scene.method.title,
        "signed": is_signed(scene, scene.name),
        "base": 0.0 if values is None else maps.base(scene, scene.name, values),
        "methods": methods,
        "layer": scene.layer if scene.method.by_layer else "",
        "layers": sizes,
        "layers_by": "Grad-CAM" if scene.name == "score_cam" else scene.method.title,
        "size": list(photo.shape[:2]),
        "seen": _seen(scene),
        "alt": scene.picture.alt,
        "sides": _sides(scene),
    }
    arrays: dict[str, np.ndarray] = {
        "photo": np.frombuffer(images.encode_jpeg(photo), np.uint8),
        "tiles": tiles,
    }
    if shown is not None:
        arrays["values"] = shown
    if tiled:
        arrays["layer_tiles"] = np.concatenate(tiled)
    return pack(settings, **arrays)


def _seen(scene: Scene) -> list[float]:
    """Give top, left, bottom and right of what the network is shown, as parts of the picture."""
    height, width = scene.picture.image.shape[:2]
    top, left, tall, wide = scene.network.crop_box(scene.picture.image)
    return [top / height, left / width, (top + tall) / height, (left + wide) / width]


def question(scene: Scene) -> str:
    """Ask in words what the map answers."""
    labels = scene.network.labels
    words = f"{scene.network.title}: why “{labels[scene.target]}”"
    if scene.against is not None:
        words += f" and not “{labels[scene.against]}”"
    return f"{words}, {written_share(float(scene.probabilities[scene.target]))}?"


def _sides(scene: Scene) -> list[str]:
    labels = scene.network.labels
    if scene.against is not None:
        return [f"for {labels[scene.against]}", f"for {labels[scene.target]}"]
    if is_signed(scene, scene.name):
        return ["against it", "for it"]
    return ["least" if scene.method.from_least else "nothing", "most"]


def levels(values: np.ndarray, *, signed: bool) -> np.ndarray:
    """Write a map in bytes by its own largest size: 0 to 255, or 1 to 255 with 128 for zero.

    >>> levels(np.array([[0.0, 2.0]]), signed=False).tolist()
    [[0, 255]]
    >>> levels(np.array([[-2.0, 0.0]]), signed=True).tolist()
    [[1, 128]]
    """
    most = float(np.abs(values).max(initial=0.0)) or 1.0
    scaled = values / most * 127 + 128 if signed else np.maximum(values, 0) / most * 255
    written: np.ndarray = np.rint(scaled).astype(np.uint8)
    return written


def _take(stage: Handshake, scene: Scene) -> None:
    asked = stage.sent("ask")
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        stage.take(asked)
        kind, value = asked["kind"], asked.get("value")
        if kind == "method":
            WHY.write({METHOD.name: value})
        elif kind == "layer" and value in scene.layers:
            WHY.write({LAYER.name: value})


def choose_method(scene: Scene) -> None:
    """Draw the choice of a method, and of a layer where it weighs maps."""
    WHY.control(
        st.selectbox,
        METHOD,
        "Method",
        options=scene.names,
        otherwise=scene.name,
        help="How the network is asked. Also by a press on one of the small maps.",
    )
    if scene.method.by_layer:
        WHY.control(
            st.selectbox,
            LAYER,
            "Layer",
            options=scene.layers,
            otherwise=scene.layer,
            help="Whose maps are weighed. Also by a press on one of the small maps.",
        )


def choose_everything(scene: Scene) -> None:
    """Draw the choice of a method, and whether all the others are asked too."""
    choose_method(scene)
    WHY.control(
        st.toggle,
        EVERY,
        "Ask every method",
        help="One after the other, those that take many runs too; each is shown when it is ready.",
    )
