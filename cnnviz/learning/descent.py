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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution import convolve
from cnnviz.server.turns import turn
from cnnviz.shapes import Size, pair, whole_number

Array: TypeAlias = NDArray[np.float32]
Floats: TypeAlias = NDArray[np.floating[Any]]

MOST_KERNELS = 3

# A loss so many times the first one does not come back: the run has diverged.
_HOPELESS = 1e6


@dataclass(frozen=True, eq=False)
class LearningTask:
    """What is to be learned, from what, and how. Made by :func:`learning_task`.

    picture : (height, width) float32, what the kernels see
    target : (height', width') float32, what the target kernels make of it, noise included
    target_kernels, target_biases : what made the target
    kernel_sizes : (rows, columns) of each kernel that is learned
    learning_rate, momentum : of gradient descent
    batch : patches in each step; None takes the whole picture, always the same
    patch_side : of a patch in pixels
    seed : of the first weights and of the patches
    """

    picture: Array
    target: Array
    target_kernels: tuple[Array, ...]
    target_biases: tuple[float, ...]
    kernel_sizes: tuple[tuple[int, int], ...]
    learning_rate: float
    momentum: float
    batch: int | None
    patch_side: int
    seed: int

    def __post_init__(self) -> None:
        if not (math.isfinite(self.learning_rate) and self.learning_rate >= 0):
            raise ValueError(
                "The learning rate must be finite and at least 0. "
                f"Received: learning_rate={self.learning_rate}."
            )
        if not 0 <= self.momentum < 1:
            raise ValueError(
                f"The momentum must be at least 0 and below 1. Received: momentum={self.momentum}."
            )

    @property
    def reach(self) -> tuple[int, int]:
        """Rows and columns by which the kernels' result is smaller than what they see."""
        return _reach(self.kernel_sizes)


def learning_task(
    picture: ArrayLike,
    target_kernels: Sequence[ArrayLike],
    *,
    target_biases: Sequence[float] | None = None,
    kernel_sizes: Sequence[Size] | None = None,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    batch: int | None = 64,
    patch_side: int = 16,
    noise: float = 0.0,
    standardise: bool = True,
    seed: int = 0,
) -> LearningTask:
    """Prepare a picture and its filtered version for learning.

    Parameters
    ----------
    picture : (height, width), one channel in any range, finite. Photos of about 128 pixels on
        the longer side are learned from in tens of steps; the large, smooth areas of larger
        ones tell a kernel's weights hardly apart, which takes hundreds or thousands.
    target_kernels : one to three (rows, columns); between them is a ReLU.
    target_biases : one number for each; None is 0.
    kernel_sizes : of the kernels to learn; None takes the targets' own. Other sizes are centred
        on the target: a larger kernel can learn it with zeros around it, a smaller one cannot.
    learning_rate : >= 0; see :func:`largest_stable_learning_rate`.
    momentum : in [0, 1)
    batch : patches drawn at random for each step, >= 1; None takes the whole picture instead.
    patch_side : pixels; larger than what the kernels take off it, and cut down to the picture
    noise : standard deviation of what is added to the target, in those of the target itself
    standardise : scale the picture to mean 0 and deviation 1 first. Without it the mean alone
        makes the loss so much steeper in one direction than in the others that learning is 10 to
        30 times slower.
    seed : of the noise, the first weights and the patches

    Raises
    ------
    ValueError : a picture too small for the kernels, or a number out of range

    >>> ramp = np.add.outer(np.arange(20.0), np.sin(np.arange(30)))
    >>> learning_task(ramp, [[[0, 1, 0], [1, -4, 1], [0, 1, 0]]]).target.shape
    (18, 28)
    """
    pixels = np.asarray(picture, np.float32)
    if pixels.ndim != 2 or pixels.size == 0 or not np.isfinite(pixels).all():
        raise ValueError(
            "The picture must have the shape (height, width) and finite pixels. "
            f"Received: shape {pixels.shape}."
        )
    goals = tuple(np.asarray(kernel, np.float32) for kernel in target_kernels)
    if not 1 <= len(goals) <= MOST_KERNELS or any(kernel.ndim != 2 for kernel in goals):
        raise ValueError(
            f"The target must be one to {MOST_KERNELS} kernels of the shape (rows, columns). "
            f"Received: shapes {[kernel.shape for kernel in goals]}."
        )
    biases = (0.0,) * len(goals) if target_biases is None else tuple(map(float, target_biases))
    if len(biases) != len(goals):
        raise ValueError(
            "There must be one bias for each target kernel. "
            f"Received: {len(biases)} for {len(goals)}."
        )
    sizes = tuple(
        pair(size, "kernel_size")
        for size in ([kernel.shape for kernel in goals] if kernel_sizes is None else kernel_sizes)
    )
    if not 1 <= len(sizes) <= MOST_KERNELS:
        raise ValueError(
            f"From one to {MOST_KERNELS} kernels can be learned. Received: {len(sizes)}."
        )
    if not (math.isfinite(noise) and noise >= 0):
        raise ValueError(f"The noise must be finite and at least 0. Received: noise={noise}.")
    if batch is not None:
        batch = whole_number(batch, "batch")
    if standardise:
        pixels = _standardised(pixels)

    room = _room(pixels.shape, sizes, goals)
    reach = _reach(sizes)
    side = whole_number(patch_side, "patch_side")
    height, width = min(side, room[0]), min(side, room[1])
    if height <= reach[0] or width <= reach[1]:
        raise ValueError(
            "A patch must be larger than what the kernels take off it. Received: "
            f"patch_side={side}, picture of {pixels.shape[0]} x {pixels.shape[1]}, kernels that "
            f"take off {reach[0]} rows and {reach[1]} columns."
        )
    target = _filtered(pixels, goals, biases)
    if noise:
        generator = np.random.default_rng([seed, 0])
        target = target + (noise * target.std() * generator.standard_normal(target.shape)).astype(
            np.float32
        )
    return LearningTask(
        picture=pixels,
        target=target,
        target_kernels=goals,
        target_biases=biases,
        kernel_sizes=sizes,
        learning_rate=learning_rate,
        momentum=momentum,
        batch=batch,
        patch_side=side,
        seed=seed,
    )


