"""The page below its title: what is chosen beside the stage, the view on it, and what follows."""

from collections.abc import Callable

import streamlit as st

from pages.search import similarity
from pages.search.asking import choose_layer
from pages.search.experiments import KEEP, search_experiments
from pages.search.indexed import Indexed, chosen_network, indexed
from pages.search.pictures import chosen_collection, skipped_list
from pages.search.scene import SearchScene, labels_by_text, scene_of
from pages.search.state import (
    CENTRING,
    LABEL,
    MATCH,
    METRIC,
    OWN_PICTURE,
    QUERY,
    REGION,
    SEARCH,
    SOMETHING_ELSE,
)
from pages.search.takeaway import finish
from pages.search.thumbnails import thumbnails
from pages.ui.experiments import TryThis
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls
from pages.ui.waiting import wait_until_open

FEW = 30
"""Pictures below which a mean says more about them than about the network."""
_CENTRED = {"Automatic": None, "Always": True, "Never": False}


def search(
    picture: Picture,
    view: Callable[[SearchScene], None],
    below: Callable[[SearchScene], None] | None = None,
) -> None:
    """Draw all that depends on the controls.

    view : draws what is in hand on the stage.
    below : draws the stage's chart. Plotly takes longer to draw one than the browser takes for all
        the rest, which would wait for it.
    """
    row = st.container()
    stage, controls = stage_and_controls()
    with controls:
        collection = chosen_collection()
        choice = chosen_network()
        metric = SEARCH.control(
            st.selectbox,
            METRIC,
            "Similarity metric",
            help="How two vectors are compared: by the angle between them (cosine), or by the "
            "gaps between their numbers: squared (Euclidean), added up (Manhattan), or the "
            "largest alone (Chebyshev).",
        )
        centring = _CENTRED[_chosen_centring()] if metric == "cosine" else None
    with stage:
        found = indexed(collection, choice)
    if found is None:
        return
    is_centred = len(found.labels) >= FEW if centring is None else centring
    with controls:
        if found.note:
            st.caption(found.note)
        if SEARCH[QUERY] == OWN_PICTURE and any(found.labels):
            SEARCH.control(
                st.selectbox,
                LABEL,
                "Your picture shows",
                options=[SOMETHING_ELSE, *labels_by_text(found)],
            )
    if SEARCH[QUERY] == OWN_PICTURE or SEARCH[REGION] is not None:
        with stage:
            _open(found)
    scene = scene_of(found, picture, metric, is_centred=is_centred)
    with controls:
        choose_layer(scene)
    if found.collection == "photos":
        with row:
            tries = TryThis(SEARCH, search_experiments(scene), keep=KEEP, free=(MATCH.name,))
        tries.saw(scene)
    with seen_first(stage, plotly_follows=below is not None):
        thumbnails(found)
        view(scene)
    if below is not None:
        with stage:
            below(scene)
    skipped_list(found.skipped)
    _open(found)
    similarity.show(scene)
    finish(scene)


def _open(found: Indexed) -> None:
    """Wait for the network: what was made beforehand is shown before it is there."""
    network = found.index.network
    if network.is_open:
        return
    with st.spinner(f"Opening {network.title}", show_time=False):
        wait_until_open(network)


def _chosen_centring() -> str:
    return SEARCH.control(
        st.selectbox,
        CENTRING,
        "Centre the vectors",
        help="Before the cosine, the mean of all pictures is taken off every vector, so that "
        "maps which answer to everything do not make all pictures alike. The mean of a few "
        "pictures says little about the network: of two, each would be the other's opposite, "
        f"cosine −1. Automatic centres from {FEW} pictures on.",
    )
