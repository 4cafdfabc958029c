"""What there is to try on the page Feature visualisation."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.notation import written
from pages.feature_visualisation.making import Growing
from pages.feature_visualisation.scene import Scene
from pages.feature_visualisation.state import (
    CHANNEL,
    CLASS,
    LAYER,
    NETWORK,
    PART,
    START,
    SWITCHES,
    WHAT,
)
from pages.ui.experiments import Experiment


@dataclass(frozen=True, eq=False)
class Seen:
    """What a part of the page has come to: the picture in hand, and one to compare it with."""

    scene: Scene
    found: Growing
    bare: Growing | None = None


def _rose(seen: Seen) -> str:
    if seen.found.done is None:
        return ""
    first, last = seen.found.frames[0], seen.found.frames[-1]
    return (
        f"From {written(first.value)} to {written(last.value)} in {last.step} steps, for "
        f"{seen.scene.words()}."
    )


def _compared(seen: Seen) -> str:
    whole, bare = seen.found.done, seen.bare.done if seen.bare is not None else None
    if whole is None or bare is None:
        return ""
    return f"{written(whole.value)} with the whole recipe, {written(bare.value)} without any of it."


EXPERIMENTS = (
    Experiment(
        "Without the recipe",
        {PART.name: "recipe", NETWORK.name: "Small VGG"},
        "Which of the pictures has something of a photo, and which is noise that scores higher?",
        _compared,
    ),
    Experiment(
        "Eight at once",
        {PART.name: "several", NETWORK.name: "Small VGG", LAYER.name: "conv_2_2"},
        "Do two channels look for the same, only turned or in another colour?",
        _rose,
    ),
    Experiment(
        "Deep dream",
        {WHAT.name: "layer", START.name: "photo", NETWORK.name: "Small VGG"},
        "What does the layer see in the photo that is not there?",
        _rose,
    ),
    Experiment(
        "Only the pixels",
        {NETWORK.name: "Small VGG", SWITCHES["fourier"].name: False},
        "Fine stripes and dots: what is fine is learned as fast as what is coarse.",
        _rose,
    ),
    Experiment(
        "Photo and picture",
        {PART.name: "photos", NETWORK.name: "Small VGG"},
        "Do the patches show what the picture shows?",
        _rose,
    ),
)
KEEP = ()
FREE = (CHANNEL.name, CLASS.name)
