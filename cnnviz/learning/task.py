"""What is to be learned: a picture, its filtered version, and the patches of every step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution import convolve
from cnnviz.shapes import Size, pair, whole_number

Array: TypeAlias = NDArray[np.float32]


Floats: TypeAlias = NDArray[np.floating[Any]]


MOST_KERNELS = 3


LEARNING_RATES = (1e-4, 10.0)
"""The least and the largest learning rate that the page offers."""


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

    @cached_property
    def area(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The rows and columns (first, end) of the picture for which there is a target."""
        rows, columns = (
            (max(0, -shift), min(length, goal + own - shift))
            for length, goal, own, shift in zip(
                self.picture.shape, self.target.shape, self.reach, target_shift(self), strict=True
            )
        )
        return rows, columns

    @cached_property
    def whole(self) -> tuple[Array, Array, Array]:
        """The picture and the target as far as both go, and the first kernel's windows.

        (1, height, width), (1, height', width'), and (taps, windows) as `window_columns` lays
        them out
        """
        (first_row, end_row), (first_column, end_column) = self.area
        pixels = self.picture[np.newaxis, first_row:end_row, first_column:end_column]
        top, left = (
            at + shift
            for at, shift in zip((first_row, first_column), target_shift(self), strict=True)
        )
        height, width = (n - taken for n, taken in zip(pixels.shape[1:], self.reach, strict=True))
        goal = self.target[np.newaxis, top : top + height, left : left + width]
        columns: Array = window_columns(pixels, self.kernel_sizes[0])
        return pixels, goal, columns

    @cached_property
    def every_patch(self) -> tuple[Array, Array]:
        """The patch at every place of the picture, and what the target has for it, as views.

        (rows, columns, height, width) and (rows', columns', height', width')
        """
        _, _, height, width = _Patches(self.area, self.batch, self.patch_side, self.seed).drawn(0)
        return (
            sliding_window_view(self.picture, (height, width)),
            sliding_window_view(self.target, (height - self.reach[0], width - self.reach[1])),
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
            "A patch must be larger than what the kernels take off it, here "
            f"{reach[0]} rows and {reach[1]} columns. Received: patches of {side} x {side} pixels "
            f"from a picture of {pixels.shape[0]} x {pixels.shape[1]}."
        )
    target = filtered(pixels, goals, biases)
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
    counts : how often each number counts that each kernel makes of the patches, (height', width')
        float32 for each kernel; None where each counts once
    first_windows : what the first kernel sees, laid out by `window_columns`, where it is known
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    patches: Array
    targets: Array
    counts: tuple[Array, ...] | None = None
    first_windows: Array | None = None


def draw_batch(task: LearningTask, step: int) -> Batch:
    """Cut out the patches that step number ``step`` learns from, always the same ones."""
    places = _Patches(task.area, task.batch, task.patch_side, task.seed)
    rows, columns, _, _ = places.drawn(step)
    patches, targets = task.every_patch
    shift = target_shift(task)
    return Batch(
        rows=rows,
        columns=columns,
        patches=patches[rows, columns],
        targets=targets[rows + shift[0], columns + shift[1]],
    )


def weigh_batch(task: LearningTask, step: int) -> Batch:
    """Give the same patches as weights on the whole picture.

    Patches overlap: 64 of 48 x 48 pixels are 13 times as many as a picture of 128 x 85 has. A
    kernel makes the same number of a window in whichever patch it lies, so the batch's loss is that
    of the whole picture in which each number counts as often as there are patches around it.
    """
    pixels, goal, windows = task.whole
    places = _Patches(task.area, task.batch, task.patch_side, task.seed)
    if task.batch is None:
        rows, columns, _, _ = places.drawn(step)
        return Batch(rows, columns, pixels, goal, first_windows=windows)
    rows, columns, counts = _weights(places, task.kernel_sizes, step)
    return Batch(rows, columns, pixels, goal, counts, windows)


