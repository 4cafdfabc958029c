"""Choose what is asked on the page Robustness: a network, a class, a change."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.robustness.scene import Scene, share
from pages.robustness.state import (
    AT,
    CHANGE,
    CLASS,
    EPSILON,
    GOAL,
    METHOD,
    NETWORK,
    NOBODY,
    QUALITY,
    STEADY,
    TARGETED,
    TURNS,
)
from pages.ui.own_network import answered, opened_network
from pages.ui.picture import Picture


def chosen_scene(picture: Picture, *, follows: bool) -> Scene | None:
    """Draw what is asked beside the stage; None where there is nothing to ask.

    follows : whether one of the classes is to be chosen.
    """
    chosen = opened_network(STEADY, NETWORK)
    if chosen is None:
        return None
    network, identity, own = chosen
    lacking = "What is steady or not is an answer of classes."
    probabilities = answered(network, picture, lacking)
    if probabilities is None:
        return None
    scene = Scene(network, picture, identity, own, int(probabilities.argmax()), probabilities)
    if not follows:
        return scene
    target = STEADY.control(
        st.selectbox,
        CLASS,
        "Class",
        options=scene.order,
        otherwise=scene.best,
        format_func=described(scene),
        help="The class that is followed. Type to find one; the most probable is the first.",
    )
    return Scene(network, picture, identity, own, target, probabilities)


def described(scene: Scene) -> Callable[[int], str]:
    """Give what says a class and how probable it is, for a menu."""
    return lambda index: f"{scene.network.labels[index]}, {share(scene.probabilities[index])}"


def choose_change() -> str:
    """Draw the choice of a change; give its key."""
    name = STEADY.control(
        st.selectbox,
        CHANGE,
        "Change",
        on_change=lambda: STEADY.write({AT.name: None}),
        help="What is done to the part of the picture that the network is shown.",
    )
    return str(name)


def choose_attack(scene: Scene) -> None:
    """Draw what an attack is told."""
    method = STEADY.control(
        st.selectbox,
        METHOD,
        "Method",
        help="One step along the sign of the gradient, or several smaller ones that are kept "
        "within the same bound.",
    )
    STEADY.control(
        st.slider,
        EPSILON,
        "Largest change, in levels",
        help="Epsilon: by how many of the 255 levels each number of a pixel may be changed.",
    )
    if method == "pgd":
        STEADY.control(
            st.slider,
            TURNS,
            "Steps",
            help="Each is 2.5 times epsilon long, divided by their count.",
        )
    if STEADY.control(
        st.toggle,
        TARGETED,
        "Towards a class",
        help="Make a class of your choice more probable, rather than the class above less.",
    ):
        STEADY.control(
            st.selectbox,
            GOAL,
            "Which class?",
            options=[at for at in scene.order if at != scene.target],
            format_func=described(scene),
            help="The class that the changed picture is to be taken for.",
        )
    STEADY.control(
        st.slider,
        QUALITY,
        "Quality of the JPEG",
        help="In which the changed picture is saved, to see what is left of the attack.",
    )


def goal_of(scene: Scene) -> int | None:
    """Give the class that an attack is to reach; None where it only leads away."""
    if not STEADY[TARGETED]:
        return None
    goal, others = STEADY[GOAL], [at for at in scene.order if at != scene.target]
    return goal if goal != NOBODY and goal in others else others[0]
