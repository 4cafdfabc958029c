"""A step against the network: a change too small to see, what it does, and what survives of it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.networks.robustness import Attack
from cnnviz.shapes import Pixels
from pages.robustness import curves, panes, runs, story
from pages.robustness.choice import choose_attack, chosen_scene, goal_of
from pages.robustness.experiments import EXPERIMENTS, FREE, KEEP, Seen
from pages.robustness.scene import Scene, share
from pages.robustness.state import EPSILON, METHOD, QUALITY, STEADY, TURNS
from pages.robustness.takeaway import finish_attack
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.markdown import table
from pages.ui.picture import Picture
from pages.ui.picture_files import encoded
from pages.ui.stage import seen_first, stage_and_controls


def show(picture: Picture) -> None:
    """Draw it."""
    tries = TryThis(STEADY, EXPERIMENTS, keep=KEEP, free=FREE)
    stage, controls = stage_and_controls()
    with controls, st.container():
        scene = chosen_scene(picture, follows=True)
        if scene is not None:
            choose_attack(scene)
    if scene is None:
        return
    goal, steps = goal_of(scene), STEADY[TURNS] if STEADY[METHOD] == "pgd" else 1
    with seen_first(stage):
        found, by_size = runs.attacked(
            scene, goal, epsilon=STEADY[EPSILON], steps=steps, quality=STEADY[QUALITY]
        )
        if found is None:
            return
        _stage(scene, goal, found.attack)
        st.markdown(story.attack_sentence(scene, goal, found.attack))
    tries.saw(Seen(scene, attacked=found, goal=goal))
    header("Does it survive?")
    st.markdown(table(*survival_table(scene, goal, found)))
    st.caption(
        "Both pictures are treated alike: what the treatment alone does stands in the first column."
    )
    if by_size is not None:
        header("One step of any size")
        curves.size_chart(scene, goal, by_size, STEADY[EPSILON])
        st.caption(
            "One step along the same slope each, whatever the method above; more is not always "
            "worse, since the slope holds only near the picture. Press a point to see its picture."
        )
    finish_attack(scene, goal, found, steps)


def amplified(attack: Attack) -> tuple[Pixels, int]:
    """Give the difference, so many times as large around grey, and how many times that is."""
    times = max(1, 127 // max(attack.largest, 1))
    return (128 + times * attack.difference).clip(0, 255).astype(np.uint8), times


def survival_table(
    scene: Scene, goal: int | None, found: runs.Attacked
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Give the headings and rows of what is left of the attack once the picture was treated."""
    followed = scene.target if goal is None else goal

    def answer(probabilities: np.ndarray) -> str:
        best = int(probabilities.argmax())
        words = f"**{scene.label(best)}**, {share(probabilities[best])}"
        if best == followed:
            return words
        return f"{words}; {scene.label(followed)}, {share(probabilities[followed])}"

    headings = ("The picture", "Without the attack", "With it")
    return headings, [
        (one.treatment, answer(one.before), answer(one.after)) for one in found.answers
    ]


def _stage(scene: Scene, goal: int | None, attack: Attack) -> None:
    difference, times = amplified(attack)
    panes.show(
        scene,
        label="Largest change, in levels",
        stops=[f"{STEADY[EPSILON]} levels"],
        at=0,
        panes=[
            panes.Pane("Before", scene.picture.alt, 0),
            panes.Pane(
                f"Difference, {times} times as large",
                f"What was added to each pixel, {times} times as large; grey is nothing.",
                1,
            ),
            panes.Pane("After", "The picture with that difference added.", 2),
        ],
        frames=[encoded(one) for one in (attack.before, difference, attack.after)],
        now=attack.probabilities[np.newaxis],
        asked=[scene.target] if goal is None else [goal, scene.target],
    )
