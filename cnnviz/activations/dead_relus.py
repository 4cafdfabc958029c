"""ReLUs that die: a small network is really trained, and its silent units are counted.

A unit is *silent* while its weighted sum is above zero for none of the examples. A ReLU then
passes no gradient, so its own weights stay as they are; unless the layers before it happen to
move its inputs, it never fires again. A leaky ReLU still gets a gradient there and recovers.

Training is plain gradient descent on all examples at once, in float32, one pure step at a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations.gradients import initial_weights
from cnnviz.activations.softmax_cross_entropy import cross_entropy, cross_entropy_gradient
from cnnviz.server.turns import turn
from cnnviz.shapes import Floats, whole_number


@dataclass(frozen=True, eq=False)
class Examples:
    """Points of a plane, each of one of two classes.

    points : (count, 2) float32, within about -2..2
    labels : (count,) int64, 0 or 1
    """

    points: Floats
    labels: NDArray[np.int64]


def two_moons(count: int = 128) -> Examples:
    """Draw points on two half circles that reach into each other.

    Parameters
    ----------
    count : points, >= 2

    >>> two_moons(6).labels
    array([0, 0, 0, 1, 1, 1])
    """
    count = whole_number(count, "count", least=2)
    generator = np.random.default_rng(0)
    labels = np.arange(count) * 2 // count
    angle = generator.uniform(0, math.pi, count)
    upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    points = np.where(labels[:, np.newaxis] == 0, upper, -upper)
    points = points + 0.1 * generator.standard_normal(points.shape)
    return Examples(points.astype(np.float32), labels.astype(np.int64))


def picture_points(image: ArrayLike, count: int = 256) -> Examples:
    """Draw pixels of a picture: from where a pixel lies, say whether it is a bright one.

    Parameters
    ----------
    image : (height, width, channels)
    count : pixels, >= 2

    Returns
    -------
    points are (x, y) from -1 to 1, y downwards; label 1 is brighter than the mean of the
    pixels drawn (a picture of one flat colour has no bright pixel).
    """
    pixels = np.asarray(image, np.float32)
    if pixels.ndim != 3 or 0 in pixels.shape:
        raise ValueError(
            "The image must have the shape (height, width, channels), each at least 1. "
            f"Received: shape {pixels.shape}."
        )
    count = whole_number(count, "count", least=2)
    generator = np.random.default_rng(0)
    height, width, _ = pixels.shape
    row, column = generator.integers(0, height, count), generator.integers(0, width, count)
    brightness = pixels[row, column].mean(axis=1)
    # The mean rounds: of a flat picture it must not fall below every pixel.
    labels = brightness > max(brightness.mean(), brightness.min())
    points = np.stack([2 * (column + 0.5) / width - 1, 2 * (row + 0.5) / height - 1], axis=1)
    return Examples(points.astype(np.float32), labels.astype(np.int64))


@dataclass(frozen=True, eq=False)
class ReluTask:
    """What is trained on what.

    examples : the points and their classes
    width, hidden_layers : units of each hidden layer, and how many there are
    learning_rate : of gradient descent, >= 0
    bias_shift : added to all biases of the hidden layers before training; well below zero it
        silences units from the start.
    negative_slope : 0 is a ReLU, more a leaky one.
    seed : of the weights ("he_normal"; the last layer "glorot_uniform")
    """

    examples: Examples
    width: int = 32
    hidden_layers: int = 2
    learning_rate: float = 0.1
    bias_shift: float = 0.0
    negative_slope: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        whole_number(self.width, "width")
        whole_number(self.hidden_layers, "hidden_layers")
        for name in ("learning_rate", "bias_shift", "negative_slope"):
            value = getattr(self, name)
            if not math.isfinite(value) or (name != "bias_shift" and value < 0):
                least = "" if name == "bias_shift" else " and at least 0"
                raise ValueError(f"The {name} must be finite{least}. Received: {name}={value}.")


@dataclass(frozen=True, eq=False)
class ReluState:
    """A network on its way, and how it came here. Histories have one entry more than steps.

    weights, biases : of each layer, the one of the logits last
    step : steps taken
    losses : mean cross-entropy before the first step and after each
    accuracies : share of the examples that are classified right
    silent : (hidden layers * width,) bool each, the units that fire for no example
    diverged : the loss is no longer finite; the weights are the last ones with which it was
    """

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    step: int
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    silent: tuple[NDArray[np.bool_], ...]
    diverged: bool = False

    @property
    def never_again_share(self) -> NDArray[np.float64]:
        """(steps + 1,), the share of units that do not fire from that step to the last one."""
        from_here_on = np.logical_and.accumulate(np.array(self.silent)[::-1])[::-1]
        return np.array([units.mean() for units in from_here_on])


def start_relu_training(task: ReluTask) -> ReluState:
    """Draw the weights and measure the network before its first step."""
    generator = np.random.default_rng(task.seed)
    sizes = [2, *[task.width] * task.hidden_layers]
    weights = [initial_weights("he_normal", before, task.width, generator) for before in sizes[:-1]]
    weights.append(initial_weights("glorot_uniform", sizes[-1], 2, generator))
    biases = [np.full(task.width, task.bias_shift) for _ in range(task.hidden_layers)]
    biases.append(np.zeros(2))
    blank = ReluState(
        weights=tuple(matrix.astype(np.float32) for matrix in weights),
        biases=tuple(bias.astype(np.float32) for bias in biases),
        step=0,
        losses=(),
        accuracies=(),
        silent=(),
    )
    return _measured(task, blank)


def relu_gradients(
    task: ReluTask, state: ReluState
) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Compute the loss's slope by every weight and by every bias.

    Returns
    -------
    Two tuples, shaped like ``state.weights`` and ``state.biases``.
    """
    sums, entering = _forward(task, state)
    by_logits = cross_entropy_gradient(sums[-1], task.examples.labels)
    arriving = np.asarray(by_logits / len(by_logits), np.float32)
    by_weights: list[Floats] = []
    by_biases: list[Floats] = []
    for layer in reversed(range(len(sums))):
        by_weights.append(entering[layer].T @ arriving)
        by_biases.append(arriving.sum(axis=0))
        if layer:
            slope = np.where(sums[layer - 1] > 0, np.float32(1), np.float32(task.negative_slope))
            arriving = (arriving @ state.weights[layer].T) * slope
    return tuple(reversed(by_weights)), tuple(reversed(by_biases))


