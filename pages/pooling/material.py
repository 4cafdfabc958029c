"""What is pooled: the picture, one of its filtered maps, or a small grid of numbers."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.convolution import depthwise_convolve
from cnnviz.kernels import KERNELS
from pages.pooling.state import AXES, FILTER, ON, RELU, SOURCE, WINDOWS
from pages.ui.number_grid import NumberGrid
from pages.ui.picture import Picture
from pages.ui.stage import working_picture


@dataclass(frozen=True, eq=False)
class Material:
    """What is pooled.

    Attributes
    ----------
    values : (height, width, channels), float32 or uint8.
    title, alt : what it is called and what it shows.
    input_show : how it is painted.
    identity : changes whenever a value does; a key for caches. None for a grid, which is small.
    """

    values: np.ndarray
    title: str
    alt: str
    input_show: str
    identity: str | None

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
    kind = WINDOWS.control(st.selectbox, ON, "Pool")
    if kind == "grid":
        AXES.switch()
        grid = numbers.controls(picture)
        values = np.ascontiguousarray(grid[..., np.newaxis])
        return Material(values, "Numbers", "A grid of numbers.", numbers.input_show, None)
    if kind == "map":
        name = WINDOWS.control(st.selectbox, FILTER, "Kernel")
        rectified = WINDOWS.control(
            st.toggle,
            RELU,
            "ReLU before pooling",
            help="Negative numbers become 0, as they mostly do in a network before they are "
            "pooled.",
        )
        found = filtered(picture.identity, name, rectified, working_picture(picture, "grey"))
        title = f"{KERNELS[name].title}{', ReLU' if rectified else ''}"
        identity = f"{picture.identity} {name} {rectified}"
        return Material(found, title, f"A filtered map of: {picture.alt}", "signed", identity)
    source = WINDOWS.control(st.selectbox, SOURCE, "Picture in")
    values = working_picture(picture, source)
    return Material(values, "Picture", picture.alt, "clip", f"{picture.identity} {source}")


def filter_control(key: str) -> str:
    """Ask for the kernel that makes the map; return its name."""
    return st.selectbox(
        "Kernel",
        list(KERNELS),
        index=list(KERNELS).index("sobel_x"),
        format_func=lambda name: KERNELS[name].title,
        key=key,
        bind="query-params",
    )


@st.cache_data(max_entries=32, ttl="1h", show_spinner=False)
def filtered(
    identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    name: str,
    rectified: bool,
    _pixels: np.ndarray,
) -> np.ndarray:
    """Filter a picture by one kernel: (height', width', 1) float32."""
    values = KERNELS[name].values
    fits = all(k <= n for k, n in zip(values.shape, _pixels.shape[:2], strict=True))
    kernels = values[:, :, np.newaxis, np.newaxis]
    found = depthwise_convolve(_pixels, kernels, padding="valid" if fits else "same")
    return np.ascontiguousarray(np.maximum(found, 0) if rectified else found)
