"""Formulas of the layers after the convolutions, with numbers in them (LaTeX)."""

from __future__ import annotations

from cnnviz.layers.connections import Lines
from cnnviz.layers.cost import WeightCounts
from cnnviz.layers.dense import DenseTerms
from cnnviz.layers.flatten import MapShape, flatten_cell
from cnnviz.notation import bracketed, latex_number

FLATTEN = r"u = (r \cdot \text{columns} + c) \cdot \text{channels} + q"
"""Which element of the vector a cell becomes, all counted from 0."""

DROPOUT = (
    r"y = \frac{\text{mask} \cdot x}{1 - \rho}, \qquad \mathbb{E}[y] = \rho \cdot 0 + (1 - \rho) "
    r"\cdot \frac{x}{1 - \rho} = x"
)
"""Dropout while training."""


def flatten_with_numbers(shape: MapShape, index: int) -> str:
    r"""Write where an element of the flattened vector comes from.

    >>> flatten_with_numbers((4, 4, 3), 3)
    '(0 \\cdot 4 + 1) \\cdot 3 + 0 = 3'
    """
    _, columns, channels = shape
    row, column, channel = flatten_cell(shape, index)
    return rf"({row} \cdot {columns} + {column}) \cdot {channels} + {channel} = {index}"


def way_back_with_numbers(shape: MapShape, index: int) -> str:
    r"""Write the two divisions with remainder that lead from an element back to its cell.

    >>> way_back_with_numbers((4, 4, 3), 17)
    '17 = 5 \\cdot 3 + 2, \\qquad 5 = 1 \\cdot 4 + 1'
    """
    _, columns, channels = shape
    row, column, channel = flatten_cell(shape, index)
    place = row * columns + column
    return (
        rf"{index} = {place} \cdot {channels} + {channel}, \qquad "
        rf"{place} = {row} \cdot {columns} + {column}"
    )


def weighted_sum(inputs: int) -> str:
    r"""Write the sum of a dense unit in symbols.

    >>> weighted_sum(4096)
    'z = \\sum_{u=0}^{4095} x_u \\, w_u + b'
    """
    return rf"z = \sum_{{u=0}}^{{{inputs - 1}}} x_u \, w_u + b"


def weighted_sum_with_numbers(terms: DenseTerms, inputs: int) -> str:
    """Write a dense unit's sum: the terms listed, the sum of the others, the bias, the result.

    Parameters
    ----------
    inputs : how many terms there are in all
    """
    parts = [
        rf"{latex_number(x)} \cdot {bracketed(latex_number(w))}"
        for x, w in zip(terms.inputs.tolist(), terms.weights.tolist(), strict=True)
    ]
    left_out = inputs - len(parts)
    if left_out:
        parts.append(rf"\underbrace{{{latex_number(terms.rest)}}}_{{{left_out:,}\ \text{{more}}}}")
    parts.append(rf"\underbrace{{{latex_number(terms.bias)}}}_{{b}}")
    return f"z = {' + '.join(parts)} = {latex_number(terms.result)}"


def expected_with_numbers(rate: float) -> str:
    r"""Write why dropout leaves the expected value as it is.

    >>> expected_with_numbers(0.25)
    '0.25 \\cdot 0 + 0.75 \\cdot \\frac{x}{1 - 0.25} = x'
    """
    return rf"{rate:g} \cdot 0 + {1 - rate:g} \cdot \frac{{x}}{{1 - {rate:g}}} = x"


def dense_count_with_numbers(side: int, channels: int, units: int) -> str:
    """Write how many weights a dense layer has on a square picture."""
    inputs = side * side * channels
    return (
        rf"{side} \cdot {side} \cdot {channels} \cdot {_grouped(units)} = "
        rf"{_grouped(inputs)} \cdot {_grouped(units)} = {_grouped(inputs * units)}"
    )


def convolution_count_with_numbers(
    kernel: int, channels: int, filters: int, counts: WeightCounts
) -> str:
    """Write how many weights a convolution has, whatever the size of the picture."""
    return (
        rf"{kernel} \cdot {kernel} \cdot {channels} \cdot {filters} = "
        rf"{_grouped(counts.convolution.weights)}"
    )


def savings_with_numbers(dense: Lines, sparse: Lines, kernel: int) -> str:
    """Write the way from a dense layer's weights to sparse, and to shared ones.

    Parameters
    ----------
    kernel : the side of the convolution's kernel.
    """
    (rows, columns), (high, wide) = dense.input_size, dense.output_size
    return (
        rf"\underbrace{{{rows * columns} \cdot {high * wide} = {dense.weights}}}_{{\text{{dense}}}}"
        rf"\;\longrightarrow\; \underbrace{{{sparse.input.size}}}_{{\text{{sparse}}}}"
        rf"\;\longrightarrow\; \underbrace{{{kernel} \cdot {kernel} = {sparse.weights}}}"
        r"_{\text{shared}}"
    )


def _grouped(count: int) -> str:
    """Write a whole number in groups of three digits, without the space after a comma."""
    return f"{count:,}".replace(",", "{,}")
