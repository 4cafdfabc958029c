"""What a picture of numbers shows, written beside it: a title above, the colours' scale below."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from cnnviz.drawing import palette
from cnnviz.drawing.lettering import fitted, font, letters
from cnnviz.notation import written
from cnnviz.shapes import Pixels

_SIZE = 14
_MARGIN = 8
_STRIP = 12
_NARROWEST = 240
_WIDEST_STRIP = 360


def with_legend(
    pixels: Pixels,
    title: str,
    *,
    limit: float,
    scale: str = "maps",
    background: str = palette.LIGHT_BACKGROUND,
) -> Pixels:
    """Frame a picture with its title and its scale, whose ends and zero are numbers.

    Parameters
    ----------
    pixels : (height, width, 3) uint8.
    title : one line; it is cut where the picture is narrow.
    limit : the value at the end of the scale, > 0; a diverging scale begins at its negative.
    scale : a key of `cnnviz.drawing.palette.SCALES`.
    background : of the page, "#rrggbb".

    Returns
    -------
    (height', width', 3) uint8; `pixels` lie in it as they are, from row 30 and column 8 on.
    """
    height, width = pixels.shape[:2]
    wide = max(width, _NARROWEST)
    top, line = _MARGIN + _SIZE + _MARGIN, _SIZE + 4
    below = top + height + _MARGIN
    size = (wide + 2 * _MARGIN, below + _STRIP + line + _MARGIN)
    canvas = Image.new("RGB", size, background)
    canvas.paste(Image.fromarray(pixels), (_MARGIN, top))
    ink, draw = palette.readable_ink(background), ImageDraw.Draw(canvas)
    draw.text((_MARGIN, _MARGIN), fitted(title, _SIZE, wide), ink, font(_SIZE))
    strip = min(wide, _WIDEST_STRIP)
    is_diverging = palette.SCALES[scale].kind == "diverging"
    values = np.linspace(-limit if is_diverging else 0.0, limit, strip)
    ramp = palette.colour_map(values, scale=scale, limit=limit, background=background)
    canvas.paste(Image.fromarray(ramp[np.newaxis].repeat(_STRIP, axis=0)), (_MARGIN, below))
    draw.rectangle((_MARGIN, below, _MARGIN + strip - 1, below + _STRIP - 1), outline="#8a9299")
    ends = [(0, "la", written(-limit if is_diverging else 0.0)), (strip, "ra", written(limit))]
    if is_diverging:
        ends.append((strip // 2, "ma", "0"))
    for across, anchor, text in ends:
        place = (_MARGIN + across, below + _STRIP + 3)
        draw.text(place, letters(text), ink, font(_SIZE), anchor=anchor)
    return np.asarray(canvas)
