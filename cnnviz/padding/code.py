"""Programs that reproduce a convolution of a small grid, in Keras's words and in PyTorch's.

Each stands alone, holds the numbers themselves, and leaves its answer in `result`.
"""

from __future__ import annotations

from cnnviz.convolution.code import array_literal
from cnnviz.padding.geometry import Geometry
from cnnviz.shapes import Grid


def keras_program(grid: Grid, kernel: Grid, geometry: Geometry, rule: str) -> str:
    """Write the Keras program.

    Parameters
    ----------
    grid, kernel : (rows, columns) float32
    geometry : where the windows lie, see `cnnviz.geometry`.
    rule : the padding's name where Keras has one ("valid", "same"); any other word means that
        the amounts in `geometry` are given one by one.
    """
    lines = [
        "import keras",
        "import numpy as np",
        "",
        _rows("inputs = np.array(", grid) + ', "float32")[None, :, :, None]',
        _rows("kernel = np.array(", kernel) + ', "float32")[:, :, None, None]',
    ]
    write = _keras_transposed if geometry.transposed else _keras_convolution
    lines += write(geometry, rule)
    lines += ["result = np.asarray(outputs)[0, :, :, 0]", "print(result.shape)", "print(result)"]
    return "\n".join(lines) + "\n"


def torch_program(grid: Grid, kernel: Grid, geometry: Geometry, rule: str) -> str:
    """Write the PyTorch program; the parameters are those of `keras_program`."""
    lines = [
        "import torch",
        "import torch.nn.functional as F",
        "",
        _rows("inputs = torch.tensor(", grid) + ")[None, None]",
        _rows("kernel = torch.tensor(", kernel) + ")[None, None]",
    ]
    write = _torch_transposed if geometry.transposed else _torch_convolution
    lines += write(geometry, rule)
    lines += ["result = outputs[0, 0].numpy()", "print(result.shape)", "print(result)"]
    return "\n".join(lines) + "\n"


def _rows(beginning: str, values: Grid) -> str:
    """Write an array after `beginning`, its rows one below the other."""
    return beginning + array_literal(values).replace("\n", "\n" + " " * len(beginning))


def _keras_convolution(geometry: Geometry, rule: str) -> list[str]:
    strides, dilations = geometry.stride, geometry.dilation
    skipping = max(strides) > 1 and max(dilations) > 1
    named = rule if rule in ("valid", "same") and not (rule == "same" and skipping) else None
    lines = []
    if named is None and geometry.padding != ((0, 0), (0, 0)):
        lines.append(f"inputs = keras.layers.ZeroPadding2D({geometry.padding})(inputs)")
    lines += [
        "layer = keras.layers.Conv2D(",
        "    filters=1,",
        f"    kernel_size={geometry.window},",
    ]
    if not skipping:
        lines.append(f"    strides={strides},")
    lines.append(f'    padding="{named or "valid"}",')
    if max(dilations) > 1:
        lines.append(f"    dilation_rate={dilations},")
    lines += ["    use_bias=False,", ")", *_keras_call()]
    if skipping:
        lines += [
            "# Keras refuses strides and dilation together; the stride skips results:",
            f"outputs = outputs[:, :: {strides[0]}, :: {strides[1]}]",
        ]
    return lines


def _keras_transposed(geometry: Geometry, rule: str) -> list[str]:
    strides, window = geometry.stride, geometry.window
    spreading = max(strides) > 1 and max(geometry.dilation) > 1
    lines = []
    if spreading:
        down, across = geometry.dilation
        window = geometry.span
        lines += [
            "# Keras refuses strides and dilation together; zeros between the weights do the same:",
            f'dilated = np.zeros({(*window, 1, 1)}, "float32")',
            f"dilated[:: {down}, :: {across}] = kernel",
            "kernel = dilated",
        ]
    lines += [
        "layer = keras.layers.Conv2DTranspose(",
        "    filters=1,",
        f"    kernel_size={window},",
        f"    strides={strides},",
        f'    padding="{"same" if rule == "same" else "valid"}",',
    ]
    if not spreading and max(geometry.dilation) > 1:
        lines.append(f"    dilation_rate={geometry.dilation},")
    lines += ["    use_bias=False,", ")", *_keras_call()]
    if rule not in ("valid", "same"):
        # "valid" fills up to a whole stride; an amount of padding does not.
        filled = [max(s - span, 0) for s, span in zip(strides, geometry.span, strict=True)]
        (top, bottom), (left, right) = geometry.padding
        crop = ((top, bottom + filled[0]), (left, right + filled[1]))
        if crop != ((0, 0), (0, 0)):
            lines.append(f"outputs = keras.layers.Cropping2D({crop})(outputs)")
    return lines


def _keras_call() -> list[str]:
    return ["layer.build(inputs.shape)", "layer.set_weights([kernel])", "outputs = layer(inputs)"]


def _torch_convolution(geometry: Geometry, rule: str) -> list[str]:
    (top, bottom), (left, right) = geometry.padding
    lines = []
    if rule == "same" and geometry.stride == (1, 1):
        padding = '"same"'
    elif (top, left) == (bottom, right):
        padding = str((top, left))
    else:
        padding = "0"
        why = ' PyTorch refuses padding="same" with a stride:' if rule == "same" else ""
        lines += [
            f"#{why or ' One number pads both ends alike, so each end is padded by hand:'}",
            f"inputs = F.pad(inputs, {(left, right, top, bottom)})  # left, right, top, bottom",
        ]
    lines += [
        "outputs = F.conv2d(",
        "    inputs,",
        "    kernel,",
        f"    stride={geometry.stride},",
        f"    padding={padding},",
        f"    dilation={geometry.dilation},",
        ")",
    ]
    return lines


def _torch_transposed(geometry: Geometry, rule: str) -> list[str]:
    padding, added, cut = [], [], []
    for (before, after), stride, dilation in zip(
        geometry.padding, geometry.stride, geometry.dilation, strict=True
    ):
        # PyTorch cuts `padding` off both ends and gives `output_padding` back to the last one.
        given_back = before - after
        if not 0 <= given_back < max(stride, dilation):
            given_back = max(-after, 0)
        padding.append(min(before, after + given_back))
        added.append(given_back)
        cut.append(before - padding[-1])
    lines = [
        "outputs = F.conv_transpose2d(",
        "    inputs,",
        "    kernel,",
        f"    stride={geometry.stride},",
        f"    padding={tuple(padding)},",
        f"    output_padding={tuple(added)},",
        f"    dilation={geometry.dilation},",
        ")",
    ]
    cuts = list(zip(geometry.padding, padding, added, strict=True))
    if any((before, after) != (p, p - a) for (before, after), p, a in cuts):
        slices = ", ".join(
            f"{first}:{first + size}" for first, size in zip(cut, geometry.output_size, strict=True)
        )
        who = " as Keras does" if rule == "same" else ""
        lines += [
            f"# PyTorch cuts both ends alike; the rest is cut off here{who}:",
            f"outputs = outputs[:, :, {slices}]",
        ]
    return lines
