"""A kernel that learns, as an animated GIF, drawn with Pillow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnnviz.drawing import palette
from cnnviz.drawing.gif import PAPER, Grid, drawings_gif, title
from cnnviz.learning.replay import Chapter, compared
from cnnviz.learning.task import Array, LearningTask

_MAP_WIDTH = 288
_KERNEL = 168
_GAP = 26
_HEADING = 30
_MARGIN = 18
_CHART = 110
_RISE = _HEADING - 4  # from a title to what it stands above


def learning_gif(
    task: LearningTask,
    chapters: Sequence[Chapter],
    titles: Sequence[str],
    *,
    last: int | None = None,
    frames: int = 36,
) -> bytes:
    """Draw learned kernels and their result above the target's, step by step, with the loss.

    Parameters
    ----------
    chapters : of the run, the first one first, one after the other
    titles : what the target's kernels are called
    last : the last step to draw; None takes all
    frames : at most; they are close together at first, where most happens.

    Returns
    -------
    The bytes of an endless GIF.
    """
    end = chapters[-1].last if last is None else min(last, chapters[-1].last)
    steps = np.unique(
        np.rint(np.geomspace(1, end + 1, min(frames, end + 1))).astype(int) - 1
    ).tolist()
    losses = np.concatenate(
        [chapter.losses[:-1] for chapter in chapters[:-1]] + [chapters[-1].losses]
    )[: end + 1]
    kernels = len(task.kernel_sizes)
    shape = compared(task, chapters[0], chapters[0].first).target.shape
    tall = round(_MAP_WIDTH * shape[0] / shape[1])
    lane = max(tall, _KERNEL) + _HEADING + _GAP // 2
    left_of_maps = _MARGIN + kernels * (_KERNEL + _GAP)
    size = (left_of_maps + _MAP_WIDTH + _MARGIN, 2 * lane + _HEADING + _CHART + 2 * _MARGIN)
    target = compared(task, chapters[0], chapters[0].first).target
    limit = palette.symmetric_limit(target)
    limits = [palette.symmetric_limit(kernel) for kernel in task.target_kernels]

    base = Image.new("RGB", size, PAPER)
    tops = [_MARGIN + _HEADING, _MARGIN + _HEADING + lane]
    for place, kernel in enumerate(task.target_kernels):
        left = _MARGIN + place * (_KERNEL + _GAP)
        title(base, left, tops[1] - _RISE, titles[place], size=16, width=_KERNEL)
        _kernel(base, left, tops[1], kernel, limits[place])
    title(base, left_of_maps, tops[1] - _RISE, "Target", size=16)
    base.paste(_map(target, limit, (_MAP_WIDTH, tall)), (left_of_maps, tops[1]))

    drawn = []
    for step in steps:
        chapter = next(each for each in chapters if step <= each.last)
        frame = base.copy()
        for place, kernel in enumerate(chapter.state(step).kernels):
            left = _MARGIN + place * (_KERNEL + _GAP)
            words = f"Learned, step {step}" if place == 0 else "Learned"
            title(frame, left, tops[0] - _RISE, words, size=16, width=_KERNEL)
            _kernel(frame, left, tops[0], kernel, limits[min(place, len(limits) - 1)])
        result = compared(task, chapter, step).result
        title(frame, left_of_maps, tops[0] - _RISE, "Result", size=16)
        frame.paste(_map(result, limit, (_MAP_WIDTH, tall)), (left_of_maps, tops[0]))
        _loss(frame, losses, step, top=2 * lane + _MARGIN, width=size[0] - 2 * _MARGIN)
        drawn.append(frame)
    return drawings_gif(drawn, seconds=0.12)


def _map(values: Array, limit: float, size: tuple[int, int]) -> Image.Image:
    colours = palette.colour_map(values, scale="maps", limit=limit)
    return Image.fromarray(colours).resize(size, Image.Resampling.NEAREST)


def _kernel(drawing: Image.Image, left: int, top: int, kernel: Array, limit: float) -> None:
    cell = _KERNEL / max(kernel.shape)
    texts = [_number(weight) if cell >= 24 else "" for weight in kernel.ravel().tolist()]
    colours = palette.colour_map(kernel, scale="weights", limit=limit)
    Grid(left, top, cell).draw(drawing, texts, colours)


def _loss(
    drawing: Image.Image, losses: NDArray[np.float64], step: int, *, top: int, width: int
) -> None:
    """Draw the loss on a logarithmic axis, up to the step in ink, beyond it faintly."""
    heights = np.log10(np.clip(losses, 1e-30, 1e30))
    least, most = float(heights.min()), float(heights.max())
    across = _MARGIN + width * np.arange(len(losses)) / max(1, len(losses) - 1)
    down = top + _HEADING + (most - heights) / ((most - least) or 1) * (_CHART - _HEADING)
    points = list(zip(across.tolist(), down.tolist(), strict=True))
    title(drawing, _MARGIN, top + _HEADING - _RISE, f"Loss {losses[step]:.3g}", size=16)
    draw = ImageDraw.Draw(drawing)
    if len(points) > 1:
        draw.line(points, fill="#c3cacf", width=2)
    if step:
        draw.line(points[: step + 1], fill=palette.LIGHT_ACCENT, width=3)
    x, y = points[step]
    draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=palette.LIGHT_ACCENT)


def _number(value: float) -> str:
    """Write a weight in about four letters."""
    return (f"{value:.2f}" if abs(value) < 100 else f"{value:.1g}").replace("-", "\u2212")
