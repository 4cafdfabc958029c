"""A stack drawn as volumes, left to right: an SVG and a PNG for slides and papers.

Rows and columns of all maps are to one scale; a volume's width is the square root of its channels,
so that 4,096 units stand beside three colours.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from cnnviz.drawing import lettering, svg
from cnnviz.drawing.svg import LIGHT, Inks
from cnnviz.networks.building.kinds import MERGES, said_shape
from cnnviz.networks.building.table import Row
from cnnviz.networks.diagram import colour_of

Point = tuple[float, float]

_TALLEST = 130.0
_DEEP: Point = (0.42, -0.3)  # where one pixel of a row goes: columns lead away from the viewer
_WIDE, _WIDEST = 3.0, 300.0
_THINNEST = 5.0
_MOST_PIXELS = 16_000  # across, of a PNG
_GAP, _MARGIN, _TITLE, _LINE = 18.0, 24.0, 44.0, 17.0
_SIZE = 12
_NOTE = "Height and depth: rows and columns to scale. Width: square root of the channels."


@dataclass(frozen=True)
class _Face:
    corners: tuple[Point, ...]
    fill: str


@dataclass(frozen=True)
class _Words:
    left: float
    base: float
    text: str
    fill: str
    size: int


@dataclass(frozen=True)
class _Picture:
    width: float
    height: float
    faces: tuple[_Face, ...]
    words: tuple[_Words, ...]


def stack_svg(rows: Sequence[Row], title: str, *, inks: Inks = LIGHT) -> str:
    """Draw the layers of a stack as the text of an SVG file.

    Parameters
    ----------
    rows : of a stack's table, the input first.
    title : written above, and the picture's accessible name.
    """
    picture = _laid_out(rows, title, inks)
    made = svg.drawing(picture.width, picture.height, _described(rows, title), inks)
    for face in picture.faces:
        points = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in face.corners)
        svg.shape(made, "polygon", points=points, fill=face.fill, stroke=inks.background)
    for words in picture.words:
        svg.text(made, words.left, words.base, words.text, words.fill, size=words.size)
    return svg.written(made)


def stack_png(rows: Sequence[Row], title: str, *, inks: Inks = LIGHT, scale: int = 2) -> bytes:
    """Draw the same as the bytes of a PNG file.

    scale : pixels of the file for one of the drawing; fewer where the stack is very long.
    """
    picture = _laid_out(rows, title, inks)
    scale = max(1, min(scale, int(_MOST_PIXELS / picture.width)))
    size = (math.ceil(picture.width * scale), math.ceil(picture.height * scale))
    made = Image.new("RGB", size, inks.background)
    draw = ImageDraw.Draw(made)
    for face in picture.faces:
        corners = [(x * scale, y * scale) for x, y in face.corners]
        draw.polygon(corners, fill=face.fill, outline=inks.background, width=scale)
    for words in picture.words:
        place = (words.left * scale, words.base * scale)
        font = lettering.font(words.size * scale)
        draw.text(place, lettering.letters(words.text), fill=words.fill, font=font, anchor="ls")
    file = io.BytesIO()
    made.save(file, "PNG")
    return file.getvalue()


def _described(rows: Sequence[Row], title: str) -> str:
    return f"{title}: " + ", ".join(f"{row.name} {said_shape(row.output_shape)}" for row in rows)


def _laid_out(rows: Sequence[Row], title: str, inks: Inks) -> _Picture:
    maps = [row.output_shape for row in rows if len(row.output_shape) == 3]
    scale = _TALLEST / max(max(shape[:2]) for shape in maps)
    wide = min(_WIDE, _WIDEST / math.sqrt(max(row.output_shape[-1] for row in rows)))
    highest = max(shape[0] * scale - shape[1] * scale * _DEEP[1] for shape in maps)
    middle = _MARGIN + _TITLE + highest / 2
    below = middle + highest / 2 + 1.6 * _LINE
    faces: list[_Face] = []
    words = [_Words(_MARGIN, _MARGIN + 18, title, inks.ink, 18)]
    left = _MARGIN
    for row in rows:
        kind = row.layer.kind()
        shape = row.output_shape if len(row.output_shape) == 3 else (1, 1, row.output_shape[0])
        volume, across = _volume(shape, (scale, wide), (left, middle), _colour(row))
        faces += volume
        lines = [row.name, kind, said_shape(row.output_shape)]
        for number, line in enumerate(lines):
            ink = inks.quiet if number == 1 else inks.ink
            words.append(_Words(left, below + number * _LINE, line, ink, _SIZE))
        widest = max(lettering.font(_SIZE).getlength(line) for line in lines)
        left += max(across, widest) + _GAP
    words.append(_Words(_MARGIN, below + 4 * _LINE, _NOTE, inks.quiet, _SIZE))
    note = lettering.font(_SIZE).getlength(_NOTE) + 2 * _MARGIN
    heading = lettering.font(18).getlength(lettering.letters(title)) + 2 * _MARGIN
    width = max(left - _GAP + _MARGIN, note, heading)
    return _Picture(width, below + 4 * _LINE + _MARGIN, tuple(faces), tuple(words))


def _colour(row: Row) -> str:
    """Give a layer its kind's colour, and a block that of where its branches meet."""
    merges = [part.kind for part in row.parts if part.kind in MERGES]
    return colour_of(merges[-1] if merges else row.layer.kind())


def _volume(
    shape: tuple[int, ...], scales: Point, place: Point, colour: str
) -> tuple[list[_Face], float]:
    """Draw a block from its left, at mid height; also says how wide it is.

    scales : of rows and columns, and of the root of the channels.
    """
    scale, wide = scales
    height = max(shape[0] * scale, _THINNEST)
    width = max(wide * math.sqrt(shape[2]), _THINNEST)
    columns = max(shape[1] * scale, _THINNEST)
    deep = (columns * _DEEP[0], columns * _DEEP[1])
    left, top = place[0], place[1] - (height + deep[1]) / 2

    def at(right: float, down: float, back: float) -> Point:
        return left + right + back * deep[0], top + down + back * deep[1]

    front = (at(0, 0, 0), at(width, 0, 0), at(width, height, 0), at(0, height, 0))
    lid = (at(0, 0, 0), at(width, 0, 0), at(width, 0, 1), at(0, 0, 1))
    side = (at(width, 0, 0), at(width, 0, 1), at(width, height, 1), at(width, height, 0))
    faces = [
        _Face(front, colour),
        _Face(lid, _mixed(colour, 255, 0.45)),
        _Face(side, _mixed(colour, 0, 0.25)),
    ]
    return faces, width + deep[0]


def _mixed(colour: str, towards: int, part: float) -> str:
    """Mix a colour with white or black.

    >>> _mixed("#808080", 255, 0.5), _mixed("#808080", 0, 0.5)
    ('#c0c0c0', '#404040')
    """
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(one + (towards - one) * part):02x}" for one in parts)