@dataclass(frozen=True, eq=False)
class Batch:
    """The patches of one step and what should become of them.

    rows, columns : (count,) int64, the first pixel of each patch in the picture
    patches : (count, height, width) float32
    targets : (count, height', width') float32, smaller by what the kernels take off
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    patches: Array
    targets: Array


def draw_batch(task: LearningTask, step: int) -> Batch:
    """Cut out the patches that step number ``step`` learns from, always the same ones."""
    (first_row, end_row), (first_column, end_column) = _area(task)
    shift = _shift(task)
    reach = task.reach
    height = end_row - first_row
    width = end_column - first_column
    if task.batch is None:
        rows, columns = np.array([first_row]), np.array([first_column])
    else:
        height, width = min(task.patch_side, height), min(task.patch_side, width)
        generator = np.random.default_rng([task.seed, 1, step])
        rows = generator.integers(first_row, end_row - height + 1, task.batch)
        columns = generator.integers(first_column, end_column - width + 1, task.batch)
    return Batch(
        rows=rows,
        columns=columns,
        patches=_cut(task.picture, rows, columns, height, width),
        targets=_cut(
            task.target, rows + shift[0], columns + shift[1], height - reach[0], width - reach[1]
        ),
    )


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
) -> Gradients:
    """Compute the mean squared error of a batch and its slope by every weight and bias.

    Parameters
    ----------
    kernels : (rows, columns) each; between them is a ReLU.
    biases : one for each
    patches : (count, height, width)
    targets : (count, height', width')

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
        columns.append(_columns(inputs, kernel.shape))
        sums.append((kernel.ravel() @ columns[-1] + inputs.dtype.type(bias)).reshape(shape))
    errors = sums[-1] - targets
    loss = float(np.mean(np.square(errors), dtype=np.float64))

    arriving: Floats = errors * errors.dtype.type(2 / errors.size)
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
        active_shares=tuple(float((below > 0).mean()) for below in sums[:-1]),
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
        sums = kernel.ravel() @ _columns(inputs, kernel.shape)
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
    batch = draw_batch(task, state.step)
    # What diverges ends in infinities, which are looked for right after.
    with np.errstate(over="ignore", invalid="ignore"):
        found = loss_gradients(state.kernels, state.biases, batch.patches, batch.targets)
    return descend(task, state, found)


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
class Curvature:
    """How steep the loss of one kernel is, in all directions. It is the same at all weights.

    hessian : (n, n) float64, twice the mean of x xᵀ over the patches' windows x, each with a 1
        for the bias at its end; n = rows * columns + 1
    eigenvalues : (n,) float64, ascending
    steepest : (rows, columns) float64, the kernel along which the loss is steepest, of length 1
        (bias included): what grows first when the learning rate is too large
    largest_stable_learning_rate : 2 (1 + momentum) / the largest eigenvalue; infinite where the
        loss is flat
    condition_number : the largest eigenvalue over the smallest: about how many steps it takes to
        learn the flattest direction
    """

    hessian: NDArray[np.float64]
    eigenvalues: NDArray[np.float64]
    steepest: NDArray[np.float64]
    largest_stable_learning_rate: float
    condition_number: float


