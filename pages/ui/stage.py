"""What a stage needs around it: the picture at working size, the cell in focus, experiments."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.drawing import palette
from cnnviz.images import pictures as images
from pages.ui.address import Addressed
from pages.ui.picture import Picture

LONGEST_SIDE = 512
PAUSE = 0.1
"""Seconds between a stage and what stands below it."""
SOURCES = ("grey", "colour", "red", "green", "blue")


@contextmanager
def seen_first(stage: DeltaGenerator) -> Iterator[None]:
    """Draw what the browser is to paint before it gets what stands below.

    It paints once it has rendered all that has come, formulas and code included. What comes a
    little later does not hold up the picture that a slider has changed: on the page with the most
    below its stage, that is seen after two thirds of the time.
    """
    with stage:
        yield
    end = time.monotonic() + PAUSE
    while time.monotonic() < end:
        time.sleep(0.01)
        # Any look at the session lets a newer request end this run.
        _ = "pause" in st.session_state


def working_picture(picture: Picture, source: str, longest_side: int = LONGEST_SIDE) -> np.ndarray:
    """Give the picture a stage works on: (height, width, 1 or 3) uint8, read-only."""
    return _working_picture(picture.identity, source, longest_side, picture.image)


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def _working_picture(
    identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    source: str,
    longest_side: int,
    _image: np.ndarray,
) -> np.ndarray:
    # Scaled down only: a pattern of 28 x 28 pixels is there for its pixels.
    image = images.resize_to(_image, min(longest_side, max(_image.shape)))
    if source == "colour":
        return image
    if source == "grey":
        return images.grey(image)
    return image[..., [("red", "green", "blue").index(source)]]


def page_background() -> str:
    """The page's background in the theme that is on, for pictures made in Python."""
    dark = st.context.theme.type == "dark"
    return palette.DARK_BACKGROUND if dark else palette.LIGHT_BACKGROUND


class CellInFocus:
    """The output cell that the window stands on, named in the address (`?at=12,30`)."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self._address: Addressed[tuple[int, int] | None] = Addressed(
            "at",
            stage,
            None,
            _read_cell,
            lambda cell: "" if cell is None else f"{cell[0]},{cell[1]}",
        )

    def value(self, shape: tuple[int, ...]) -> tuple[int, int] | None:
        """Give the cell, or None where the map has no such cell."""
        cell = self._address.value()
        inside = cell is not None and all(c < n for c, n in zip(cell, shape, strict=False))
        return cell if inside else None

    def take(self) -> None:
        """Take over the cell that was chosen in the browser."""
        row, column = st.session_state[self.stage].get("selected") or (0, 0)
        self._address.hold((int(row), int(column)))


def _read_cell(text: str) -> tuple[int, int]:
    row, column = (int(part) for part in text.split(","))
    if not (0 <= row < 10_000 and 0 <= column < 10_000):
        raise ValueError(f"A cell is row,column within the map. Received: {text!r}.")
    return row, column


def experiments(tries: Mapping[str, Callable[[], None]]) -> None:
    """Offer one-click experiments, each of which sets the page's state."""
    with st.container(horizontal=True):
        st.markdown("**Try this**", width="content")
        for label, prepare in tries.items():
            st.button(label, on_click=prepare, key=f"try_{label}", type="secondary")
