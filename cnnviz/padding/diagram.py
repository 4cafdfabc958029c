"""Grids of numbers, layers and axes as SVG drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from cnnviz.drawing import palette, svg
from cnnviz.drawing.display import display
from cnnviz.drawing.svg import LIGHT, Inks
from cnnviz.notation import written
from cnnviz.padding.geometry import Geometry, laid_out
from cnnviz.shapes import Colours

Flags = NDArray[np.bool_]
"""(rows, columns) bool."""

_CELL = 48
_GAP = 44
_MARGIN = 20
_HEADING = 34


@dataclass(frozen=True, eq=False)
class GridDrawing:
    """One grid of numbers as it is to be drawn.

    Attributes
    ----------
    title : stands above it.
    numbers : (rows, columns) float32
    colours : the cells' colours.
    outside : cells that are padding, hatched.
    crossed : cells that no window reaches, crossed out.
    window : (row, column, rows, columns) of a frame around cells, or None.
    """

    title: str
    numbers: NDArray[np.float32]
    colours: Colours
    outside: Flags | None = None
    crossed: Flags | None = None
    window: tuple[int, int, int, int] | None = None


def grids_svg(
    grids: Sequence[GridDrawing],
    signs: Sequence[str] = (),
    *,
    caption: str = "",
    inks: Inks = LIGHT,
) -> str:
    """Draw grids of numbers side by side.

    Parameters
    ----------
    signs : what stands between each two of them, such as "\u2217" and "=".
    caption : one line below.

    Returns
    -------
    The text of an SVG file.

    >>> one = GridDrawing("One", np.ones((1, 1), np.float32), np.zeros((1, 1, 3), np.uint8))
    >>> grids_svg([one]).count("<rect")
    2
    """
    tallest = max(grid.numbers.shape[0] for grid in grids)
    widths = [max(grid.numbers.shape[1] * _CELL, 9 * len(grid.title)) for grid in grids]
    width = sum(widths) + _GAP * (len(grids) - 1) + 2 * _MARGIN
    width = max(width, 2 * _MARGIN + 8 * len(caption))
    height = tallest * _CELL + _HEADING + 2 * _MARGIN + (_HEADING if caption else 0)
    described = "; ".join(
        f"{grid.title}: {grid.numbers.shape[0]} rows, {grid.numbers.shape[1]} columns"
        for grid in grids
    )
    drawing = svg.drawing(width, height, described, inks)
    _hatching(drawing, inks)
    left = float(_MARGIN)
    top = _MARGIN + _HEADING
    for place, (grid, wide) in enumerate(zip(grids, widths, strict=True)):
        svg.text(drawing, left, _MARGIN + 18, grid.title, inks.ink, size=18, weight=600)
        _grid(drawing, grid, left, top, inks)
        left += wide
        if place < len(signs):
            middle = top + tallest * _CELL / 2
            svg.text(
                drawing,
                left + _GAP / 2,
                middle,
                signs[place],
                inks.ink,
                size=26,
                text_anchor="middle",
            )
        left += _GAP
    if caption:
        svg.text(drawing, _MARGIN, height - _MARGIN, caption, inks.ink, size=16)
    return svg.written(drawing)


def layer_svg(
    grid: NDArray[np.float32],
    kernel: NDArray[np.float32] | None,
    result: NDArray[np.float32],
    geometry: Geometry,
    cell: tuple[int, int],
    *,
    input_show: str = "signed",
    kernel_title: str = "Kernel",
) -> str:
    """Draw a layer at one stop of its window: input with padding, kernel, and result.

    Parameters
    ----------
    grid, kernel, result : (rows, columns); no kernel for pooling.
    geometry : where the windows lie.
    cell : (row, column) of the result.
    input_show : how the input is painted, see `cnnviz.display`.
    """
    numbers, outside = laid_out(grid, geometry)
    rows, columns = geometry.touches
    corner = [at * step for at, step in zip(cell, geometry.step, strict=True)]
    drawings = [
        GridDrawing(
            f"Input {_size(grid)}",
            numbers,
            display(numbers[..., np.newaxis], input_show),
            outside=outside,
            crossed=np.outer(rows, columns) == 0,
            window=(corner[0], corner[1], *geometry.span),
        )
    ]
    if kernel is not None:
        colours = palette.colour_map(kernel, scale="weights")
        drawings.append(GridDrawing(kernel_title, kernel, colours))
    drawings.append(
        GridDrawing(
            f"Result {_size(result)}",
            result,
            palette.colour_map(result),
            window=(*cell, 1, 1),
        )
    )
    return grids_svg(drawings, ("\u2192",) if kernel is None else ("\u2217", "="))


def coverage_svg(counts: NDArray[np.int64], title: str) -> str:
    """Draw how many windows touch each pixel, a heat map with numbers."""
    numbers = counts.astype(np.float32)
    colours = palette.colour_map(numbers, scale="attributions")
    return grids_svg([GridDrawing(f"{title} {_size(numbers)}", numbers, colours)])


def _size(grid: NDArray[np.float32]) -> str:
    return f"{grid.shape[0]} \u00d7 {grid.shape[1]}"


def axis_svg(
    length: int,
    *,
    before: int,
    after: int,
    kernel_size: int,
    stride: int = 1,
    dilation: int = 1,
    positions: int,
    described: str,
    outside_label: str = "0",
    inks: Inks = LIGHT,
) -> str:
    """Draw one axis: its pixels, its padding, and below them each stop of the window.

    Pixels that no stop touches are crossed out.

    Parameters
    ----------
    length : pixels along the axis, without padding.
    before, after : padded pixels at each end.
    positions : stops of the window.
    described : what the drawing shows, in words, for who cannot see it.
    outside_label : stands in each padded pixel.

    >>> axis_svg(4, before=0, after=1, kernel_size=2, positions=4, described="").count("<circle")
    8
    """
    cell, line = 40, 15
    total = before + length + after
    width = total * cell + 2 * _MARGIN
    height = _MARGIN + cell + 14 + positions * line + _MARGIN // 2
    drawing = svg.drawing(width, height, described, inks)
    _hatching(drawing, inks)
    stops = [
        [stop * stride + tap * dilation for tap in range(kernel_size)] for stop in range(positions)
    ]
    touched = {place for taps in stops for place in taps}
    for place in range(total):
        x, inside = _MARGIN + place * cell, 0 <= place - before < length
        fill = inks.background if inside else "url(#padding)"
        svg.rect(drawing, x, _MARGIN, cell, cell, fill, stroke=inks.quiet)
        label = str(place - before) if inside else outside_label
        if place not in touched:
            _cross(drawing, x, _MARGIN, cell, inks.quiet)
        svg.text(
            drawing,
            x + cell / 2,
            _MARGIN + cell / 2 + 6,
            label,
            inks.ink if inside else inks.quiet,
            size=17,
            weight=600 if inside else 400,
            text_anchor="middle",
            **_halo(inks.background),
        )
    for stop, taps in enumerate(stops):
        y = _MARGIN + cell + 14 + stop * line
        ends = [_MARGIN + (tap + 0.5) * cell for tap in (taps[0], taps[-1])]
        svg.line(drawing, ends[0], y, ends[1], y, inks.accent, 3)
        for tap in taps:
            svg.shape(
                drawing, "circle", cx=_MARGIN + (tap + 0.5) * cell, cy=y, r=4, fill=inks.accent
            )
    return svg.written(drawing)


def _grid(drawing: Element, grid: GridDrawing, left: float, top: float, inks: Inks) -> None:
    group = svg.shape(drawing, "g")
    for row, column in np.ndindex(*grid.numbers.shape):
        x, y = left + column * _CELL, top + row * _CELL
        fill = palette.hex_colour(grid.colours[row, column])
        svg.rect(group, x, y, _CELL, _CELL, fill, stroke=inks.quiet)
        ink = palette.readable_ink(fill)
        if grid.outside is not None and grid.outside[row, column]:
            svg.rect(group, x, y, _CELL, _CELL, "url(#padding)", stroke=inks.quiet)
            svg.rect(group, x + 12, y + 12, _CELL - 24, _CELL - 24, inks.background)
            ink = inks.quiet
        crossed = grid.crossed is not None and bool(grid.crossed[row, column])
        if crossed:
            _cross(group, x, y, _CELL, ink)
        text = written(float(grid.numbers[row, column]), letters=7)
        size = 18 if len(text) <= 4 else 13
        svg.text(
            group,
            x + _CELL / 2,
            y + _CELL / 2 + size * 0.36,
            text,
            ink,
            size=size,
            weight=500,
            text_anchor="middle",
            **(_halo(fill) if crossed else {}),
        )
    if grid.window is not None:
        row, column, rows, columns = grid.window
        place = (left + column * _CELL, top + row * _CELL, columns * _CELL, rows * _CELL)
        for colour, thickness in ((inks.background, 6), (inks.accent, 4)):
            svg.rect(group, *place, "none", stroke=colour, stroke_width=thickness)


def _hatching(drawing: Element, inks: Inks) -> None:
    pattern = svg.shape(
        svg.shape(drawing, "defs"),
        "pattern",
        id="padding",
        width=7,
        height=7,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    svg.line(pattern, 0, 0, 0, 7, inks.quiet, 1.4)


def _halo(colour: str) -> dict[str, float | str]:
    """Set a text apart from what lies behind it."""
    return {"stroke": colour, "stroke_width": 5, "paint_order": "stroke"}


def _cross(parent: Element, x: float, y: float, cell: float, ink: str) -> None:
    svg.line(parent, x + 3, y + 3, x + cell - 3, y + cell - 3, ink, 1.6)
    svg.line(parent, x + cell - 3, y + 3, x + 3, y + cell - 3, ink, 1.6)
