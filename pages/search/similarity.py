"""Why this match: the cells of both pictures that their similarity comes from."""

import numpy as np
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.search.formulas import precision_formula, rank_weighted_formula, similarity_formula
from cnnviz.search.similarity import SimilarityMaps, similarity_maps
from cnnviz.shapes import Pixels
from pages.search.scene import SearchScene, maps_of_match, maps_of_query, open_indexed
from pages.ui.components.registration import register
from pages.ui.headings import header
from pages.ui.markdown import plain
from pages.ui.wire import pack

_mount = register("search/similarity")
_LONGEST_SIDE = 420


def show(scene: SearchScene) -> None:
    """Draw it, for the match in hand."""
    match, titles = scene.match, scene.indexed.titles
    if match is None:
        st.info("There is nothing to find: the query is the only picture.", icon=":material/info:")
        return
    header(f"Why {plain(titles[match.index])} matches")
    layer = _map_layer(scene)
    if layer is not None:
        _mount(key="search_similarity", data=_message(scene, layer, match.index))
        if layer != scene.layer:
            st.caption(
                f"{plain(scene.layer)} gives no maps: its numbers belong to no place. "
                f"Shown is {plain(layer)}, the last layer before it that does."
            )
    index = scene.index
    query = index.relative(scene.vectors[scene.layer])
    centring = (
        f", less the mean of all {len(titles):,} pictures" if index.is_centred else ", not centred"
    )
    st.markdown(
        f"The arithmetic, with x the {len(query):,} numbers of the query, x\u2032 those of the "
        "match and u which of them, each the mean of one "
        f"map{centring if scene.metric == 'cosine' else ''}:"
    )
    other = index.relative(index.vectors[scene.layer][match.index])
    st.latex(similarity_formula(query, other, scene.metric))
    if scene.label:
        st.latex(precision_formula(scene.matches, scene.label, scene.rankings.available))
        st.latex(rank_weighted_formula(scene.matches, scene.label, scene.rankings.available))


def _map_layer(scene: SearchScene) -> str | None:
    layers = scene.layers[: scene.layers.index(scene.layer) + 1]
    return next((name for name in reversed(layers) if scene.network.layer(name).is_map), None)


def _message(scene: SearchScene, layer: str, match: int) -> bytes:
    source = scene.picture.identity if scene.place is None else scene.indexed.names[scene.place]
    return _packed(scene.ranked_by, source, scene.region, layer, match, scene)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def _packed(
    identity: str,  # noqa: ARG001 stands for the network and the pictures in the cache's key
    source: str,  # noqa: ARG001 stands for the query in the cache's key
    region: object,
    layer: str,
    match: int,
    _scene: SearchScene,
) -> bytes:
    part, other = _scene.part, open_indexed(_scene, match)
    found: SimilarityMaps = similarity_maps(
        layer,
        maps_of_query(_scene)[layer],
        maps_of_match(_scene, match)[layer],
        _scene.indexed.index.at(layer).origin,
    )
    return pack(
        {
            "layer": layer,
            "cosine": found.cosine,
            "query_title": f"A region of {_scene.title}" if region else _scene.title,
            "match_title": _scene.indexed.titles[match],
            "grid": found.grid,
            "against": found.against,
        },
        query_map=found.query,
        match_map=found.match,
        pairs=(found.pairs * 255).round().astype(np.uint8),
        query=_jpeg(part),
        match=_jpeg(other),
    )


def _jpeg(image: Pixels) -> np.ndarray:
    small = images.resize_to(image, min(_LONGEST_SIDE, max(image.shape)))
    return np.frombuffer(images.encode_jpeg(small), np.uint8)
