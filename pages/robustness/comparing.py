"""Compare networks: one change, a line for each network."""

from __future__ import annotations

import streamlit as st

from pages.robustness import curves, runs, story
from pages.robustness.choice import choose_change, chosen_scene
from pages.robustness.experiments import EXPERIMENTS, FREE, KEEP, Seen
from pages.robustness.state import AT, STEADY
from pages.robustness.takeaway import finish_comparison
from pages.ui.experiments import TryThis
from pages.ui.markdown import table
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls

_HEADINGS = ("Network", "Says of the picture itself", "Nearest change that flips it", "Keeps it at")


def show(picture: Picture) -> None:
    """Draw it."""
    tries = TryThis(STEADY, EXPERIMENTS, keep=KEEP, free=FREE)
    stage, controls = stage_and_controls()
    with controls, st.container():
        scene = chosen_scene(picture, follows=False)
        name = choose_change() if scene is not None else ""
        st.caption("The networks that ship are all here; another that you choose joins them.")
    if scene is None:
        return
    with seen_first(stage):
        rivals, are_all = runs.compared(scene, name)
        if not rivals:
            return
        stop = STEADY[AT]
        at = story.unmoved_stop(name, rivals[0].sweep) if stop is None else stop
        curves.rivals_chart(rivals, name, at)
        st.markdown(table(_HEADINGS, [story.rival_row(one, name) for one in rivals]))
        st.markdown(story.fair_sentence(rivals))
    tries.saw(Seen(scene, name, rivals=tuple(rivals) if are_all else (), at=at))
    finish_comparison(picture, name, rivals, at)
