"""The search itself: query, region, and results at every layer."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.networks.layers import LayerInfo
from pages.search.asking import take
from pages.search.scene import (
    COUNT,
    SearchScene,
    everyones_matches,
    own_label,
    own_matches,
)
from pages.search.state import LEAST_SIDE
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.picture import Picture
from pages.ui.wire import pack

_mount = register("search/results")
_KEY = "search_stage"
_HANDSHAKE = Handshake(_KEY)
_LONGEST_SIDE, _SMALL_SIDE = 480, 160
FEW = 300
"""Pictures up to which all of them are ranked beforehand: 140 ms, once for each layer."""


def show(scene: SearchScene) -> None:
    """Draw it."""
    _mount(key=_KEY, data=_message(scene), on_ask_change=lambda: take(_HANDSHAKE, scene))


def described_layers(scene: SearchScene) -> list[dict[str, str]]:
    """Name the layers and say what each gives, for the browser."""
    return [
        {"name": name, "words": layer_words(scene.network.layer(name))} for name in scene.layers
    ]


def layer_words(layer: LayerInfo) -> str:
    """Say what a layer gives.

    >>> layer_words(LayerInfo("a", "Dense", (), (10,), 0, 0, None))  # doctest: +SKIP
    '10 numbers'
    """
    if not layer.is_map:
        return f"{layer.channels:,} numbers"
    rows, columns = layer.output_shape[:2]
    return f"{layer.channels:,} maps of {rows} \u00d7 {columns}"


def rows_of(scene: SearchScene) -> dict[str, np.ndarray]:
    """Give the matches of every layer; -1 where a layer has not been asked."""
    count = len(next(iter(scene.rankings.matches.values())))
    indices = np.full((len(scene.layers), count), -1, np.int32)
    scores = np.zeros((len(scene.layers), count), np.float32)
    for at, name in enumerate(scene.layers):
        for rank, one in enumerate(scene.rankings.matches.get(name, [])):
            indices[at, rank], scores[at, rank] = one.index, one.score
    return {"indices": indices, "scores": scores}


def _message(scene: SearchScene) -> bytes:
    indexed, rankings = scene.indexed, scene.rankings
    right = scene.label
    settings = {
        "collection": indexed.collection,
        "serial": _HANDSHAKE.serial,
        "layer": scene.layers.index(scene.layer),
        "layers": described_layers(scene),
        "place": scene.place,
        "title": scene.title,
        "alt": scene.picture.alt if scene.place is None else f"The photo {scene.title}.",
        "credit": "" if scene.place is None else indexed.credits[scene.place],
        "own": {
            "title": scene.picture.title,
            "alt": scene.picture.alt,
            "label": own_label(indexed),
        },
        "region": scene.region,
        "least_side": LEAST_SIDE,
        "right": right,
        "count": COUNT,
        "labelled": len({label for label in indexed.labels if label}) > 1,
        "match": scene.match.index if scene.match else None,
        "available": rankings.available,
    }
    return pack(
        settings,
        **rows_of(scene),
        precision=_by_layer(scene, rankings.precision),
        weighted=_by_layer(scene, rankings.rank_weighted),
        query=np.frombuffer(_query_jpeg(scene), np.uint8),
        **_next_answers(scene),
    )


def _next_answers(scene: SearchScene) -> dict[str, np.ndarray]:
    """Give what each picture of a small index finds, so that the browser need not ask for it.

    The last row is that of the user's own picture, which comes along as a small JPEG. As long as
    the network is not there to look at it, the browser asks.
    """
    if len(scene.index) > FEW or not scene.network.is_open:
        return {}
    indices, scores = everyones_matches(scene)
    own = own_matches(scene)[: indices.shape[1]]
    return {
        "next_indices": np.vstack([indices, np.array([[one.index for one in own]], np.int32)]),
        "next_scores": np.vstack([scores, np.array([[one.score for one in own]], np.float32)]),
        "own": np.frombuffer(_own_jpeg(scene.picture.identity, scene.picture), np.uint8),
    }


def _by_layer(scene: SearchScene, value: Callable[[str], float]) -> np.ndarray:
    """Give one number per layer, float32; not a number where a layer has not been asked."""
    asked = scene.rankings.matches
    return np.array([value(name) if name in asked else np.nan for name in scene.layers], "f4")


@st.cache_data(max_entries=16, ttl=3600, show_spinner=False)
def _own_jpeg(identity: str, _picture: Picture) -> bytes:  # noqa: ARG001
    return images.encode_jpeg(images.resize_to(_picture.image, _SMALL_SIDE))


def _query_jpeg(scene: SearchScene) -> bytes:
    source = scene.picture.identity if scene.place is None else scene.title
    return _jpeg(scene.indexed.collection if scene.place is not None else "own", source, scene)


@st.cache_data(max_entries=128, ttl=3600, show_spinner=False)
def _jpeg(collection: str, source: str, _scene: SearchScene) -> bytes:  # noqa: ARG001
    image = _scene.image
    return images.encode_jpeg(images.resize_to(image, min(_LONGEST_SIDE, max(image.shape))))
