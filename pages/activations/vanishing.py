"""The gradient in every layer of a deep stack, measured before the first training step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.activations.code import stack_code
from cnnviz.activations.formulas import GRADIENT_BY_DEPTH, gradient_with_numbers
from cnnviz.activations.gradients import (
    GradientByDepth,
    Initialisation,
    build_stack,
    gradient_by_depth,
    picture_patches,
)
from cnnviz.notation import legend
from pages.activations.choice import ChosenActivation, chosen_activation, overlaid_activations
from pages.activations.experiments import VANISHING as EXPERIMENTS
from pages.activations.experiments import Stacks
from pages.activations.state import (
    BESIDE,
    DEPTH,
    PAGE,
    SEED,
    SPREAD,
    WEIGHTS,
    WIDTH,
    try_this,
)
from pages.ui.components.curves import Axis, Curve, Panel, curves
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters, working_picture
from pages.ui.takeaway import Download, npz, take_it_with_you

_SMALLEST = float(np.log10(np.finfo(np.float32).smallest_subnormal))
_PATCHES = 64
_LABELS = np.arange(_PATCHES) % 10


@dataclass(frozen=True)
class Stack:
    """How a stack of dense layers is built: its layers, units in each, and first weights."""

    depth: int
    width: int
    initialisation: Initialisation
    scale: float
    seed: int

    def weights(self, features: int) -> list[np.ndarray]:
        """Draw the weights of each layer."""
        return list(
            build_stack(
                features=features,
                depth=self.depth,
                width=self.width,
                initialisation=self.initialisation,
                scale=self.scale,
                seed=self.seed,
            )
        )


def vanishing_gradients(picture: Picture) -> None:
    """Show the part."""
    tries = try_this("vanish", EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        shown, stack = _controls()
    found = [
        _measured(
            picture.identity,
            one.activation.key,
            tuple(one.parameters.items()),
            stack,
            picture,
        )
        for one in shown
    ]
    tries.saw(Stacks(shown, found))
    with seen_first(stage):
        _curves(shown, found, stack.depth)
    _arithmetic(shown[0], found[0])
    why_it_matters(
        "The gradient of an early layer is a product with one factor for each layer behind it. "
        "Factors below one leave little of it, factors above one make it explode, and the early "
        "layers, those that see the picture, then hardly learn. That long kept networks shallow; "
        "ReLU, careful initialisation, and later shortcuts around layers made them deep."
    )
    take_it_with_you(
        [
            Download(
                "Stack and gradients as NPZ", "stack.npz", lambda: _arrays(picture, stack, found[0])
            )
        ],
        stack_code(shown[0].activation.key, shown[0].parameters, depth=stack.depth),
    )


def _controls() -> tuple[list[ChosenActivation], Stack]:
    """Ask for the activations, the one in hand first, and how the stack is built."""
    depth = PAGE.control(st.slider, DEPTH, "Layers", help="How many layers follow each other.")
    chosen = chosen_activation()
    others = overlaid_activations(chosen)
    width = PAGE.control(
        st.select_slider, WIDTH, "Units per layer", help="How many units each layer has."
    )
    drawn = PAGE.control(
        st.selectbox,
        WEIGHTS,
        "Weight initialisation",
        help="How the first weights are drawn at random; Keras calls it the initializer.",
    )
    if drawn == "normal":
        PAGE.control(
            st.slider,
            SPREAD,
            "Standard deviation of the weights",
            help="How far the normal distribution spreads that the weights are drawn from.",
        )
    PAGE.control(st.selectbox, BESIDE, "Second chart", help="What the second chart shows.")
    seed = PAGE.control(st.number_input, SEED, "Seed", help="Another seed draws other weights.")
    return [chosen, *others], Stack(depth, width, drawn, PAGE[SPREAD], seed)


def _patches(picture: Picture) -> np.ndarray:
    return _patches_of(picture.identity, picture)


@st.cache_data(max_entries=16, ttl=3600, show_spinner=False)
def _patches_of(identity: str, _picture: Picture) -> np.ndarray:  # noqa: ARG001 the cache's key
    return picture_patches(working_picture(_picture, "colour"), count=_PATCHES)


@st.cache_data(max_entries=256, ttl=3600, show_spinner=False)
def _measured(
    identity: str,  # noqa: ARG001 stands for the picture in the cache's key
    key: str,
    parameters: tuple[tuple[str, float], ...],
    stack: Stack,
    _picture: Picture,
) -> GradientByDepth:
    return gradient_by_depth(
        key,
        inputs=_patches(_picture),
        labels=_LABELS,
        depth=stack.depth,
        width=stack.width,
        initialisation=stack.initialisation,
        scale=stack.scale,
        seed=stack.seed,
        parameters=dict(parameters),
    )


def _curves(
    shown: Sequence[ChosenActivation], found: Sequence[GradientByDepth], depth: int
) -> None:
    beside = PAGE[BESIDE]
    with np.errstate(divide="ignore"):
        gradients = [np.log10(one.weight_gradient_rms) for one in found]
        others = [np.log10(getattr(one, beside)) for one in found]
    layers = np.arange(1, depth + 1)
    curves(
        key="activation_depth",
        panels=[
            _panel(
                "Gradient of the weights",
                depth,
                gradients,
                bands=[(-400, _SMALLEST, "below float32's smallest number: 0")],
            ),
            _panel(BESIDE.label(beside), depth, others),
        ],
        lines=[
            Curve(one.label, layers, both, marks=True)
            for one, both in zip(shown, zip(gradients, others, strict=True), strict=True)
        ],
        cursor=1,
        direction=-1,
        x_name="layer",
        alt="What was measured in each layer, the one next to the picture first.",
        file="gradients",
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
    header("One factor per layer")
    st.latex(GRADIENT_BY_DEPTH)
    if found.factor_per_layer and depth > 1:
        st.latex(gradient_with_numbers(found))
    elif depth > 1:
        st.markdown("No gradient is left on the way: every unit of a layer has a slope of zero.")
    else:
        st.markdown("With one layer there is nothing on the way.")
    slope = float(found.slope_rms.mean())
    st.caption(
        f"{legend(GRADIENT_BY_DEPTH)} Gradients are rows here, and the slopes f\u2032 of a layer a "
        f"diagonal matrix. {chosen.label}: root mean squares over {_PATCHES} patches of your "
        f"picture, computed in float64 through {depth} dense layers and a cross-entropy over ten "
        f"classes. On the way back each layer multiplies by {found.factor_per_layer:.3g} on "
        f"average; the slope f\u2032 alone is {slope:.3g}."
    )


def _arrays(picture: Picture, stack: Stack, found: GradientByDepth) -> bytes:
    inputs = _patches(picture)
    weights = stack.weights(inputs.shape[1])
    return npz(
        inputs=inputs,
        labels=_LABELS,
        weight_gradient_rms=found.weight_gradient_rms,
        output_gradient_rms=found.output_gradient_rms,
        output_deviation=found.output_deviation,
        **{f"weights_{layer}": matrix for layer, matrix in enumerate(weights)},
    )
