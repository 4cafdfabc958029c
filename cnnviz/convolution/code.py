"""Keras programs that reproduce what is on screen, to be copied, run and compared.

Every program reads the files that the page offers for download, stands alone, and leaves its
answer in `result`. Tests run them and compare with the arrays of `cnnviz`.
"""

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution.windows import NUMPY_MODES, PADDING_MODES
from cnnviz.shapes import MapPadding, Padding, Size, map_padding, pair


def array_literal(values: NDArray[np.float32]) -> str:
    """Write a float32 array so that reading it back gives the same float32 numbers.

    >>> array_literal(np.array([[0.1, -1.0]], np.float32))
    '[[0.1, -1.0]]'
    """
    if values.ndim == 0:
        return np.format_float_positional(np.float32(values), unique=True, trim="0")
    inner = [array_literal(part) for part in values]
    lines = ",\n ".join(inner) if values.ndim > 1 else ", ".join(inner)
    return f"[{lines}]"


def convolution_code(
    kernel: NDArray[np.float32],
    input_size: tuple[int, int],
    *,
    bias: float = 0.0,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    padding_mode: str = "zeros",
    flip: bool = False,
    colour: bool = False,
    picture_file: str = "picture.png",
) -> str:
    """Write the program for one kernel on a grey picture, or on each of its three channels.

    Parameters
    ----------
    kernel : (rows, columns) float32, as the page shows it; `flip` turns it around first.
    input_size : (height, width) of the picture in `picture_file`.
    """
    if padding_mode not in PADDING_MODES:
        raise ValueError(
            f"The padding mode must be one of {', '.join(PADDING_MODES)}. "
            f"Received: padding_mode={padding_mode!r}."
        )
    rows, columns = kernel.shape
    strides, dilations = pair(stride, "stride"), pair(dilation, "dilation")
    # Keras refuses strides and dilation together; every stride-th position is the same thing.
    skipping = strides != (1, 1) and dilations != (1, 1)
    by_name = padding in ("valid", "same") and not skipping
    by_name = by_name and (padding == "valid" or padding_mode == "zeros")
    amounts = map_padding(
        input_size, (rows, columns), stride=strides, padding=padding, dilation=dilations
    )
    steps = [
        "import keras",
        "import numpy as np",
        "from PIL import Image",
        "",
        f'picture = Image.open("{picture_file}").convert("{"RGB" if colour else "L"}")',
        f'inputs = np.asarray(picture, "float32").reshape(1, *picture.size[::-1], '
        f"{3 if colour else 1})",
        f'kernel = np.array({array_literal(kernel)}, "float32")',
    ]
    if flip:
        steps.append("kernel = kernel[::-1, ::-1]  # a convolution in the mathematical sense")
    if not by_name and amounts != ((0, 0), (0, 0)):
        steps.append(_padding_line(amounts, padding_mode))
    arguments = [f"kernel_size={(rows, columns)}"]
    if not skipping:
        arguments.append(f"strides={strides}")
    arguments.append(f'padding="{padding if by_name else "valid"}"')
    if dilations != (1, 1):
        arguments.append(f"dilation_rate={dilations}")
    name = "DepthwiseConv2D" if colour else "Conv2D"
    if not colour:
        arguments.insert(0, "filters=1")
    biases = array_literal(np.full(3 if colour else 1, bias, np.float32))
    weights = (
        "np.repeat(kernel[:, :, None, None], 3, axis=2)" if colour else "kernel[:, :, None, None]"
    )
    steps += [
        "",
        f"layer = keras.layers.{name}({', '.join(arguments)})",
        "layer.build(inputs.shape)",
        f'layer.set_weights([{weights}, np.array({biases}, "float32")])',
        "result = np.asarray(layer(inputs))[0]",
    ]
    if skipping:
        steps.append(f"result = result[:: {strides[0]}, :: {strides[1]}]  # the stride")
    steps.append("print(result.shape, result.min(), result.max())")
    return "\n".join(steps) + "\n"


def _padding_line(amounts: MapPadding, padding_mode: str) -> str:
    (top, bottom), (left, right) = amounts
    mode = "" if padding_mode == "zeros" else f', mode="{NUMPY_MODES[padding_mode]}"'
    return f"inputs = np.pad(inputs, ((0, 0), ({top}, {bottom}), ({left}, {right}), (0, 0)){mode})"
