"""How steep the loss is in all directions, and the learning rate above which it diverges."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.learning.descent import LearningState, loss_gradients
from cnnviz.learning.task import (
    Floats,
    LearningTask,
    lightest_batch,
    window_columns,
)
from cnnviz.server.turns import turn


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
    area = task.area
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
        windows[:-1] = window_columns(band, size)
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
    batch = lightest_batch(task, state.step)
    patches, targets = batch.patches.astype(np.float64), batch.targets.astype(np.float64)
    counts = None if batch.counts is None else [each.astype(np.float64) for each in batch.counts]
    weights = _joined(state.kernels, state.biases)

    def times_hessian(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        # So small a step that hardly any ReLU switches on the way.
        step = 1e-6 * max(float(np.linalg.norm(weights)), 1e-3)
        slopes = []
        for sign in (1, -1):
            kernels, biases = _taken_apart(weights + sign * step * direction, task.kernel_sizes)
            found = loss_gradients(kernels, biases, patches, targets, counts=counts)
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
