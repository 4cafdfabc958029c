"""What a stage needs around it: the picture at working size, the background, the reasons."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.convolution.lively import lively_place
from cnnviz.drawing import palette
from cnnviz.images import pictures as images
from cnnviz.server.line import SCRIPTS
from cnnviz.shapes import Pixels
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.terms import with_terms

LONGEST_SIDE = 512
PAUSE = 0.08
"""Seconds between a stage and what stands below it."""
BEFORE_PLOTLY = 0.5
"""The same in a session's first view, where Plotly draws what stands below."""
_SEEN = "stage_seen"
SOURCES = ("grey", "colour", "red", "green", "blue")


def stage_and_controls() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Lay out the two columns of a page: its stage, and the controls beside it."""
    with st.container(key="stage_and_controls"):  # page.css keeps the controls readable
        stage, controls = st.columns([4, 1.1], gap="medium")
    return stage, controls


def formulas_side_by_side(name: str) -> DeltaGenerator:
    """Make room for columns of formulas, which page.css puts below each other where it is little.

    `name` tells it from others on the page.
    """
    return st.container(key=f"formulas_{name}")


@contextmanager
def seen_first(stage: DeltaGenerator, *, plotly_follows: bool = False) -> Iterator[None]:
    """Draw what the browser is to paint before it gets what stands below.

    It paints once it has rendered all that has come, formulas and code included. What comes a
    little later does not hold up the picture that a slider has changed: on the page with the most
    below its stage, that is seen after two thirds of the time.

    plotly_follows : Plotly draws what stands below. Its script stops a browser for most of a
        second, and one that has just come is not ready to draw the stage before that.
    """
    with stage:
        yield
    is_first = not st.session_state.get(_SEEN)
    st.session_state[_SEEN] = True
    end = time.monotonic() + (BEFORE_PLOTLY if is_first and plotly_follows else PAUSE)
    newer = _newer_request()
    with SCRIPTS.apart(), newer:
        while (left := end - time.monotonic()) > 0:
            # Any look at the session lets a newer request end this run.
            _ = "pause" in st.session_state
            newer.wait(left)


def _newer_request() -> threading.Condition:
    """Give what Streamlit notifies when it is asked for a newer run than this one.

    It is there for parts that run side by side. Waiting for it wakes the run once, where looking
    whether there is one would every ten milliseconds.
    """
    context = get_script_run_ctx()
    if context is None or context.parallel_coordinator is None:
        return threading.Condition()
    return context.parallel_coordinator._join_condition


def working_picture(picture: Picture, source: str, longest_side: int = LONGEST_SIDE) -> np.ndarray:
    """Give the picture a stage works on: (height, width, 1 or 3) uint8, read-only."""
    return _working_picture(picture.identity, source, longest_side, picture.image)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def _working_picture(
    identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    source: str,
    longest_side: int,
    _image: Pixels,
) -> np.ndarray:
    return worked_on(_image, source, longest_side)


def worked_on(image: Pixels, source: str, longest_side: int = LONGEST_SIDE) -> np.ndarray:
    """Give what a stage works on of a picture: (height, width, 1 or 3) uint8."""
    # Scaled down only: a pattern of 28 x 28 pixels is there for its pixels.
    image = images.resize_to(image, min(longest_side, max(image.shape[:2])))
    if source == "colour":
        return image
    if source == "grey":
        return images.grey(image)
    return image[..., [("red", "green", "blue").index(source)]]


def first_place(picture: Picture, pixels: np.ndarray) -> tuple[float, float]:
    """Give the place that a stage looks at first: a strong edge of its picture."""
    return _first_place(f"{picture.identity} {pixels.shape}", pixels)


@st.cache_data(max_entries=256, ttl=3600, show_spinner=False)
def _first_place(identity: str, _pixels: np.ndarray) -> tuple[float, float]:  # noqa: ARG001
    return lively_place(_pixels)


def page_background() -> str:
    """The page's background in the theme that is on, for pictures made in Python."""
    dark = st.context.theme.type == "dark"
    return palette.DARK_BACKGROUND if dark else palette.LIGHT_BACKGROUND


def why_it_matters(text: str) -> None:
    """Say, in two or three sentences that are true at every setting, what the page is good for.

    text : Markdown of the app's own, in which the words of the field lead to the Glossary.
    """
    header("Why it matters")
    st.markdown(with_terms(text))
