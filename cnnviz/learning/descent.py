"""Learning a kernel: gradient descent finds it from a picture and its filtered version.

One kernel, or up to three in sequence with a ReLU between them, on one channel. The loss is the
mean squared error over all outputs of a batch of patches (without a factor 1/2, as Keras's
``"mse"``), and a step is Keras's ``SGD``:

    velocity <- momentum * velocity - learning_rate * gradient
    weight   <- weight + velocity

Everything a step needs is in a :class:`LearningTask` and a :class:`LearningState`, neither of
which ever changes, so a page can step, play, stop and start again, and the same seed always
takes the same way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.learning.task import (
    Array,
    Batch,
    Floats,
    LearningTask,
    draw_batch,
    filtered,
    lightest_batch,
    window_columns,
)
from cnnviz.server.turns import turn
from cnnviz.shapes import whole_number

# A loss so many times the first one does not come back: the run has diverged.
_HOPELESS = 1e6


@dataclass(frozen=True, eq=False)
class Gradients:
    """The loss of a batch and its slopes.

    loss : mean squared error
    kernels : for each kernel, shaped like it
    biases : for each kernel, a number
    active_shares : for each ReLU, the share of its inputs above 0; none passes at 0
    """

    loss: float
    kernels: tuple[Floats, ...]
    biases: tuple[float, ...]
    active_shares: tuple[float, ...]


def loss_gradients(
    kernels: Sequence[Floats],
    biases: Sequence[float],
    patches: Floats,
    targets: Floats,
    *,
    counts: Sequence[Floats] | None = None,
    first_windows: Floats | None = None,
) -> Gradients:
    """Compute the mean squared error of a batch and its slope by every weight and bias.

    Parameters
    ----------
    kernels : (rows, columns) each; between them is a ReLU.
    biases : one for each
    patches : (count, height, width)
    targets : (count, height', width')
    counts, first_windows : see :class:`cnnviz.learning.task.Batch`; the latter is worked out
        where it is not given.

    All are computed in the patches' precision.
    """
    inputs = patches
    columns: list[Floats] = []
    sums: list[Floats] = []
    for index, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        if index:
            inputs = np.maximum(sums[-1], 0)
        count, height, width = inputs.shape
        shape = (count, height - kernel.shape[0] + 1, width - kernel.shape[1] + 1)
        known = None if index else first_windows
        columns.append(window_columns(inputs, kernel.shape) if known is None else known)
        sums.append((kernel.ravel() @ columns[-1] + inputs.dtype.type(bias)).reshape(shape))
    errors = sums[-1] - targets
    counted = errors if counts is None else errors * counts[-1]
    total = errors.size if counts is None else float(counts[-1].sum(dtype=np.float64))
    loss = float(np.sum(errors * counted, dtype=np.float64)) / total

    arriving: Floats = counted * errors.dtype.type(2 / total)
    by_kernels: list[Floats] = []
    by_biases: list[float] = []
    for index in reversed(range(len(sums))):
        kernel = kernels[index]
        by_kernels.append((columns[index] @ arriving.ravel()).reshape(kernel.shape))
        by_biases.append(float(arriving.sum(dtype=np.float64)))
        if index:
            below = sums[index - 1]
            arriving = _spread(arriving, kernel, below.shape) * (below > 0)
    return Gradients(
        loss=loss,
        kernels=tuple(reversed(by_kernels)),
        biases=tuple(reversed(by_biases)),
        active_shares=tuple(
            float((below > 0).mean())
            if counts is None
            else float(np.average(below[0] > 0, weights=counts[index]))
            for index, below in enumerate(sums[:-1])
        ),
    )


@dataclass(frozen=True, eq=False)
class LearningState:
    """Where a run stands.

    kernels : (rows, columns) float32 each
    biases : one for each
    kernel_velocities, bias_velocities : what momentum remembers
    step : steps taken
    losses : of the batch of each step, before that step's change
    active_shares : for each ReLU, the share of its inputs above 0 in the last batch
    diverged : the loss has left all bounds; the weights are the last ones before
    """

    kernels: tuple[Array, ...]
    biases: tuple[float, ...]
    kernel_velocities: tuple[Array, ...]
    bias_velocities: tuple[float, ...]
    step: int = 0
    losses: tuple[float, ...] = ()
    active_shares: tuple[float, ...] = ()
    diverged: bool = False


def start_learning(
    task: LearningTask, *, kernels: Sequence[ArrayLike] | None = None
) -> LearningState:
    """Draw the first weights from noise; biases start at 0.

    One kernel is drawn as it is (He et al. 2015). Several in sequence are then scaled, and given
    biases, so that on the first batch what enters each ReLU has mean 0 and deviation 1, and the
    result half the target's deviation (Krähenbühl et al. 2016, section 3): neighbouring pixels
    are so alike that noise alone would blow up their sums, or leave a ReLU without any input
    above 0. Even so, not every start leads to the target; another seed may.

    Parameters
    ----------
    task : what to learn
    kernels : start from these instead, with biases of 0

    Raises
    ------
    ValueError : kernels of other sizes than the task's
    """
    generator = np.random.default_rng([task.seed, 2])
    biases = (0.0,) * len(task.kernel_sizes)
    if kernels is not None:
        first = tuple(np.asarray(kernel, np.float32) for kernel in kernels)
        if tuple(kernel.shape for kernel in first) != task.kernel_sizes:
            raise ValueError(
                "The first kernels must have the task's sizes. Received: "
                f"{[kernel.shape for kernel in first]} for {list(task.kernel_sizes)}."
            )
    else:
        first = tuple(
            (math.sqrt(2 / math.prod(size)) * generator.standard_normal(size)).astype(np.float32)
            for size in task.kernel_sizes
        )
        if len(first) > 1:
            first, biases = _balanced(first, draw_batch(task, 0))
    return LearningState(
        kernels=first,
        biases=biases,
        kernel_velocities=tuple(np.zeros_like(kernel) for kernel in first),
        bias_velocities=(0.0,) * len(first),
    )


def _balanced(
    kernels: Sequence[Array], batch: Batch
) -> tuple[tuple[Array, ...], tuple[float, ...]]:
    inputs = batch.patches
    balanced: list[Array] = []
    biases: list[float] = []
    for index, kernel in enumerate(kernels):
        count, height, width = inputs.shape
        sums = kernel.ravel() @ window_columns(inputs, kernel.shape)
        wanted = 1.0 if index < len(kernels) - 1 else 0.5 * float(batch.targets.std())
        deviation = float(sums.std())
        scale = wanted / deviation if deviation > 0 and wanted > 0 else 1.0
        balanced.append(kernel * np.float32(scale))
        biases.append(-scale * float(sums.mean()))
        inputs = np.maximum(np.float32(scale) * sums + np.float32(biases[-1]), 0).reshape(
            count, height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
        )
    return tuple(balanced), tuple(biases)


@turn()
def learning_step(task: LearningTask, state: LearningState, *, steps: int = 1) -> LearningState:
    """Take steps of gradient descent; a run that has diverged stays as it is.

    Parameters
    ----------
    task : the same for all steps of a run, or changed on the way (``dataclasses.replace`` with a
        new learning rate)
    state : where to go on from; it is not changed
    steps : how many, >= 0
    """
    for _ in range(whole_number(steps, "steps", least=0)):
        if state.diverged:
            break
        state = _step(task, state)
    return state


def _step(task: LearningTask, state: LearningState) -> LearningState:
    return descend(task, state, step_gradients(task, state)[1])


def step_gradients(task: LearningTask, state: LearningState) -> tuple[Batch, Gradients]:
    """Draw the batch that a state learns from next, and compute the slopes of its loss."""
    batch = lightest_batch(task, state.step)
    # What diverges ends in infinities, which `descend` looks for.
    with np.errstate(over="ignore", invalid="ignore"):
        return batch, loss_gradients(
            state.kernels,
            state.biases,
            batch.patches,
            batch.targets,
            counts=batch.counts,
            first_windows=batch.first_windows,
        )


def descend(task: LearningTask, state: LearningState, found: Gradients) -> LearningState:
    """Move every weight against its slope: what a step does once the slopes are known.

    Parameters
    ----------
    found : of the batch that ``draw_batch(task, state.step)`` gives, at the state's weights
    """
    with np.errstate(over="ignore", invalid="ignore"):
        rate, momentum = np.float32(task.learning_rate), np.float32(task.momentum)
        kernel_velocities = tuple(
            momentum * velocity - rate * np.asarray(gradient, np.float32)
            for velocity, gradient in zip(state.kernel_velocities, found.kernels, strict=True)
        )
        bias_velocities = tuple(
            task.momentum * velocity - task.learning_rate * gradient
            for velocity, gradient in zip(state.bias_velocities, found.biases, strict=True)
        )
        kernels = tuple(
            kernel + velocity
            for kernel, velocity in zip(state.kernels, kernel_velocities, strict=True)
        )
    biases = tuple(b + v for b, v in zip(state.biases, bias_velocities, strict=True))
    losses = (*state.losses, found.loss) if math.isfinite(found.loss) else state.losses
    first = state.losses[0] if state.losses else found.loss
    if not found.loss <= _HOPELESS * max(first, 1e-6) or not all(
        np.isfinite(kernel).all() for kernel in kernels
    ):
        return replace(state, losses=losses, diverged=True)
    return LearningState(
        kernels=kernels,
        biases=biases,
        kernel_velocities=kernel_velocities,
        bias_velocities=bias_velocities,
        step=state.step + 1,
        losses=losses,
        active_shares=found.active_shares,
    )


@dataclass(frozen=True, eq=False)
class Comparison:
    """What the learned kernels make of the picture, beside the target.

    result, target, error : (height', width') float32, where both exist; error = result - target
    relative_error : length of the error over that of the target (noise included), >= 0
    """

    result: Array
    target: Array
    error: Array
    relative_error: float


@turn()
def compare(task: LearningTask, state: LearningState) -> Comparison:
    """Apply the learned kernels to the whole picture and compare with the target."""
    pixels, goal, _ = task.whole
    result, target = filtered(pixels[0], state.kernels, state.biases), goal[0]
    error = result - target
    length = float(np.linalg.norm(target))
    distance = float(np.linalg.norm(error))
    return Comparison(
        result=result,
        target=target,
        error=error,
        relative_error=distance / length if length > 0 else (0.0 if distance == 0 else math.inf),
    )


def _spread(arriving: Floats, kernel: Floats, shape: tuple[int, ...]) -> Floats:
    """Carry a gradient back through a convolution: every output gives each tap its share."""
    spread = np.zeros(shape, arriving.dtype)
    _, rows, columns = arriving.shape
    for (row, column), weight in np.ndenumerate(kernel):
        spread[:, row : row + rows, column : column + columns] += weight * arriving
    return spread
