"""How a map of numbers becomes a picture: clipped, absolute, rescaled or signed.

The browser paints by the same rules (`assets/components/shared/colours.js`); a browser test
holds the two together.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cnnviz.drawing import palette
from cnnviz.shapes import Grid, Maps

DISPLAYS: Mapping[str, str] = MappingProxyType(
    {
        "clip": "cut off below 0 and above 255",
        "absolute": "drop the sign, then cut off above 255",
        "rescale": "stretch from the minimum (black) to the maximum (white)",
        "signed": "blue below zero, red above, the page itself at zero",
    }
)
"""The ways to show a map, by name, with what each does."""


def tiled(maps: Maps, across: int, scale: int = 1) -> Grid:
    """Lay maps side by side, so many in a row; each number becomes `scale` pixels wide and high.

    >>> tiled(np.arange(4, dtype=np.float32).reshape(1, 1, 4), across=2)
    array([[0., 1.],
           [2., 3.]], dtype=float32)
    """
    rows, columns, channels = maps.shape
    tiles = np.moveaxis(maps, -1, 0).reshape(channels // across, across, rows, columns)
    grid = tiles.swapaxes(1, 2).reshape(-1, across * columns)
    return grid.repeat(scale, axis=0).repeat(scale, axis=1)


def display(
    values: NDArray[np.float32],
    show: str = "clip",
    *,
    background: str = palette.LIGHT_BACKGROUND,
) -> NDArray[np.uint8]:
    """Turn a map into a picture.

    Parameters
    ----------
    values : (height, width, channels) float32; one channel (grey) or three (red, green, blue).
    show : "clip" cuts to 0..255; "absolute" drops the sign first; "rescale" stretches from
        minimum to maximum over all channels; "signed" (one channel) uses the diverging scale,
        zero being `background`.

    Returns
    -------
    (height, width, 3) uint8

    >>> display(np.array([[[-300.0], [12.4]]], np.float32), "absolute")[0, :, 0]
    array([255,  12], dtype=uint8)
    """
    channels = values.shape[-1]
    if show not in DISPLAYS:
        raise ValueError(
            f"A map is shown by one of {', '.join(DISPLAYS)}. Received: show={show!r}."
        )
    if channels not in ((1,) if show == "signed" else (1, 3)):
        raise ValueError(
            "A picture has one channel or three, and the signed scale one. "
            f"Received: channels={channels}, show={show!r}."
        )
    if show == "signed":
        return palette.colour_map(values[..., 0], scale="maps", background=background)
    if show == "absolute":
        values = np.abs(values)
    if show == "rescale":
        least, most = float(values.min()), float(values.max())
        values = (values - least) * (255.0 / (most - least) if most > least else 0.0)
    levels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return np.repeat(levels, 3, axis=-1) if channels == 1 else levels
