"""The arithmetic of layers that slide a window or weigh their inputs, for one cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.explanation.formula import fraction, line, number, operand
from cnnviz.networks.explanation.pointwise import activation_steps
from cnnviz.networks.explanation.terms import (
    Floats,
    Question,
    StepKind,
    Way,
    Working,
    ordered_terms,
    pair_of,
    patches_at,
    window_of,
)
from cnnviz.shapes import Maps, transposed_cropping

Places = NDArray[np.int64]


def _weighted(
    question: Question,
    rows: Places,
    columns: Places,
    kernel: NDArray[Any],
    rule: str,
    *,
    groups: int = 1,
) -> Working:
    """Multiply the cells read with a unit's weights, add them up, and go on to the activation.

    rows, columns : of the cells read; none where no input reaches the cell.
    kernel : (rows, columns, channels of a group, units), the weights that are used here.
    groups : parts that the input's channels and the units are dealt to in turn.
    """
    cell, bias = question.cell, question.weights.get("bias")
    per_group, units = kernel.shape[2:]
    first = cell.channel // (units // groups) * per_group
    channels = np.arange(first, first + per_group)
    patches, inside = patches_at(question.map, rows, columns, channels)
    weights = np.moveaxis(kernel[..., cell.channel], 2, 0)
    found = ordered_terms(question.source, channels, rows, columns, patches, inside, weights)
    terms = (found,) if inside.size else ()
    total = float(found.sums.sum())

    def all_units() -> Floats:
        every = np.arange(question.map.shape[2])
        whole, _ = patches_at(question.map, rows, columns, every)
        values: Floats = np.einsum(
            "gcij,ijcgf->gf",
            whole.reshape(groups, per_group, *whole.shape[1:]).astype(np.float64),
            kernel.reshape(*kernel.shape[:3], groups, -1),
        ).ravel()
        return values if bias is None else values + bias

    steps = [question.step(StepKind.SUM_OF_PRODUCTS, line("Σ value", "×", "weight"), total)]
    if bias is not None:
        offset = float(bias[cell.channel])
        formula = line(number(total), "+", operand(offset))
        total += offset
        steps.append(question.step(StepKind.BIAS, formula, total))
    way: Way = "sum" if terms else "none"
    return Working(rule, way, terms, (*steps, *activation_steps(question, total, all_units)))


def _convolution(question: Question) -> Working:
    layer, kernel = question.operation, question.weights["kernel"]
    rows, columns = window_of(question, layer.kernel_size, layer.dilation_rate)
    rule = "Each input channel's patch is multiplied with its own slice of the kernel, and added."
    return _weighted(question, rows, columns, kernel, rule, groups=layer.groups)


def _depthwise(question: Question) -> Working:
    layer, kernel = question.operation, question.weights["kernel"]
    rows, columns = window_of(question, layer.kernel_size, layer.dilation_rate)
    rule = "Each channel has a kernel of its own; channels are not mixed."
    # As many groups as channels.
    alone = kernel.reshape(*kernel.shape[:2], 1, -1)
    return _weighted(question, rows, columns, alone, rule, groups=kernel.shape[2])


def _separable(question: Question) -> Working:
    layer, depthwise = question.operation, question.weights["depthwise_kernel"]
    mixing = question.weights["pointwise_kernel"][0, 0].astype(np.float64)
    rows, columns = window_of(question, layer.kernel_size, layer.dilation_rate)
    # Both steps are sums of products, so one kernel does the work of the two.
    combined = np.einsum(
        "ijcm,cmf->ijcf",
        depthwise.astype(np.float64),
        mixing.reshape(*depthwise.shape[2:], -1),
    )
    rule = (
        "A kernel per channel, then a 1 x 1 kernel that mixes the channels; the weights shown are "
        "their product."
    )
    return _weighted(question, rows, columns, combined, rule)


def _transposed(question: Question) -> Working:
    layer, cell, kernel = question.operation, question.cell, question.weights["kernel"]
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
    rule = (
        "Every input cell stamps its kernel onto the output; these are the stamps that meet here."
    )
    used = kernel[np.ix_(*taps)].swapaxes(2, 3)
    return _weighted(question, positions[0], positions[1], used, rule)


def _dense(question: Question) -> Working:
    rows, columns = np.array([question.cell.row]), np.array([question.cell.column])
    kernel = question.weights["kernel"][np.newaxis, np.newaxis]
    return _weighted(question, rows, columns, kernel, "Every input has a weight to this unit.")


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
        step = question.step(StepKind.LARGEST, f"max of {count} values", value)
        return Working("The largest value of the window is taken.", "taken", (terms,), (step,))
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
        question.step(StepKind.SUM, f"Σ of {count} values", total),
        question.step(StepKind.MEAN, fraction(number(total), str(count)), total / count),
    )
    return Working("The mean of the window; padding does not count.", "mean", (terms,), steps)


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