@turn()
def relu_training_step(task: ReluTask, state: ReluState, *, steps: int = 1) -> ReluState:
    """Take steps of gradient descent; a run that has diverged stays as it is.

    Parameters
    ----------
    task : the same for all steps of a run, or changed (a new learning rate) on the way
    state : where to go on from; it is not changed
    steps : how many, >= 0
    """
    rate = np.float32(task.learning_rate)
    for _ in range(whole_number(steps, "steps", least=0)):
        if state.diverged:
            break
        # What diverges ends in infinities, which are looked for below.
        with np.errstate(over="ignore", invalid="ignore"):
            by_weights, by_biases = relu_gradients(task, state)
            moved = replace(
                state,
                weights=tuple(w - rate * g for w, g in zip(state.weights, by_weights, strict=True)),
                biases=tuple(b - rate * g for b, g in zip(state.biases, by_biases, strict=True)),
                step=state.step + 1,
            )
            state = _measured(task, moved, before=state)
    return state


def class_map(task: ReluTask, state: ReluState, *, side: int = 64, reach: float = 2.0) -> Floats:
    """Ask the network about a grid of points.

    Returns
    -------
    (side, side) float32, the probability of class 1; y goes down from -reach to reach, x to the
    right
    """
    ticks = np.linspace(-reach, reach, whole_number(side, "side"), dtype=np.float32)
    x, y = np.meshgrid(ticks, ticks)
    grid = Examples(np.stack([x.ravel(), y.ravel()], axis=1), np.zeros(x.size, np.int64))
    logits = _forward(replace(task, examples=grid), state)[0][-1]
    # Of two classes the softmax is a sigmoid of the difference, 1/2 (1 + tanh(d / 2)).
    probabilities = 0.5 + 0.5 * np.tanh((logits[:, 1] - logits[:, 0]) / 2)
    return np.asarray(probabilities, np.float32).reshape(x.shape)


def _forward(task: ReluTask, state: ReluState) -> tuple[list[Floats], list[Floats]]:
    """Return the weighted sums of each layer, the logits last, and what enters each layer."""
    sums: list[Floats] = []
    entering = [task.examples.points]
    for matrix, bias in zip(state.weights, state.biases, strict=True):
        sums.append(entering[-1] @ matrix + bias)
        entering.append(
            np.where(sums[-1] > 0, sums[-1], np.float32(task.negative_slope) * sums[-1])
        )
    return sums, entering[:-1]


def _measured(task: ReluTask, state: ReluState, before: ReluState | None = None) -> ReluState:
    """Add the network's loss, accuracy and silent units to its history.

    A loss that is not finite returns ``before`` instead, marked as diverged.
    """
    sums, _ = _forward(task, state)
    labels = task.examples.labels
    finite = bool(np.isfinite(sums[-1]).all())
    loss = float(cross_entropy(sums[-1], labels).mean()) if finite else math.inf
    if before is not None and not math.isfinite(loss):
        return replace(before, diverged=True)
    return replace(
        state,
        losses=(*state.losses, loss),
        accuracies=(
            *state.accuracies,
            float((sums[-1].argmax(axis=1) == labels).mean()),
        ),
        silent=(*state.silent, np.concatenate([~(s > 0).any(axis=0) for s in sums[:-1]])),
    )