@turn()
def curvature(task: LearningTask) -> Curvature:
    """Compute the curvature of the loss of a single kernel, exactly, averaged over all batches.

    With the whole picture as the batch, learning converges below the largest stable learning
    rate and diverges above it. Small batches differ from each other, and may diverge a little
    below it already.

    Raises
    ------
    ValueError : several kernels in sequence; their curvature changes with the weights, see
        :func:`largest_stable_learning_rate`

    Source: LeCun, Bottou, Orr and Müller 1998, section 5.1.
    """
    if len(task.kernel_sizes) != 1:
        raise ValueError(
            "The curvature is the same at all weights for one kernel only. "
            f"Received: {len(task.kernel_sizes)} kernels."
        )
    size = task.kernel_sizes[0]
    area = _area(task)
    row_shares, column_shares = (
        _window_shares(end - first, None if task.batch is None else task.patch_side, taken)
        for (first, end), taken in zip(area, task.reach, strict=True)
    )
    (first_row, end_row), (first_column, end_column) = area
    pixels = task.picture[first_row:end_row, first_column:end_column]
    taps = math.prod(size)
    moments = np.zeros((taps + 1, taps + 1))
    # In bands, because the windows of a whole picture take `taps` times its memory.
    for top in range(0, len(row_shares), 32):
        shares = np.outer(row_shares[top : top + 32], column_shares).ravel()
        band = pixels[np.newaxis, top : top + len(row_shares[top : top + 32]) + size[0] - 1]
        windows = np.ones((taps + 1, shares.size), np.float32)
        windows[:-1] = _columns(band, size)
        moments += (windows * shares.astype(np.float32)) @ windows.T
    hessian = moments + moments.T  # twice the moments, and exactly symmetric
    eigenvalues, directions = np.linalg.eigh(hessian)
    largest, smallest = float(eigenvalues[-1]), float(eigenvalues[0])
    return Curvature(
        hessian=hessian,
        eigenvalues=eigenvalues,
        steepest=(directions[:-1, -1] * (np.sign(directions[:-1, -1].sum()) or 1)).reshape(size),
        largest_stable_learning_rate=_stable(largest, task.momentum),
        condition_number=largest / smallest if smallest > 1e-7 * largest else math.inf,
    )


@turn()
def largest_stable_learning_rate(
    task: LearningTask, state: LearningState, *, iterations: int = 30
) -> float:
    """Find the learning rate above which gradient descent leaves where it is.

    2 (1 + momentum) / the largest eigenvalue of the loss's Hessian. For one kernel it is exact
    and holds everywhere (:func:`curvature`). For several in sequence it is that of the next
    batch's loss at the present weights, found by Lanczos's method, and holds only nearby.

    Parameters
    ----------
    task, state : the run
    iterations : at most, for several kernels

    Returns
    -------
    infinite where the loss does not curve upwards in any direction
    """
    if len(task.kernel_sizes) == 1:
        return curvature(task).largest_stable_learning_rate
    return _stable(_largest_curvature(task, state, iterations), task.momentum)


