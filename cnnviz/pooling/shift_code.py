"""The Keras program of the shift test: it leaves the changes in `result`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution.code import array_literal
from cnnviz.convolution.windows import NUMPY_MODES
from cnnviz.pooling.operations import PoolKind

_POOLED = {
    "max": "keras.layers.MaxPooling2D({size})(maps)",
    "average": "keras.layers.AveragePooling2D({size})(maps)",
    "l2": "keras.ops.sqrt(keras.layers.AveragePooling2D({size})(maps**2) * {count})",
}


def shift_code(
    kernel: NDArray[np.float32],
    shifts: Sequence[tuple[int, int]],
    *,
    border: str = "wrap",
    kind: PoolKind = "max",
    size: int = 2,
) -> str:
    """Write the program.

    Its `result` is (shifts, 3): the change of the map, of the pooled map and of the global pool.

    Parameters
    ----------
    kernel : (rows, columns) float32
    shifts : (dx, dy) in pixels.
    border, kind, size : as in `cnnviz.pooling.shift.shift_curves`.
    """
    margin = max((max(abs(dx), abs(dy)) for dx, dy in shifts), default=0)
    beginning = "kernel = np.array("
    rows = array_literal(kernel).replace("\n", "\n" + " " * len(beginning))
    pooled = _POOLED[kind].format(size=size, count=size * size)
    return f"""import keras
import numpy as np

picture = np.load("shift.npz")["input"].astype("float32")  # (height, width, 1)
{beginning}{rows}, "float32")[:, :, None, None]
shifts = {list(shifts)!r}  # to the right and down

layer = keras.layers.Conv2D(1, kernel.shape[:2], activation="relu", use_bias=False)
layer.build((1, *picture.shape))
layer.set_weights([kernel])
height, width, _ = picture.shape
margin = {margin}
ends = ((margin, margin), (margin, margin), (0, 0))
canvas = np.pad(picture, ends, mode="{NUMPY_MODES[border]}")


def results(dx, dy):
    top, left = margin - dy, margin - dx
    maps = layer(canvas[None, top : top + height, left : left + width])
    pooled = {pooled}
    everything = keras.layers.GlobalAveragePooling2D()(maps)
    return [np.asarray(part) for part in (maps, pooled, everything)]


def change(after, before):
    return np.linalg.norm(after - before) / np.linalg.norm(before)


at_rest = results(0, 0)
result = np.array(
    [[change(*pair) for pair in zip(results(*shift), at_rest)] for shift in shifts]
)
print(result.round(3))
"""
