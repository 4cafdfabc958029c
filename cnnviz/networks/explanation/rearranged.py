"""The arithmetic of layers that join maps, move their cells or measure them by each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cnnviz.networks.explanation.formula import (
    Formula,
    called,
    fraction,
    joined,
    line,
    number,
    operand,
)
from cnnviz.networks.explanation.pointwise import activation_name, normalised, softmax_steps
from cnnviz.networks.explanation.terms import (
    Cell,
    Question,
    Step,
    StepKind,
    Way,
    Working,
    moved,
    ordered_terms,
    patches_at,
    single_term,
)
from cnnviz.networks.layers import NetworkError

# Several inputs


def _merge(question: Question) -> Working:
    cell, kind = question.cell, question.info.kind
    cells, values = [], []
    for name, array in question.inputs.items():
        # A map of one row or column stands for all of them (squeeze-and-excitation).
        place = Cell(
            name,
            min(cell.row, array.shape[0] - 1),
            min(cell.column, array.shape[1] - 1),
            min(cell.channel, array.shape[2] - 1),
        )
        cells.append(place)
        values.append(float(array[place.row, place.column, place.channel]))
    rule, way, weights, formula, value = _merged(question, values)
    terms = tuple(
        single_term(place.layer, place, one, weight)
        for place, one, weight in zip(cells, values, weights, strict=True)
    )
    if way == "taken":
        chosen = int(np.argmax(values) if kind == "Maximum" else np.argmin(values))
        terms = (terms[chosen], *terms[:chosen], *terms[chosen + 1 :])
    return Working(rule, way, terms, (question.step(StepKind.MERGE, formula, value, kind.lower()),))


def _merged(
    question: Question, values: list[float]
) -> tuple[str, Way, Sequence[float | None], Formula, float]:
    """Give a merge's rule, how its inputs become one, their weights, the formula, the value."""
    kind, count, exact = question.info.kind, len(values), np.array(values)
    none: list[float | None] = [None] * count
    operands = [number(values[0]), *map(operand, values[1:])]
    listed = joined(",", list(map(number, values)))
    match kind:
        case "Add":
            rule = "The inputs are added, cell by cell."
            return rule, "sum", none, joined("+", operands), float(exact.sum())
        case "Average":
            rule = "The mean of the inputs, cell by cell."
            formula = fraction(joined("+", operands), str(count))
            return rule, "sum", [1 / count] * count, formula, float(exact.mean())
        case "Multiply":
            rule = "The inputs are multiplied, cell by cell."
            return rule, "product", none, joined("×", operands), float(exact.prod())
        case "Maximum":
            rule = "The largest of the inputs, cell by cell."
            return rule, "taken", none, called("max", listed), float(exact.max())
        case "Minimum":
            rule = "The smallest of the inputs, cell by cell."
            return rule, "taken", none, called("min", listed), float(exact.min())
        case "Subtract":
            rule = "The second input is taken from the first."
            return rule, "sum", [1.0, -1.0], joined("−", operands), values[0] - values[1]
    # Keras's own layer in Inception-ResNet: CustomScaleLayer.
    scale = float(question.operation.scale)
    rule = "The second input is scaled and added to the first."
    formula = line(number(values[0]), "+", operand(scale), "×", operand(values[1]))
    return rule, "sum", [1.0, scale], formula, values[0] + scale * values[1]


def _concatenate(question: Question) -> Working:
    rank = len(question.info.output_shape) + 1
    axis = question.operation.axis % rank
    # Outputs are seen as (rows, columns, channels), vectors as one row of one column.
    axis += 3 - rank
    place = [question.cell.row, question.cell.column, question.cell.channel]
    for name, array in question.inputs.items():
        if place[axis] < array.shape[axis]:
            one = Question(
                question.cell, question.info, question.operation, question.weights, {name: array}
            )
            return moved(one, place[0], place[1], place[2], "The inputs are put side by side.")
        place[axis] -= array.shape[axis]
    raise NetworkError("The cell must lie in one of the inputs put side by side.")


