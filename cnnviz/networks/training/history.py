"""What a training has told so far: one snapshot for each epoch, and where it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A network at the end of an epoch; number 0 is before the first step.

    Attributes
    ----------
    epoch : its number.
    whole : whether all its steps were taken; not where it was stopped before.
    loss, accuracy : over the training pictures, the mean while the epoch went on; None before.
    val_loss, val_accuracy : over the pictures held out, at its end.
    penalty : what regularisers add to that loss, and to the other as its steps are taken.
    rate : the learning rate it went with.
    seconds : since the first step, without pauses.
    kernels : of the first convolution, (rows, columns, channels, filters); None without one.
    maps : of the watched picture by layer: levels (maps, rows, columns) uint8 around 128, which
        stands for 0, and what 1 and 255 stand for.
    sizes : (layers, 3), lengths of weights, gradient and update at the last step.
    weight : the network's first weight at that step: what it was, its gradient, what it became.
    predicted, certainty, truth : of each picture held out: its class, that class's probability, and
        the right one's.
    """

    epoch: int
    whole: bool
    loss: float | None
    accuracy: float | None
    val_loss: float
    val_accuracy: float
    penalty: float
    rate: float
    seconds: float
    kernels: NDArray[np.float32] | None
    maps: Mapping[str, tuple[NDArray[np.uint8], float]]
    sizes: NDArray[np.float32]
    weight: NDArray[np.float32]
    predicted: NDArray[np.int32]
    certainty: NDArray[np.float32]
    truth: NDArray[np.float32]

    @property
    def epochs(self) -> int:
        """Epochs that are over."""
        return self.epoch if self.whole else self.epoch - 1

    @property
    def length(self) -> str:
        """Say for how many epochs it was trained."""
        over = f"{self.epochs} epoch{'' if self.epochs == 1 else 's'}"
        if self.whole:
            return over
        return f"{over} and a part of another" if self.epochs else "a part of the first epoch"


@dataclass(frozen=True, eq=False)
class Moment:
    """Where a training is within an epoch.

    epoch, batch : the number of both, the first is 1.
    loss, accuracy : the means of the epoch so far.
    paused : whether it waits.
    """

    epoch: int
    batch: int
    loss: float
    accuracy: float
    seconds: float
    paused: bool
    sizes: NDArray[np.float32]
    kernels: NDArray[np.float32] | None


@dataclass
class History:
    """All of it, growing while the training goes on; written by one thread, read by others.

    Attributes
    ----------
    batches : steps of one epoch; 0 before it has begun.
    layers : names of the layers that learn.
    snapshots : one for each epoch, and one before.
    moment : the last word within an epoch; None before the first.
    """

    batches: int = 0
    layers: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()
    snapshots: list[Snapshot] = field(default_factory=list)
    moment: Moment | None = None

    def take(self, values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what the training tells (see `cnnviz.networks.training.fitting`)."""
        kind = values["kind"]
        if kind == "begin":
            self.batches = int(values["batches"])
            self.layers, self.mapped = tuple(values["layers"]), tuple(values["mapped"])
        elif kind == "batch":
            self.moment = Moment(
                int(values["epoch"]) + 1,
                int(values["batch"]),
                float(values["loss"]),
                float(values["accuracy"]),
                float(values["seconds"]),
                bool(values["paused"]),
                arrays["sizes"],
                arrays.get("kernels"),
            )
        else:
            self.snapshots.append(self._snapshot(values, arrays))

    def _snapshot(self, values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Snapshot:
        return Snapshot(
            int(values["epoch"]),
            bool(values["whole"]),
            values.get("loss"),
            values.get("accuracy"),
            float(values["val_loss"]),
            float(values["val_accuracy"]),
            float(values["penalty"]),
            float(values.get("rate", 0.0)),
            float(values["seconds"]),
            arrays.get("kernels"),
            {
                name: (arrays[f"maps_{place}"], float(arrays[f"range_{place}"][1]))
                for place, name in enumerate(self.mapped)
            },
            arrays["sizes"],
            arrays["weight"],
            arrays["predicted"],
            arrays["certainty"],
            arrays["truth"],
        )

    @property
    def epochs(self) -> int:
        """Epochs that are over."""
        return self.snapshots[-1].epochs if self.snapshots else 0

    @property
    def best(self) -> Snapshot | None:
        """The epoch with the most pictures held out that are right, the first of several."""
        done = [one for one in self.snapshots if one.epoch]
        return max(done, key=lambda one: one.val_accuracy, default=None)

    @property
    def seconds(self) -> float:
        """Since the first step, without pauses."""
        told = [one.seconds for one in self.snapshots[-1:]]
        if self.moment is not None:
            told.append(self.moment.seconds)
        return max(told, default=0.0)

    def steps_done(self) -> int:
        """Count the steps so far."""
        done = self.epochs * self.batches
        if self.moment is not None:
            done = max(done, (self.moment.epoch - 1) * self.batches + self.moment.batch)
        return done

    def seconds_left(self, epochs: int) -> float | None:
        """Estimate how long the rest takes; None before there is something to go by."""
        done, whole = self.steps_done(), epochs * self.batches
        if not done or not whole or self.seconds <= 0:
            return None
        # The first step takes seconds to be compiled, once; later epochs tell the pace.
        if len(self.snapshots) > 2:
            first, last = self.snapshots[1], self.snapshots[-1]
            pace = (last.seconds - first.seconds) / (self.batches * (last.epoch - first.epoch))
        else:
            pace = self.seconds / done
        return max(0.0, pace * (whole - done))


def confusion(
    labels: NDArray[np.int64], predicted: NDArray[np.int32], classes: int
) -> NDArray[np.int64]:
    """Count the pictures of each class (rows) that were taken for each class (columns).

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1], np.int32), 2).tolist()
    [[1, 1], [0, 1]]
    """
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return counts


def worst_mistakes(
    labels: NDArray[np.int64], snapshot: Snapshot, count: int = 12
) -> NDArray[np.int64]:
    """Find the pictures held out that were taken for another class with the most certainty."""
    wrong = np.flatnonzero(snapshot.predicted != labels)
    order = np.argsort(-snapshot.certainty[wrong], kind="stable")
    return wrong[order][:count]
