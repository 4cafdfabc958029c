"""Search: which pictures look alike to a network, at any of its layers."""

import streamlit as st

from cnnviz.search import METRICS
from pages.search import likeness, photo_map, results
from pages.search.asking import choose_layer
from pages.search.indexed import chosen_network, indexed
from pages.search.pictures import chosen_collection, skipped_list
from pages.search.scene import OWN_PICTURE, QUERY, scene_of
from pages.search.takeaway import finish
from pages.search.thumbnails import thumbnails
from pages.ui.frame import page_frame
from pages.ui.picture import Picture
from pages.ui.stage import seen_first

VIEWS = {"Search": results, "Map": photo_map}


@st.fragment  # a query runs this again, not the menu and the picker beside it
def search(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="Search",
        key="search_view",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        collection = chosen_collection()
        choice = chosen_network()
        metric = st.selectbox(
            "Alike by",
            METRICS,
            format_func=str.capitalize,
            key="search_metric",
            bind="query-params",
            help="How two vectors are compared: by the angle between them (cosine), or by the "
            "gaps between their numbers: squared (Euclidean), added up (Manhattan), or the "
            "largest alone (Chebyshev).",
        )
    with stage:
        found = indexed(collection, choice)
    if found is None:
        return
    with controls:
        if found.note:
            st.caption(found.note)
        skipped_list(found.skipped)
        if QUERY.value() == OWN_PICTURE and any(found.labels):
            st.selectbox(
                "Your picture shows",
                ["", *dict.fromkeys(label for label in found.labels if label)],
                format_func=lambda label: label.capitalize() or "Something else",
                key="search_label",
                bind="query-params",
            )
    scene = scene_of(found, picture, metric)
    with controls:
        choose_layer(scene)
    with seen_first(stage):
        thumbnails(found)
        VIEWS[view].show(scene)
    likeness.show(scene)
    finish(scene)


search(page_frame("pages/09_search.py"))
