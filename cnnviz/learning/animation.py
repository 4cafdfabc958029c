"""A kernel that learns, as an animated GIF, drawn with Pillow."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnnviz.drawing import palette
from cnnviz.drawing.lettering import fitted, font, letters
from cnnviz.learning.replay import Chapter, compared
from cnnviz.learning.task import Array, LearningTask

_MAP_WIDTH = 288
_KERNEL = 168
_GAP = 26
_HEADING = 30
_MARGIN = 18
_CHART = 110
_PAPER = palette.LIGHT_BACKGROUND
_INK = "#1b1f23"

Colours = NDArray[np.uint8]


def learning_gif(
    task: LearningTask,
    chapters: Sequence[Chapter],
    titles: Sequence[str],
    *,
    last: int | None = None,
    frames: int = 36,
    seconds_per_frame: float = 0.12,
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

    base = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(base)
    tops = [_MARGIN + _HEADING, _MARGIN + _HEADING + lane]
    for place, kernel in enumerate(task.target_kernels):
        left = _MARGIN + place * (_KERNEL + _GAP)
        _text(draw, left, tops[1], fitted(titles[place], 17, _KERNEL))
        _kernel(draw, left, tops[1], kernel, limits[place])
    _text(draw, left_of_maps, tops[1], "Target")
    base.paste(_map(target, limit, (_MAP_WIDTH, tall)), (left_of_maps, tops[1]))

    drawn = []
    for step in steps:
        chapter = next(each for each in chapters if step <= each.last)
        frame = base.copy()
        draw = ImageDraw.Draw(frame)
        for place, kernel in enumerate(chapter.state(step).kernels):
            left = _MARGIN + place * (_KERNEL + _GAP)
            _text(draw, left, tops[0], f"Learned, step {step}" if place == 0 else "Learned")
            _kernel(draw, left, tops[0], kernel, limits[min(place, len(limits) - 1)])
        result = compared(task, chapter, step).result
        _text(draw, left_of_maps, tops[0], "Result")
        frame.paste(_map(result, limit, (_MAP_WIDTH, tall)), (left_of_maps, tops[0]))
        _loss(draw, losses, step, top=2 * lane + _MARGIN, width=size[0] - 2 * _MARGIN)
        drawn.append(frame.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
    file = io.BytesIO()
    durations = [int(1000 * seconds_per_frame)] * (len(drawn) - 1) + [1800]
    drawn[0].save(file, "GIF", save_all=True, append_images=drawn[1:], duration=durations, loop=0)
    return file.getvalue()


def _map(values: Array, limit: float, size: tuple[int, int]) -> Image.Image:
    colours = palette.colour_map(values, scale="maps", limit=limit)
    return Image.fromarray(colours).resize(size, Image.Resampling.NEAREST)


def _kernel(draw: ImageDraw.ImageDraw, left: int, top: int, kernel: Array, limit: float) -> None:
    cell = _KERNEL / max(kernel.shape)
    colours = palette.colour_map(kernel, scale="weights", limit=limit)
    for row, column in np.ndindex(*kernel.shape):
        x, y = left + column * cell, top + row * cell
        red, green, blue = (int(level) for level in colours[row, column])
        draw.rectangle((x, y, x + cell, y + cell), fill=(red, green, blue), outline="#8a9299")
        if cell >= 24:
            draw.text(
                (x + cell / 2, y + cell / 2),
                _number(float(kernel[row, column])),
                fill=palette.readable_ink((red, green, blue)),
                font=font(int(min(17, cell * 0.36))),
                anchor="mm",
            )


def _loss(
    draw: ImageDraw.ImageDraw, losses: NDArray[np.float64], step: int, *, top: int, width: int
) -> None:
    """Draw the loss on a logarithmic axis, up to the step in ink, beyond it faintly."""
    heights = np.log10(np.clip(losses, 1e-30, 1e30))
    least, most = float(heights.min()), float(heights.max())
    across = _MARGIN + width * np.arange(len(losses)) / max(1, len(losses) - 1)
    down = top + _HEADING + (most - heights) / ((most - least) or 1) * (_CHART - _HEADING)
    points = list(zip(across.tolist(), down.tolist(), strict=True))
    _text(draw, _MARGIN, top + _HEADING, f"Loss {losses[step]:.3g}")
    if len(points) > 1:
        draw.line(points, fill="#c3cacf", width=2)
    if step:
        draw.line(points[: step + 1], fill=palette.LIGHT_ACCENT, width=3)
    x, y = points[step]
    draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=palette.LIGHT_ACCENT)


def _text(draw: ImageDraw.ImageDraw, left: int, top: int, text: str) -> None:
    draw.text((left, top - _HEADING + 4), letters(text), fill=_INK, font=font(17))


def _number(value: float) -> str:
    """Write a weight in about four letters."""
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.1g}"
