"""ReLUs that die: a small network is really trained, and its silent units are counted.

A unit is *silent* while its weighted sum is above zero for none of the examples. A ReLU then
passes no gradient, so its own weights stay as they are; unless the layers before it happen to
move its inputs, it never fires again. A leaky ReLU still gets a gradient there and recovers.

Training is plain gradient descent on all examples at once, in float32, one pure step at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations.gradients import initial_weights
from cnnviz.server.turns import turn
from cnnviz.shapes import Floats, whole_number

_Gradients: TypeAlias = tuple[tuple[Floats, ...], tuple[Floats, ...]]


@dataclass(frozen=True, eq=False)
class Examples:
    """Points of a plane, each of one of two classes.

    points : (count, 2) float32, within about -2..2
    labels : (count,) int64, 0 or 1
    """

    points: Floats
    labels: NDArray[np.int64]

    @cached_property
    def of_right(self) -> NDArray[np.intp]:
        """(count,), where the logit of each example's class lies among all of them in a row."""
        return 2 * np.arange(len(self.labels)) + self.labels


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
        return np.asarray(from_here_on.mean(axis=1))


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
    return _with_history(task, blank, [_measured(task, blank.weights, blank.biases)])


def relu_gradients(task: ReluTask, state: ReluState) -> _Gradients:
    """Compute the loss's slope by every weight and by every bias.

    Returns
    -------
    Two tuples, shaped like ``state.weights`` and ``state.biases``.
    """
    by_weights = tuple(np.empty_like(matrix) for matrix in state.weights)
    by_biases = tuple(np.empty_like(bias) for bias in state.biases)
    found = _measured(task, state.weights, state.biases)
    _write_gradients(state.weights, found, by_weights, by_biases)
    return by_weights, by_biases


def _write_gradients(
    weights: Sequence[Floats],
    found: _Measured,
    by_weights: Sequence[Floats],
    by_biases: Sequence[Floats],
) -> None:
    """Write the loss's slopes into arrays that are there."""
    forward = found.forward
    arriving: Floats = found.by_logits / np.float32(len(found.by_logits))
    for layer in reversed(range(len(weights))):
        np.matmul(forward.entering[layer].T, arriving, out=by_weights[layer])
        np.add.reduce(arriving, axis=0, out=by_biases[layer])
        if layer:
            arriving = arriving @ weights[layer].T
            arriving *= forward.slopes[layer - 1]


@turn()
def relu_training_step(task: ReluTask, state: ReluState, *, steps: int = 1) -> ReluState:
    """Take steps of gradient descent; a run that has diverged stays as it is.

    Parameters
    ----------
    task : the same for all steps of a run, or changed (a new learning rate) on the way
    state : where to go on from; it is not changed
    steps : how many, >= 0
    """
    if state.diverged:
        return state
    rate, layers = np.float32(task.learning_rate), len(state.weights)
    # All parameters lie in a row, and their slopes in another: a step is one subtraction.
    shaped = (*state.weights, *state.biases)
    row = np.concatenate([one.ravel() for one in shaped])
    slopes = np.empty_like(row)
    parameters, by_parameters = _cut(row, shaped), _cut(slopes, shaped)
    weights, biases = parameters[:layers], parameters[layers:]
    seen: list[_Measured] = []
    # What diverges ends in infinities, which are looked for.
    with np.errstate(over="ignore", invalid="ignore"):
        found = _measured(task, weights, biases)
        for _ in range(whole_number(steps, "steps", least=0)):
            _write_gradients(weights, found, by_parameters[:layers], by_parameters[layers:])
            before = row.copy()
            row -= rate * slopes
            found = _measured(task, weights, biases)
            if not found.is_finite:
                state, row[:] = replace(state, diverged=True), before
                break
            seen.append(found)
    return _with_history(task, replace(state, weights=weights, biases=biases), seen)


def _cut(row: Floats, shaped: Sequence[Floats]) -> tuple[Floats, ...]:
    """Give the parts of a row as arrays of these shapes, without copying."""
    ends = np.cumsum([one.size for one in shaped])[:-1]
    parts = np.split(row, ends)
    return tuple(part.reshape(one.shape) for part, one in zip(parts, shaped, strict=True))


