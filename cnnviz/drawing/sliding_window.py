"""The sliding window as an animated GIF, drawn with Pillow."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.drawing import palette
from cnnviz.drawing.display import display
from cnnviz.drawing.gif import PAPER, Filling, Grid, title
from cnnviz.drawing.lettering import font
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
    left, grids = _MARGIN, []
    for (numbers, _), words in zip(blocks, titles, strict=True):
        grids.append(Grid(left, _MARGIN + _HEADING, _CELL))
        left += max(numbers.shape[1] * _CELL, round(font(18).getlength(words))) + _GAP
    height = max(numbers.shape[0] for numbers, _ in blocks) * _CELL + _HEADING + 2 * _MARGIN
    full = Image.new("RGB", (left - _GAP + _MARGIN, height), PAPER)
    for grid, (numbers, colours), words in zip(grids, blocks, titles, strict=True):
        title(full, grid.left, _MARGIN, words)
        texts = [written(number, letters=7) for number in numbers.ravel().tolist()]
        grid.draw(full, texts, colours, hatched=outside if numbers is inputs else None)
    picture, result = grids[0], grids[-1]
    cells = list(np.ndindex(*outputs.shape))
    filling = Filling(full, [result.box(*cell) for cell in cells])
    span = [d * (k - 1) + 1 for k, d in zip(window, dilation, strict=True)]
    for row, column in cells:
        stop = picture.box(row * stride[0], column * stride[1], *span)
        cell = result.box(row, column)
        filling.step([cell], [stop, cell])
    return filling.gif(0.25)


def result_title(bias: float) -> str:
    """Name the result, with the bias where there is one, so that the products add up to it.

    >>> result_title(0), result_title(-10)
    ('Result', 'Result, bias −10')
    """
    return f"Result, bias {written(bias)}" if bias else "Result"


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
    bias: float = 0.0,
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
    bias : what every cell of the output contains beside the sum of products; it is named.
    most : output cells along one side of the patch.
    """
    first, count, crop = [], [], []
    for axis in range(2):
        size = outputs.shape[axis]
        span = dilation[axis] * (window[axis] - 1) + 1
        # Some 14 cells of the input; a few more where one stop alone would stand still.
        fit = max(1, min(size, most, (14 - span) // stride[axis] + 1))
        if fit < min(2, size) and span + stride[axis] <= 16:
            fit = 2
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
        titles=("Picture", "Kernel", result_title(bias)),
        outside=zeros,
    )
