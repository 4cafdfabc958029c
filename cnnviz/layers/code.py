"""Keras programs for what the page on layers shows.

Like those of `cnnviz.convolution.code`: each reads the files that the page offers for download,
stands alone, and leaves its answer in `result`.
"""

from __future__ import annotations

from cnnviz.layers.connections import LineKind, lines
from cnnviz.shapes import Padding

_LARGEST_BUILT = 50_000_000
"""Weights of a dense layer that a program builds; beyond it only counts (200 MB)."""


def flatten_code() -> str:
    """Write the program that flattens the maps of `flatten.npz`; `result` is (elements,)."""
    return _program(
        "import keras",
        "import numpy as np",
        "",
        'maps = np.load("flatten.npz")["maps"]',
        "result = np.asarray(keras.layers.Flatten()(maps[None]))[0]",
        "print(maps.shape, result.shape)",
    )


def dense_code() -> str:
    """Write the program for the dense layer of `dense.npz`; `result` is (units,)."""
    return _program(
        "import keras",
        "import numpy as np",
        "",
        'given = np.load("dense.npz")',
        'vector = keras.layers.Flatten()(given["maps"][None])',
        'layer = keras.layers.Dense(given["bias"].size)',
        "layer.build(vector.shape)",
        'layer.set_weights([given["weights"], given["bias"]])',
        "result = np.asarray(layer(vector))[0]",
        "print(result)",
    )


def dropout_code(rate: float, *, training: bool, spatial: bool) -> str:
    """Write the program for one mask of `dropout.npz`; `result` has the maps' shape.

    A Keras layer draws masks of its own, so the program applies the page's mask and prints the
    mean of many of Keras's beside it.
    """
    name = "SpatialDropout2D" if spatial else "Dropout"
    shown = (
        [f'result = given["maps"] * given["mask"] / np.float32({1 - rate!r})']
        if training
        else ["result = np.asarray(layer(maps, training=False))[0]"]
    )
    return _program(
        "import keras",
        "import numpy as np",
        "",
        'given = np.load("dropout.npz")',
        'maps = given["maps"][None]',
        f"layer = keras.layers.{name}({rate!r}, seed=0)",
        *shown,
        "means = [np.mean(layer(maps, training=True)) for _ in range(200)]",
        "print(maps.mean(), result.mean(), np.mean(means))",
    )


def cost_code(side: int, channels: int, *, units: int, kernel: int, filters: int) -> str:
    """Write the program that counts a dense layer and a convolution on the same picture.

    `result` holds two whole numbers: the parameters (weights and biases) of each. A dense layer
    of more than 50 million weights is counted, not built.
    """
    weights = side * side * channels * units
    dense = (
        [
            f"dense = keras.layers.Dense({units})",
            f"dense.build((None, {side * side * channels}))",
            "dense_parameters = dense.count_params()",
        ]
        if weights <= _LARGEST_BUILT
        else [
            "# Built, this layer alone would take "
            f"{4 * (weights + units) / 2**30:.3g} GiB: every input times every unit, and a bias "
            "for each.",
            f"dense_parameters = {side} * {side} * {channels} * {units} + {units}",
        ]
    )
    return _program(
        "import keras",
        "",
        *dense,
        f'convolution = keras.layers.Conv2D({filters}, {kernel}, padding="same")',
        f"convolution.build((None, {side}, {side}, {channels}))",
        "result = [dense_parameters, convolution.count_params()]",
        'print(f"{result[0]:,} against {result[1]:,}")',
    )


def connections_code(
    side: int,
    kernel: int,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    kind: LineKind = "convolution",
) -> str:
    """Write the program that finds a layer's connections by trying every input.

    `result` is (inputs, outputs) int: the number of the weight that connects them, counted from
    0, and -1 where there is no connection.

    kind : see :func:`cnnviz.layers.connections.lines`.
    """
    if kind == "dense":
        found = lines(kind, side, kernel, stride=stride, padding=padding)
        return _program(
            "import keras",
            "import numpy as np",
            "",
            f"layer = keras.layers.Dense({found.outputs}, use_bias=False)",
            f"layer.build((None, {side * side}))",
            "# Weights 1, 2, 3, ... and one input at a time: what comes out names the weight.",
            f"names = np.arange(1, {found.weights + 1}).reshape({found.outputs}, {side * side}).T",
            'layer.set_weights([names.astype("float32")])',
            f'inputs = np.eye({side * side}, dtype="float32")',
            "result = np.rint(layer(inputs)).astype(int) - 1",
            _PRINTED,
        )
    apart = (
        "# Not shared: a weight for each connection, output by output. Keras has no such layer.",
        "result.T[result.T >= 0] = np.arange((result >= 0).sum())",
    )
    return _program(
        "import keras",
        "import numpy as np",
        "",
        f'layer = keras.layers.Conv2D(1, {kernel}, strides={stride}, padding="{padding}", '
        "use_bias=False)",
        f"layer.build((None, {side}, {side}, 1))",
        "# Weights 1, 2, 3, ... and one input at a time: what comes out names the weight.",
        f"names = np.arange(1, {kernel * kernel + 1}).reshape({kernel}, {kernel}, 1, 1)",
        'layer.set_weights([names.astype("float32")])',
        f'inputs = np.eye({side * side}, dtype="float32").reshape(-1, {side}, {side}, 1)',
        "result = np.rint(layer(inputs)).astype(int).reshape(len(inputs), -1) - 1",
        *(apart if kind == "unshared" else ()),
        _PRINTED if kind == "unshared" else _PRINTED.replace("result.max() + 1", "len(names) ** 2"),
    )


_PRINTED = 'print((result >= 0).sum(), "connections,", result.max() + 1, "weights")'


def _program(*lines: str) -> str:
    return "\n".join(lines) + "\n"
