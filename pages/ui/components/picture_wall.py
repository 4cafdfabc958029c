"""Pictures as tiles, the one in hand large, with words about it and the class bars that follow."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.notation import written_share
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.picture_files import joined, media_type
from pages.ui.wire import pack

_mount = register("ui/picture_wall")


@dataclass(frozen=True)
class Tile:
    """One picture.

    Attributes
    ----------
    title : names it.
    file : an image file; one of another size than the wall's is fitted into its place.
    words : what there is to say of it, a line each.
    is_marked : whether it stands out, as a mistake does.
    listed : classes that are listed of its answer, from the top down.
    asked : the one of them that is told from the others.
    """

    title: str
    file: bytes
    words: tuple[str, ...] = ()
    is_marked: bool = False
    listed: tuple[int, ...] = ()
    asked: int = -1


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of the pictures of a wall.

    Attributes
    ----------
    labels : of all classes.
    probabilities : (tiles, classes).
    before : (classes,), what each answer is compared with; None for nothing.
    """

    labels: Sequence[str]
    probabilities: np.ndarray
    before: np.ndarray | None = None


def show(
    handshake: Handshake,
    tiles: Sequence[Tile],
    answers: Answers | None,
    *,
    key: str,
    at: int,
    size: tuple[int, int],
    take: Callable[[int], None],
    note: str = "",
    bars: str = "",
) -> None:
    """Draw the wall.

    Parameters
    ----------
    handshake : of the component that has this key.
    at : the tile in hand.
    size : rows and columns of a place.
    take : called with the tile that a hand has chosen, whatever number that is.
    note : a sentence below the tiles.
    bars : a sentence above the bars.
    """
    listed = sorted({one for tile in tiles for one in tile.listed})
    before, now = np.zeros(0, np.float32), np.zeros(0, np.float32)
    said = [""] * len(tiles)
    if answers is not None:
        now = np.asarray(answers.probabilities[:, listed], np.float32)
        if answers.before is not None:
            before = np.asarray(answers.before[listed], np.float32)
        best = answers.probabilities.argmax(axis=1)
        said = [
            f"{answers.labels[one]}, {written_share(row[one])}"
            for one, row in zip(best, answers.probabilities, strict=True)
        ]
    settings = {
        "serial": handshake.serial,
        "at": min(at, len(tiles) - 1),
        "size": list(size),
        "media": media_type(tiles[0].file),
        "titles": [tile.title for tile in tiles],
        "words": [list(tile.words) for tile in tiles],
        "answers": said,
        "others": [tile.is_marked for tile in tiles],
        "classes": [answers.labels[one] for one in listed] if answers is not None else [],
        "rows": [[listed.index(one) for one in tile.listed] for tile in tiles],
        "asked": [listed.index(one.asked) if one.asked in listed else -1 for one in tiles],
        "note": note,
        "bars": bars,
    }
    files = joined([tile.file for tile in tiles])
    _mount(
        key=key,
        data=pack(settings, **files, before=before, now=now),
        on_ask_change=lambda: _take(handshake, take),
    )


def _take(handshake: Handshake, take: Callable[[int], None]) -> None:
    asked = handshake.sent("ask")
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        handshake.take(asked)
        take(int(asked["at"]))
