"""Every activation's curve and slope, with a point to drag along."""

import numpy as np
import streamlit as st

from cnnviz.activations import ACTIVATIONS
from cnnviz.activations.code import curve_code
from cnnviz.activations.formulas import with_numbers
from pages.activations.choice import ChosenActivation, chosen_activation, overlaid_activations
from pages.ui.address import Addressed
from pages.ui.components.curves import Axis, Curve, Panel, curves
from pages.ui.picture import Picture
from pages.ui.stage import experiments, seen_first
from pages.ui.takeaway import Download, npz, take_it_with_you

_SAMPLES = 1201
_FARTHEST = 20
_KEY = "activation_curves"


def _read(text: str) -> float:
    x = float(text)
    if not abs(x) <= _FARTHEST:
        raise ValueError(f"x must lie within ±{_FARTHEST}. Received: {text}.")
    return x


_point = Addressed("x", "activations", 1.0, _read, lambda x: f"{x:.6g}")


def curve(_picture: Picture) -> None:
    """Show the part."""
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        chosen = chosen_activation()
        others = overlaid_activations(chosen)
        reach = st.slider("Reach of x", 2, _FARTHEST, 6, key="act_reach", bind="query-params")
    shown = [chosen, *others]
    samples = [one.activation.curve(-reach, reach, _SAMPLES, **one.parameters) for one in shown]
    heights = np.concatenate([sample.y for sample in samples])
    slopes = np.concatenate([sample.slope for sample in samples])
    x = float(np.clip(_point.value(), -reach, reach))
    with seen_first(stage):
        curves(
            key=_KEY,
            panels=[
                Panel(
                    "f(x)",
                    Axis(-reach, reach, "x"),
                    Axis(max(-reach, heights.min() - 0.5), min(reach, heights.max() + 0.5)),
                    axes=True,
                    equal=True,
                    slope=1,
                ),
                Panel(
                    "Slope f\u2032(x)",
                    Axis(-reach, reach, "x"),
                    Axis(min(-0.1, slopes.min() - 0.1), max(1.1, slopes.max() + 0.1)),
                    axes=True,
                ),
            ],
            lines=[
                Curve(one.label, sample.x, (sample.y, sample.slope))
                for one, sample in zip(shown, samples, strict=True)
            ],
            cursor=x,
            stride=10,
            alt="Activations over x and their slopes.",
            file=f"activation_{chosen.activation.key}",
            on_cursor=_take_point,
        )
    _arithmetic(chosen, x)
    st.header("Why it matters", anchor=False)
    st.markdown(
        "Without a bend between them, two layers are one: a matrix times a matrix is a matrix. "
        "The bend lets each layer add something new. Training sees only the slope: where it is "
        "zero, nothing is learned, and where it is small in layer after layer, little is left."
    )
    experiments(
        {
            "Where the sigmoid saturates": lambda: _try("sigmoid", ["tanh"], 5.0),
            "ReLU and its smooth cousins": lambda: _try("relu", ["gelu", "silu", "mish"], -0.75),
            "Give the leaky ReLU a slope of 1": lambda: _try(
                "leaky_relu", ["linear"], -2.0, act_leaky_relu_negative_slope=1.0
            ),
        }
    )
    take_it_with_you(
        [
            Download(
                "Curves as NPZ",
                "activations.npz",
                "application/octet-stream",
                lambda: npz(
                    x=samples[0].x,
                    **{
                        f"{one.activation.key}_{name}": values
                        for one, sample in zip(shown, samples, strict=True)
                        for name, values in (("y", sample.y), ("slope", sample.slope))
                    },
                ),
            )
        ],
        curve_code(
            chosen.activation.key, chosen.parameters, least=-reach, most=reach, count=_SAMPLES
        ),
    )


def _arithmetic(chosen: ChosenActivation, x: float) -> None:
    activation = chosen.activation
    st.header(activation.label, anchor=False)
    source = f" {activation.source}." if activation.source else ""
    values = activation.range_with(**chosen.parameters)
    st.markdown(f"{activation.summary}{source} Its values lie in {values}.")
    left, right = st.columns(2, gap="medium")
    for column, rule, derivative in (
        (left, activation.formula, False),
        (right, activation.derivative_formula, True),
    ):
        column.latex(rule)
        column.latex(with_numbers(activation, x, derivative=derivative, **chosen.parameters))


def _take_point() -> None:
    x = st.session_state[_KEY].get("cursor")
    if isinstance(x, int | float) and abs(x) <= _FARTHEST:
        _point.hold(float(x))


def _try(function: str, overlay: list[str], x: float, **controls: float) -> None:
    st.session_state["act_function"] = function
    st.session_state["act_overlay"] = overlay
    for name, spec in ACTIVATIONS[function].parameters.items():
        st.session_state[f"act_{function}_{name}"] = controls.get(
            f"act_{function}_{name}", spec.default
        )
    st.session_state["act_reach"] = 6
    _point.hold(x)
