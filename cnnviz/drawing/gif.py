"""What animated GIFs share: grids of numbers, cells that fill from frame to frame, one palette."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnnviz.drawing import palette
from cnnviz.drawing.lettering import fitted, font, letters, shrunk
from cnnviz.shapes import Colours

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels; the last two belong to it."""

PAPER = palette.LIGHT_BACKGROUND
INK = "#1b1f23"
_EDGE = "#8a9299"
_HATCHING = "#aab2b8"
# Colours of the frames' own, at the end of the palette.
_RESERVED = (PAPER, palette.LIGHT_ACCENT, "#f3f5f5", "#d5dadd")
_PAPER, _ACCENT, _PANEL, _BORDER = range(256 - len(_RESERVED), 256)
_LAST_SECONDS = 1.5


@dataclass(frozen=True)
class Grid:
    """Where a grid of numbers lies: its left and top edge and the side of a cell, in pixels."""

    left: float
    top: float
    cell: float

    def box(self, row: int, column: int, rows: int = 1, columns: int = 1) -> Box:
        """Give the corners of some cells."""
        x, y = self.left + column * self.cell, self.top + row * self.cell
        return x, y, x + columns * self.cell, y + rows * self.cell

    def draw(
        self,
        drawing: Image.Image,
        texts: Sequence[str],
        colours: Colours,
        *,
        hatched: NDArray[np.bool_] | None = None,
    ) -> None:
        """Draw the cells and what stands in them.

        Parameters
        ----------
        texts : one for each cell, row by row.
        hatched : (rows, columns), the cells that are padding.
        """
        draw = ImageDraw.Draw(drawing)
        places = np.ndindex(*colours.shape[:2])
        for (row, column), text in zip(places, map(letters, texts), strict=True):
            red, green, blue = (int(level) for level in colours[row, column])
            x, y, right, bottom = box = self.box(row, column)
            draw.rectangle(box, fill=(red, green, blue), outline=_EDGE)
            if hatched is not None and hatched[row, column]:
                _hatch(draw, box)
                red, green, blue = palette.rgb(PAPER).tolist()
            draw.text(
                ((x + right) / 2, (y + bottom) / 2),
                text,
                fill=palette.readable_ink((red, green, blue)),
                font=shrunk(text, round(0.36 * self.cell), round(0.86 * self.cell)),
                anchor="mm",
            )


def _hatch(draw: ImageDraw.ImageDraw, box: Box) -> None:
    """Hatch a cell and clear its middle for the number."""
    x, y, right, bottom = box
    side = right - x
    draw.rectangle(box, fill=PAPER, outline=_EDGE)
    for step in np.arange(0, 2 * side, 8):
        start = (x + max(0, step - side), y + min(step, side))
        end = (x + min(step, side), y + max(0, step - side))
        draw.line((*start, *end), fill=_HATCHING)
    draw.rectangle((x + side / 4, y + side / 4, right - side / 4, bottom - side / 4), fill=PAPER)


def title(
    drawing: Image.Image, left: float, top: float, text: str, *, size: int = 18, width: int = 0
) -> None:
    """Write a line of text below (left, top), cut to `width` pixels unless that is 0."""
    words = fitted(text, size, width) if width else letters(text)
    ImageDraw.Draw(drawing).text((left, top), words, fill=INK, font=font(size))


class Filling:
    """A drawing whose cells fill from frame to frame.

    Numbers are drawn, and colours chosen, once: every frame is cut out of the one full drawing. A
    palette for each frame would take most of the time, and let the colours flicker.

    Parameters
    ----------
    drawing : with all cells filled.
    empty : the cells that are empty at first.
    """

    def __init__(self, drawing: Image.Image, empty: Iterable[Box]) -> None:
        self._full = _few_colours(drawing)
        self._shown = self._full.copy()
        self._frames: list[Image.Image] = []
        draw = ImageDraw.Draw(self._shown)
        for box in empty:
            draw.rectangle(box, fill=_PANEL, outline=_BORDER)

    def step(self, filled: Iterable[Box], outlined: Iterable[Box]) -> None:
        """Fill cells for good, and take a frame on which some are outlined."""
        for left, top, right, bottom in filled:
            cell = (int(left), int(top), int(right) + 1, int(bottom) + 1)
            self._shown.paste(self._full.crop(cell), cell)
        frame = self._shown.copy()
        draw = ImageDraw.Draw(frame)
        for box in outlined:
            draw.rectangle(box, outline=_PAPER, width=6)
            draw.rectangle(box, outline=_ACCENT, width=4)
        self._frames.append(frame)

    def gif(self, seconds: float) -> bytes:
        """Write the frames as an endless GIF, so many seconds each and the last one longer."""
        return _endless(self._frames, seconds)


def drawings_gif(drawings: Sequence[Image.Image], seconds: float) -> bytes:
    """Write drawings of one size as an endless GIF, so many seconds each and the last one longer.

    All get the colours of the first, the middle and the last one.
    """
    width, height = drawings[0].size
    picked = [drawings[0], drawings[len(drawings) // 2], drawings[-1]]
    sample = Image.new("RGB", (width, len(picked) * height))
    for place, drawing in enumerate(picked):
        sample.paste(drawing, (0, place * height))
    colours = _few_colours(sample)
    return _endless(
        [each.quantize(palette=colours, dither=Image.Dither.NONE) for each in drawings], seconds
    )


def _few_colours(drawing: Image.Image) -> Image.Image:
    """Choose the palette that suits a drawing best, with the reserved colours at its end."""
    chosen = drawing.quantize(256 - len(_RESERVED), dither=Image.Dither.NONE)
    colours = (chosen.getpalette() or [])[: 3 * _PAPER]
    colours += [0] * (3 * _PAPER - len(colours))
    for colour in _RESERVED:
        colours += palette.rgb(colour).tolist()
    chosen.putpalette(colours)
    return chosen


def _endless(frames: Sequence[Image.Image], seconds: float) -> bytes:
    file = io.BytesIO()
    durations = [int(1000 * seconds)] * (len(frames) - 1) + [int(1000 * _LAST_SECONDS)]
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        optimize=False,  # half the size in ten times the time
    )
    return file.getvalue()
