"""What is pooled: the picture, one of its filtered maps, or a small grid of numbers."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.convolution.lively import MIDDLE
from cnnviz.kernels import KERNELS
from cnnviz.pooling.view import filtered_map
from cnnviz.shapes import Pixels
from pages.pooling.state import AXES, FILTER, ON, RELU, SOURCE, WINDOWS
from pages.ui.number_grid import NumberGrid
from pages.ui.picture import Picture
from pages.ui.stage import first_place, working_picture


@dataclass(frozen=True, eq=False)
class Material:
    """What is pooled.

    Attributes
    ----------
    values : (height, width, channels), float32 or uint8.
    title, alt : what it is called and what it shows.
    input_show : how it is painted.
    identity : changes whenever a value does; a key for caches. None for a grid, which is small.
    first : the place to look at first.
    """

    values: np.ndarray
    title: str
    alt: str
    input_show: str
    identity: str | None
    first: tuple[float, float] = MIDDLE

    @property
    def is_grid(self) -> bool:
        """Whether all of it is shown in cells."""
        return self.identity is None

    def result_show(self, kind: str) -> str:
        """How what it is pooled to is painted: as it is itself, but for the lengths of "l2"."""
        if self.is_grid or self.input_show == "signed":
            return "signed"
        return "rescale" if kind == "l2" else "clip"


def material_controls(picture: Picture, numbers: NumberGrid) -> Material:
    """Ask what is to be pooled, and return it."""
    kind = WINDOWS.control(
        st.selectbox,
        ON,
        "Input",
        help="What is pooled: the picture itself, the map of a kernel, or a small grid of numbers.",
    )
    if kind == "grid":
        AXES.switch()
        grid = numbers.controls(picture)
        values = np.ascontiguousarray(grid[..., np.newaxis])
        return Material(values, "Numbers", "A grid of numbers.", numbers.input_show, None)
    if kind == "map":
        name = WINDOWS.control(
            st.selectbox, FILTER, "Kernel", help="The kernel whose map is pooled."
        )
        rectified = WINDOWS.control(
            st.toggle,
            RELU,
            "ReLU before pooling",
            help="Negative numbers become 0, as they mostly do in a network before they are "
            "pooled.",
        )
        pixels = working_picture(picture, "grey")
        found = _filtered(picture.identity, name, rectified, pixels)
        title = f"{KERNELS[name].title}{', ReLU' if rectified else ''}"
        identity = f"{picture.identity} {name} {rectified}"
        first = first_place(picture, pixels)
        return Material(
            found, title, f"A filtered map of: {picture.alt}", "signed", identity, first
        )
    source = WINDOWS.control(
        st.selectbox,
        SOURCE,
        "Picture in",
        help="The picture's brightness, all three of its channels, or one of them.",
    )
    values = working_picture(picture, source)
    identity, first = f"{picture.identity} {source}", first_place(picture, values)
    return Material(values, "Picture", picture.alt, "clip", identity, first)


@st.cache_data(max_entries=32, ttl=3600, show_spinner=False)
def _filtered(
    identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    name: str,
    rectified: bool,
    _pixels: Pixels,
) -> np.ndarray:
    return filtered_map(_pixels, KERNELS[name].values, rectified=rectified)
