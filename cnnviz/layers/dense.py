"""A dense layer, and the weighted sum of one of its units taken apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.shapes import Maps, whole_number


def dense(x: ArrayLike, weights: ArrayLike, bias: ArrayLike | None = None) -> Maps:
    """Compute a dense layer, before its activation: x · weights + bias.

    Parameters
    ----------
    x : (..., inputs)
    weights : (inputs, units), Keras's layout
    bias : (units,); None adds nothing

    Returns
    -------
    (..., units) float32

    Raises
    ------
    ValueError : the shapes do not fit together

    >>> dense([1, 2], [[10, 0], [1, 5]], bias=[0, -1])
    array([12.,  9.], dtype=float32)
    """
    inputs, matrix, offsets = _dense_operands(x, weights, bias)
    result: Maps = inputs @ matrix + offsets
    return result


@dataclass(frozen=True, eq=False)
class DenseTerms:
    """The weighted sum of one unit, its largest terms first.

    index : (terms,) int64, which input each term is of
    inputs, weights, products : (terms,) float32; products = inputs * weights
    rest : the sum of the products left out
    bias : the unit's
    result : everything added up, as :func:`dense` gives it
    """

    index: NDArray[np.int64]
    inputs: Maps
    weights: Maps
    products: Maps
    rest: float
    bias: float
    result: float


def dense_terms(
    x: ArrayLike,
    weights: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    unit: int,
    count: int | None = None,
) -> DenseTerms:
    """Take the weighted sum of one unit of a dense layer apart.

    Parameters
    ----------
    x : (inputs,)
    weights, bias : as in :func:`dense`
    unit : which of the units
    count : how many terms to list, those that contribute most, by magnitude; None lists all.

    Raises
    ------
    ValueError : the shapes do not fit together, ``x`` is not one vector, or no such unit

    >>> terms = dense_terms([1, 2, 3], [[4], [-5], [1]], unit=0, count=2)
    >>> terms.index, terms.products, terms.rest
    (array([1, 0]), array([-10.,   4.], dtype=float32), 3.0)
    """
    inputs, matrix, offsets = _dense_operands(x, weights, bias)
    if inputs.ndim != 1:
        raise ValueError(f"The input must be one vector. Received: shape {inputs.shape}.")
    if not 0 <= unit < matrix.shape[1]:
        raise ValueError(
            f"The unit must be from 0 to {matrix.shape[1] - 1}. Received: unit={unit}."
        )
    column = matrix[:, unit]
    products = inputs * column
    order = np.argsort(-np.abs(products), kind="stable")
    listed = order if count is None else order[: whole_number(count, "count", least=0)]
    left_out = order[len(listed) :]
    return DenseTerms(
        index=listed,
        inputs=inputs[listed],
        weights=column[listed],
        products=products[listed],
        rest=float(products[left_out].sum(dtype=np.float64)),
        bias=float(offsets[unit]),
        result=float(dense(inputs, matrix, offsets)[unit]),
    )


@dataclass(frozen=True, eq=False)
class UnitProducts:
    """All products of one unit on a stack of maps.

    products : (height, width, channels) float32, each input times its weight.
    map_sums : (channels,) float64, what each map adds to the unit's sum.
    order : the channels, those that add or take most first.
    strongest : (row, column, channel) of the largest product by magnitude.
    """

    products: Maps
    map_sums: NDArray[np.float64]
    order: list[int]
    strongest: tuple[int, int, int]


def unit_products(maps: Maps, weights: Maps) -> UnitProducts:
    """Multiply maps with a unit's weights, laid out like them.

    Parameters
    ----------
    maps, weights : (height, width, channels) float32

    >>> maps = np.array([[[1, 2], [3, 0]]], np.float32)
    >>> found = unit_products(maps, np.array([[[1, -5], [2, 7]]], np.float32))
    >>> found.map_sums, found.order, found.strongest
    (array([  7., -10.]), [1, 0], (0, 0, 1))
    """
    products = (maps * weights).astype(np.float32, copy=False)
    sums = products.sum(axis=(0, 1), dtype=np.float64)
    row, column, channel = np.unravel_index(int(np.abs(products).argmax()), products.shape)
    return UnitProducts(
        products,
        sums,
        np.argsort(-np.abs(sums), kind="stable").tolist(),
        (int(row), int(column), int(channel)),
    )


def _dense_operands(
    x: ArrayLike, weights: ArrayLike, bias: ArrayLike | None
) -> tuple[Maps, Maps, Maps]:
    inputs, matrix = np.asarray(x, np.float32), np.asarray(weights, np.float32)
    if matrix.ndim != 2 or inputs.ndim < 1 or inputs.shape[-1] != matrix.shape[0]:
        raise ValueError(
            "The weights must have the shape (inputs, units). "
            f"Received: weights of shape {matrix.shape} for an input of shape {inputs.shape}."
        )
    offsets = np.asarray(np.zeros(matrix.shape[1]) if bias is None else bias, np.float32)
    if offsets.shape != matrix.shape[1:]:
        raise ValueError(
            "The bias must have one number for each unit. "
            f"Received: shape {offsets.shape} for {matrix.shape[1]} units."
        )
    return inputs, matrix, offsets
