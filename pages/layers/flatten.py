"""Flatten: which cell of the maps becomes which element of the vector."""

import numpy as np
import streamlit as st

from cnnviz.drawing.display import tiled
from cnnviz.layers.code import flatten_code
from cnnviz.layers.flatten import flatten
from cnnviz.layers.formulas import FLATTEN, flatten_with_numbers, way_back_with_numbers
from cnnviz.layers.tutorial_network import SIDE, small_maps
from cnnviz.notation import legend
from cnnviz.pooling import pool
from pages.layers.components.flatten import flatten_view
from pages.layers.experiments import FLATTEN as EXPERIMENTS
from pages.layers.experiments import START, Flattened
from pages.layers.maps import maps_of
from pages.ui.edits import sent_value
from pages.ui.entries import Choice, Whole
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters
from pages.ui.state import Table
from pages.ui.takeaway import Download, npz, signed_download, take_it_with_you

_KEY = "flatten_view"
_MOST = 8 * 8 * 6

SOURCE = Choice("layer_source", {"maps": "A network's maps", "picture": "The picture itself"})
ROWS = Choice("layer_side", (2, 4, 8), 4)
CHANNELS = Whole("layer_channels", 1, 6, 3)
ELEMENT = Whole("element", 0, _MOST - 1, START)
FLATTENED = Table("layers_flatten", SOURCE, ROWS, CHANNELS, ELEMENT)


def flatten_layer(picture: Picture) -> None:
    """Show the part."""
    FLATTENED.follow()
    tries = TryThis(FLATTENED, EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        source = FLATTENED.control(
            st.selectbox,
            SOURCE,
            "Flatten",
            help="Maps of the tutorial network, or the picture itself, made small.",
        )
        side = FLATTENED.control(
            st.select_slider, ROWS, "Rows and columns", help="The side of each map."
        )
        channels = 3
        if source == "maps":
            channels = FLATTENED.control(
                st.slider, CHANNELS, "Channels", help="How many maps there are."
            )
    maps, names = _maps(picture, source, side, channels)
    selected = min(FLATTENED[ELEMENT], maps.size - 1)
    tries.saw(Flattened(maps, selected))
    with seen_first(stage):
        flatten_view(key=_KEY, maps=maps, names=names, selected=selected, on_selected=_take_element)
    _arithmetic(maps.shape, selected)
    why_it_matters(
        "Flatten computes nothing and has no weights. But it forgets: to the dense layer after "
        "it, two neighbours in the picture are just two numbers among many, as far apart as any "
        "others. The dense layer has to learn from scratch which belong together, which is one "
        "reason why many newer networks average each map instead."
    )
    take_it_with_you(
        [
            signed_download("Maps as PNG", "maps.png", tiled(maps, maps.shape[-1], scale=24)),
            Download("Arrays as NPZ", "flatten.npz", lambda: npz(maps=maps, vector=flatten(maps))),
        ],
        flatten_code(),
    )


def _arithmetic(shape: tuple[int, int, int], selected: int) -> None:
    header("Which element?")
    st.latex(FLATTEN)
    st.latex(f"u = {flatten_with_numbers(shape, selected)}")
    st.latex(way_back_with_numbers(shape, selected))
    st.caption(
        f"{legend(FLATTEN)} The last line is the way back: two "
        "divisions with remainder. Keras keeps channels last, so all channels of one place lie "
        "side by side; PyTorch keeps them first, and lays out one map after the other."
    )


def _maps(picture: Picture, source: str, side: int, channels: int) -> tuple[np.ndarray, list[str]]:
    found = maps_of(picture)
    if source == "picture":
        # Whole grey levels, so that the numbers are those of a picture.
        pixels = pool(np.rint(found.image * 255), kind="average", size=SIDE // side)
        return np.rint(pixels), ["red", "green", "blue"]
    maps, kept = small_maps(found, side=side, channels=channels)
    return maps, [f"map {channel}" for channel in kept]


def _take_element() -> None:
    index = sent_value(_KEY, "selected")
    if isinstance(index, int | float) and 0 <= index < _MOST:
        FLATTENED.write({ELEMENT.name: int(index)})
