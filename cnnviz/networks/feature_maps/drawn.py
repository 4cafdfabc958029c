"""Maps as pictures to take along: one, all of a layer, or one over the photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.drawing import palette
from cnnviz.networks.layers import LayerInfo
from cnnviz.shapes import Grid, Pixels

_SIDE = 320
"""Pixels of a single map along its longer side, about."""
LEAST_COVER = 0.25
"""How much of the photo the faintest value covers, at full opacity; the largest covers all."""

Area = tuple[float, float, float, float]
"""Top, left, bottom and right, as parts of the network's input."""


def map_area(layer: LayerInfo, shape: tuple[int, int]) -> Area:
    """Find which part of the input the cells of a map stand for.

    Each cell stands for as many pixels as lie between it and the next, around the middle of what
    it sees. An area may reach beyond the input: with an even stride, TensorFlow's padding moves
    each map by half a pixel.

    Parameters
    ----------
    layer : one whose output is a map.
    shape : (rows, columns) of the input.
    """
    field = layer.receptive_field
    if field is None:
        return 0.0, 0.0, 1.0, 1.0
    starts, ends = [], []
    for axis in (0, 1):
        stride = field.stride[axis]
        start = field.start[axis] + (field.size[axis] - stride) / 2
        starts.append(start / shape[axis])
        ends.append((start + layer.output_shape[axis] * stride) / shape[axis])
    return starts[0], starts[1], ends[0], ends[1]


def map_picture(
    values: Grid, *, limit: float, background: str = palette.LIGHT_BACKGROUND
) -> Pixels:
    """Draw one map, each cell enlarged by a whole factor.

    Parameters
    ----------
    values : (rows, columns) float32.
    limit : the value at the end of the colours, > 0.

    Returns
    -------
    (height, width, 3) uint8, about 320 pixels at the longer side or as many as there are cells.
    """
    factor = _factor(values)
    colours = palette.colour_map(values, scale="maps", limit=limit, background=background)
    return colours.repeat(factor, axis=0).repeat(factor, axis=1)


def over_photo(
    values: Grid,
    photo: Pixels,
    area: Area,
    *,
    limit: float,
    opacity: float,
    background: str = palette.LIGHT_BACKGROUND,
) -> Pixels:
    """Lay one map over the photo: where it is 0 the photo shows, where it is large the map.

    Parameters
    ----------
    values : (rows, columns) float32.
    photo : (height, width, 3) uint8, the part that the network is shown, of any size.
    area : which part of the photo the map stands for, see `map_area`.
    limit : the value at the end of the colours, > 0.
    opacity : of the largest value, in [0, 1].

    Returns
    -------
    (height', width', 3) uint8 of the size of `map_picture`, what the map stands for.
    """
    drawn = map_picture(values, limit=limit, background=background)
    factor = _factor(values)
    top, left, bottom, right = area
    height, width = drawn.shape[:2]
    tall, wide = photo.shape[:2]
    extent = (left * wide, top * tall, right * wide, bottom * tall)
    below = Image.fromarray(photo).transform(
        (width, height),
        Image.Transform.EXTENT,
        extent,
        Image.Resampling.BILINEAR,
        fillcolor=background,
    )
    share = cover(values, limit, opacity).repeat(factor, axis=0).repeat(factor, axis=1)
    mixed = np.asarray(below) * (1 - share[..., np.newaxis]) + drawn * share[..., np.newaxis]
    return np.rint(mixed).astype(np.uint8)


def cover(values: Grid, limit: float, opacity: float) -> NDArray[np.float32]:
    """Say how much of the photo each value covers: nothing where it is 0.

    >>> cover(np.array([[0.0, 1.0, -4.0]], np.float32), 4.0, 0.5).tolist()
    [[0.0, 0.25, 0.5]]
    """
    share = opacity * np.minimum(1, LEAST_COVER + np.abs(values) / limit)
    return np.where(values != 0, share, 0).astype(np.float32)


def wall(
    maps: NDArray[np.float32],
    *,
    background: str = palette.LIGHT_BACKGROUND,
    side: int = 72,
    limit: float | None = None,
) -> NDArray[np.uint8]:
    """Put all maps of a layer side by side on one scale.

    Parameters
    ----------
    maps : (height, width, channels) float32; a vector as (units,), a sequence as (steps, units).
    side : pixels of one map at least; each cell is enlarged by a whole factor.
    limit : the value at the end of the colours; the largest without.

    Returns
    -------
    (rows, columns, 3) uint8, about one and a half times as wide as high.
    """
    if maps.ndim != 3:
        maps = maps.reshape(-1, 1, maps.shape[-1])
    height, width, channels = maps.shape
    factor = max(1, side // max(height, width))
    limit = limit or palette.symmetric_limit(maps)
    across = max(1, round(float(np.sqrt(channels * 1.5))))
    down = -(-channels // across)
    gap = 2
    tile = (height * factor + gap, width * factor + gap)
    canvas = np.empty((down * tile[0] + gap, across * tile[1] + gap, 3), np.uint8)
    canvas[:] = palette.rgb("#8a9299")
    for channel in range(channels):
        colours = palette.colour_map(
            maps[..., channel], scale="maps", limit=limit, background=background
        )
        top, left = (channel // across) * tile[0] + gap, (channel % across) * tile[1] + gap
        large = colours.repeat(factor, axis=0).repeat(factor, axis=1)
        canvas[top : top + large.shape[0], left : left + large.shape[1]] = large
    return canvas


def _factor(values: Grid) -> int:
    return max(1, _SIDE // max(1, int(max(values.shape))))
