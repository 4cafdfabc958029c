"""The sliding window as an animated GIF, drawn with Pillow."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnnviz.drawing import palette
from cnnviz.drawing.display import display
from cnnviz.drawing.lettering import font, letters
from cnnviz.notation import written

_CELL = 44
_GAP = 28
_HEADING = 34
_MARGIN = 16


def sliding_window_gif(
    inputs: NDArray[np.float32],
    input_colours: NDArray[np.uint8],
    outputs: NDArray[np.float32],
    output_colours: NDArray[np.uint8],
    *,
    kernel: NDArray[np.float32] | None,
    window: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    titles: Sequence[str] = ("Picture", "Kernel", "Result"),
    outside: NDArray[np.bool_] | None = None,
    seconds_per_step: float = 0.25,
) -> bytes:
    """Draw the window sliding over a patch while the output fills cell by cell.

    Parameters
    ----------
    inputs : (height, width) numbers of the patch, padding included.
    input_colours : (height, width, 3) uint8, the colour of each cell.
    outputs, output_colours : the same for the cells that the window gives, in the same order.
    kernel : (rows, columns) weights drawn between the two, or None (pooling).
    window : rows and columns that one stop of the window covers, before dilation.
    outside : (height, width), the cells that are padding; they are hatched.

    Returns
    -------
    The bytes of an endless GIF.
    """
    blocks = [(inputs, input_colours)]
    if kernel is not None:
        blocks.append((kernel, palette.colour_map(kernel, scale="weights")))
    blocks.append((outputs, output_colours))
    if kernel is None:
        titles = (titles[0], titles[-1])
    left, places = _MARGIN, []
    for (numbers, _), title in zip(blocks, titles, strict=True):
        places.append(left)
        left += max(numbers.shape[1] * _CELL, round(font(18).getlength(title))) + _GAP
    height = max(numbers.shape[0] for numbers, _ in blocks) * _CELL + _HEADING + 2 * _MARGIN
    base = Image.new("RGB", (left - _GAP + _MARGIN, height), palette.LIGHT_BACKGROUND)
    draw = ImageDraw.Draw(base)
    for place, title in zip(places, titles, strict=True):
        draw.text((place, _MARGIN), letters(title), fill="#1b1f23", font=font(18))
    for place, (numbers, colours) in zip(places[:-1], blocks[:-1], strict=True):
        hatched = outside if numbers is inputs else None
        _draw_cells(draw, place, numbers, colours, hatched=hatched)
    _draw_cells(draw, places[-1], outputs, output_colours)
    # Numbers are drawn, and colours chosen, once; the frames are cut out of that one picture.
    filled = _with_reserved(base.quantize(256 - len(_RESERVED), dither=Image.Dither.NONE))
    shown = filled.copy()
    rows, columns = outputs.shape
    for row, column in np.ndindex(rows, columns):
        box = _box(places[-1], row, column, 1, 1)
        ImageDraw.Draw(shown).rectangle(box, fill=_PANEL, outline=_BORDER)
    span = [d * (k - 1) + 1 for k, d in zip(window, dilation, strict=True)]
    frames = []
    for row, column in np.ndindex(rows, columns):
        left, top, right, bottom = _box(places[-1], row, column, 1, 1)
        cell = (left, top, right + 1, bottom + 1)
        shown.paste(filled.crop(cell), cell)
        frame = shown.copy()
        draw = ImageDraw.Draw(frame)
        _outline(draw, _box(places[0], row * stride[0], column * stride[1], *span))
        _outline(draw, _box(places[-1], row, column, 1, 1))
        frames.append(frame)
    file = io.BytesIO()
    durations = [int(seconds_per_step * 1000)] * (len(frames) - 1) + [1500]
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


# Colours of the frames' own, at the end of the palette.
_RESERVED = ("#ffffff", palette.LIGHT_ACCENT, "#f3f5f5", "#d5dadd")
_WHITE, _ACCENT, _PANEL, _BORDER = range(256 - len(_RESERVED), 256)


def _with_reserved(picture: Image.Image) -> Image.Image:
    colours = (picture.getpalette() or [])[: 3 * _WHITE]
    colours += [0] * (3 * _WHITE - len(colours))
    for colour in _RESERVED:
        colours += palette.rgb(colour).tolist()
    picture.putpalette(colours)
    return picture


def _draw_cells(
    draw: ImageDraw.ImageDraw,
    left: int,
    numbers: NDArray[np.float32],
    colours: NDArray[np.uint8],
    *,
    hatched: NDArray[np.bool_] | None = None,
) -> None:
    for row, column in np.ndindex(*numbers.shape):
        x, y, *_ = box = _box(left, row, column, 1, 1)
        colour = tuple(int(level) for level in colours[row, column])
        draw.rectangle(box, fill=colour, outline="#8a9299")
        if hatched is not None and hatched[row, column]:
            colour = _hatch(draw, box)
        text = letters(written(float(numbers[row, column]), letters=7))
        draw.text(
            (x + _CELL / 2, y + _CELL / 2),
            text,
            fill=palette.readable_ink(colour),
            font=font(16 if len(text) <= 4 else 12),
            anchor="mm",
        )


def _hatch(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> tuple[int, ...]:
    """Hatch a cell and clear its middle for the number; return the colour there."""
    x, y, right, bottom = box
    draw.rectangle(box, fill="#ffffff", outline="#8a9299")
    for step in range(0, 2 * _CELL, 8):
        start = (x + max(0, step - _CELL), y + min(step, _CELL))
        end = (x + min(step, _CELL), y + max(0, step - _CELL))
        draw.line((*start, *end), fill="#aab2b8")
    draw.rectangle((x + 11, y + 11, right - 11, bottom - 11), fill="#ffffff")
    return 255, 255, 255


def _box(left: int, row: int, column: int, height: int, width: int) -> tuple[int, int, int, int]:
    """Give the corners of some cells in a grid that begins at `left`."""
    x, y = left + column * _CELL, _MARGIN + _HEADING + row * _CELL
    return x, y, x + width * _CELL, y + height * _CELL


def _outline(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
    draw.rectangle(box, outline=_WHITE, width=6)
    draw.rectangle(box, outline=_ACCENT, width=4)


def sliding_patch_gif(
    inputs: NDArray[np.uint8] | NDArray[np.float32],
    outputs: NDArray[np.float32],
    sources: tuple[NDArray[np.int32], NDArray[np.int32]],
    *,
    kernel: NDArray[np.float32] | None,
    window: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    cell: tuple[int, int],
    show: str,
    input_show: str = "clip",
    most: int = 6,
) -> bytes:
    """Draw the window sliding over the patch around one output cell, from the whole pictures.

    Parameters
    ----------
    inputs, outputs : (height, width, channels), one channel or three; the first one's numbers
        stand in the cells.
    sources : see `cnnviz.convolution.windows.padded_sources`, rows and columns.
    cell : (row, column) of the output in the middle of the patch.
    show, input_show : how output and input are painted, see `cnnviz.display`.
    most : output cells along one side of the patch.
    """
    first, count, crop = [], [], []
    for axis in range(2):
        size = outputs.shape[axis]
        span = dilation[axis] * (window[axis] - 1) + 1
        fit = max(1, min(size, most, (14 - span) // stride[axis] + 1))
        start = max(0, min(size - fit, cell[axis] - fit // 2))
        first.append(start)
        count.append(fit)
        place = start * stride[axis]
        crop.append(sources[axis][place : place + (fit - 1) * stride[axis] + span])
    patch = inputs[np.maximum(crop[0], 0)[:, None], np.maximum(crop[1], 0)[None, :]]
    zeros = (crop[0] < 0)[:, None] | (crop[1] < 0)[None, :]
    patch = np.where(zeros[..., None], 0, patch).astype(np.float32)
    block = tuple(slice(start, start + fit) for start, fit in zip(first, count, strict=True))
    return sliding_window_gif(
        patch[..., 0],
        display(patch, input_show),
        outputs[block][..., 0],
        display(outputs, show)[block],
        kernel=kernel,
        window=window,
        stride=stride,
        dilation=dilation,
        outside=zeros,
    )