# Normalisations over several cells


def _normalisation(question: Question) -> Working:
    layer, cell, array = question.operation, question.cell, question.map.astype(np.float64)
    rank = len(question.info.output_shape) + 1
    kind = question.info.kind
    given = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    axes = [axis % rank + 3 - rank for axis in given]
    place = (cell.row, cell.column, cell.channel)
    x = float(array[place])
    if kind == "GroupNormalization":
        groups = layer.groups if layer.groups > 0 else array.shape[axes[0]]
        size = array.shape[axes[0]] // groups
        first = place[axes[0]] // size * size
        members = np.take(array, np.arange(first, first + size), axis=axes[0])
    else:
        members = array[tuple(slice(None) if axis in axes else place[axis] for axis in range(3))]
    scale, offset = 1.0, 0.0
    # Weights have one value per place along the axes, or per channel.
    at = tuple(place[axis] for axis in axes)
    if question.weights.get("gamma") is not None:
        scale = float(question.weights["gamma"][at])
    if question.weights.get("beta") is not None:
        offset = float(question.weights["beta"][at])
    count = members.size
    if kind == "UnitNormalization":
        steps: tuple[Step, ...]
        length = math.sqrt(max(float(np.square(members).sum()), 1e-24))
        value = x / length
        steps = (
            question.step(StepKind.LENGTH, f"√ of the sum of {count} squares", length),
            question.step(StepKind.UNIT_LENGTH, fraction(number(x), number(length)), value),
        )
        weight = 1 / length
    else:
        mean, variance = float(members.mean()), float(members.var())
        root = math.sqrt(variance + layer.epsilon)
        weight = scale / root
        value = (x - mean) * weight + offset
        steps = (
            question.step(StepKind.MEAN, f"mean of {count} values", mean),
            question.step(StepKind.VARIANCE, f"variance of {count} values", variance),
            question.step(
                StepKind.NORMALISATION,
                normalised(scale, x, mean, variance, layer.epsilon, offset),
                value,
            ),
        )
    term = single_term(question.source, Cell(question.source, *place), x, weight)
    rule = "The value is measured against the others that it is normalised with."
    return Working(rule, "same", (term,), steps)


def share_of_powers(question: Question) -> Working:
    """Explain softmax over the channels of one cell."""
    cell, array = question.cell, question.map
    rank = len(question.info.output_shape) + 1
    axis = question.operation.axis if question.info.kind == "Softmax" else -1
    if isinstance(axis, list | tuple) or axis % rank != rank - 1:
        raise NetworkError(
            f"Softmax can be explained over the channels. Received: axis={axis} in {cell.layer}."
        )
    units = array[cell.row, cell.column].astype(np.float64)
    powers = np.exp(units - units.max())
    name = "softmax" if question.info.kind == "Softmax" else activation_name(question.operation)
    terms = ordered_terms(
        question.source,
        np.arange(len(units)),
        [cell.row],
        [cell.column],
        units[:, np.newaxis, np.newaxis],
        np.ones((1, 1), bool),
        None,
        products=powers[:, np.newaxis, np.newaxis],
        sums=powers,
    )
    steps = softmax_steps(question, float(units[cell.channel]), units, name)
    rule = "Each logit's power of e is divided by the sum of all of them."
    return Working(rule, "share", (terms,), tuple(steps))


# Layers that move numbers


def _reshape(question: Question) -> Working:
    cell, shape = question.cell, question.info.output_shape
    flat = int(np.ravel_multi_index((cell.row, cell.column, cell.channel), _three(shape)))
    row, column, channel = (int(i) for i in np.unravel_index(flat, question.map.shape))
    return moved(question, row, column, channel, "The numbers stay; only their order is new.")


def _three(shape: Sequence[int]) -> tuple[int, ...]:
    return (1,) * (3 - len(shape)) + tuple(shape)


