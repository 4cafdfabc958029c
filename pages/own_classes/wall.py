"""The stage: the picture in hand, and those that were held out, the mistakes first."""

from __future__ import annotations

import numpy as np

from cnnviz.networks.own_classes import features_of
from pages.own_classes import story
from pages.own_classes.runs import THUMB, Result, base, shown_small
from pages.own_classes.state import AT, OWN
from pages.ui.components import picture_wall
from pages.ui.components.picture_wall import Answers, Tile
from pages.ui.edits import Handshake
from pages.ui.picture import Picture

_KEY = "own_stage"
_HANDSHAKE = Handshake(_KEY)
MOST_TILES = 47
"""Pictures held out that are shown beside the one in hand."""
_LISTED = 4


def show(picture: Picture, result: Result) -> np.ndarray:
    """Draw it; give the logits of the picture in hand, (classes,)."""
    network, names = base(), result.class_names
    mine = features_of(network, [picture.image])
    own = result.learned.probabilities(mine)[0]
    places, said = ordered(result)
    count = len(result.parts.validation)
    shown = "those" if len(places) == count else f"the hardest {len(places)} of the {count}"
    tiles = [
        Tile(
            "Your picture",
            shown_small(network, picture.image),
            (f"answer: {names[int(own.argmax())]}",),
            listed=_listed(own),
        )
    ]
    for at, place in enumerate(places):
        is_one, taken = int(result.labels[place]), int(said[at].argmax())
        tiles.append(
            Tile(
                f"Held out: {result.names[place]}",
                result.files[place],
                (f"it is: {names[is_one]}", f"answer: {names[taken]}"),
                is_one != taken,
                _listed(said[at], is_one),
                is_one,
            )
        )
    picture_wall.show(
        _HANDSHAKE,
        tiles,
        Answers(names, np.concatenate([own[np.newaxis], said])),
        key=_KEY,
        at=OWN[AT],
        size=(THUMB, THUMB),
        take=lambda at: OWN.write({AT.name: at}),
        note=f"First your picture, then {shown} that were held out; \u2260 is a mistake.",
        bars="How probable each class is.",
    )
    return np.asarray(result.learned.logits(mine)[0])


def ordered(result: Result) -> tuple[np.ndarray, np.ndarray]:
    """Order the pictures held out: mistakes first, then by how little their class is given.

    Returns
    -------
    Their positions, and what is said of each: (pictures, classes).
    """
    held_out, said = result.parts.validation, story.answers(result)
    labels = result.labels[held_out]
    given = said[np.arange(len(said)), labels]
    order = np.lexsort((given, said.argmax(axis=1) == labels))[:MOST_TILES]
    return held_out[order], said[order]


def _listed(answer: np.ndarray, always: int | None = None) -> tuple[int, ...]:
    first = [int(at) for at in np.argsort(-answer, kind="stable")[:_LISTED]]
    return tuple(first if always is None or always in first else [*first[:-1], always])
