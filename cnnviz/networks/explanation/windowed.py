"""The arithmetic of layers that slide a window or weigh their inputs, for one cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.explanation.pointwise import activation_steps
from cnnviz.networks.explanation.terms import (
    Floats,
    Maps,
    Question,
    Step,
    Terms,
    Working,
    number,
    operand,
    ordered_terms,
    pair_of,
    patches_at,
    window_of,
)
from cnnviz.shapes import transposed_cropping


def _sum_and_bias(
    question: Question, total: float, bias: float | None, all_units: Callable[[], Floats]
) -> tuple[Step, ...]:
    steps = [question.step("sum of products", "Σ value × weight", total)]
    if bias is not None:
        total += bias
        steps.append(question.step("bias", f"{number(total - bias)} + {operand(bias)}", total))
    return (*steps, *activation_steps(question, total, all_units))


def _convolution(question: Question) -> Working:
    layer, cell = question.operation, question.cell
    kernel, bias = question.weights["kernel"], question.weights.get("bias")
    rows, columns = window_of(question, layer.kernel_size, layer.dilation_rate)
    per_group = kernel.shape[2]
    group = cell.channel // (kernel.shape[3] // layer.groups)
    channels = np.arange(group * per_group, (group + 1) * per_group)
    patches, inside = patches_at(question.map, rows, columns, channels)
    weights = np.moveaxis(kernel[..., cell.channel], 2, 0)

    def all_units() -> Floats:
        every = question.map.shape[2]
        whole, _ = patches_at(question.map, rows, columns, np.arange(every))
        values: Floats = np.einsum(
            "gcij,ijcgf->gf",
            whole.reshape(layer.groups, per_group, *whole.shape[1:]).astype(np.float64),
            kernel.reshape(*kernel.shape[:3], layer.groups, -1),
        ).ravel()
        return values if bias is None else values + bias

    terms = ordered_terms(question.source, channels, rows, columns, patches, inside, weights)
    steps = _sum_and_bias(
        question,
        float(terms.sums.sum()),
        None if bias is None else float(bias[cell.channel]),
        all_units,
    )
    rule = "Each input channel's patch is multiplied with its own slice of the kernel, and added."
    return Working(rule, (terms,), steps)


def _depthwise(question: Question) -> Working:
    layer, cell = question.operation, question.cell
    kernel, bias = question.weights["kernel"], question.weights.get("bias")
    rows, columns = window_of(question, layer.kernel_size, layer.dilation_rate)
    multiplier = kernel.shape[3]

    def at(unit: int) -> tuple[Maps, NDArray[np.bool_], Maps]:
        source, copy = divmod(unit, multiplier)
        patches, inside = patches_at(question.map, rows, columns, [source])
        return patches, inside, kernel[np.newaxis, :, :, source, copy]

    def all_units() -> Floats:
        values = []
        for unit in range(question.info.channels):
            patches, _, weights = at(unit)
            values.append(float((patches.astype(np.float64) * weights).sum()))
        return np.array(values) + (0 if bias is None else bias)

    patches, inside, weights = at(cell.channel)
    terms = ordered_terms(
        question.source, [cell.channel // multiplier], rows, columns, patches, inside, weights
    )
    steps = _sum_and_bias(
        question,
        float(terms.sums.sum()),
        None if bias is None else float(bias[cell.channel]),
        all_units,
    )
    return Working("Each channel has a kernel of its own; channels are not mixed.", (terms,), steps)


def _separable(question: Question) -> Working:
    layer, cell = question.operation, question.cell
    depthwise, pointwise = (
        question.weights["depthwise_kernel"],
        question.weights["pointwise_kernel"],
    )
    bias = question.weights.get("bias")
    rows, columns = window_of(question, layer.kernel_size, layer.dilation_rate)
    channels = np.arange(question.map.shape[2])
    patches, inside = patches_at(question.map, rows, columns, channels)
    mixing = pointwise[0, 0].reshape(*depthwise.shape[2:], -1).astype(np.float64)
    # Both steps are sums of products, so one kernel does the work of the two.
    combined = np.einsum("ijcm,cmf->fcij", depthwise.astype(np.float64), mixing)

    def all_units() -> Floats:
        values: Floats = np.einsum("cij,fcij->f", patches.astype(np.float64), combined)
        return values if bias is None else values + bias

    weights = combined[cell.channel]
    products = patches.astype(np.float64) * weights
    terms = ordered_terms(
        question.source,
        channels,
        rows,
        columns,
        patches,
        inside,
        weights,
        products=products,
    )
    steps = _sum_and_bias(
        question,
        float(terms.sums.sum()),
        None if bias is None else float(bias[cell.channel]),
        all_units,
    )
    rule = (
        "A kernel per channel, then a 1 x 1 kernel that mixes the channels; the weights shown are "
        "their product."
    )
    return Working(rule, (terms,), steps)


def _transposed(question: Question) -> Working:
    layer, cell = question.operation, question.cell
    kernel, bias = question.weights["kernel"], question.weights.get("bias")
    strides, dilations = pair_of(layer.strides), pair_of(layer.dilation_rate)
    positions, taps = [], []
    for axis in (0, 1):
        extra = layer.output_padding
        cut, _ = transposed_cropping(
            question.map.shape[axis],
            kernel.shape[axis],
            stride=strides[axis],
            padding=layer.padding,
            dilation=dilations[axis],
            output_padding=None if extra is None else pair_of(extra)[axis],
        )
        # Input i writes to i * stride + tap * dilation; only taps that land here count.
        reached = (
            (cell.row, cell.column)[axis] + cut - dilations[axis] * np.arange(kernel.shape[axis])
        )
        lands = reached % strides[axis] == 0
        positions.append((reached // strides[axis])[lands])
        taps.append(np.flatnonzero(lands))
    channels = np.arange(question.map.shape[2])
    reads = len(taps[0]) > 0 and len(taps[1]) > 0
    terms: tuple[Terms, ...] = ()
    total = 0.0
    patches = np.zeros((len(channels), 1, 1), np.float32)
    used = np.zeros((1, 1, *kernel.shape[2:]), np.float32)
    if reads:
        rows, columns = positions
        patches, inside = patches_at(question.map, rows, columns, channels)
        used = kernel[np.ix_(*taps)]
        weights = np.moveaxis(used[:, :, cell.channel], 2, 0)
        terms = (ordered_terms(question.source, channels, rows, columns, patches, inside, weights),)
        total = float(terms[0].sums.sum())

    def all_units() -> Floats:
        values: Floats = np.einsum("cij,ijfc->f", patches.astype(np.float64), used)
        return values if bias is None else values + bias

    steps = _sum_and_bias(
        question, total, None if bias is None else float(bias[cell.channel]), all_units
    )
    rule = (
        "Every input cell stamps its kernel onto the output; these are the stamps that meet here."
    )
    return Working(rule, terms, steps)


def _dense(question: Question) -> Working:
    cell = question.cell
    kernel, bias = question.weights["kernel"], question.weights.get("bias")
    values = question.map[cell.row, cell.column]

    def all_units() -> Floats:
        units: Floats = values.astype(np.float64) @ kernel.astype(np.float64)
        return units if bias is None else units + bias

    terms = ordered_terms(
        question.source,
        np.arange(len(values)),
        [cell.row],
        [cell.column],
        values[:, np.newaxis, np.newaxis],
        np.ones((1, 1), bool),
        kernel[:, cell.channel, np.newaxis, np.newaxis],
    )
    steps = _sum_and_bias(
        question,
        float(terms.sums.sum()),
        None if bias is None else float(bias[cell.channel]),
        all_units,
    )
    return Working("Every input has a weight to this unit.", (terms,), steps)


# Pooling


def _pooling(question: Question) -> Working:
    rows, columns = window_of(question, question.operation.pool_size)
    patches, inside = patches_at(question.map, rows, columns, [question.cell.channel])
    return _pooled(question, rows, columns, patches, inside)


def _global_pooling(question: Question) -> Working:
    height, width, _ = question.map.shape
    rows, columns = np.arange(height), np.arange(width)
    patches, inside = patches_at(question.map, rows, columns, [question.cell.channel])
    return _pooled(question, rows, columns, patches, inside)


def _pooled(
    question: Question,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    patches: Maps,
    inside: NDArray[np.bool_],
) -> Working:
    channel = [question.cell.channel]
    count = int(inside.sum())
    if "Max" in question.info.kind:
        best = np.where(inside, patches[0], -np.inf)
        i, j = divmod(int(np.argmax(best)), best.shape[1])
        value = float(best[i, j])
        terms = ordered_terms(
            question.source,
            channel,
            rows,
            columns,
            patches,
            inside,
            None,
            sums=np.array([value]),
            winner=(i, j),
        )
        step = question.step("largest", f"max of {count} values", value)
        return Working("The largest value of the window is taken.", (terms,), (step,))
    weights = np.where(inside, 1 / count, 0.0)[np.newaxis]
    # Divided once: a weight of 1 / 49 in float32 would be off in the last digits.
    total = float(patches.astype(np.float64).sum())
    terms = ordered_terms(
        question.source,
        channel,
        rows,
        columns,
        patches,
        inside,
        weights,
        sums=np.array([total / count]),
    )
    steps = (
        question.step("sum", f"Σ of {count} values", total),
        question.step("mean", f"{number(total)} / {count}", total / count),
    )
    return Working("The mean of the window; padding does not count.", (terms,), steps)


WINDOWED: Mapping[str, Callable[[Question], Working]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2D": _depthwise,
    "SeparableConv2D": _separable,
    "Conv2DTranspose": _transposed,
    "Dense": _dense,
    "MaxPooling2D": _pooling,
    "AveragePooling2D": _pooling,
    "GlobalMaxPooling2D": _global_pooling,
    "GlobalAveragePooling2D": _global_pooling,
}
"""Convolutions, dense layers and pooling."""