@lru_cache(maxsize=512)  # 40 kB each; the same for every rate, momentum, noise and target
def _weights(
    places: _Patches, kernel_sizes: tuple[tuple[int, int], ...], step: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[Array, ...]]:
    """Count how often each number of each kernel counts in a step, and say where patches begin."""
    rows, columns, height, width = places.drawn(step)
    (first_row, end_row), (first_column, end_column) = places.area
    counts = []
    for until in range(1, len(kernel_sizes) + 1):
        reach = _reach(kernel_sizes[:until])
        inside = []
        for first, length, side, taken in (
            (rows - first_row, end_row - first_row, height, reach[0]),
            (columns - first_column, end_column - first_column, width, reach[1]),
        ):
            along = np.arange(length - taken) - first[:, np.newaxis]
            inside.append(((along >= 0) & (along < side - taken)).astype(np.float32))
        counts.append(inside[0].T @ inside[1])
    for array in (rows, columns, *counts):
        array.setflags(write=False)
    return rows, columns, tuple(counts)


def lightest_batch(task: LearningTask, step: int) -> Batch:
    """Give the step's batch in the form that takes less work: patches, or weights on the whole."""
    if task.batch is not None:
        height, width = task.whole[0].shape[1:]
        patch = min(task.patch_side, height) * min(task.patch_side, width)
        if 2 * task.batch * patch < height * width:
            return draw_batch(task, step)
    return weigh_batch(task, step)


def window_columns(inputs: Floats, size: tuple[int, ...]) -> Floats:
    """Lay the windows out as columns: (taps, windows), so that one product convolves them."""
    count, height, width = inputs.shape
    rows, columns = height - size[0] + 1, width - size[1] + 1
    laid_out = np.empty((size[0] * size[1], count, rows, columns), inputs.dtype)
    for tap in range(len(laid_out)):
        row, column = divmod(tap, size[1])
        laid_out[tap] = inputs[:, row : row + rows, column : column + columns]
    return laid_out.reshape(len(laid_out), -1)


@dataclass(frozen=True)
class _Patches:
    """What decides where the patches of each step lie.

    area : the rows and the columns of the picture that are learned from, (first, end) each
    batch : patches in a step; None for the whole area
    """

    area: tuple[tuple[int, int], tuple[int, int]]
    batch: int | None
    patch_side: int
    seed: int

    def drawn(self, step: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int, int]:
        """Draw where a step's patches begin, rows and columns; and say how large they are."""
        (first_row, end_row), (first_column, end_column) = self.area
        height, width = end_row - first_row, end_column - first_column
        if self.batch is None:
            return np.array([first_row]), np.array([first_column]), height, width
        height, width = min(self.patch_side, height), min(self.patch_side, width)
        return *_drawn(self, step, height, width), height, width


@lru_cache(maxsize=4096)  # 4 kB each at most; the same for every rate, momentum, noise and target
def _drawn(
    places: _Patches, step: int, height: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    (first_row, end_row), (first_column, end_column) = places.area
    generator = np.random.default_rng([places.seed, 1, step])
    rows = generator.integers(first_row, end_row - height + 1, places.batch)
    columns = generator.integers(first_column, end_column - width + 1, places.batch)
    for array in (rows, columns):
        array.setflags(write=False)
    return rows, columns


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


def target_shift(task: LearningTask) -> tuple[int, int]:
    """Return where in the target the result for the picture's first pixel lies, on each axis.

    Results are compared centre to centre: a larger kernel's result begins further in.
    """
    goal = _reach([kernel.shape for kernel in task.target_kernels])
    rows, columns = ((own - other) // 2 for own, other in zip(task.reach, goal, strict=True))
    return rows, columns


def filtered(pixels: Array, kernels: Sequence[Array], biases: Sequence[float]) -> Array:
    """Filter a picture by one kernel after the other, with a ReLU between them.

    Parameters
    ----------
    pixels : (height, width)
    kernels : (rows, columns) each
    biases : one for each

    Returns
    -------
    (height', width') float32, smaller by what the kernels take off
    """
    maps = pixels[..., np.newaxis]
    for index, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        if index:
            maps = np.maximum(maps, 0)
        maps = convolve(maps, kernel[..., np.newaxis, np.newaxis], bias=bias)
    return np.ascontiguousarray(maps[..., 0], np.float32)
