"""Why not dense? A counter of weights, memory and work on the same input."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.layers.code import cost_code
from cnnviz.layers.cost import LayerCost, WeightCounts, weight_counts
from cnnviz.layers.formulas import convolution_count_with_numbers, dense_count_with_numbers
from cnnviz.notation import written_bytes, written_count
from pages.layers.experiments import COST as EXPERIMENTS
from pages.ui.components.curves import Axis, Curve, Panel, curves
from pages.ui.edits import sent_value
from pages.ui.entries import Whole
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters
from pages.ui.state import Table
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "cost_curves"
_MOST_SIDE = 4096
_LAYERS = {
    "dense": "Dense",
    "dense_alike": "Dense, as many outputs",
    "locally_connected": "Convolution without sharing",
    "convolution": "Convolution",
}
"""By their names in `WeightCounts`; but for the first, all of them give as many numbers."""

SIDE = Whole("layer_picture_side", 1, _MOST_SIDE, 64)
CHANNELS = Whole("layer_picture_channels", 1, 1024, 3)
UNITS = Whole("layer_units", 1, 100_000, 100)
KERNEL = Whole("layer_kernel", 1, 11, 3)
FILTERS = Whole("layer_filters", 1, 4096, 32)
COST = Table("layers_cost", SIDE, CHANNELS, UNITS, KERNEL, FILTERS)


@dataclass(frozen=True)
class Layers:
    """What is compared: the layers on a picture of any side."""

    channels: int
    units: int
    kernel: int
    filters: int

    def counts(self, side: int) -> WeightCounts:
        """Count them on one picture."""
        return weight_counts(side, self.channels, self.units, self.kernel, self.filters)


def why_not_dense(_picture: Picture) -> None:
    """Show the part."""
    COST.follow()
    tries = TryThis(COST, EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        side = COST.control(
            st.number_input, SIDE, "Picture side", help="The rows and the columns of the picture."
        )
        channels = COST.control(
            st.number_input,
            CHANNELS,
            "Channels",
            help="The numbers of each pixel: 3 in a colour picture.",
        )
        units = COST.control(
            st.number_input,
            UNITS,
            "Units of the dense layer",
            help="How many numbers the dense layer gives.",
        )
        kernel = COST.control(
            st.slider, KERNEL, "Kernel side", help="The rows and the columns of each kernel."
        )
        filters = COST.control(
            st.number_input, FILTERS, "Filters", help="How many maps the convolution gives."
        )
    layers = Layers(channels, units, kernel, filters)
    counts = layers.counts(side)
    sides, lines = _by_side(layers, side)
    tries.saw(counts)
    with seen_first(stage):
        _figures(counts)
        _curves(lines, side)
    _arithmetic(layers, side, counts)
    _why_it_matters(counts)
    take_it_with_you(
        [Download("Counts as NPZ", "costs.npz", lambda: _arrays(sides, lines))],
        cost_code(side, channels, units=units, kernel=kernel, filters=filters),
    )


def _by_side(layers: Layers, side: int) -> tuple[np.ndarray, list[Curve]]:
    """Count on pictures of many sides; the curves hold weights and multiplications."""
    sides = np.unique([*np.geomspace(1, _MOST_SIDE, 140).round().astype(int), side, 64, 224, 1000])
    found = [layers.counts(int(each)) for each in sides]

    def curve(layer: str) -> Curve:
        costs: list[LayerCost] = [getattr(counts, layer) for counts in found]
        weights, work = (
            np.array([getattr(cost, what) for cost in costs], np.float64)
            for what in ("weights", "multiply_adds")
        )
        return Curve(_LAYERS[layer], sides, (weights, work))

    return sides, [curve(layer) for layer in _LAYERS]


def _curves(lines: list[Curve], side: int) -> None:
    def panel(title: str, values: np.ndarray) -> Panel:
        return Panel(
            title,
            Axis(1, _MOST_SIDE, "picture side in pixels", log=True),
            Axis(max(1, values.min() / 2), values.max() * 2, log=True, amounts=True),
        )

    weights, work = (
        np.concatenate([np.asarray(line.y[place]) for line in lines]) for place in range(2)
    )
    curves(
        key=_KEY,
        panels=[panel("Weights", weights), panel("Multiplications for one picture", work)],
        lines=lines,
        cursor=side,
        x_name="side",
        alt="What layers cost by the side of the picture, on logarithmic scales.",
        file="why_not_dense",
        on_cursor=_take_side,
    )


def _figures(counts: WeightCounts) -> None:
    for column, layer in zip(st.columns(len(_LAYERS)), _LAYERS, strict=True):
        cost: LayerCost = getattr(counts, layer)
        given = cost.biases if layer == "dense" else counts.outputs
        column.metric(
            _LAYERS[layer],
            written_count(cost.weights),
            help=f"Weights of a layer that gives {written_count(given)} numbers.",
        )
        column.caption(f"{written_count(cost.biases)} biases, {written_bytes(cost.memory())}")


def _arithmetic(layers: Layers, side: int, counts: WeightCounts) -> None:
    header("The counts")
    dense = dense_count_with_numbers(side, layers.channels, layers.units)
    st.latex(rf"\text{{dense:}} \quad {dense}")
    alike = dense_count_with_numbers(side, layers.channels, counts.outputs)
    st.latex(rf"\text{{dense, as many outputs:}} \quad {alike}")
    convolution = convolution_count_with_numbers(
        layers.kernel, layers.channels, layers.filters, counts
    )
    st.latex(rf"\text{{convolution:}} \quad {convolution}")
    st.caption(
        "Side times side times channels times units, against kernel times kernel times channels "
        "times filters: the picture's size is not in the last line. One bias comes on top for each "
        "unit or filter, without sharing one for each output. Memory is that of weights and biases "
        "in float32, four bytes each; training needs two to four times as much, by the optimizer. "
        "Weights of the dense layer over those of the convolution: "
        f"{_times(counts.ratio)}; with as many outputs, {_times(counts.fair_ratio)}."
    )


def _times(ratio: float) -> str:
    return written_count(round(ratio)) if ratio >= 10 else f"{ratio:.2g}"


def _why_it_matters(counts: WeightCounts) -> None:
    why_it_matters(
        "A dense layer pays for every pixel, and pays again when the picture grows. A "
        "convolution bets on two things: what belongs together lies close together, so a few "
        "connections are enough, and what is worth finding here is worth finding everywhere, so "
        "one set of weights is enough. To be fair: the convolution gives "
        f"{written_count(counts.outputs)} numbers here, and the dense layer "
        f"{written_count(counts.dense.biases)}. To give as many as the convolution, a dense "
        f"layer needs {written_count(counts.dense_alike.weights)} weights; windows alone make "
        f"that {written_count(counts.locally_connected.weights)}, and sharing the weights "
        f"{written_count(counts.convolution.weights)}."
    )


def _arrays(sides: np.ndarray, lines: list[Curve]) -> bytes:
    arrays = {
        f"{layer}_{what}": np.asarray(line.y[place])
        for layer, line in zip(_LAYERS, lines, strict=True)
        for place, what in enumerate(("weights", "multiply_adds"))
    }
    return npz(sides=sides, **arrays)


def _take_side() -> None:
    side = sent_value(_KEY, "cursor")
    if isinstance(side, int | float) and 1 <= side <= _MOST_SIDE:
        COST.write({SIDE.name: round(side)})
