"""A run of :mod:`cnnviz.learning` recorded step by step, to be played back and looked into.

A run is recorded in chapters, each of which starts where the one before ended, so that the first
steps can be on screen while the later ones are still to be computed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution import convolve
from cnnviz.learning.curvature import Curvature
from cnnviz.learning.descent import Comparison, LearningState, compare, descend, step_gradients
from cnnviz.learning.task import Array, LearningTask
from cnnviz.server.turns import turn
from cnnviz.shapes import whole_number


@dataclass(frozen=True, eq=False)
class Chapter:
    """A stretch of a training run. Its states are those before each step, and the last one.

    first : steps taken before its first state
    kernels : for each kernel (states, rows, columns) float32
    biases : (states, kernels) float64
    kernel_gradients : for each kernel (states, rows, columns) float32, the slope of the loss of
        the batch that is learned from next
    bias_gradients : (states, kernels) float64
    losses : (states,) float64, of the batch that is learned from next
    patch_rows, patch_columns : (states, patches) int64, where that batch lies in the picture
    active_shares : (states, kernels - 1) float64, of each ReLU's inputs, how many pass
    end : where the next chapter goes on from
    """

    first: int
    kernels: tuple[Array, ...]
    biases: NDArray[np.float64]
    kernel_gradients: tuple[Array, ...]
    bias_gradients: NDArray[np.float64]
    losses: NDArray[np.float64]
    patch_rows: NDArray[np.int64]
    patch_columns: NDArray[np.int64]
    active_shares: NDArray[np.float64]
    end: LearningState

    @property
    def last(self) -> int:
        """Steps taken before its last state."""
        return self.first + len(self.losses) - 1

    def state(self, step: int) -> LearningState:
        """Give the weights after that many steps; without what momentum remembers.

        Raises
        ------
        ValueError : the step is not in this chapter
        """
        if not self.first <= step <= self.last:
            raise ValueError(
                f"The step must be from {self.first} to {self.last}. Received: step={step}."
            )
        at = step - self.first
        kernels = tuple(kernel[at] for kernel in self.kernels)
        return LearningState(
            kernels=kernels,
            biases=tuple(self.biases[at].tolist()),
            kernel_velocities=tuple(np.zeros_like(kernel) for kernel in kernels),
            bias_velocities=(0.0,) * len(kernels),
            step=step,
        )


@turn()
def record_chapter(task: LearningTask, state: LearningState, *, steps: int) -> Chapter:
    """Take steps and keep everything there is to see; fewer where the run diverges.

    Parameters
    ----------
    task : what to learn
    state : where to go on from; not one that has diverged
    steps : how many, >= 1

    >>> from cnnviz.learning.descent import start_learning
    >>> from cnnviz.learning.task import learning_task
    >>> ramp = np.add.outer(np.arange(20.0), np.sin(np.arange(30)))
    >>> task = learning_task(ramp, [[[1, 0, -1]]], batch=4, patch_side=8)
    >>> chapter = record_chapter(task, start_learning(task), steps=10)
    >>> chapter.kernels[0].shape, chapter.patch_rows.shape, chapter.last
    ((11, 1, 3), (11, 4), 10)
    """
    steps = whole_number(steps, "steps")
    if state.diverged:
        raise ValueError(
            f"A run that has diverged does not go on. Received: a state at step {state.step}."
        )
    states, found, batches = [state], [], []
    for _ in range(steps + 1):
        batch, slopes = step_gradients(task, states[-1])
        batches.append(batch)
        found.append(slopes)
        if len(found) > steps:
            break
        following = descend(task, states[-1], slopes)
        if following.diverged:
            states[-1] = following
            break
        states.append(following)
    count = len(task.kernel_sizes)
    return Chapter(
        first=state.step,
        kernels=tuple(np.stack([s.kernels[k] for s in states]) for k in range(count)),
        biases=np.array([s.biases for s in states], np.float64).reshape(len(states), count),
        kernel_gradients=tuple(
            np.stack([g.kernels[k] for g in found]).astype(np.float32) for k in range(count)
        ),
        bias_gradients=np.array([g.biases for g in found], np.float64).reshape(len(found), count),
        losses=np.array([g.loss for g in found]),
        patch_rows=np.stack([batch.rows for batch in batches]),
        patch_columns=np.stack([batch.columns for batch in batches]),
        active_shares=np.array([g.active_shares for g in found]).reshape(len(found), count - 1),
        end=states[-1],
    )


def chapter_lengths(task: LearningTask, *, most: int) -> list[int]:
    """Divide a run of ``most`` steps into chapters that each take about as long to compute.

    The first ones are shorter, since somebody waits for them. Large kernels and batches take
    longer, so their chapters are shorter too.
    """
    height, width = task.picture.shape
    if task.batch is None:
        windows = height * width
    else:
        windows = task.batch * min(task.patch_side, height) * min(task.patch_side, width)
    windows = min(windows, height * width)  # see `lightest_batch`
    kernels = len(task.kernel_sizes)
    products = windows * sum(math.prod(size) for size in task.kernel_sizes)
    # About what a step takes on one core; a chapter then takes 80.
    milliseconds = 0.3 * kernels + 2.5e-7 * products
    most_at_once = int(np.clip(80 / milliseconds, 8, 192))
    lengths: list[int] = []
    length = max(4, most_at_once // 4)
    while sum(lengths) < most:
        lengths.append(min(length, most - sum(lengths)))
        length = min(2 * length, most_at_once)
    return lengths


def compared(task: LearningTask, chapter: Chapter, step: int) -> Comparison:
    """Compare what the kernels of one step make of the picture with the target."""
    return compare(task, chapter.state(step))


@turn()
def hidden_maps(
    task: LearningTask, kernels: Sequence[Array], biases: Sequence[float]
) -> list[Array]:
    """Compute the maps between kernels in sequence, after their ReLU.

    Parameters
    ----------
    kernels, biases : learned ones, or the target's

    Returns
    -------
    one map less than there are kernels, each (height', width') float32, >= 0
    """
    maps, kept = task.picture[..., np.newaxis], []
    for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
        maps = np.maximum(convolve(maps, kernel[..., np.newaxis, np.newaxis], bias=bias), 0)
        kept.append(np.ascontiguousarray(maps[..., 0]))
    return kept


@dataclass(frozen=True, eq=False)
class PaintedMaps:
    """The maps between kernels at several steps, as bytes, for pictures alone.

    Attributes
    ----------
    limits : (steps, kernels - 1) float32, the largest number of each map: what 255 stands for.
    planes : for each ReLU (steps, height', width') uint8
    """

    limits: Array
    planes: tuple[NDArray[np.uint8], ...]


def painted_maps(task: LearningTask, chapter: Chapter, steps: Sequence[int]) -> PaintedMaps:
    """Paint the maps between kernels in sequence, each to its own largest number."""
    states = [chapter.state(step) for step in steps]
    maps = [hidden_maps(task, state.kernels, state.biases) for state in states]
    limits = np.array([[float(each.max()) for each in row] for row in maps], np.float32)
    planes = []
    for place in range(limits.shape[1]):
        scaled = [
            row[place] * (255 / limit if limit > 0 else 0)
            for row, limit in zip(maps, limits[:, place], strict=True)
        ]
        planes.append(np.rint(np.stack(scaled)).astype(np.uint8))
    return PaintedMaps(limits, tuple(planes))


def as_float32(values: NDArray[np.float64]) -> Array:
    """Cut off what float32 cannot hold, and what is no number; on a chart it is infinite anyway.

    >>> as_float32(np.array([1.0, np.nan, -np.inf])).tolist()
    [1.0, 3.0000000054977558e+38, -3.0000000054977558e+38]
    """
    finite: Array = np.clip(np.nan_to_num(values, nan=3e38), -3e38, 3e38).astype(np.float32)
    return finite


@dataclass(frozen=True)
class SteepestWeight:
    """The weight with the steepest slope, at one step.

    Attributes
    ----------
    kernel, row, column : where it is, from 0.
    weight, slope : its value and the loss's slope by it.
    velocity : what the step before added to it.
    """

    kernel: int
    row: int
    column: int
    weight: float
    slope: float
    velocity: float


def steepest_weight(chapter: Chapter, step: int, before: Chapter | None = None) -> SteepestWeight:
    """Find the weight with the steepest slope at a step of a chapter.

    Parameters
    ----------
    before : the chapter that this one follows; what the last of its steps added is known from it.
    """
    at = step - chapter.first
    slopes = [np.abs(gradient[at]) for gradient in chapter.kernel_gradients]
    kernel = int(np.argmax([slope.max() for slope in slopes]))
    row, column = np.unravel_index(int(slopes[kernel].argmax()), slopes[kernel].shape)
    weight = float(chapter.kernels[kernel][at][row, column])
    velocity = 0.0
    source = chapter if at else before
    if source is not None:
        velocity = weight - float(source.kernels[kernel][step - 1 - source.first][row, column])
    return SteepestWeight(
        kernel,
        int(row),
        int(column),
        weight,
        float(chapter.kernel_gradients[kernel][at][row, column]),
        velocity,
    )


def noise_floor(task: LearningTask, clean: LearningTask) -> float:
    """Measure the loss that even the target's own kernels have: the mean square of the noise.

    Parameters
    ----------
    clean : the same task without noise
    """
    return float(np.mean(np.square(task.target - clean.target), dtype=np.float64))


def target_within(task: LearningTask) -> Array | None:
    """Lay the target kernel where a learned kernel of the task's size would find it.

    Returns
    -------
    (rows, columns) float32 with zeros around it; None where it does not fit, or for several
    kernels in sequence
    """
    if len(task.kernel_sizes) != 1 or len(task.target_kernels) != 1:
        return None
    goal, size = task.target_kernels[0], task.kernel_sizes[0]
    if any(n < m for n, m in zip(size, goal.shape, strict=True)):
        return None
    top, left = ((n - m) // 2 for n, m in zip(size, goal.shape, strict=True))
    within = np.zeros(size, np.float32)
    within[top : top + goal.shape[0], left : left + goal.shape[1]] = goal
    return within


@dataclass(frozen=True, eq=False)
class Directions:
    """The directions in which the loss of one kernel curves, the steepest first.

    ranks : (directions,) int64, each one's place among all, from 0
    eigenvalues : (directions,) float64, the curvature along each
    kernels : (directions, rows, columns) float64, each direction as a kernel, of length 1
        together with its bias
    biases : (directions,) float64
    factors : (directions,) float64, what one step leaves of the error along each, see
        :func:`factor_per_step`
    bounds : (directions,) float64, the learning rate beyond which the error along each grows;
        infinite where the loss is flat
    """

    ranks: NDArray[np.int64]
    eigenvalues: NDArray[np.float64]
    kernels: NDArray[np.float64]
    biases: NDArray[np.float64]
    factors: NDArray[np.float64]
    bounds: NDArray[np.float64]

    def distances(
        self, kernels: NDArray[np.floating], biases: NDArray[np.floating], target: Array
    ) -> NDArray[np.float64]:
        """Measure how far kernels are from the target along each direction.

        Parameters
        ----------
        kernels : (states, rows, columns)
        biases : (states,)
        target : (rows, columns), its bias being 0

        Returns
        -------
        (states, directions) float64, signed
        """
        errors = (kernels - target).reshape(len(kernels), -1)
        along: NDArray[np.float64] = errors @ self.kernels.reshape(len(self.kernels), -1).T
        return along + np.outer(biases, self.biases)


def directions(found: Curvature, task: LearningTask, *, most: int = 10) -> Directions:
    """Take the loss's curvature apart into directions, at most so many, evenly spread by rank."""
    values, vectors = np.linalg.eigh(found.hessian)
    values, vectors = values[::-1], vectors[:, ::-1]
    values = np.where(values < 1e-7 * values[0], 0.0, values)  # what rounding leaves of flat ones
    ranks = np.unique(np.linspace(0, len(values) - 1, most).round().astype(np.int64))
    # A direction has no sign of its own: let most of its weights be positive.
    chosen = vectors[:, ranks] * np.where(vectors[:-1, ranks].sum(axis=0) < 0, -1, 1)
    return Directions(
        ranks=ranks,
        eigenvalues=values[ranks],
        kernels=np.ascontiguousarray(chosen[:-1].T).reshape(-1, *task.kernel_sizes[0]),
        biases=chosen[-1].copy(),
        factors=np.array(
            [
                factor_per_step(task.learning_rate, value, momentum=task.momentum)
                for value in values[ranks]
            ]
        ),
        bounds=np.array(
            [2 * (1 + task.momentum) / value if value > 0 else math.inf for value in values[ranks]]
        ),
    )


