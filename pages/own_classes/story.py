"""What was learned, in sentences with its own numbers."""

from __future__ import annotations

import numpy as np

from cnnviz.networks.own_classes import Learned
from cnnviz.notation import written, written_share
from pages.own_classes.runs import Result
from pages.ui.markdown import plain, table


def answers(result: Result, learned: Learned | None = None) -> np.ndarray:
    """Give what is said of the pictures held out: (pictures, classes)."""
    held_out = result.features.of(result.parts.validation)
    return np.asarray((learned or result.learned).probabilities(held_out))


def right(result: Result, learned: Learned | None = None) -> tuple[int, int]:
    """Count the pictures held out that are told right: so many of so many."""
    taken = answers(result, learned).argmax(axis=1)
    hits = taken == result.labels[result.parts.validation]
    return int(hits.sum()), len(hits)


def accuracy_sentence(result: Result) -> str:
    """Say how good it is, beside what it would be to always say the commonest class."""
    hits, count = right(result)
    labels = result.labels[result.parts.validation]
    commonest = int(np.bincount(labels).max())
    learned = len(result.parts.training)
    seconds = result.head.seconds + (result.tuned.seconds if result.tuned is not None else 0)
    return (
        f"Learned from **{learned} pictures** in {written(seconds, 2)} s. Of the "
        f"**{count}** that were held out, **{hits}** are told right, "
        f"**{written_share(hits, count)}**; to always say the commonest class would get "
        f"{commonest} of them right."
    )


def tuning_sentence(result: Result) -> str:
    """Say what tuning the last stage has changed."""
    if result.tuned is None:
        return ""
    before, count = right(result, result.head)
    after, _ = right(result, result.tuned)
    losses = [one.curves.validation_loss[-1] for one in (result.head, result.tuned)]
    return (
        f"With the last stage tuned, which took {written(result.tuned.seconds, 2)} s, "
        f"**{after} of {count}** instead of {before} are told right; the loss on the pictures held "
        f"out is {written(losses[1])} instead of {written(losses[0])}."
    )


def confusion(result: Result) -> np.ndarray:
    """Count (what it is, what it is taken for) over the pictures held out."""
    count = len(result.class_names)
    found = np.zeros((count, count), np.int64)
    np.add.at(found, (result.labels[result.parts.validation], answers(result).argmax(axis=1)), 1)
    return found


def confusion_table(result: Result) -> str:
    """Write the counts as a table; its diagonal is what is told right."""
    names = [plain(name) for name in result.class_names]
    rows = [
        (name, *(f"**{one}**" if at == row else str(one) for at, one in enumerate(counts)))
        for row, (name, counts) in enumerate(zip(names, confusion(result), strict=True))
    ]
    return table(("It is \u2193, taken for \u2192", *names), rows)
