"""How a network is trained: what `model.fit` and its optimiser are told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from cnnviz.networks.building import Stack
from cnnviz.networks.building.augmentation import (
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
)
from cnnviz.networks.building.layer import Layer

MOST_EPOCHS = 60


@dataclass(frozen=True)
class Optimiser:
    """One of Keras's optimisers.

    constructor : its name in `keras.optimizers`.
    arguments : what it is told besides the learning rate and the weight decay.
    rate : a learning rate to begin with.
    """

    title: str
    constructor: str
    arguments: Mapping[str, float]
    rate: float


OPTIMISERS: Mapping[str, Optimiser] = MappingProxyType(
    {
        "adam": Optimiser("Adam", "Adam", {}, 0.003),
        "sgd": Optimiser("SGD", "SGD", {}, 0.1),
        "momentum": Optimiser("SGD with momentum", "SGD", {"momentum": 0.9}, 0.03),
        "rmsprop": Optimiser("RMSprop", "RMSprop", {}, 0.001),
    }
)

SCHEDULES: Mapping[str, str] = MappingProxyType(
    {"constant": "Constant", "cosine": "Cosine", "step": "Step"}
)
"""How the learning rate goes from epoch to epoch."""

STEPS = 3
"""Into how many parts of about the same length a schedule of steps divides the epochs."""
STEP_FACTOR = 0.2
"""By what the rate of each part is that of the part before."""

AUGMENTATIONS: Mapping[str, tuple[str, tuple[Layer, ...]]] = MappingProxyType(
    {
        "none": ("None", ()),
        "shift": (
            "Shift and zoom",
            (RandomTranslation(0.1, 0.1, fill_mode="nearest"), RandomZoom(0.1)),
        ),
        "strong": (
            "Flip, turn, shift and zoom",
            (
                RandomFlip(),
                RandomRotation(0.1, fill_mode="nearest"),
                RandomTranslation(0.1, 0.1, fill_mode="nearest"),
                RandomZoom(0.1, fill_mode="nearest"),
            ),
        ),
    }
)
"""Layers that stand in front of the network while it is trained, by their names in an address."""


@dataclass(frozen=True)
class Settings:
    """How one run goes.

    Attributes
    ----------
    optimiser : a key of `OPTIMISERS`.
    rate : the learning rate that it begins with.
    schedule : a key of `SCHEDULES`.
    batch : pictures of one step.
    epochs : times that all training pictures are seen.
    examples : pictures to learn from, the first ones of the data set.
    augmentation : a key of `AUGMENTATIONS`.
    decay : by which part of the learning rate each weight shrinks at each step.
    seed : draws the first weights, the order of the pictures, masks and changes.

    Raises
    ------
    ValueError : one of them is none of its values.

    >>> Settings(epochs=3, rate=0.1, schedule="step").rates()
    (0.1, 0.02, 0.004)
    """

    optimiser: str = "adam"
    rate: float = 0.003
    schedule: str = "cosine"
    batch: int = 32
    epochs: int = 10
    examples: int = 6_000
    augmentation: str = "none"
    decay: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, known in (
            ("optimiser", OPTIMISERS),
            ("schedule", SCHEDULES),
            ("augmentation", AUGMENTATIONS),
        ):
            if getattr(self, name) not in known:
                _refuse(name, f"one of {', '.join(known)}", getattr(self, name))
        for name, most in (
            ("batch", 1_024),
            ("epochs", MOST_EPOCHS),
            ("examples", 100_000),
            ("seed", 2**31 - 1),
        ):
            least = 0 if name == "seed" else 1
            if type(value := getattr(self, name)) is not int or not least <= value <= most:
                _refuse(name, f"a whole number from {least} to {most:,}", value)
        if not 0 < self.rate <= 100:
            _refuse("rate", "above 0 and at most 100", self.rate)
        if not 0 <= self.decay <= 1:
            _refuse("decay", "from 0 to 1", self.decay)

    def rates(self) -> tuple[float, ...]:
        """Give the learning rate of each epoch."""
        if self.schedule == "cosine":
            parts = [
                0.5 * (1 + math.cos(math.pi * epoch / self.epochs)) for epoch in range(self.epochs)
            ]
        elif self.schedule == "step":
            parts = [STEP_FACTOR ** (epoch * STEPS // self.epochs) for epoch in range(self.epochs)]
        else:
            parts = [1.0] * self.epochs
        return tuple(float(f"{self.rate * part:.6g}") for part in parts)

    def optimiser_arguments(self) -> dict[str, float]:
        """Give what the optimiser's constructor is told, by Keras's names."""
        decay = {"weight_decay": self.decay} if self.decay else {}
        return {"learning_rate": self.rates()[0], **OPTIMISERS[self.optimiser].arguments, **decay}

    def augmented(self, stack: Stack) -> Stack:
        """Put the layers that change pictures in front of a network."""
        for layer in reversed(AUGMENTATIONS[self.augmentation][1]):
            stack = stack.inserted(1, layer)
        return stack

    def as_json(self) -> dict[str, Any]:
        """Give its fields as JSON takes them; `Settings(**...)` reads them back."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def _refuse(name: str, rule: str, received: object) -> None:
    raise ValueError(f"The {name} must be {rule}. Received: {name}={str(received)[:40]!r}.")
