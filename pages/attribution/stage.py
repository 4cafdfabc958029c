"""The parts of the page Why: the question beside the stage, a part of the answer on it."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.attribution import covering, pixels, trust
from pages.attribution.choice import chosen_scene
from pages.attribution.experiments import EXPERIMENTS, FREE, KEEP
from pages.attribution.scene import Scene
from pages.attribution.state import WHY
from pages.attribution.takeaway import finish
from pages.ui.experiments import TryThis
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls


def which_pixels(picture: Picture) -> None:
    """Draw one method's map, all methods and all layers."""
    _asked(picture, pixels.choose_everything, pixels.show)


def is_it_to_be_trusted(picture: Picture) -> None:
    """Draw what four tests say of the method in hand."""
    _asked(picture, pixels.choose_method, trust.show)


def cover_it_up(picture: Picture) -> None:
    """Draw the photo, of which a part can be covered, and the classes."""
    scene, stage = _begun(picture, lambda _: None)
    if scene is not None:
        with seen_first(stage):
            covering.show(scene)
        covering.finish(scene)


def _asked(
    picture: Picture,
    choose: Callable[[Scene], None],
    show: Callable[[Scene], np.ndarray | None],
) -> None:
    scene, stage = _begun(picture, choose)
    if scene is not None:
        with seen_first(stage):
            values = show(scene)
        finish(scene, values)


def _begun(
    picture: Picture, choose: Callable[[Scene], None]
) -> tuple[Scene | None, DeltaGenerator]:
    tries = TryThis(WHY, EXPERIMENTS, keep=KEEP, free=FREE)
    stage, controls = stage_and_controls()
    with controls, st.container():
        scene = chosen_scene(picture)
        if scene is not None:
            choose(scene)
    if scene is not None:
        tries.saw(scene)
    return scene, stage
