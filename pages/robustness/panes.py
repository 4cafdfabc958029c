"""The stage: pictures side by side, one of them moving, and the class bars that follow."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pages.robustness.scene import Scene
from pages.robustness.state import AT, STEADY
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.picture_files import joined, media_type
from pages.ui.wire import pack

_mount = register("robustness/stage")
_KEY = "steady_stage"
_HANDSHAKE = Handshake(_KEY)
TOP = 3
"""Classes that are listed of each answer."""


@dataclass(frozen=True)
class Pane:
    """One picture of the stage.

    frame : which of the frames; None for that of the stop in hand.
    """

    title: str
    alt: str
    frame: int | None = None


def rows_of(
    before: np.ndarray, now: np.ndarray, asked: Sequence[int], top: int = TOP
) -> list[list[int]]:
    """Choose the classes to list at each stop: the first of both answers, and those asked about.

    Parameters
    ----------
    before : (classes,), the answer to the picture itself.
    now : (stops, classes).

    >>> rows_of(np.array([0.1, 0.7, 0.2]), np.array([[0.9, 0.1, 0.0]]), [2], top=1)
    [[1, 2, 0]]
    """
    first = list(np.argsort(-before, kind="stable")[:top])
    return [
        [int(at) for at in dict.fromkeys([*first, *asked, *np.argsort(-one, kind="stable")[:top]])]
        for one in now
    ]


def show(
    scene: Scene,
    *,
    label: str,
    stops: Sequence[str],
    at: int,
    panes: Sequence[Pane],
    frames: Sequence[bytes],
    now: np.ndarray,
    asked: Sequence[int],
) -> None:
    """Draw the stage.

    Parameters
    ----------
    label : what the stops are stops of.
    stops : each in words.
    frames : image files of one size.
    now : (stops, classes), the answer at each stop.
    asked : classes that are listed in any case; the first is marked.
    """
    rows = rows_of(scene.probabilities, now, asked)
    listed = sorted({one for row in rows for one in row})
    settings = {
        "serial": _HANDSHAKE.serial,
        "label": label,
        "stops": list(stops),
        "at": at,
        "size": list(scene.network.input_shape[:2]),
        "panes": [
            {"title": one.title, "alt": one.alt, "frame": -1 if one.frame is None else one.frame}
            for one in panes
        ],
        "classes": [scene.network.labels[one] for one in listed],
        "rows": [[listed.index(one) for one in row] for row in rows],
        "asked": listed.index(asked[0]),
        "media": media_type(frames[0]),
    }
    message = pack(
        settings,
        **joined(frames),
        before=scene.probabilities[listed].astype(np.float32),
        now=now[:, listed].astype(np.float32),
    )
    _mount(key=_KEY, data=message, on_ask_change=_take)


def _take() -> None:
    asked = _HANDSHAKE.sent("ask")
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        _HANDSHAKE.take(asked)
        STEADY.write({AT.name: int(asked["at"])})
