"""Attributions by trial: hide parts of the picture and see what becomes of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.attribution.placing import (
    Attribution,
    Report,
    asked_class,
    batched,
    enlarged,
    on_picture,
    unheard,
)

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_AT_ONCE = 16
"""Inputs in one run: more cost memory and gain no time."""


def occlusion(
    network: Network,
    image: ArrayLike,
    *,
    class_index: int | None = None,
    window: int | None = None,
    stride: int | None = None,
    report: Report = unheard,
) -> Attribution:
    """How far the logit falls when a square over the pixel is hidden, on average.

    Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks", section 4.2.

    Parameters
    ----------
    image : (height, width, 3) uint8, any size.
    class_index : the class that is asked about; without, the network's answer.
    window : side of the square in pixels of the network's input, filled with the picture's mean;
        without, an eighth of the shorter side.
    stride : pixels between one square and the next; without, half its side. The last square of a
        row or a column ends at the border.

    Returns
    -------
    (height, width) float32 of the picture, either sign; 0 where the network did not look.

    Raises
    ------
    ValueError : the window or the stride is not positive, or the window larger than the input.
    NetworkError : the network has no such class.
    """
    x, target = network.preprocess(image), asked_class(network, image, class_index)
    rows, columns = x.shape[:2]
    window = window or max(1, min(rows, columns) // 8)
    stride = stride or max(1, window // 2)
    if not 0 < window <= min(rows, columns) or stride < 1:
        raise ValueError(
            f"The window must have from 1 to {min(rows, columns)} pixels, the stride at least 1. "
            f"Received: window={window}, stride={stride}."
        )
    corners = [
        (top, left)
        for top in _starts(rows, window, stride)
        for left in _starts(columns, window, stride)
    ]
    fill = x.mean(axis=(0, 1))

    def hidden() -> Iterator[NDArray[np.float32]]:
        for top, left in corners:
            copy = x.copy()
            copy[top : top + window, left : left + window] = fill
            yield copy

    whole = network.scores_of_inputs(x[np.newaxis])[0][0, target]
    hidings = _heard(hidden(), len(corners), report)
    falls = whole - _scores(network, hidings, target, probabilities=False)
    total, count = np.zeros((rows, columns)), np.zeros((rows, columns))
    for (top, left), fall in zip(corners, falls, strict=True):
        total[top : top + window, left : left + window] += fall
        count[top : top + window, left : left + window] += 1
    return on_picture(network, image, total / np.maximum(count, 1))


def rise(
    network: Network,
    image: ArrayLike,
    *,
    class_index: int | None = None,
    masks: int = 500,
    cells: int = 8,
    kept: float = 0.5,
    seed: int = 0,
    report: Report = unheard,
) -> Attribution:
    """The mean probability of the class over random masks that let the pixel through.

    Petsiuk, Das and Saenko (2018), "RISE: Randomized Input Sampling for Explanation of Black-box
    Models". What is masked becomes 0 as the network gets it. Otherwise as `occlusion`; >= 0.

    Parameters
    ----------
    masks : how many; their number times the network's own time is what it takes.
    cells : of each mask's coarse grid along an axis, moved at random and enlarged.
    kept : the probability that a cell is let through, between 0 and 1.
    """
    if not 0 < kept < 1 or masks < 1 or cells < 1:
        raise ValueError(
            "There must be at least one mask of at least one cell, with kept between 0 and 1. "
            f"Received: masks={masks}, cells={cells}, kept={kept:g}."
        )
    x, target = network.preprocess(image), asked_class(network, image, class_index)
    size = (int(x.shape[0]), int(x.shape[1]))
    through = list(random_masks(size, masks=masks, cells=cells, kept=kept, seed=seed))
    seen = (x * mask[..., np.newaxis] for mask in through)
    answers = _scores(network, _heard(seen, masks, report), target, probabilities=True)
    total = np.zeros(size)
    for mask, answer in zip(through, answers, strict=True):
        total += answer * mask
    return on_picture(network, image, total / (masks * kept))


def random_masks(
    size: tuple[int, int], *, masks: int, cells: int, kept: float, seed: int
) -> Iterator[NDArray[np.float32]]:
    """Make RISE's masks: (rows, columns) float32 in [0, 1], smooth between their cells."""
    random = np.random.default_rng(seed)
    steps = [-(-side // cells) for side in size]
    large = (size[0] + steps[0], size[1] + steps[1])
    for _ in range(masks):
        grid = (random.random((cells + 1, cells + 1)) < kept).astype(np.float32)
        top, left = (int(random.integers(step)) for step in steps)
        yield enlarged(grid, large)[top : top + size[0], left : left + size[1]]


def _heard(
    inputs: Iterator[NDArray[np.float32]], count: int, report: Report
) -> Iterator[NDArray[np.float32]]:
    for at, one in enumerate(inputs):
        report(at / count)
        yield one


def _starts(length: int, window: int, stride: int) -> list[int]:
    last = length - window
    return sorted({*range(0, last + 1, stride), last})


def _scores(
    network: Network,
    inputs: Iterator[NDArray[np.float32]],
    class_index: int,
    *,
    probabilities: bool,
) -> NDArray[np.float32]:
    return np.concatenate(
        [
            network.scores_of_inputs(np.stack(batch))[probabilities][:, class_index]
            for batch in batched(inputs, _AT_ONCE)
        ]
    )
