"""What there is to try on the page Robustness."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.networks.robustness.sweep import STEPS
from pages.robustness import story
from pages.robustness.runs import Attacked, Moved, Rival
from pages.robustness.scene import Scene
from pages.robustness.state import (
    AT,
    CHANGE,
    CLASS,
    EPSILON,
    GOAL,
    METHOD,
    NETWORK,
    PART,
    QUALITY,
    TARGETED,
    TURNS,
)
from pages.ui.experiments import Experiment


@dataclass(frozen=True, eq=False)
class Seen:
    """What a part of the page has found: a sweep, several networks', or an attack.

    Attributes
    ----------
    name : of the change that was swept.
    at : the stop in hand.
    rivals : all of them, or none as long as some are under way.
    goal : the class that the attack is to reach; None where it leads away from one.
    """

    scene: Scene
    name: str = ""
    at: int = 0
    moved: Moved | None = None
    rivals: tuple[Rival, ...] = ()
    attacked: Attacked | None = None
    goal: int | None = None


def _at_its_stop(seen: Seen) -> str:
    if seen.moved is None:
        return ""
    return story.moved_sentence(seen.scene, seen.name, seen.moved, seen.at)


def _stays(seen: Seen) -> str:
    if seen.moved is None:
        return ""
    sweep = seen.moved.sweep
    stays = int((sweep.ranks(seen.scene.best) == 1).sum())
    return f"{seen.scene.label(seen.scene.best)} stays the answer at {stays} of {STEPS} stops."


def _flips(seen: Seen) -> str:
    if seen.moved is None:
        return ""
    return story.flip_sentence(seen.scene, seen.name, seen.moved.sweep)


def _rivals(seen: Seen) -> str:
    if not seen.rivals:
        return ""
    rows = [story.rival_row(one, seen.name) for one in seen.rivals]
    return "Each keeps its own answer: " + ", ".join(f"{row[0]} at {row[3]}" for row in rows) + "."


def _attacked(seen: Seen) -> str:
    if seen.attacked is None:
        return ""
    return story.attack_sentence(seen.scene, seen.goal, seen.attacked.attack)


def _survived(seen: Seen) -> str:
    if seen.attacked is None:
        return ""
    answers = seen.attacked.answers
    return " ".join(story.survived_sentence(seen.scene, one) for one in answers[:2])


EXPERIMENTS = (
    Experiment(
        "Turn it upside down",
        {CHANGE.name: "rotate", AT.name: STEPS - 1},
        "Up to which layer are the maps' means those of the upright picture?",
        _at_its_stop,
    ),
    Experiment(
        "Only shift it",
        {CHANGE.name: "shift_right"},
        "Does the probability hold still? Pooling alone does not promise it.",
        _stays,
    ),
    Experiment(
        "Save it worse and worse",
        {CHANGE.name: "jpeg"},
        "At which quality do you see it, and at which does the network?",
        _flips,
    ),
    Experiment(
        "Which network holds out?",
        {PART.name: "compare", CHANGE.name: "blur"},
        "Which line holds longest, as the picture is blurred?",
        _rivals,
    ),
    Experiment(
        "Are four levels enough?",
        {PART.name: "attack", EPSILON.name: 4},
        "Can you tell the two pictures apart, and can the network?",
        _attacked,
    ),
    Experiment(
        "Take it for something else",
        {
            PART.name: "attack",
            METHOD.name: "pgd",
            EPSILON.name: 8,
            TURNS.name: 12,
            TARGETED.name: True,
        },
        "Choose a class: does the bar of that class grow?",
        _attacked,
    ),
    Experiment(
        "Does a JPEG undo it?",
        {PART.name: "attack", EPSILON.name: 2, QUALITY.name: 30},
        "Compare the rows of the table below: what is left after saving?",
        _survived,
    ),
)
KEEP = (CLASS.name, NETWORK.name)
FREE = (CLASS.name, GOAL.name)
