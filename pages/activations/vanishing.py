"""The gradient in every layer of a deep stack, measured before the first training step."""

from typing import get_args

import numpy as np
import streamlit as st

from cnnviz.activations.code import stack_code
from cnnviz.activations.formulas import gradient_with_numbers
from cnnviz.activations.gradients import (
    DEEPEST,
    GradientByDepth,
    Initialisation,
    build_stack,
    gradient_by_depth,
    picture_patches,
)
from pages.activations.choice import ChosenActivation, chosen_activation, overlaid_activations
from pages.ui.components.curves import Axis, Curve, Panel, curves
from pages.ui.picture import Picture
from pages.ui.stage import experiments, seen_first, working_picture
from pages.ui.takeaway import Download, npz, take_it_with_you

_SMALLEST = float(np.log10(np.finfo(np.float32).smallest_subnormal))
_PATCHES = 64
_LABELS = np.arange(_PATCHES) % 10
_BESIDE = {
    "output_gradient_rms": "Gradient of the outputs",
    "output_deviation": "Spread of the outputs",
    "slope_rms": "Slope f\u2032 where it is used",
}


def vanishing_gradients(picture: Picture) -> None:
    """Show the part."""
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        depth = st.slider("Layers", 1, DEEPEST, 30, key="act_depth", bind="query-params")
        chosen = chosen_activation()
        others = overlaid_activations(chosen)
        width = st.select_slider(
            "Units in each", (8, 16, 32, 64, 128), 64, key="act_width", bind="query-params"
        )
        drawn = st.selectbox(
            "Weights drawn by",
            get_args(Initialisation),
            format_func=lambda name: name.replace("_", " "),
            key="act_weights",
            bind="query-params",
        )
        spread = 0.05
        if drawn == "normal":
            spread = st.slider(
                "Their standard deviation",
                0.01,
                0.5,
                0.05,
                0.01,
                key="act_spread",
                bind="query-params",
            )
        beside = st.selectbox(
            "On the right",
            list(_BESIDE),
            format_func=_BESIDE.get,
            key="act_beside",
            bind="query-params",
        )
        seed = st.number_input("Seed", 0, 9999, 0, key="act_seed", bind="query-params")
    built = {"depth": depth, "width": width, "initialisation": drawn, "scale": spread, "seed": seed}
    shown = [chosen, *others]
    found = [
        _measured(
            picture.identity,
            one.activation.key,
            tuple(one.parameters.items()),
            tuple(built.items()),
            picture,
        )
        for one in shown
    ]
    layers = np.arange(1, depth + 1)
    with np.errstate(divide="ignore"):
        gradients = [np.log10(one.weight_gradient_rms) for one in found]
        others_beside = [np.log10(getattr(one, beside)) for one in found]
    with seen_first(stage):
        curves(
            key="activation_depth",
            panels=[
                _panel(
                    "Gradient of the weights",
                    depth,
                    gradients,
                    bands=[(-400, _SMALLEST, "float32 knows only 0 here")],
                ),
                _panel(_BESIDE[beside], depth, others_beside),
            ],
            lines=[
                Curve(one.label, layers, both, marks=True)
                for one, both in zip(shown, zip(gradients, others_beside, strict=True), strict=True)
            ],
            cursor=1,
            direction=-1,
            x_name="layer",
            alt="What was measured in each layer, the one next to the picture first.",
            file="gradients",
        )
    _arithmetic(chosen, found[0])
    st.header("Why it matters", anchor=False)
    st.markdown(
        "The gradient of an early layer is a product with one factor for each layer behind it. "
        "Factors below one leave nothing of it, factors above one make it explode, and the early "
        "layers, those that see the picture, then learn nothing. That kept networks shallow for "
        "twenty years; ReLU, weights drawn with care, and later shortcuts around layers made them "
        "deep."
    )
    experiments(
        {
            "Fifty sigmoids": lambda: _try("sigmoid", ["relu"], 50, "glorot uniform"),
            "ReLU with He's weights": lambda: _try("relu", ["tanh"], 50, "he normal"),
            "Weights too small": lambda: _try("relu", [], 50, "normal", 0.05),
            "Weights too large": lambda: _try("relu", ["tanh"], 50, "normal", 0.4),
        }
    )
    take_it_with_you(
        [
            Download(
                "Stack and gradients as NPZ",
                "stack.npz",
                "application/octet-stream",
                lambda: _stack(picture, built, found[0]),
            )
        ],
        stack_code(chosen.activation.key, chosen.parameters, depth=depth),
    )


def _patches(picture: Picture) -> np.ndarray:
    return picture_patches(working_picture(picture, "colour"), count=_PATCHES)


@st.cache_data(max_entries=256, ttl="1h", show_spinner=False)
def _measured(
    identity: str,  # noqa: ARG001 stands for the picture in the cache's key
    key: str,
    parameters: tuple[tuple[str, float], ...],
    built: tuple[tuple[str, object], ...],
    _picture: Picture,
) -> GradientByDepth:
    return gradient_by_depth(
        key, inputs=_patches(_picture), labels=_LABELS, **dict(built), **dict(parameters)
    )


def _panel(
    title: str,
    depth: int,
    values: list[np.ndarray],
    bands: list[tuple[float, float, str]] | None = None,
) -> Panel:
    finite = np.concatenate(values)
    finite = finite[np.isfinite(finite)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (-1.0, 0.0)
    return Panel(
        title,
        Axis(0.5, depth + 0.5, "layer, counted from the picture", whole=True),
        Axis(np.floor(low - 0.2), np.ceil(high + 0.2), powers=True),
        bands=bands or (),
        lines=[(0.0, "")],
    )


def _arithmetic(chosen: ChosenActivation, found: GradientByDepth) -> None:
    depth = len(found.output_gradient_rms)
    st.header("One factor per layer", anchor=False)
    st.latex(
        r"\frac{\partial L}{\partial a_1} = \frac{\partial L}{\partial a_n}\;"
        r"W_n f'(z_n) \; W_{n-1} f'(z_{n-1}) \cdots W_2 f'(z_2)"
    )
    if found.factor_per_layer and depth > 1:
        st.latex(gradient_with_numbers(found))
    elif depth > 1:
        st.markdown("No gradient is left on the way: every unit of a layer has a slope of zero.")
    else:
        st.markdown("With one layer there is nothing on the way.")
    slope = float(found.slope_rms.mean())
    st.caption(
        f"{chosen.label}: root mean squares over {_PATCHES} patches of your picture, computed in "
        f"float64 through {depth} dense layers and a cross-entropy over ten classes. On the way "
        f"back each layer multiplies by {found.factor_per_layer:.3g} on average; the slope f' "
        f"alone is {slope:.3g}."
    )


def _stack(picture: Picture, built: dict[str, object], found: GradientByDepth) -> bytes:
    inputs = _patches(picture)
    weights = build_stack(features=inputs.shape[1], **built)
    return npz(
        inputs=inputs,
        labels=_LABELS,
        weight_gradient_rms=found.weight_gradient_rms,
        output_gradient_rms=found.output_gradient_rms,
        output_deviation=found.output_deviation,
        **{f"weights_{layer}": matrix for layer, matrix in enumerate(weights)},
    )


def _try(function: str, overlay: list[str], depth: int, weights: str, spread: float = 0.05) -> None:
    st.session_state["act_function"] = function
    st.session_state["act_overlay"] = overlay
    st.session_state["act_depth"] = depth
    st.session_state["act_weights"] = weights.replace(" ", "_")
    st.session_state["act_spread"] = spread
    st.session_state["act_width"] = 64