def _stable(largest_eigenvalue: float, momentum: float) -> float:
    # Keras's SGD with momentum is Polyak's heavy ball, stable up to 2 (1 + momentum) / L.
    return 2 * (1 + momentum) / largest_eigenvalue if largest_eigenvalue > 0 else math.inf


def _largest_curvature(task: LearningTask, state: LearningState, iterations: int) -> float:
    batch = draw_batch(task, state.step)
    patches, targets = batch.patches.astype(np.float64), batch.targets.astype(np.float64)
    weights = _joined(state.kernels, state.biases)

    def times_hessian(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        # So small a step that hardly any ReLU switches on the way.
        step = 1e-6 * max(float(np.linalg.norm(weights)), 1e-3)
        slopes = []
        for sign in (1, -1):
            kernels, biases = _taken_apart(weights + sign * step * direction, task.kernel_sizes)
            found = loss_gradients(kernels, biases, patches, targets)
            slopes.append(_joined(found.kernels, found.biases))
        return (slopes[0] - slopes[1]) / (2 * step)

    return _largest_eigenvalue(times_hessian, weights.size, iterations)


def _largest_eigenvalue(
    times_matrix: Callable[[NDArray[np.float64]], NDArray[np.float64]], size: int, iterations: int
) -> float:
    """Return the largest eigenvalue of a symmetric matrix that can only be multiplied with.

    Lanczos's method with full reorthogonalisation: unlike a power iteration it is not misled by
    an eigenvalue far below zero, and it is exact after ``size`` iterations.
    """
    vector = np.random.default_rng(0).standard_normal(size)
    basis = [vector / np.linalg.norm(vector)]
    images: list[NDArray[np.float64]] = []
    for _ in range(min(iterations, size)):
        images.append(times_matrix(basis[-1]))
        rest = images[-1].copy()
        for _twice in range(2):  # once leaves rounding behind
            for known in basis:
                rest -= (known @ rest) * known
        length = float(np.linalg.norm(rest))
        if length <= 1e-8 * float(np.linalg.norm(images[-1])):
            break
        basis.append(rest / length)
    projected = np.array(basis[: len(images)]) @ np.array(images).T
    return float(np.linalg.eigvalsh((projected + projected.T) / 2)[-1])


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
    (first_row, end_row), (first_column, end_column) = _area(task)
    result = _filtered(
        task.picture[first_row:end_row, first_column:end_column], state.kernels, state.biases
    )
    top, left = first_row + _shift(task)[0], first_column + _shift(task)[1]
    target = task.target[top : top + result.shape[0], left : left + result.shape[1]]
    error = result - target
    length = float(np.linalg.norm(target))
    distance = float(np.linalg.norm(error))
    return Comparison(
        result=result,
        target=target,
        error=error,
        relative_error=distance / length if length > 0 else (0.0 if distance == 0 else math.inf),
    )


def kernel_distance(task: LearningTask, state: LearningState) -> float | None:
    """Measure how far a learned kernel is from its target, relative to the target's length.

    0 is the target itself. Kernels of different sizes are compared centred on each other. None
    for several kernels: there, different ones can give the same result.
    """
    if len(task.kernel_sizes) != 1 or len(task.target_kernels) != 1:
        return None
    learned, goal = state.kernels[0], task.target_kernels[0]
    sizes = [max(a, b) for a, b in zip(learned.shape, goal.shape, strict=True)]
    canvas = np.zeros((2, *sizes))
    for layer, kernel, sign in zip(canvas, (learned, goal), (-1, 1), strict=True):
        top, left = (max(0, sign * shift) for shift in _shift(task))
        layer[top : top + kernel.shape[0], left : left + kernel.shape[1]] = kernel
    length = float(np.linalg.norm(canvas[1]))
    return float(np.linalg.norm(canvas[0] - canvas[1])) / length if length > 0 else math.inf


def _standardised(pixels: Array) -> Array:
    deviation = float(pixels.std(dtype=np.float64))
    centred = pixels - np.float32(pixels.mean(dtype=np.float64))
    return np.asarray(centred / np.float32(deviation) if deviation > 0 else 0 * pixels)


def _reach(sizes: Sequence[tuple[int, ...]]) -> tuple[int, int]:
    return sum(size[0] - 1 for size in sizes), sum(size[1] - 1 for size in sizes)


def _room(
    shape: tuple[int, ...], sizes: Sequence[tuple[int, int]], goals: Sequence[Array]
) -> tuple[int, int]:
    taken = _reach(sizes), _reach([kernel.shape for kernel in goals])
    rows, columns = (n - max(0, goal - own) for n, own, goal in zip(shape, *taken, strict=True))
    return rows, columns


def _shift(task: LearningTask) -> tuple[int, int]:
    """Return where in the target the result for the picture's first pixel lies, on each axis.

    Results are compared centre to centre: a larger kernel's result begins further in.
    """
    goal = _reach([kernel.shape for kernel in task.target_kernels])
    rows, columns = ((own - other) // 2 for own, other in zip(task.reach, goal, strict=True))
    return rows, columns


def _area(task: LearningTask) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the rows and columns (first, end) of the picture for which there is a target."""
    rows, columns = (
        (max(0, -shift), min(length, goal + own - shift))
        for length, goal, own, shift in zip(
            task.picture.shape, task.target.shape, task.reach, _shift(task), strict=True
        )
    )
    return rows, columns


def _cut(
    image: Array, rows: NDArray[np.int64], columns: NDArray[np.int64], height: int, width: int
) -> Array:
    patches: Array = np.lib.stride_tricks.sliding_window_view(image, (height, width))[rows, columns]
    return patches


def _filtered(pixels: Array, kernels: Sequence[Array], biases: Sequence[float]) -> Array:
    maps = pixels[..., np.newaxis]
    for index, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        if index:
            maps = np.maximum(maps, 0)
        maps = convolve(maps, kernel[..., np.newaxis, np.newaxis], bias=bias)
    return np.ascontiguousarray(maps[..., 0], np.float32)


def _columns(inputs: Floats, size: tuple[int, ...]) -> Floats:
    """Lay the windows out as columns: (taps, windows), so that one product convolves them."""
    count, height, width = inputs.shape
    rows, columns = height - size[0] + 1, width - size[1] + 1
    laid_out = np.empty((size[0] * size[1], count, rows, columns), inputs.dtype)
    for tap in range(len(laid_out)):
        row, column = divmod(tap, size[1])
        laid_out[tap] = inputs[:, row : row + rows, column : column + columns]
    return laid_out.reshape(len(laid_out), -1)


def _spread(arriving: Floats, kernel: Floats, shape: tuple[int, ...]) -> Floats:
    """Carry a gradient back through a convolution: every output gives each tap its share."""
    spread = np.zeros(shape, arriving.dtype)
    _, rows, columns = arriving.shape
    for (row, column), weight in np.ndenumerate(kernel):
        spread[:, row : row + rows, column : column + columns] += weight * arriving
    return spread


def _window_shares(length: int, side: int | None, taken: int) -> NDArray[np.float64]:
    """Return how often each window along an axis is drawn; near the ends fewer patches hold it."""
    windows = length - taken
    if side is None or side >= length:
        return np.full(windows, 1 / windows)
    in_patch, patches = side - taken, length - side + 1
    counts = np.convolve(np.ones(patches), np.ones(in_patch))
    return np.asarray(counts / counts.sum())


def _joined(kernels: Sequence[Floats], biases: Sequence[float]) -> NDArray[np.float64]:
    return np.concatenate([*(kernel.ravel() for kernel in kernels), biases]).astype(np.float64)


def _taken_apart(
    weights: NDArray[np.float64], sizes: Sequence[tuple[int, int]]
) -> tuple[list[NDArray[np.float64]], list[float]]:
    ends = np.cumsum([math.prod(size) for size in sizes])
    parts = np.split(weights, ends)
    kernels = [part.reshape(size) for part, size in zip(parts, sizes, strict=False)]
    return kernels, parts[-1].tolist()