def factor_per_step(learning_rate: float, eigenvalue: float, *, momentum: float = 0.0) -> float:
    """Compute what a step leaves of the error along a direction, in the long run.

    Without momentum it is 1 - learning_rate * eigenvalue: below 0 the error changes sides with
    every step, beyond -1 it grows. With momentum it is the larger root z of
    z² - (1 + momentum - learning_rate * eigenvalue) z + momentum = 0; where the roots are complex
    (the error swings), their magnitude.

    >>> factor_per_step(0.1, 8.0), factor_per_step(0.25, 12.0)
    (0.19999999999999996, -2.0)
    >>> factor_per_step(0.1, 8.0, momentum=0.81)
    0.9

    Source: Polyak 1964, "Some methods of speeding up the convergence of iteration methods".
    """
    middle = 1 + momentum - learning_rate * eigenvalue
    if momentum == 0:
        return middle
    inside = middle**2 - 4 * momentum
    if inside < 0:
        return math.sqrt(momentum)
    return (middle + math.copysign(math.sqrt(inside), middle)) / 2


def steps_to_halve(factor: float) -> float:
    """Count the steps until half of an error is left; infinite where it does not shrink.

    >>> steps_to_halve(0.5), steps_to_halve(-1.5)
    (1.0, inf)
    """
    size = abs(factor)
    if size >= 1:
        return math.inf
    return math.log(0.5) / math.log(size) if size > 0 else 0.0


def cautious_learning_rate(largest_stable: float, *, momentum: float = 0.0) -> float:
    """Choose a learning rate below the largest stable one, with two significant digits.

    85 percent of it, since batches differ. With momentum 35 percent: more would not be faster,
    for then the momentum sets the pace along the steep directions, and batches would be felt more.

    >>> cautious_learning_rate(0.1174)
    0.099
    """
    if not math.isfinite(largest_stable):
        return 1.0
    rate = largest_stable * (0.85 if momentum == 0 else 0.35)
    unit = 10.0 ** (math.floor(math.log10(rate)) - 1)
    return float(f"{math.floor(rate / unit + 1e-9) * unit:.2g}")


def too_large_a_rate(largest_stable: float, *, most: float) -> float:
    """Choose a learning rate that shows how a run diverges: half above what is stable.

    Along the steepest direction the error then doubles with every step.

    Parameters
    ----------
    largest_stable : of :func:`cnnviz.learning.curvature.curvature`; infinite where the loss is
        flat
    most : the largest that there is

    >>> too_large_a_rate(0.12, most=10.0)
    0.18
    """
    return min(float(f"{1.5 * largest_stable:.4g}"), most)
