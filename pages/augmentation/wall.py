"""The stage: the picture itself and its samples, with what each layer has drawn."""

from __future__ import annotations

import numpy as np

from pages.augmentation.scene import Drawn, Scene
from pages.augmentation.state import AT, AUGMENT
from pages.ui.components import picture_wall
from pages.ui.components.picture_wall import Answers, Tile
from pages.ui.edits import Handshake

_KEY = "augment_stage"
_HANDSHAKE = Handshake(_KEY)
TOP = 2
"""Classes that are listed of each answer."""
_UNCHANGED = ("nothing is changed",)


def show(scene: Scene, drawn: Drawn) -> None:
    """Draw it."""
    count = len(drawn.samples.pictures)
    titles = ["The picture itself", *(f"Sample {at + 1} of {count}" for at in range(count))]
    words = [_UNCHANGED, *(one or _UNCHANGED for one in drawn.samples.drawn)]
    answers, marked, best = None, [False] * (count + 1), -1
    rows: list[tuple[int, ...]] = [()] * (count + 1)
    if scene.probabilities is not None and drawn.answers is not None:
        itself = scene.probabilities
        every = np.concatenate([itself[np.newaxis], drawn.answers])
        best = int(itself.argmax())
        rows = [_listed(itself, one) for one in every]
        marked = [int(one.argmax()) != best for one in every]
        answers = Answers(scene.network.labels, every, itself)
    tiles = [Tile(*one, best) for one in zip(titles, drawn.files, words, marked, rows, strict=True)]
    rows_and_columns = drawn.original.shape[:2]
    picture_wall.show(
        _HANDSHAKE,
        tiles,
        answers,
        key=_KEY,
        at=AUGMENT[AT],
        size=(rows_and_columns[0], rows_and_columns[1]),
        take=lambda at: AUGMENT.write({AT.name: at}),
        note="\u2260 is another answer than the picture itself gets." if answers else "",
        bars="The bar is this sample, the mark the picture itself.",
    )


def _listed(before: np.ndarray, now: np.ndarray) -> tuple[int, ...]:
    """Choose the classes to list: the first of the picture's answer, then of the sample's."""
    first = (*np.argsort(-before, kind="stable")[:TOP], *np.argsort(-now, kind="stable")[:TOP])
    return tuple(int(at) for at in dict.fromkeys(first))