def class_map(task: ReluTask, state: ReluState, *, side: int = 64, reach: float = 2.0) -> Floats:
    """Ask the network about a grid of points.

    Returns
    -------
    (side, side) float32, the probability of class 1; y goes down from -reach to reach, x to the
    right
    """
    side = whole_number(side, "side")
    logits = _forward(task, state.weights, state.biases, _grid(side, reach)).logits
    # Of two classes the softmax is a sigmoid of the difference, 1/2 (1 + tanh(d / 2)).
    probabilities = 0.5 + 0.5 * np.tanh((logits[:, 1] - logits[:, 0]) / 2)
    return np.asarray(probabilities, np.float32).reshape(side, side)


@lru_cache(maxsize=8)
def _grid(side: int, reach: float) -> Floats:
    """Lay out the points of a map, row by row: (side * side, 2) float32."""
    ticks = np.linspace(-reach, reach, side, dtype=np.float32)
    x, y = np.meshgrid(ticks, ticks)
    grid: Floats = np.stack([x.ravel(), y.ravel()], axis=1)
    grid.setflags(write=False)
    return grid


@dataclass(frozen=True, eq=False)
class _Forward:
    """One way forward.

    entering : (examples, units before) of each layer, what enters it
    fires : (examples, width) bool of each hidden layer, where its weighted sum is above zero
    slopes : (examples, width) of each hidden layer, the activation's slope at its sums
    logits : (examples, 2)
    """

    entering: list[Floats]
    fires: list[NDArray[np.bool_]]
    slopes: list[Floats]
    logits: Floats


@dataclass(frozen=True, eq=False)
class _Measured:
    """One way forward, and what the cross-entropy is made of.

    by_logits : (examples, 2), the slope of each example's loss by its logits
    totals, right : (examples,); an example's loss is log(total) - right
    is_finite : whether the loss is; if not, the run has diverged
    """

    forward: _Forward
    by_logits: Floats
    totals: Floats
    right: Floats

    @property
    def is_finite(self) -> bool:
        return math.isfinite(np.add.reduce(self.right))


def _forward(
    task: ReluTask, weights: Sequence[Floats], biases: Sequence[Floats], points: Floats
) -> _Forward:
    entering, fires, slopes = [points], [], []
    below = np.float32(task.negative_slope)
    for matrix, bias in zip(weights[:-1], biases[:-1], strict=True):
        sums = entering[-1] @ matrix
        sums += bias
        fires.append(sums > 0)
        slope = fires[-1].astype(np.float32)
        if below:
            slope += below * (1 - slope)
        slopes.append(slope)
        sums *= slope
        entering.append(sums)
    return _Forward(entering, fires, slopes, entering[-1] @ weights[-1] + biases[-1])


def _measured(task: ReluTask, weights: Sequence[Floats], biases: Sequence[Floats]) -> _Measured:
    """Go forward on all examples.

    The slopes are those of `cross_entropy_with_gradient` of two classes, number by number, in a
    fraction of the time: a training run asks for them hundreds of times.
    """
    forward = _forward(task, weights, biases, task.examples.points)
    logits, of_right = forward.logits, task.examples.of_right
    scaled = logits - np.maximum(logits[:, 0], logits[:, 1])[:, np.newaxis]
    by_logits = np.exp(scaled)
    totals = by_logits[:, 0] + by_logits[:, 1]
    by_logits /= totals[:, np.newaxis]
    by_logits.ravel()[of_right] -= 1
    return _Measured(forward, by_logits, totals, scaled.ravel()[of_right])


def _with_history(task: ReluTask, state: ReluState, seen: Sequence[_Measured]) -> ReluState:
    """Add what was measured, before the first step or after others, to the network's history."""
    if not seen:
        return state
    right = np.stack([one.forward.logits for one in seen]).argmax(axis=2) == task.examples.labels
    losses = np.log(np.stack([one.totals for one in seen])) - np.stack([one.right for one in seen])
    silent = np.concatenate(
        [
            ~np.stack(fires).any(axis=1)
            for fires in zip(*(one.forward.fires for one in seen), strict=True)
        ],
        axis=1,
    )
    return replace(
        state,
        step=state.step + len(seen) - (not state.losses),
        losses=(*state.losses, *losses.mean(axis=1).tolist()),
        accuracies=(*state.accuracies, *right.mean(axis=1).tolist()),
        silent=(*state.silent, *silent),
    )
