"""Every activation's curve and slope, with a point to drag along."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.activations import Curve as Samples
from cnnviz.activations.code import curve_code
from cnnviz.activations.formulas import with_numbers
from cnnviz.notation import legend, written
from pages.activations.choice import ChosenActivation, chosen_activation, overlaid_activations
from pages.activations.experiments import CURVE as EXPERIMENTS
from pages.activations.experiments import Curves
from pages.activations.state import FARTHEST, PAGE, POINT, REACH, try_this
from pages.ui.components.curves import Axis, Curve, Panel, curves
from pages.ui.edits import sent_value
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import formulas_side_by_side, seen_first, stage_and_controls, why_it_matters
from pages.ui.takeaway import Download, npz, take_it_with_you

_SAMPLES = 1201
_KEY = "activation_curves"


def curve(_picture: Picture) -> None:
    """Show the part."""
    tries = try_this("curve", EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        chosen = chosen_activation()
        others = overlaid_activations(chosen)
        reach = PAGE.control(
            st.slider,
            REACH,
            "Reach of x",
            help="How far the charts go to the left and to the right of 0.",
        )
    shown = [chosen, *others]
    samples = [one.activation.curve(-reach, reach, _SAMPLES, **one.parameters) for one in shown]
    x = float(np.clip(PAGE[POINT], -reach, reach))
    tries.saw(Curves(shown, samples[0].x, x))
    with seen_first(stage):
        _curves(shown, samples, reach, x)
    _arithmetic(chosen, x)
    why_it_matters(
        "Without an activation between them, two layers are one: a matrix times a matrix is a "
        "matrix. The activation lets each layer add something new. Going back, the gradient is "
        "multiplied by its slope: where that is zero nothing comes through, and where it is small "
        "in layer after layer, little is left."
    )
    take_it_with_you(
        [Download("Curves as NPZ", "activations.npz", lambda: _arrays(shown, samples))],
        curve_code(
            chosen.activation.key, chosen.parameters, least=-reach, most=reach, count=_SAMPLES
        ),
    )


def _curves(
    shown: Sequence[ChosenActivation], samples: Sequence[Samples], reach: int, x: float
) -> None:
    heights = np.concatenate([sample.y for sample in samples])
    slopes = np.concatenate([sample.slope for sample in samples])
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
            Curve(
                one.label,
                sample.x,
                (sample.y, sample.slope),
                jumps={1: [corner.x for corner in one.activation.corners(**one.parameters)]},
            )
            for one, sample in zip(shown, samples, strict=True)
        ],
        cursor=x,
        stride=10,
        alt="Activations over x and their slopes.",
        file=f"activation_{shown[0].activation.key}",
        on_cursor=_take_point,
    )


def _arithmetic(chosen: ChosenActivation, x: float) -> None:
    activation = chosen.activation
    header(activation.label)
    source = f" {activation.source}." if activation.source else ""
    values = activation.range_with(**chosen.parameters)
    st.markdown(f"{activation.summary}{source} Its values lie in {values}.")
    with formulas_side_by_side("curve"):
        left, right = st.columns(2, gap="medium")
    for column, rule, derivative in (
        (left, activation.formula, False),
        (right, activation.derivative_formula, True),
    ):
        column.latex(rule)
        column.latex(
            with_numbers(activation, x, derivative=derivative, parameters=chosen.parameters)
        )
    st.caption(legend(activation.formula, activation.derivative_formula))
    _explain_corners(chosen)


def _explain_corners(chosen: ChosenActivation) -> None:
    """Say that the slope at a corner is a convention."""
    corners = chosen.activation.corners(**chosen.parameters)
    if not corners:
        return
    places = " and ".join(written(corner.x) for corner in corners)
    first = corners[0]
    taken = " and ".join(dict.fromkeys(written(corner.taken) for corner in corners))
    st.caption(
        f"At x = {places} the curve has a corner, and no slope: at {written(first.x)} it is "
        f"{written(first.left)} on the left and {written(first.right)} on the right. That it "
        f"counts as {taken} there is a convention; this is TensorFlow's."
    )


def _arrays(shown: Sequence[ChosenActivation], samples: Sequence[Samples]) -> bytes:
    arrays = {
        f"{one.activation.key}_{name}": values
        for one, sample in zip(shown, samples, strict=True)
        for name, values in (("y", sample.y), ("slope", sample.slope))
    }
    return npz(x=samples[0].x, **arrays)


def _take_point() -> None:
    x = sent_value(_KEY, "cursor")
    if isinstance(x, int | float) and abs(x) <= FARTHEST:
        PAGE.write({POINT.name: float(x)})
