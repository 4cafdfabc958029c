"""The stage: the samples as tiles, the one in hand large, and the class bars that follow."""

from __future__ import annotations

import contextlib

import numpy as np

from pages.augmentation.scene import Drawn, Scene, share
from pages.augmentation.state import AT, AUGMENT
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.picture_files import joined, media_type
from pages.ui.wire import pack

_mount = register("augmentation/wall")
_KEY = "augment_stage"
_HANDSHAKE = Handshake(_KEY)
TOP = 2
"""Classes that are listed of each answer."""


def show(scene: Scene, drawn: Drawn) -> None:
    """Draw it."""
    count = len(drawn.samples.pictures)
    settings = {
        "serial": _HANDSHAKE.serial,
        "at": min(AUGMENT[AT], count),
        "size": list(drawn.original.shape[:2]),
        "media": media_type(drawn.files[0]),
        "drawn": [[], *map(list, drawn.samples.drawn)],
        "answers": [""] * (count + 1),
        "others": [False] * (count + 1),
        "classes": [],
        "rows": [[]] * (count + 1),
        "asked": 0,
        "note": "",
    }
    before, now = np.zeros(0, np.float32), np.zeros(0, np.float32)
    if scene.probabilities is not None and drawn.answers is not None:
        every = np.concatenate([scene.probabilities[np.newaxis], drawn.answers])
        best = every.argmax(axis=1)
        answers = zip(best.tolist(), every, strict=True)
        rows = [_listed(every[0], one) for one in every]
        listed = sorted({at for row in rows for at in row})
        labels = scene.network.labels
        before, now = every[0, listed], every[:, listed]
        settings |= {
            "answers": [f"{labels[one]}, {share(p[one])}" for one, p in answers],
            "others": [bool(one != best[0]) for one in best],
            "classes": [labels[at] for at in listed],
            "rows": [[listed.index(at) for at in row] for row in rows],
            "asked": listed.index(int(best[0])),
            "note": "\u2260 is another answer than the picture itself gets.",
        }
    message = pack(
        settings,
        **joined(drawn.files),
        before=before.astype(np.float32),
        now=now.astype(np.float32),
    )
    _mount(key=_KEY, data=message, on_ask_change=_take)


def _listed(before: np.ndarray, now: np.ndarray) -> list[int]:
    """Choose the classes to list: the first of the picture's answer, then of the sample's."""
    first = (*np.argsort(-before, kind="stable")[:TOP], *np.argsort(-now, kind="stable")[:TOP])
    return [int(at) for at in dict.fromkeys(first)]


def _take() -> None:
    asked = _HANDSHAKE.sent("ask")
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        _HANDSHAKE.take(asked)
        AUGMENT.write({AT.name: int(asked["at"])})
