"""The pictures of a collection as thumbnails, sent to the browser once for all components."""

import numpy as np
import streamlit as st

from pages.search.indexed import Indexed
from pages.ui.components.colours import series_colours
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("search/thumbnails")


def thumbnails(indexed: Indexed) -> None:
    """Send them. The same message is not sent twice: Streamlit keeps it by its content."""
    _mount(key="search_thumbnails", data=_message(indexed.collection, indexed))


@st.cache_data(max_entries=6, ttl=3600, show_spinner=False)
def _message(collection: str, _indexed: Indexed) -> bytes:
    groups = list(dict.fromkeys(_indexed.labels))
    return pack(
        {
            "collection": collection,
            "names": list(_indexed.names),
            "titles": list(_indexed.titles),
            "labels": list(_indexed.labels),
            "credits": list(_indexed.credits),
            "groups": groups,
            "colours": series_colours(len(groups)),
        },
        jpegs=np.frombuffer(b"".join(_indexed.thumbnails), np.uint8),
        ends=np.cumsum([len(one) for one in _indexed.thumbnails], dtype=np.int32),
    )
