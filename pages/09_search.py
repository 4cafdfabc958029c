"""Search: which pictures look alike to a network, at any of its layers."""

import streamlit as st

from pages.search import layer_chart, photo_map, results
from pages.search.stage import search
from pages.search.state import SEARCH, VIEW
from pages.ui.frame import page_frame, way_on
from pages.ui.picture import Picture

VIEWS = {"Search": (results.show, layer_chart.show), "Map": (photo_map.show,)}


@st.fragment  # a query runs this again, not the menu and the picker beside it
def views(picture: Picture) -> None:
    """Draw the choice of a view, and the view."""
    SEARCH.follow()
    view = SEARCH.control(
        st.segmented_control, VIEW, "View", required=True, label_visibility="collapsed"
    )
    search(picture, *VIEWS[view])


views(page_frame("pages/09_search.py"))
way_on("pages/09_search.py")
