"""Keras programs for one filter on three channels, and for one layer between stacks of maps.

As in `cnnviz.convolution.code`, every program reads files that the page offers, stands alone, and
leaves its answer in `result`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from cnnviz.channels.connections import Connection
from cnnviz.channels.mixing import CHANNELS
from cnnviz.convolution.code import array_literal
from cnnviz.images.preprocessing import Preprocessing


def mix_code(
    kernel: NDArray[np.float32],
    scale: Preprocessing,
    *,
    bias: float = 0.0,
    muted: Collection[int] = (),
    activation: str = "linear",
    parameters: Mapping[str, float] | None = None,
    stride: int = 1,
    padding: str = "valid",
    picture_file: str = "picture.png",
) -> str:
    """Write the program for what :func:`cnnviz.channels.mixing.mix_channels` computes.

    Parameters
    ----------
    kernel : (rows, columns, 3) float32
    scale : how the pixels are scaled, one of `cnnviz.channels.trained_kernels.PIXEL_SCALES`.
    """
    rows, columns, _ = kernel.shape
    geometry = f'kernel_size={(rows, columns)}, strides={stride}, padding="{padding}"'
    activate = "".join(f", {name}={value!r}" for name, value in (parameters or {}).items())
    steps = [
        "import keras",
        "import numpy as np",
        "from PIL import Image",
        "",
        f'pixels = np.asarray(Image.open("{picture_file}").convert("RGB"), "float32")',
        scale.code,
        "",
        "kernel = np.stack(",
        "    [",
        *(
            f'        np.array({array_literal(kernel[..., channel])}, "float32"),  # {name}'
            for channel, name in enumerate(CHANNELS)
        ),
        "    ],",
        "    axis=-1,",
        ")",
        f"separate = keras.layers.DepthwiseConv2D({geometry}, use_bias=False)",
        "separate.build((1, *x.shape))",
        "separate.set_weights([kernel[..., None]])",
        "partial = np.asarray(separate(x[None]))[0]  # one map for each channel",
        "",
        *(
            f"kernel[..., {channel}] = 0  # {CHANNELS[channel]} is muted"
            for channel in sorted(muted)
        ),
        f"together = keras.layers.Conv2D(1, {geometry})",
        "together.build((1, *x.shape))",
        "together.set_weights([kernel[..., None], "
        f'np.array({array_literal(np.array([bias], np.float32))}, "float32")])',
        f"result = np.asarray(keras.activations.{activation}(together(x[None]){activate}))"
        "[0, :, :, 0]",
        "print(result.shape, result.min(), result.max())",
    ]
    return "\n".join(steps) + "\n"


def connected_code(
    connection: Connection,
    channels: int,
    kernel_size: int = 3,
) -> str:
    """Write the program for a layer of one kind, its weights and input read from `layer.npz`.

    Parameters
    ----------
    connection : which channels reach which filters.
    channels : maps in, and filters.

    The file holds "volume" (height, width, channels), "bias" and the weights, named "kernels", or
    "depthwise" and "pointwise" for a separable layer.
    """
    layers = {
        "standard": f'Conv2D({channels}, {kernel_size}, padding="same")',
        "grouped": (
            f'Conv2D({channels}, {kernel_size}, padding="same", groups={connection.groups})'
        ),
        "depthwise": f'DepthwiseConv2D({kernel_size}, padding="same")',
        "separable": f'SeparableConv2D({channels}, {kernel_size}, padding="same")',
        "pointwise": f"Conv2D({channels}, 1)",
    }
    names = ("depthwise", "pointwise") if connection.kind == "separable" else ("kernels",)
    weights = ", ".join(f'arrays["{name}"]' for name in (*names, "bias"))
    return f"""\
import keras
import numpy as np

arrays = np.load("layer.npz")
x = arrays["volume"][None]
layer = keras.layers.{layers[connection.kind]}
layer.build(x.shape)
layer.set_weights([{weights}])
result = np.asarray(keras.activations.relu(layer(x)))[0]
print(layer.count_params(), result.shape, result.min(), result.max())
"""
