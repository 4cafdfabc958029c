"""The pictures of a training: those of a cell of the confusion matrix, and the worst mistakes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.training.data import DataSet
from cnnviz.networks.training.history import Snapshot, worst_mistakes
from cnnviz.networks.training.run import Run
from cnnviz.notation import written_share
from pages.training.components.replay import Wall
from pages.training.story import when

MOST_PICTURES = 24
_WORST = 8
_SAMPLES, _SHEET_SIDE = 3, 96


def walls(run: Run, snapshot: Snapshot, cell: tuple[int, int] | None) -> list[Wall]:
    """Choose what is shown below the confusion matrix at an epoch."""
    labels = run.plan.data.labels[run.plan.data.validation]
    found = [_worst(run, snapshot, labels)]
    if cell is not None:
        found.insert(0, _of_cell(run, snapshot, labels, cell))
    return found


def sample_sheet(data: DataSet) -> NDArray[np.uint8]:
    """Lay out a few pictures to learn from: a column for each class, (height, width, 3)."""
    labels = data.labels[data.training]
    columns = []
    for one in range(len(data.class_names)):
        places = data.training[labels == one][:_SAMPLES]
        columns.append(np.concatenate([_enlarged(data.images[place]) for place in places]))
    sheet = np.concatenate(columns, axis=1)
    return np.broadcast_to(sheet, (*sheet.shape[:2], 3))


def sheet_words(data: DataSet) -> str:
    """Say what a sheet of samples shows."""
    return f"A few of the pictures to learn from, by class: {', '.join(data.class_names)}."


def _enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    factor = max(1, _SHEET_SIDE // picture.shape[0])
    framed = np.repeat(np.repeat(picture, factor, axis=0), factor, axis=1)
    return np.pad(framed, ((0, 4), (0, 4), (0, 0)), constant_values=128)


def _of_cell(
    run: Run, snapshot: Snapshot, labels: NDArray[np.int64], cell: tuple[int, int]
) -> Wall:
    names = run.plan.data.class_names
    inside = np.flatnonzero((labels == cell[0]) & (snapshot.predicted == cell[1]))
    order = inside[np.argsort(-snapshot.certainty[inside], kind="stable")][:MOST_PICTURES]
    title = f"{names[cell[0]]}, taken for {names[cell[1]]}"
    if cell[0] == cell[1]:
        title = f"{names[cell[0]]}, taken for what it is"
    count = f"{len(inside):,} pictures" if len(inside) != 1 else "1 picture"
    if len(order) < len(inside):
        count += f", the {len(order)} surest"
    captions = [written_share(float(snapshot.certainty[place])) for place in order]
    empty = f"None of those held out, {when(snapshot)}."
    return Wall(f"{title}: {count}, {when(snapshot)}", _pictures(run, order), captions, empty)


def _worst(run: Run, snapshot: Snapshot, labels: NDArray[np.int64]) -> Wall:
    names = run.plan.data.class_names
    places = worst_mistakes(labels, snapshot, _WORST)
    captions = [
        f"{names[int(labels[place])]}, taken for {names[int(snapshot.predicted[place])]}, "
        f"{written_share(float(snapshot.certainty[place]))}"
        for place in places
    ]
    empty = "None: every picture held out is right."
    return Wall(f"The surest mistakes, {when(snapshot)}", _pictures(run, places), captions, empty)


def _pictures(run: Run, places: NDArray[np.int64]) -> NDArray[np.uint8]:
    data = run.plan.data
    found: NDArray[np.uint8] = data.images[data.validation[places]]
    return found
