"""Flatten: which cell of the maps becomes which element of the vector."""

import numpy as np
import streamlit as st

from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.layers.code import flatten_code
from cnnviz.layers.flatten import flatten, flatten_cell
from cnnviz.layers.formulas import flatten_with_numbers
from cnnviz.layers.tutorial_network import SIDE, small_maps
from cnnviz.pooling import pool
from pages.layers.components.flatten import flatten_view
from pages.layers.maps import maps_of
from pages.ui.address import Addressed
from pages.ui.picture import Picture
from pages.ui.stage import experiments, page_background, seen_first
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "flatten_view"
_SOURCES = {"maps": "A network's maps", "picture": "The picture itself"}
_MOST = 8 * 8 * 6


def _read(text: str) -> int:
    index = int(text)
    if not 0 <= index < _MOST:
        raise ValueError(f"The element must be from 0 to {_MOST - 1}. Received: {text}.")
    return index


_element = Addressed("element", "layers", 17, _read, str)


def flatten_layer(picture: Picture) -> None:
    """Show the part."""
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        source = st.selectbox(
            "Flatten",
            list(_SOURCES),
            format_func=_SOURCES.get,
            key="layer_source",
            bind="query-params",
        )
        side = st.select_slider(
            "Rows and columns", (2, 4, 8), 4, key="layer_side", bind="query-params"
        )
        channels = 3
        if source == "maps":
            channels = st.slider("Channels", 1, 6, 3, key="layer_channels", bind="query-params")
    maps, names = _maps(picture, source, side, channels)
    selected = min(_element.value(), maps.size - 1)
    with seen_first(stage):
        flatten_view(key=_KEY, maps=maps, names=names, selected=selected, on_selected=_take_element)
    st.header("Which element?", anchor=False)
    st.latex(r"i = (r \cdot \text{columns} + c) \cdot \text{channels} + k")
    st.latex(f"i = {flatten_with_numbers(maps.shape, selected)}")
    row, column, channel = flatten_cell(maps.shape, selected)
    pixel = selected // maps.shape[2]
    st.latex(
        rf"{selected} = {pixel} \cdot {maps.shape[2]} + {channel}, \qquad "
        rf"{pixel} = {row} \cdot {maps.shape[1]} + {column}"
    )
    st.caption(
        "r row, c column, k channel, all counted from 0. The second line is the way back: two "
        "divisions with rest. Keras keeps channels last, so all channels of one place lie side "
        "by side; PyTorch keeps them first, and lays out one map after the other."
    )
    st.header("Why it matters", anchor=False)
    st.markdown(
        "Flatten computes nothing and has no weights. But it forgets: to the dense layer behind "
        "it, two neighbours in the picture are just two numbers among thousands, as far apart as "
        "any others. Whatever the order, the dense layer has to learn it anew, which is why "
        "newer networks average each map instead."
    )
    experiments(
        {
            "A step to the right": lambda: _try("maps", 4, 3, 20),
            "A step down": lambda: _try("maps", 4, 3, 29),
            "Red, green, blue": lambda: _try("picture", 4, 3, 17),
            "A longer vector": lambda: _try("maps", 8, 6, 200),
        }
    )
    background = page_background()
    take_it_with_you(
        [
            Download(
                "Maps as PNG",
                "maps.png",
                "image/png",
                lambda: images.encode_png(_wall(maps, background)),
            ),
            Download(
                "Arrays as NPZ",
                "flatten.npz",
                "application/octet-stream",
                lambda: npz(maps=maps, vector=flatten(maps)),
            ),
        ],
        flatten_code(),
    )


def _maps(picture: Picture, source: str, side: int, channels: int) -> tuple[np.ndarray, list[str]]:
    found = maps_of(picture)
    if source == "picture":
        # Whole grey levels, so that the numbers are those of a picture.
        pixels = pool(np.rint(found.image * 255), kind="average", size=SIDE // side)
        return np.rint(pixels), ["red", "green", "blue"]
    maps, kept = small_maps(found, side=side, channels=channels)
    return maps, [f"map {channel}" for channel in kept]


def _wall(maps: np.ndarray, background: str) -> np.ndarray:
    side_by_side = np.concatenate(list(np.moveaxis(maps, -1, 0)), axis=1)
    large = side_by_side.repeat(24, axis=0).repeat(24, axis=1)
    return display(large[..., np.newaxis], "signed", background=background)


def _take_element() -> None:
    index = st.session_state[_KEY].get("selected")
    if isinstance(index, int | float) and 0 <= index < _MOST:
        _element.hold(int(index))


def _try(source: str, side: int, channels: int, element: int) -> None:
    st.session_state["layer_source"] = source
    st.session_state["layer_side"] = side
    st.session_state["layer_channels"] = channels
    _element.hold(element)
