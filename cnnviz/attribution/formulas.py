"""A map's formula with the numbers of one place in it, as LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.attribution.class_maps import (
    grad_cam_plus_plus_weights,
    grad_cam_weights,
)
from cnnviz.notation import aligned, bracketed, latex_number

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_SHOWN = 4
"""Maps whose terms are written out."""


@dataclass(frozen=True)
class Unfolded:
    """One cell of a class activation map as a sum over the layer's maps.

    Attributes
    ----------
    row, column : the cell, on the layer's grid, from 0.
    channels : the maps that add or take off most, the largest first.
    weights, values : what each of them is multiplied with, and its value in the cell.
    rest, others : what all other maps add together, and how many they are.
    """

    row: int
    column: int
    channels: tuple[int, ...]
    weights: tuple[float, ...]
    values: tuple[float, ...]
    rest: float
    others: int

    @property
    def total(self) -> float:
        """The sum before ReLU."""
        return float(np.dot(self.weights, self.values)) + self.rest


def unfold(
    network: Network, image: ArrayLike, class_index: int, layer: str, method: str
) -> Unfolded:
    """Take the cell where a class activation map is largest apart.

    method : "grad_cam", "grad_cam_plus_plus" or "hires_cam".
    """
    maps, slopes = network.layer_gradient(network.preprocess(image), class_index, layer)
    if method == "hires_cam":
        weights = slopes
    else:
        found = grad_cam_weights(slopes) if method == "grad_cam" else None
        per_map = grad_cam_plus_plus_weights(maps, slopes) if found is None else found
        weights = np.broadcast_to(per_map, maps.shape)
    terms = maps * weights
    total = terms.sum(axis=-1)
    row, column = (int(at) for at in np.unravel_index(int(total.argmax()), total.shape))
    cell = terms[row, column]
    order = np.argsort(-np.abs(cell), kind="stable")
    top = [int(at) for at in order[:_SHOWN]]
    return Unfolded(
        row,
        column,
        tuple(top),
        tuple(float(weights[row, column, at]) for at in top),
        tuple(float(maps[row, column, at]) for at in top),
        float(cell[order[_SHOWN:]].sum(dtype=np.float64)),
        len(order) - len(top),
    )


def cam_formula(found: Unfolded, method: str) -> str:
    """Write the sum of one cell with its numbers."""
    weight = r"\tfrac{{\partial z}}{{\partial A_{{{0}}}}}" if method == "hires_cam" else "w_{{{0}}}"
    terms = [rf"{weight.format(channel)} A_{{{channel}}}" for channel in found.channels]
    numbers = [
        rf"{_factor(each)} \cdot {_factor(value)}"
        for each, value in zip(found.weights, found.values, strict=True)
    ]
    names, written = " + ".join(terms), " + ".join(numbers)
    if found.others:
        names += r" + \dots"
        rest = bracketed(latex_number(found.rest))
        written += rf" + \underbrace{{{rest}}}_{{\text{{{found.others:,} more}}}}"
    cell = rf"M_{{{found.row},{found.column}}}"
    total = latex_number(found.total)
    result = latex_number(max(found.total, 0.0))
    return aligned(
        [
            rf"{cell} &= \operatorname{{ReLU}}\bigl({names}\bigr)",
            rf"&= \operatorname{{ReLU}}\bigl({written}\bigr)",
            rf"&\approx \operatorname{{ReLU}}({total}) = {result}",
        ],
        apart=0.4,
    )


def pixel_formula(method: str, row: int, column: int, slopes: ArrayLike, x: ArrayLike) -> str:
    """Write the value of one pixel of the input with its numbers.

    Parameters
    ----------
    method : "saliency", "guided_backpropagation" or "gradient_times_input".
    slopes, x : (channels,), of that pixel.
    """
    slopes, x = np.asarray(slopes, np.float64), np.asarray(x, np.float64)
    place = rf"{{{row},{column}}}"
    if method == "gradient_times_input":
        products = " + ".join(
            rf"{_factor(value)} \cdot {_factor(slope)}"
            for value, slope in zip(x, slopes, strict=True)
        )
        total = latex_number(float((x * slopes).sum()))
        sum_of = r"\sum_q x_q\,\frac{\partial z}{\partial x_q}\Bigr|"
        return rf"{sum_of}_{place} = {products} \approx {total}"
    sizes = ",\\; ".join(rf"|{latex_number(float(slope))}|" for slope in slopes)
    most = latex_number(float(np.abs(slopes).max()))
    return (
        rf"\max_q \Bigl|\frac{{\partial z}}{{\partial x_q}}\Bigr|_{place} "
        rf"= \max\bigl({sizes}\bigr) = {most}"
    )


def _factor(value: float) -> str:
    return bracketed(latex_number(float(value)))
