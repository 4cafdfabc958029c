"""Three windows that slide over red, green and blue at once, as an animated GIF."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from cnnviz.channels.mixing import CHANNELS, ChannelMix
from cnnviz.convolution.windows import padded_sources
from cnnviz.drawing import palette
from cnnviz.drawing.lettering import font, letters
from cnnviz.notation import written
from cnnviz.shapes import Padding, map_padding

_CELL = 40
_GAP = 34
_HEADING = 32
_MARGIN = 18
_PAPER = palette.LIGHT_BACKGROUND
_INK = "#1b1f23"
_TINTS = ((255, 92, 84), (72, 206, 112), (92, 146, 255))  # those of the page

Colours = NDArray[np.uint8]


def mixing_gif(
    pixels: NDArray[np.uint8],
    inputs: ArrayLike,
    kernel: NDArray[np.float32],
    mix: ChannelMix,
    *,
    cell: tuple[int, int],
    stride: int = 1,
    padding: Padding = "valid",
    most: int = 4,
    seconds_per_step: float = 0.4,
) -> bytes:
    """Draw a window sliding over a patch of each channel while the maps and their sum fill.

    Parameters
    ----------
    pixels : (height, width, 3) uint8, what the cells' colours come from.
    inputs : (height, width, 3), the numbers in the cells.
    kernel : (side, side, 3) float32
    mix : what `cnnviz.channels.mixing.mix_channels` made of them with this stride and padding.
    cell : (row, column) of the result in the middle of the patch.
    most : cells of the result along one side of the patch.

    Returns
    -------
    The bytes of an endless GIF.
    """
    numbers = np.asarray(inputs, np.float32)
    side = kernel.shape[0]
    amounts = map_padding(pixels.shape[:2], kernel.shape[:2], stride=stride, padding=padding)
    crop, block = [], []
    for axis in range(2):
        size = mix.sum.shape[axis]
        shown = min(size, most)
        first = max(0, min(size - shown, cell[axis] - shown // 2))
        places = padded_sources(pixels.shape[axis], *amounts[axis])
        crop.append(places[first * stride :][: (shown - 1) * stride + side])
        block.append(slice(first, first + shown))
    inside = np.logical_and.outer(crop[0] >= 0, crop[1] >= 0)[..., None]
    at = np.ix_(np.maximum(crop[0], 0), np.maximum(crop[1], 0))
    patch, shades = np.where(inside, numbers[at], 0), np.where(inside, pixels[at], 0)
    partial, total, result = (maps[tuple(block)] for maps in (mix.partial, mix.sum, mix.result))
    limit = float(max(np.abs(partial).max(), np.abs(total).max())) or 1.0

    rows, columns = total.shape
    lane = max(patch.shape[0], side, rows) * _CELL + _HEADING + _GAP // 2
    lefts = [_MARGIN]
    for cells in (patch.shape[1], side, columns, columns):
        lefts.append(lefts[-1] + cells * _CELL + _GAP)
    size = (lefts[-1] - _GAP + _MARGIN, 3 * lane + 2 * _MARGIN - _GAP // 2)
    base = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(base)
    tops = [_MARGIN + _HEADING + channel * lane for channel in range(3)]
    for channel, name in enumerate(CHANNELS):
        top = tops[channel]
        for left, title in zip(lefts, (name.capitalize(), "Kernel", "Partial map"), strict=False):
            _title(draw, left, top, title)
        tint = np.array(_TINTS[channel]) / 255
        _cells(
            draw,
            lefts[0],
            top,
            patch[..., channel],
            (shades[..., channel, None] * tint).astype(np.uint8),
        )
        colours = palette.colour_map(kernel[..., channel], scale="weights")
        _cells(draw, lefts[1], top, kernel[..., channel], colours)
    _title(draw, lefts[3], tops[0], "Sum")
    _title(draw, lefts[3], tops[1], "Result")
    frames = []
    for step in range(rows * columns):
        row, column = divmod(step, columns)
        frame = base.copy()
        draw = ImageDraw.Draw(frame)
        for channel, top in enumerate(tops):
            values = partial[..., channel]
            _cells(draw, lefts[2], top, values, _signed(values, limit), count=step + 1)
            _outline(draw, lefts[0], top, row * stride, column * stride, side)
            _outline(draw, lefts[2], top, row, column, 1)
        for top, values, most_shown in (
            (tops[0], total, limit),
            (tops[1], result, float(np.abs(result).max()) or 1.0),
        ):
            _cells(draw, lefts[3], top, values, _signed(values, most_shown), count=step + 1)
            _outline(draw, lefts[3], top, row, column, 1)
        frames.append(frame.quantize(128, dither=Image.Dither.NONE))
    file = io.BytesIO()
    durations = [int(seconds_per_step * 1000)] * (len(frames) - 1) + [1500]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return file.getvalue()


def _signed(values: NDArray[np.float32], limit: float) -> Colours:
    return palette.colour_map(values, scale="maps", limit=limit)


def _title(draw: ImageDraw.ImageDraw, left: int, top: int, text: str) -> None:
    draw.text((left, top - _HEADING), letters(text), fill=_INK, font=font(18))


def _cells(
    draw: ImageDraw.ImageDraw,
    left: int,
    top: int,
    numbers: NDArray[np.float32],
    colours: Colours,
    *,
    count: int | None = None,
) -> None:
    """Draw a grid of numbers; those from `count` on are still empty."""
    for place, (row, column) in enumerate(np.ndindex(*numbers.shape)):
        x, y = left + column * _CELL, top + row * _CELL
        box = (x, y, x + _CELL, y + _CELL)
        if count is not None and place >= count:
            draw.rectangle(box, fill="#f3f5f5", outline="#d5dadd")
            continue
        red, green, blue = (int(level) for level in colours[row, column])
        draw.rectangle(box, fill=(red, green, blue), outline="#8a9299")
        text = letters(written(float(numbers[row, column]), letters=7))
        draw.text(
            (x + _CELL / 2, y + _CELL / 2),
            text,
            fill=palette.readable_ink((red, green, blue)),
            font=font(14 if len(text) <= 4 else 11),
            anchor="mm",
        )


def _outline(
    draw: ImageDraw.ImageDraw, left: int, top: int, row: int, column: int, side: int
) -> None:
    x, y = left + column * _CELL, top + row * _CELL
    box = (x, y, x + side * _CELL, y + side * _CELL)
    draw.rectangle(box, outline=_PAPER, width=6)
    draw.rectangle(box, outline=palette.LIGHT_ACCENT, width=4)