def _permute(question: Question) -> Working:
    rank = len(question.info.output_shape)
    place = [question.cell.row, question.cell.column, question.cell.channel]
    source = list(place)
    for output_axis, input_axis in enumerate(question.operation.dims):
        source[input_axis - 1 + 3 - rank] = place[output_axis + 3 - rank]
    return moved(question, source[0], source[1], source[2], "The axes change places.")


def _repeat(question: Question) -> Working:
    return moved(question, 0, 0, question.cell.channel, "The vector is repeated.")


def _zero_padding(question: Question) -> Working:
    (top, _), (left, _) = question.operation.padding
    cell = question.cell
    rule = "Zeros are put around the map."
    return moved(question, cell.row - top, cell.column - left, cell.channel, rule)


def _cropping(question: Question) -> Working:
    (top, _), (left, _) = question.operation.cropping
    cell = question.cell
    rule = "The map's edges are cut off."
    return moved(question, cell.row + top, cell.column + left, cell.channel, rule)


def _centre_crop(question: Question) -> Working:
    height, width = question.info.output_shape[:2]
    tall, wide, _ = question.map.shape
    if tall < height or wide < width:
        raise NetworkError(
            "CenterCrop can be explained where the map is large enough to be cut. "
            f"Received: {tall} x {wide} for {height} x {width}."
        )
    row, column = (tall - height) // 2, (wide - width) // 2
    cell = question.cell
    rule = "The centre is cut out."
    return moved(question, cell.row + row, cell.column + column, cell.channel, rule)


def _resizing(question: Question) -> Working:
    layer, cell = question.operation, question.cell
    height, width = question.info.output_shape[:2]
    tall, wide, _ = question.map.shape
    plain = not any(
        getattr(layer, name, False)
        for name in ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")
    )
    if layer.interpolation not in ("nearest", "bilinear") or not plain:
        raise NetworkError(
            "Resizing can be explained with nearest or bilinear interpolation and no more. "
            f"Received: {cell.layer} with {layer.interpolation}."
        )
    # TensorFlow's half-pixel centres.
    centres = ((cell.row + 0.5) * tall / height, (cell.column + 0.5) * wide / width)
    if layer.interpolation == "nearest":
        row, column = min(int(centres[0]), tall - 1), min(int(centres[1]), wide - 1)
        return moved(question, row, column, cell.channel, "The nearest cell is taken.")
    positions, shares = [], []
    for centre, size in zip(centres, (tall, wide), strict=True):
        low = math.floor(centre - 0.5)
        part = centre - 0.5 - low
        ends = np.array([max(low, 0), min(low + 1, size - 1)])
        positions.append(np.unique(ends))
        shares.append(np.array([1 - part, part]) if ends[0] != ends[1] else np.array([1.0]))
    patches, inside = patches_at(question.map, positions[0], positions[1], [cell.channel])
    weights = np.outer(*shares)[np.newaxis]
    terms = ordered_terms(
        question.source, [cell.channel], positions[0], positions[1], patches, inside, weights
    )
    value = float((patches.astype(np.float64) * weights).sum())
    step = question.step(StepKind.INTERPOLATION, line("Σ value", "×", "share"), value)
    return Working("The nearest cells, by how near they are.", "sum", (terms,), (step,))


REARRANGED: Mapping[str, Callable[[Question], Working]] = {
    **dict.fromkeys(
        ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "CustomScaleLayer"), _merge
    ),
    "Concatenate": _concatenate,
    "LayerNormalization": _normalisation,
    "GroupNormalization": _normalisation,
    "UnitNormalization": _normalisation,
    "Softmax": share_of_powers,
    "Flatten": _reshape,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": _repeat,
    "ZeroPadding2D": _zero_padding,
    "Cropping2D": _cropping,
    "CenterCrop": _centre_crop,
    "Resizing": _resizing,
    "UpSampling2D": _resizing,
}
"""Merges, normalisations over several cells, softmax, and layers that only move numbers."""
