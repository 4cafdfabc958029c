"""All pictures on a map: those that are alike lie close, and move as the layer changes."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from cnnviz.search import Vectors
from cnnviz.search.projection import Method, align, align_in_turn, project
from pages.search import map_points
from pages.search.asking import take
from pages.search.indexed import MANY
from pages.search.results import described_layers, rows_of
from pages.search.scene import SearchScene
from pages.search.state import EVERY_LAYER, METHOD, SEARCH, SHOWN_AS
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.queue import made
from pages.ui.wire import pack

_mount = register("search/photo_map")
_KEY = "search_map"
_HANDSHAKE = Handshake(_KEY)


def show(scene: SearchScene) -> None:
    """Draw it."""
    small = len(scene.indexed.index) <= MANY
    with st.container(horizontal=True, vertical_alignment="center"):
        method = SEARCH.control(
            st.segmented_control,
            METHOD,
            "Placed by",
            required=True,
            label_visibility="collapsed",
        )
        shown = SEARCH.control(
            st.segmented_control,
            SHOWN_AS,
            "Shown as",
            required=True,
            label_visibility="collapsed",
            help="Photos glide from layer to layer. Points can be picked with a lasso.",
        )
        all_layers = method == "PCA" and small
        if method != "PCA" and small and shown != "Points":
            all_layers = SEARCH.control(
                st.toggle,
                EVERY_LAYER,
                "Place every layer",
                help="So that all can be played through; it takes a while.",
            )
    layers = scene.layers if all_layers else (scene.layer,)
    title = f"{method} places {len(scene.indexed.index):,} pictures"
    title += f" at {len(layers)} layers" if all_layers else ""
    places = made(
        f"map {scene.indexed.identity} {method} {'every' if all_layers else scene.layer}",
        title,
        lambda job: placed(job.report, scene.indexed.index.vectors, method, layers),
        patience=0.3,
        private=scene.indexed.private,
    )
    if places is None:
        return
    if shown == "Points":
        map_points.show(scene, places[scene.layer])
    else:
        _mount(
            key=_KEY, data=_message(scene, places), on_ask_change=lambda: take(_HANDSHAKE, scene)
        )
    st.caption(_WORDS[method])


_WORDS = {
    "PCA": "Principal components: the flat view in which the vectors spread widest. Each layer's "
    "map is turned to lie as much as it can like the next one's; distances stay.",
    "t-SNE": "t-SNE keeps near pictures near; how far apart the clusters lie means little. It "
    "starts from the principal components and one seed, so it comes out the same again.",
    "UMAP": "UMAP keeps near pictures near and something of the whole. One seed, so it comes out "
    "the same again.",
}


def placed(
    report: Callable[[float, str], None],
    vectors: Mapping[str, Vectors],
    method: Method,
    layers: Sequence[str],
) -> dict[str, np.ndarray]:
    """Place all pictures at each layer, turned so that little moves from one to the next.

    Parameters
    ----------
    report : called with the share done and with words; may raise to stop.
    vectors : by layer, (pictures, channels) float32.

    Returns
    -------
    By layer, (pictures, 2) float32 in [0, 1].
    """
    count = len(layers)
    # All layers' principal components take less time than one layer's t-SNE.
    share = 1.0 if method == "PCA" else 0.1
    report(0.0, "Loading scikit-learn")
    flat = []
    for at, layer in enumerate(layers):
        flat.append(project(vectors[layer], "PCA"))
        report(share * (at + 1) / count, f"Principal components of {layer}")
    flat = align_in_turn(flat)
    if method == "PCA":
        return dict(zip(layers, flat, strict=True))
    places = {}
    for at, layer in enumerate(layers):

        def go_on(part: float, at: int = at) -> None:
            done = share + (1 - share) * (at + part) / count
            report(done, f"Layer {at + 1} of {count}: {layers[at]}")

        go_on(0.0)
        places[layer] = align(project(vectors[layer], method, report=go_on), flat[at])
    return places


def _message(scene: SearchScene, places: dict[str, np.ndarray]) -> bytes:
    count = len(scene.indexed.index)
    known = [name for name in scene.layers if name in places]
    described = dict(zip(scene.layers, described_layers(scene), strict=True))
    rows = rows_of(scene)
    order = [scene.layers.index(name) for name in known]
    return pack(
        {
            "collection": scene.indexed.collection,
            "serial": _HANDSHAKE.serial,
            "layer": known.index(scene.layer) if scene.layer in known else 0,
            "layers": [described[name] for name in known],
            "place": scene.place,
            "count": count,
        },
        places=np.stack([places[name] for name in known]),
        indices=rows["indices"][order],
    )
