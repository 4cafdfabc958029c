"""A training epoch by epoch: the typed way to mount `assets/components/training/replay`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.training.history import Snapshot, confusion
from cnnviz.networks.training.run import Run
from cnnviz.notation import written, written_share
from cnnviz.shapes import Pixels
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("training/replay")


@dataclass(frozen=True, eq=False)
class Wall:
    """Pictures under a title.

    captions : one for each picture.
    empty : what is said where there is none.
    """

    title: str
    pictures: Pixels
    captions: Sequence[str]
    empty: str


def replay(
    run: Run,
    at: int,
    cell: tuple[int, int] | None,
    walls: Sequence[Wall],
    *,
    key: str,
    serial: int,
    on_ask: Callable[[], None],
) -> None:
    """Draw what the network is like at each epoch; the browser leads along them by itself.

    Parameters
    ----------
    at : which of the snapshots is shown.
    cell : of the confusion matrix, the one that is open: class, and what it was taken for.
    walls : pictures at that snapshot.
    on_ask : called when `st.session_state[key]` holds what a hand has chosen ("ask"): a snapshot
        ("at"), and a cell ("cell", null for none).
    """
    history, data = run.history, run.plan.data
    snapshots = list(history.snapshots)
    labels = data.labels[data.validation]
    classes = len(data.class_names)
    kernels = [one.kernels for one in snapshots if one.kernels is not None]
    layers, sizes, levels = _maps(snapshots, history.mapped)
    pictures = [_colour(wall.pictures).reshape(-1) for wall in walls]
    settings = {
        "serial": serial,
        "at": at,
        "stops": [_words(one) for one in snapshots],
        "classes": list(data.class_names),
        "cell": None if cell is None else list(cell),
        "kernels": list(kernels[0].shape) if kernels else None,
        "layers": layers,
        "sizes": sizes,
        "side": list(data.shape[:2]),
        "watched": data.class_names[int(data.labels[run.plan.watched])],
        "walls": [
            {"title": one.title, "captions": list(one.captions), "empty": one.empty}
            for one in walls
        ],
    }
    arrays: dict[str, NDArray[np.float32] | NDArray[np.int32] | NDArray[np.uint8]] = {
        "confusion": np.stack(
            [confusion(labels, one.predicted, classes) for one in snapshots]
        ).astype(np.int32),
        "watched": _colour(data.images[run.plan.watched][None])[0],
        "pictures": np.concatenate([*pictures, np.zeros(0, np.uint8)]),
    }
    if kernels:
        arrays["kernels"] = np.stack(kernels).astype(np.float32)
    if levels is not None:
        arrays["maps"] = levels
    _mount(key=key, data=pack(settings, **arrays), on_ask_change=on_ask)


def _words(one: Snapshot) -> str:
    if not one.epoch:
        return f"before the first step: {written_share(one.val_accuracy)} right"
    loss = written(one.val_loss) if np.isfinite(one.val_loss) else "no number"
    part = "" if one.whole else ", a part of it"
    return f"epoch {one.epoch}{part}: {written_share(one.val_accuracy)} right, loss {loss}"


def _maps(
    snapshots: Sequence[Snapshot], mapped: Sequence[str]
) -> tuple[list[str], list[list[int]], NDArray[np.uint8] | None]:
    """Join the maps of all snapshots: names, (maps, rows, columns) of each layer, and levels."""
    layers = [name for name in mapped if all(name in one.maps for one in snapshots)]
    if not layers:
        return [], [], None
    sizes = [list(snapshots[0].maps[name][0].shape) for name in layers]
    levels = np.stack(
        [np.concatenate([one.maps[name][0].reshape(-1) for name in layers]) for one in snapshots]
    )
    return layers, sizes, levels


def _colour(pictures: Pixels) -> Pixels:
    """Give (pictures, rows, columns, 3) for grey ones too."""
    return np.ascontiguousarray(np.broadcast_to(pictures, (*pictures.shape[:3], 3)))
