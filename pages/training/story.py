"""What the page says of a training, in sentences that hold at every setting."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.networks.training.history import Snapshot
from cnnviz.networks.training.plan import Plan
from cnnviz.networks.training.run import Run
from cnnviz.networks.training.settings import OPTIMISERS, SCHEDULES
from cnnviz.notation import written, written_count, written_share
from pages.ui.markdown import plain


def status(run: Run) -> str:
    """Say where a training is, for its bar."""
    history, settings = run.history, run.plan.settings
    name = f"**{plain(run.plan.label)}.**"
    if run.state == "waiting":
        place = run.job.place if run.job is not None else 0
        waits = "Next in the queue" if place == 1 else f"Number {place} in the queue"
        return f"{name} {waits if place else 'It begins'}"
    if not history.snapshots:
        return f"{name} Its process begins: TensorFlow is loaded, the network built"
    words = f"{name} Epoch {min(history.epochs + 1, settings.epochs)} of {settings.epochs}"
    moment = history.moment
    if moment is not None and moment.epoch > history.epochs:
        words += (
            f", batch {moment.batch} of {history.batches}: loss {written(moment.loss)}, "
            f"{written_share(moment.accuracy)} right so far"
        )
    if run.state == "paused":
        return f"{words}. Paused"
    left = history.seconds_left(settings.epochs)
    return words if left is None else f"{words}. About {duration(left)} left"


def duration(seconds: float) -> str:
    """Write a time in seconds or minutes.

    >>> duration(8.2), duration(75)
    ('9 s', '2 min')
    """
    return f"{math.ceil(seconds)} s" if seconds < 60 else f"{math.ceil(seconds / 60)} min"


def counted(run: Run, snapshot: Snapshot) -> str:
    """Say how many pictures held out are right."""
    labels = run.plan.data.labels[run.plan.data.validation]
    right = int((snapshot.predicted == labels).sum())
    return f"{written_share(right, len(labels))} ({right:,} of {len(labels):,})"


def result_sentence(run: Run) -> str:
    """Say what came of a training, with its numbers."""
    history = run.history
    last, best = history.snapshots[-1], history.best
    if best is None:
        return (
            f"Not a single epoch is over. Before the first step, **{counted(run, last)}** of the "
            "pictures held out are right, by chance."
        )
    said = (
        f"After {last.length} ({written(round(last.seconds, 1))} s), **{counted(run, last)}** of "
        "the pictures held out are right"
    )
    if not np.isfinite(last.val_loss):
        return f"{said}; the loss is no number any more: the weights have run away."
    if best.val_accuracy > last.val_accuracy:
        said += f"; the best was epoch {best.epoch} with {counted(run, best)}"
    return f"{said}. Before the first step it was {counted(run, history.snapshots[0])}."


def gap_sentence(run: Run) -> str:
    """Compare training and validation in the last epoch, by the shares as they are written."""
    last = run.history.snapshots[-1]
    if last.loss is None or last.accuracy is None or not np.isfinite(last.val_loss):
        return ""
    apart = round(round(100 * last.accuracy, 1) - round(100 * last.val_accuracy, 1), 1)
    measured = (
        f"While the last epoch went on, {written_share(last.accuracy)} of the training pictures "
        f"were right, and at its end {written_share(last.val_accuracy)} of those held out: "
    )
    if not apart:
        return f"{measured}less than 0.1 points apart."
    more = "more" if apart > 0 else "fewer"
    points = written(abs(apart))
    return (
        f"{measured}{points} point{'' if points == '1' else 's'} {more} among what it learns from."
    )


def penalty_sentence(run: Run) -> str:
    """Say which part of the loss comes from regularisers; nothing without one."""
    last = run.history.snapshots[-1]
    if not run.plan.is_regularised or not np.isfinite(last.val_loss):
        return ""
    by = "the weights alone"
    if any(layer.arguments().get("activity_regularizer") for layer in run.plan.stack.layers):
        by = "the weights and by what layers give"
    return (
        f"Of the loss of the pictures held out, {written(last.val_loss)}, the regularisers add "
        f"{written(last.penalty)}, by {by}; the curves have that in them."
    )


def plan_sentence(plan: Plan) -> str:
    """Say how a training goes, before it begins."""
    settings, data = plan.settings, plan.data
    used = len(data.first(settings.examples))
    batch = min(settings.batch, used)
    steps = -(-used // batch)
    most = "at most " if used % batch else ""
    epochs = f"each of {settings.epochs} epochs" if settings.epochs > 1 else "1 epoch"
    rate = f"{SCHEDULES[settings.schedule].lower()} rate from {settings.rate:g}"
    if settings.schedule == "constant":
        rate = f"constant rate {settings.rate:g}"
    return (
        f"{written_count(used)} pictures in {len(data.class_names)} classes to learn from, "
        f"{len(data.validation):,} held out. {OPTIMISERS[settings.optimiser].title}, {rate}, "
        f"{steps:,} step{'' if steps == 1 else 's'} of {most}{batch} pictures in {epochs}."
    )


def when(snapshot: Snapshot) -> str:
    """Name an epoch, to follow other words."""
    return f"epoch {snapshot.epoch}" if snapshot.epoch else "before the first step"
