"""Where a layer's shape, weights and multiply-adds come from, with its numbers, as LaTeX."""

from __future__ import annotations

import math

from cnnviz.networks.building.blocks import Block
from cnnviz.networks.building.table import Row
from cnnviz.networks.layers import LayerInfo, strides_of

_WINDOWS = (
    *("Conv2D", "DepthwiseConv2D", "SeparableConv2D"),
    *("MaxPooling2D", "AveragePooling2D"),
)


def size_formula(row: Row) -> str:
    r"""Write how many rows a window or a padding leaves of a map's; "" of other layers.

    >>> from cnnviz.networks.building import Stack, describe
    >>> from cnnviz.networks.building.kinds import Conv2D, Input
    >>> stack = Stack((Input(32, 32, 3), Conv2D(6, (5, 5), strides=(2, 2))))
    >>> size_formula(describe(stack)[1])
    '\\text{rows} = \\left\\lfloor \\frac{32 - 5}{2} \\right\\rfloor + 1 = 14'
    """
    layer, kind = row.layer, row.layer.kind()
    if len(row.input_shape) != 3:
        return ""
    before, after = row.input_shape[0], row.output_shape[0]
    options = layer.arguments()
    if kind in _WINDOWS:
        stride = (strides_of(layer) or (1, 1))[0]
        if options["padding"] == "same":
            told = rf"\left\lceil \frac{{{before}}}{{{stride}}} \right\rceil"
            return rf"\text{{rows}} = {told} = {after}"
        size = (options.get("kernel_size") or options["pool_size"])[0]
        rate = options.get("dilation_rate", (1, 1))[0]
        window = f"{size}" if rate == 1 else rf"({rate} \cdot ({size} - 1) + 1)"
        steps = rf"\frac{{{before} - {window}}}{{{stride}}}"
        told = rf"\left\lfloor {steps} \right\rfloor" if stride > 1 else f"{before} - {window}"
        return rf"\text{{rows}} = {told} + 1 = {after}"
    if kind == "ZeroPadding2D":
        top, bottom = options["padding"][0]
        return rf"\text{{rows}} = {before} + {top} + {bottom} = {after}"
    if kind == "UpSampling2D":
        return rf"\text{{rows}} = {before} \cdot {options['size'][0]} = {after}"
    if kind == "Flatten":
        sides = r" \cdot ".join(map(str, row.input_shape))
        return rf"\text{{numbers}} = {sides} = {_count(row.output_shape[0])}"
    return ""


def weights_formula(row: Row) -> str:
    r"""Write how a layer's weights are counted; "" where it has none or is a block.

    >>> from cnnviz.networks.building import PRESETS, describe
    >>> weights_formula(describe(PRESETS["tutorial"].stack)[1])
    '\\text{weights} = 3 \\cdot 3 \\cdot 3 \\cdot 6 + 6 = 168'
    """
    if isinstance(row.layer, Block) or not row.weights:
        return ""
    sizes = [
        r" \cdot ".join(map(str, sides))
        for sides in row.layer.weight_shapes(row.input_shape).values()
    ]
    return rf"\text{{weights}} = {' + '.join(sizes)} = {_count(row.weights)}"


def work_formula(row: Row) -> str:
    r"""Write how a layer's multiply-adds are counted; "" where it has none or is a block.

    >>> from cnnviz.networks.building import PRESETS, describe
    >>> work_formula(describe(PRESETS["tutorial"].stack)[1])
    '\\text{multiply-adds} = 32 \\cdot 32 \\cdot (3 \\cdot 3 \\cdot 3 \\cdot 6) = 165{,}888'
    """
    layer = row.layer
    if isinstance(layer, Block) or not row.multiply_adds:
        return ""
    kernels = [
        sides for name, sides in layer.weight_shapes(row.input_shape).items() if name != "bias"
    ]
    # Each place of the output takes every weight of the kernel once; of a transposed convolution,
    # each place of the input does.
    shape = row.input_shape if layer.kind() == "Conv2DTranspose" else row.output_shape
    places = shape[:2] if len(shape) == 3 else ()
    each = " + ".join(r" \cdot ".join(map(str, sides)) for sides in kernels)
    told = rf"{places[0]} \cdot {places[1]} \cdot ({each})" if places else each
    return rf"\text{{multiply-adds}} = {told} = {_count(row.multiply_adds)}"


def memory_formula(row: Row) -> str:
    r"""Write how many bytes a layer's output takes; of a block, all its layers' outputs.

    >>> from cnnviz.networks.building import PRESETS, describe
    >>> memory_formula(describe(PRESETS["tutorial"].stack)[1])
    '\\text{memory} = 32 \\cdot 32 \\cdot 6 \\cdot 4\\ \\text{bytes} = 24{,}576\\ \\text{bytes}'
    """
    if len(row.parts) > 1:
        numbers = sum(math.prod(part.output_shape) for part in row.parts)
        sides = _count(numbers)
    else:
        sides = r" \cdot ".join(map(str, row.output_shape))
    told = rf"{sides} \cdot 4\ \text{{bytes}}"
    return rf"\text{{memory}} = {told} = {_count(row.memory_bytes)}\ \text{{bytes}}"


def parts_of_block(row: Row) -> tuple[LayerInfo, ...]:
    """Give the Keras layers that a block stands for; nothing of another layer."""
    return row.parts if isinstance(row.layer, Block) else ()


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "{,}")
