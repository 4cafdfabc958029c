"""The parts of the page: what is asked beside the stage, pictures on it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.feature_visualisation import photos, walls
from pages.feature_visualisation.choice import chosen_scene
from pages.feature_visualisation.experiments import EXPERIMENTS, FREE, KEEP, Seen
from pages.feature_visualisation.making import Growing, grown
from pages.feature_visualisation.scene import ALL, Scene
from pages.feature_visualisation.state import FEATURE
from pages.feature_visualisation.takeaway import finish
from pages.ui.experiments import TryThis
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls

_EVERY = ("channel", "unit", "class", "layer")


def one_picture(picture: Picture) -> None:
    """Draw one picture as it grows, and how its target answers."""
    scene, stage, tries = _begun(picture, _EVERY, switches=True)
    if scene is None:
        return
    with seen_first(stage):
        found = grown(scene, [scene.question], f"A picture for {scene.named()}")[scene.question]
        walls.one(scene, found)
    tries.saw(Seen(scene, found))
    finish(scene, found)


def eight_channels(picture: Picture) -> None:
    """Draw a picture for each of eight channels of a layer."""
    scene, stage, tries = _begun(picture, ("channel",), switches=True)
    if scene is None:
        return
    questions = {one.index: (one, scene.recipe) for one in scene.several()}
    with seen_first(stage):
        found = grown(
            scene, list(questions.values()), f"{len(questions)} channels of {scene.target.layer}"
        )
        walls.channels(scene, {channel: found[one] for channel, one in questions.items()})
    mine = found.get(scene.question, Growing())
    tries.saw(Seen(scene, mine))
    finish(scene, mine)


def with_and_without(picture: Picture) -> None:
    """Draw the same with the whole recipe, and with a part of it left out."""
    scene, stage, tries = _begun(picture, _EVERY, switches=False)
    if scene is None:
        return
    questions = {title: (scene.target, recipe) for title, recipe in scene.recipes().items()}
    with seen_first(stage):
        found = grown(scene, list(questions.values()), f"{len(questions)} recipes")
        walls.several({title: found[one] for title, one in questions.items()}, "feature_recipes")
        walls.what_each_is_for()
    tries.saw(Seen(scene, found[questions[ALL]], found[questions["Without any"]]))
    finish(scene, found[questions[ALL]])


def in_photos(picture: Picture) -> None:
    """Draw what excites a channel most and least in photos, beside the picture made for it."""
    scene, stage, tries = _begun(picture, ("channel", "unit", "class"), switches=False)
    if scene is None:
        return
    with seen_first(stage):
        found = grown(scene, [scene.question], f"A picture for {scene.named()}")[scene.question]
        # One piece of work at a time: the photos are looked through once the picture is there.
        photos.show(scene, found)
    tries.saw(Seen(scene, found))
    finish(scene, found)


def _begun(
    picture: Picture, kinds: tuple[str, ...], *, switches: bool
) -> tuple[Scene | None, DeltaGenerator, TryThis[Seen]]:
    tries = TryThis(FEATURE, EXPERIMENTS, keep=KEEP, free=FREE)
    stage, controls = stage_and_controls()
    with controls, st.container():
        scene = chosen_scene(picture, kinds=kinds, switches=switches)
    return scene, stage, tries
