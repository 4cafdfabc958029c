"""Three windows that slide over red, green and blue at once, as an animated GIF."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from cnnviz.channels.mixing import CHANNELS, ChannelMix
from cnnviz.convolution.windows import padded_sources
from cnnviz.drawing import palette
from cnnviz.drawing.gif import PAPER, Filling, Grid, title
from cnnviz.notation import written
from cnnviz.shapes import Colours, Padding, map_padding

_CELL = 44
_GAP = 34
_HEADING = 32
_MARGIN = 18


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

    lane = max(patch.shape[0], side, total.shape[0]) * _CELL + _HEADING + _GAP // 2
    lefts = [_MARGIN]
    for cells in (patch.shape[1], side, total.shape[1], total.shape[1]):
        lefts.append(lefts[-1] + cells * _CELL + _GAP)
    tops = [_MARGIN + _HEADING + channel * lane for channel in range(3)]
    size = (lefts[-1] - _GAP + _MARGIN, 3 * lane + 2 * _MARGIN - _GAP // 2)
    full = Image.new("RGB", size, PAPER)
    pictures, partials = [], []
    for channel, (top, name) in enumerate(zip(tops, CHANNELS, strict=True)):
        tinted = (
            shades[..., channel, None] * np.array(palette.CHANNEL_TINTS[channel]) / 255
        ).astype(np.uint8)
        weights = kernel[..., channel]
        pictures.append(_grid(full, lefts[0], top, name.capitalize(), patch[..., channel], tinted))
        _grid(full, lefts[1], top, "Kernel", weights, palette.colour_map(weights, scale="weights"))
        one = partial[..., channel]
        partials.append(_grid(full, lefts[2], top, "Partial map", one, _signed(one, limit)))
    most_shown = float(np.abs(result).max()) or 1.0
    sums = [
        _grid(full, lefts[3], tops[0], "Sum", total, _signed(total, limit)),
        _grid(full, lefts[3], tops[1], "Result", result, _signed(result, most_shown)),
    ]
    stops = list(np.ndindex(*total.shape))
    filling = Filling(full, [grid.box(*stop) for grid in (*partials, *sums) for stop in stops])
    for row, column in stops:
        filled = [grid.box(row, column) for grid in (*partials, *sums)]
        windows = [grid.box(row * stride, column * stride, side, side) for grid in pictures]
        filling.step(filled, [*windows, *filled])
    return filling.gif(seconds_per_step)


def _signed(values: NDArray[np.float32], limit: float) -> Colours:
    return palette.colour_map(values, scale="maps", limit=limit)


def _grid(
    drawing: Image.Image,
    left: int,
    top: int,
    words: str,
    numbers: NDArray[np.float32],
    colours: Colours,
) -> Grid:
    """Draw numbers below their title, and tell where they lie."""
    title(drawing, left, top - _HEADING, words)
    grid = Grid(left, top, _CELL)
    grid.draw(drawing, [written(number, letters=7) for number in numbers.ravel().tolist()], colours)
    return grid
