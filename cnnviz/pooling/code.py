"""Keras programs that reproduce a pooled map. Each leaves its answer in `result`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution.code import array_literal
from cnnviz.pooling.operations import PoolKind
from cnnviz.shapes import MapPadding, Padding, Size, map_padding, pair

_LAYERS = {"max": "Max", "average": "Average"}


def pooling_code(
    input_size: tuple[int, int],
    *,
    kind: PoolKind = "max",
    size: Size = 2,
    stride: Size | None = None,
    padding: Padding = "valid",
    numbers: NDArray[np.float32] | None = None,
    arrays_file: str = "pooling.npz",
) -> str:
    """Write the program for one view.

    Parameters
    ----------
    input_size, kind, size, stride, padding : as in `cnnviz.pooling.pool`.
    numbers : (rows, columns) of a grid that the program is to hold itself; without it, the
        program reads "input", (height, width, channels), from `arrays_file`.
    """
    window = pair(size, "size")
    strides = window if stride is None else pair(stride, "stride")
    ends = map_padding(input_size, window, stride=strides, padding=padding)
    lines = ["import keras", "import numpy as np", ""]
    if numbers is None:
        lines.append(f'inputs = np.load("{arrays_file}")["input"].astype("float32")[None]')
    else:
        beginning = "inputs = np.array("
        rows = array_literal(numbers).replace("\n", "\n" + " " * len(beginning))
        lines.append(f'{beginning}{rows}, "float32")[None, :, :, None]')
    if kind == "l2":
        lines += _l2(window, strides, ends)
    elif window == input_size and padding == "valid":
        lines += [
            f"layer = keras.layers.Global{_LAYERS[kind]}Pooling2D(keepdims=True)",
            "outputs = layer(inputs)",
        ]
    elif padding in ("valid", "same"):
        lines += [*_layer(kind, window, strides, str(padding)), "outputs = layer(inputs)"]
    else:
        lines += _explicit(kind, window, strides, ends)
    lines += ["result = np.asarray(outputs)[0]", "print(result.shape, result.min(), result.max())"]
    return "\n".join(lines) + "\n"


def _layer(
    kind: str, window: tuple[int, int], strides: tuple[int, int], padding: str = "valid"
) -> list[str]:
    return [
        f"layer = keras.layers.{_LAYERS[kind]}Pooling2D(",
        f"    pool_size={window}, strides={strides}, padding={padding!r}".replace("'", '"'),
        ")",
    ]


def _padded(name: str, ends: MapPadding, value: str) -> str:
    (top, bottom), (left, right) = ends
    return (
        f"np.pad({name}, ((0, 0), ({top}, {bottom}), ({left}, {right}), (0, 0)), "
        f"constant_values={value})"
    )


def _explicit(
    kind: str, window: tuple[int, int], strides: tuple[int, int], ends: MapPadding
) -> list[str]:
    layer = _layer(kind, window, strides)
    if kind == "max":
        return [
            "# Padding must never win, so it is as small as can be.",
            *layer,
            f"outputs = layer({_padded('inputs', ends, '-np.inf')})",
        ]
    return [
        "# Keras would count padding as zeros: divide by the share of real pixels instead.",
        *layer,
        f"inside = {_padded('np.ones_like(inputs)', ends, '0')}",
        f"outputs = layer({_padded('inputs', ends, '0')}) / layer(inside)",
    ]


def _l2(window: tuple[int, int], strides: tuple[int, int], ends: MapPadding) -> list[str]:
    squares = "inputs**2" if ends == ((0, 0), (0, 0)) else _padded("inputs**2", ends, "0")
    return [
        "# Keras has no such layer: the root of the sum of squares, by way of their mean.",
        *_layer("average", window, strides),
        f"outputs = keras.ops.sqrt(layer({squares}) * {window[0] * window[1]})",
    ]
