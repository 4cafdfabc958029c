"""Why not dense? A counter of weights, memory and work on the same input."""

import numpy as np
import streamlit as st

from cnnviz.layers.code import cost_code
from cnnviz.layers.cost import WeightCounts, weight_counts
from cnnviz.layers.formulas import convolution_count_with_numbers, dense_count_with_numbers
from cnnviz.notation import written_bytes, written_count
from pages.ui.components.curves import Axis, Curve, Panel, curves
from pages.ui.picture import Picture
from pages.ui.stage import experiments, seen_first
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "cost_curves"
_MOST_SIDE = 4096
_LAYERS = {
    "dense": "Dense",
    "locally_connected": "Convolution without sharing",
    "convolution": "Convolution",
}
_TITLES = ("Dense: weights", "Not shared: weights", "Convolution: weights")


def why_not_dense(_picture: Picture) -> None:
    """Show the part."""
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        side = st.number_input(
            "Picture side", 1, _MOST_SIDE, 64, key="layer_picture_side", bind="query-params"
        )
        channels = st.number_input(
            "Channels", 1, 1024, 3, key="layer_picture_channels", bind="query-params"
        )
        units = st.number_input(
            "Units of the dense layer", 1, 100_000, 100, key="layer_units", bind="query-params"
        )
        kernel = st.slider("Kernel side", 1, 11, 3, key="layer_kernel", bind="query-params")
        filters = st.number_input("Filters", 1, 4096, 32, key="layer_filters", bind="query-params")
    counts = weight_counts(side, channels, units, kernel, filters)
    sides = np.unique([*np.geomspace(1, _MOST_SIDE, 140).round().astype(int), side, 64, 224, 1000])
    by_side = [weight_counts(int(n), channels, units, kernel, filters) for n in sides]

    def curve(layer: str) -> Curve:
        costs = [getattr(found, layer) for found in by_side]
        return Curve(
            _LAYERS[layer],
            sides,
            ([cost.weights for cost in costs], [cost.multiply_adds for cost in costs]),
        )

    lines = [curve(layer) for layer in _LAYERS]
    with seen_first(stage):
        _figures(counts)
        curves(
            key=_KEY,
            panels=[
                Panel(
                    title,
                    Axis(1, _MOST_SIDE, "picture side in pixels", log=True),
                    Axis(
                        max(1, min(np.min(line.y[panel]) for line in lines) / 2),
                        max(np.max(line.y[panel]) for line in lines) * 2,
                        log=True,
                        amounts=True,
                    ),
                )
                for panel, title in enumerate(("Weights", "Multiplications for one picture"))
            ],
            lines=lines,
            cursor=side,
            x_name="side",
            alt="What layers cost by the side of the picture, on logarithmic scales.",
            file="why_not_dense",
            on_cursor=_take_side,
        )
    st.header("The counts", anchor=False)
    st.latex(rf"\text{{dense:}} \quad {dense_count_with_numbers(side, channels, units, counts)}")
    st.latex(
        r"\text{convolution:} \quad "
        + convolution_count_with_numbers(kernel, channels, filters, counts)
    )
    st.caption(
        "Side times side times channels times units, against kernel times kernel times channels "
        "times filters: the picture's size is not in the second line. One bias comes on top for "
        "each unit or filter. Memory is that of weights and biases in float32, four bytes each; "
        "training needs three to four times as much."
    )
    st.header("Why it matters", anchor=False)
    st.markdown(
        "A dense layer pays for every pixel, and pays again when the picture grows. A "
        "convolution bets on two things: what belongs together lies close together, so a few "
        "connections are enough, and what is worth finding here is worth finding everywhere, so "
        "one set of weights is enough. Each bet alone saves much; together they made deep "
        "networks for pictures possible."
    )
    experiments(
        {
            "64 × 64 × 3, 100 units": lambda: _try(64, 3, 100),
            "1000 × 1000 × 3, 1000 units": lambda: _try(1000, 3, 1000),
            "A digit: 28 × 28 × 1, 10 units": lambda: _try(28, 1, 10),
            "224 × 224 × 3, 4096 units": lambda: _try(224, 3, 4096),
        }
    )
    take_it_with_you(
        [
            Download(
                "Counts as NPZ",
                "costs.npz",
                "application/octet-stream",
                lambda: npz(
                    sides=sides,
                    **{
                        f"{layer}_{what}": np.array(line.y[panel], np.float64)
                        for layer, line in zip(_LAYERS, lines, strict=True)
                        for panel, what in enumerate(("weights", "multiply_adds"))
                    },
                ),
            )
        ],
        cost_code(side, channels, units=units, kernel=kernel, filters=filters),
    )


def _figures(counts: WeightCounts) -> None:
    columns = st.columns([1.3, 1.3, 1.3, 1])
    for column, layer, title in zip(columns, _LAYERS, _TITLES, strict=False):
        cost = getattr(counts, layer)
        column.metric(
            title,
            written_count(cost.weights),
            written_bytes(cost.memory()),
            delta_color="off",
            delta_arrow="off",
        )
    ratio = counts.ratio
    columns[-1].metric(
        "Dense to convolution",
        f"{written_count(round(ratio))} ×" if ratio >= 10 else f"{ratio:.2g} ×",
    )


def _take_side() -> None:
    side = st.session_state[_KEY].get("cursor")
    if isinstance(side, int | float) and 1 <= side <= _MOST_SIDE:
        st.session_state["layer_picture_side"] = round(side)


def _try(side: int, channels: int, units: int) -> None:
    st.session_state["layer_picture_side"] = side
    st.session_state["layer_picture_channels"] = channels
    st.session_state["layer_units"] = units
    st.session_state["layer_kernel"] = 3
    st.session_state["layer_filters"] = 32
