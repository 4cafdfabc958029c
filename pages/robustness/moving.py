"""Move one change: the picture, the bars and the curves follow; and where the difference begins."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks.robustness import CHANGES
from pages.robustness import curves, panes, runs, story
from pages.robustness.choice import choose_change, chosen_scene
from pages.robustness.experiments import EXPERIMENTS, FREE, KEEP, Seen
from pages.robustness.scene import Scene, amount_words
from pages.robustness.state import AT, STEADY
from pages.robustness.takeaway import finish_sweep
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls


def show(picture: Picture) -> None:
    """Draw it."""
    tries = TryThis(STEADY, EXPERIMENTS, keep=KEEP, free=FREE)
    stage, controls = stage_and_controls()
    with controls, st.container():
        scene = chosen_scene(picture, follows=True)
        name = choose_change() if scene is not None else ""
    if scene is None:
        return
    with seen_first(stage):
        moved, likeness = runs.moved(scene, name)
        if moved is None:
            return
        at = stop_in_hand(scene, name, moved)
        _stage(scene, name, moved, at)
    tries.saw(Seen(scene, name, moved=moved, at=at))
    _sweep(scene, name, moved, likeness, at)
    finish_sweep(scene, name, moved, likeness, at)


def stop_in_hand(scene: Scene, name: str, moved: runs.Moved) -> int:
    """Give the stop that is shown: the one chosen, or the most telling one."""
    at = STEADY[AT]
    return story.telling_stop(scene, name, moved.sweep) if at is None else at


def _stage(scene: Scene, name: str, moved: runs.Moved, at: int) -> None:
    still = story.unmoved_stop(name, moved.sweep)
    title = CHANGES[name].title
    panes.show(
        scene,
        label=title,
        stops=[amount_words(name, amount) for amount in moved.sweep.amounts],
        at=at,
        panes=[
            panes.Pane("Unmoved", scene.picture.alt, still),
            panes.Pane(title, f"The same, changed: {title.lower()}."),
        ],
        frames=moved.pictures,
        now=moved.sweep.probabilities,
        asked=[scene.target],
    )


def _sweep(
    scene: Scene, name: str, moved: runs.Moved, likeness: runs.Likeness | None, at: int
) -> None:
    sweep = moved.sweep
    header("The sweep")
    st.markdown(story.flip_sentence(scene, name, sweep))
    curves.probability_chart(scene, name, sweep, at)
    st.caption("Press a point to see its picture, or move the slider of the stage.")
    header("Where the difference begins")
    if likeness is None:
        st.caption("The layers are being compared.")
        return
    st.markdown(story.layer_sentence(scene, name, sweep, likeness))
    words = amount_words(name, sweep.amounts[at])
    st.markdown(f"**Every layer, {words}**")
    curves.likeness_chart(likeness, name, at, words)
    st.markdown("**Every layer at every stop, pooled**")
    curves.heat_strip(likeness, name, sweep.amounts)
