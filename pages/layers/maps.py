"""The maps these pages work on: those of the tutorial network for the picture in hand."""

import streamlit as st

from cnnviz.layers.tutorial_network import TutorialMaps, tutorial_maps
from pages.ui.picture import Picture


def maps_of(picture: Picture) -> TutorialMaps:
    """Give what the tutorial network makes of the picture."""
    return _maps(picture.identity, picture)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def _maps(identity: str, _picture: Picture) -> TutorialMaps:  # noqa: ARG001
    return tutorial_maps(_picture.image)
