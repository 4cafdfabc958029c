"""What there is to try on the page "Train it": each trains two networks and compares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.networks.building import Stack, describe
from cnnviz.networks.building.kinds import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    Softmax,
)
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.training.run import Run
from cnnviz.notation import written
from pages.training import story
from pages.training.state import (
    AUGMENTATION,
    BATCH,
    DATA_SET,
    EPOCHS,
    EXAMPLES,
    OPTIMISER,
    OWN_DESIGN,
    PRESET,
    RATE,
    SCHEDULE,
    STACK,
)
from pages.ui.experiments import Experiment

Compared = tuple[str, Sequence[Run]]
"""The experiment that was trained last, by its label, and its runs."""


@dataclass(frozen=True)
class Contest:
    """Two trainings that differ in one thing.

    Attributes
    ----------
    label, watch : see `Experiment`.
    state : what both share, by the table's names.
    sides : what each is called, and in what it differs; the last is what the controls show.
    tells : what is said besides how many are right, of the runs in the order of `sides`.
    """

    label: str
    watch: str
    state: Mapping[str, Any]
    sides: Mapping[str, Mapping[str, Any]]
    tells: Callable[[Sequence[Run]], str]

    def experiment(self) -> Experiment[Compared]:
        """Give it as the row above the stage takes it."""
        last = [*self.sides.values()][-1]
        return Experiment(self.label, {**self.state, **last}, self.watch, self._seen)

    def _seen(self, compared: Compared) -> str:
        label, runs = compared
        if label != self.label or len(runs) != len(self.sides):
            return ""
        if not all(run.history.epochs and not run.is_alive for run in runs):
            return ""
        parts = [f"{run.plan.label}: {_right(run)}" for run in runs]
        return " ".join(filter(None, [f"Held out, right: {'; '.join(parts)}.", self.tells(runs)]))


def _right(run: Run) -> str:
    last = run.history.snapshots[-1]
    stopped = f", stopped after {last.length}" if run.state != "done" else ""
    return f"{story.counted(run, last)}{stopped}"


def _own(*layers: Layer) -> dict[str, Any]:
    return {PRESET.name: OWN_DESIGN, STACK.name: Stack(layers)}


def _digits(*layers: Layer) -> dict[str, Any]:
    return _own(Input(8, 8, 1), *layers, Dense(10), Softmax())


def _shapes(*layers: Layer) -> dict[str, Any]:
    return _own(Input(32, 32, 3), *layers, Dense(8), Softmax())


def _deep(activation: str) -> dict[str, Any]:
    initializer = "he_normal" if activation == "relu" else "glorot_uniform"
    dense = Dense(32, activation, kernel_initializer=initializer)
    return _digits(Flatten(), *(dense,) * 8)


def _block(filters: int, normalised: bool) -> tuple[Layer, ...]:
    convolution = Conv2D(filters, (3, 3), padding="same", use_bias=not normalised)
    # 264 steps are few: the running means are to follow them.
    between = (BatchNormalization(momentum=0.9),) if normalised else ()
    return (convolution, *between, Activation("relu"))


def _normalised(yes: bool) -> dict[str, Any]:
    blocks = [layer for filters in (16, 16, 32, 32, 64) for layer in _block(filters, yes)]
    return _digits(*blocks, GlobalAveragePooling2D())


def _halved(by_stride: bool) -> dict[str, Any]:
    layers: list[Layer] = []
    for filters in (16, 32, 64):
        stride = (2, 2) if by_stride else (1, 1)
        layers.append(
            Conv2D(
                filters,
                (3, 3),
                stride,
                "same",
                activation="relu",
                kernel_initializer="he_normal",
            )
        )
        if not by_stride:
            layers.append(MaxPooling2D())
    return _shapes(*layers, Flatten())


def _dropped(rate: float) -> dict[str, Any]:
    between = (Dropout(rate),) if rate else ()
    return _digits(Flatten(), Dense(256, "relu"), *between, Dense(256, "relu"), *between)


def _gap(run: Run) -> float:
    last = run.history.snapshots[-1]
    return 100 * ((last.accuracy or 0.0) - last.val_accuracy)


def _gaps(runs: Sequence[Run]) -> str:
    parts = [f"{run.plan.label} {written(_gap(run), 2)}" for run in runs]
    return (
        "How many points more often what it learns from was right, while the last epoch went on, "
        f"than what was held out, at its end: {', '.join(parts)}."
    )


def _losses(runs: Sequence[Run]) -> str:
    parts = []
    for run in runs:
        loss = run.history.snapshots[-1].val_loss
        words = written(loss) if np.isfinite(loss) else "no number any more"
        parts.append(f"{run.plan.label} {words}")
    chance = np.log(len(runs[0].plan.data.class_names))
    return f"Loss at the end: {', '.join(parts)}; by chance it is {written(float(chance))}."


def _weights(runs: Sequence[Run]) -> str:
    counts = [sum(row.weights for row in describe(run.plan.stack)) for run in runs]
    parts = [f"{run.plan.label} {count:,}" for run, count in zip(runs, counts, strict=True)]
    return f"Weights: {', '.join(parts)}."


def _costs(runs: Sequence[Run]) -> str:
    parts = []
    for run in runs:
        rows = describe(run.plan.stack)
        adds = sum(row.multiply_adds for row in rows)
        parts.append(f"{run.plan.label} {adds:,} multiply-adds, {written(run.history.seconds)} s")
    return f"{'; '.join(parts)}."


def _first_gradients(runs: Sequence[Run]) -> str:
    parts = []
    for run in runs:
        sizes = run.history.snapshots[1].sizes
        times = written(float(sizes[0, 1]) / max(float(sizes[-1, 1]), 1e-30))
        parts.append(f"{run.plan.label} {times}")
    return (
        "Length of the first layer's gradient by that of the last layer's, after the first epoch: "
        f"{', '.join(parts)}."
    )


_SHAPES_BRIEFLY = {EXAMPLES.name: 2_000, EPOCHS.name: 8}

CONTESTS = (
    Contest(
        "Too large a learning rate",
        "Does the loss fall at both rates, or does one stay at chance?",
        {
            DATA_SET.name: "digits",
            PRESET.name: "tutorial",
            OPTIMISER.name: "sgd",
            SCHEDULE.name: "constant",
            EPOCHS.name: 6,
        },
        {"Rate 0.1": {RATE.name: 0.1}, "Rate 3": {RATE.name: 3.0}},
        _losses,
    ),
    Contest(
        "Augmentation or none",
        "How far apart are the dotted and the solid line of each?",
        {EXAMPLES.name: 500, EPOCHS.name: 20},
        {"Without": {AUGMENTATION.name: "none"}, "Augmented": {AUGMENTATION.name: "strong"}},
        _gaps,
    ),
    Contest(
        "Dropout on little data",
        "What does dropout change where 120 digits can be learned by heart?",
        {
            DATA_SET.name: "digits",
            EXAMPLES.name: 120,
            EPOCHS.name: 40,
            RATE.name: 0.001,
            SCHEDULE.name: "constant",
        },
        {"Without": _dropped(0.0), "With dropout": _dropped(0.5)},
        _gaps,
    ),
    Contest(
        "Dense against convolution",
        "The same number of weights: which learns shapes at any place?",
        _SHAPES_BRIEFLY,
        {
            "Dense": _shapes(Flatten(), Dense(14, "relu"), Dense(14, "relu")),
            "Convolution": {PRESET.name: "small_vgg"},
        },
        _weights,
    ),
    Contest(
        "Sigmoid against ReLU in depth",
        "How much of the gradient reaches the first of eight layers, by its bar below?",
        {DATA_SET.name: "digits", EPOCHS.name: 12, BATCH.name: 64},
        {"ReLU": _deep("relu"), "Sigmoid": _deep("sigmoid")},
        _first_gradients,
    ),
    Contest(
        "Batch normalisation or none",
        "Which rises sooner, at the same large steps?",
        {
            DATA_SET.name: "digits",
            OPTIMISER.name: "sgd",
            RATE.name: 0.1,
            EPOCHS.name: 6,
        },
        {"Without": _normalised(False), "Normalised": _normalised(True)},
        _losses,
    ),
    Contest(
        "Stride against pooling",
        "Both halve the map three times: which is right more often, and what does it cost?",
        {EXAMPLES.name: 5_000, EPOCHS.name: 6},
        {"Pooling": _halved(False), "Stride": _halved(True)},
        _costs,
    ),
)
EXPERIMENTS = tuple(contest.experiment() for contest in CONTESTS)


def contest_of(label: str) -> Contest:
    """Find a contest by its label."""
    return next(one for one in CONTESTS if one.label == label)
