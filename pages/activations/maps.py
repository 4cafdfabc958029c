"""The activation applied to the picture's filtered map."""

import numpy as np
import streamlit as st

from cnnviz.activations.code import map_code
from cnnviz.activations.formulas import scaled_with_numbers, with_numbers
from cnnviz.activations.maps import ActivatedMap, activated_map
from cnnviz.drawing.display import display
from cnnviz.kernels import KERNELS
from cnnviz.notation import written
from cnnviz.shapes import Pixels
from pages.activations.choice import ChosenActivation, chosen_activation
from pages.activations.components.pointwise import pointwise
from pages.activations.experiments import MAP as EXPERIMENTS
from pages.activations.state import AT, BIAS, KERNEL, PAGE, SCALE, SHARED_RANGE, try_this
from pages.ui.focus import CellInFocus
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import (
    first_place,
    seen_first,
    stage_and_controls,
    why_it_matters,
    working_picture,
)
from pages.ui.takeaway import Download, npz, picture_download, signed_download, take_it_with_you

_KEY = "activation_map"


def on_the_maps(picture: Picture) -> None:
    """Show the part."""
    cell = CellInFocus(PAGE, AT, _KEY)
    tries = try_this("map", EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        chosen = chosen_activation()
        kernel = PAGE.control(
            st.selectbox,
            KERNEL,
            "Kernel",
            help="The kernel whose map the activation is applied to.",
        )
        scale = PAGE.control(
            st.select_slider, SCALE, "Multiply by", help="The map is multiplied by this first."
        )
        bias = PAGE.control(
            st.slider,
            BIAS,
            "Bias",
            help="This is added to every number of the map before the activation.",
        )
        PAGE.control(
            st.toggle,
            SHARED_RANGE,
            "One colour range for both",
            help="With one range the colours of both maps can be compared.",
        )
    pixels = working_picture(picture, "grey")
    weights = KERNELS[kernel].values
    found = activated_map(
        pixels,
        weights,
        chosen.activation,
        scale=scale,
        bias=bias,
        parameters=chosen.parameters,
    )
    where = cell.settle(found.before.shape, first_place(picture, pixels)).cell
    tries.saw(found)
    with seen_first(stage):
        _stage(found, chosen, cell, where, (picture.title, KERNELS[kernel].title))
    _arithmetic(chosen, found, where, scale=scale, bias=bias)
    _why_it_matters(chosen, found)
    take_it_with_you(
        _downloads(found, pixels, weights),
        map_code(chosen.activation.key, chosen.parameters, weights, scale=scale, bias=bias),
    )


def _stage(
    found: ActivatedMap,
    chosen: ChosenActivation,
    cell: CellInFocus,
    where: tuple[int, int],
    names: tuple[str, str],
) -> None:
    """Draw the maps; `names` are what the picture and the kernel are called."""
    shared = PAGE[SHARED_RANGE]
    pointwise(
        key=_KEY,
        before=found.before,
        after=found.after,
        counts=found.counts,
        curve=found.curve,
        title=chosen.label,
        symbol="f",
        titles=("Filtered map", "After the activation"),
        alts=(
            f"{names[0]} filtered by {names[1]}.",
            f"The same map after {chosen.activation.label}.",
        ),
        note="Colours: " + ("the range of both maps." if shared else "this map's own range."),
        measures=_measures(found),
        shared_range=shared,
        selected=where,
        on_selected=cell.take,
    )


def _measures(found: ActivatedMap) -> list[tuple[str, str, str]]:
    def row(name: str, before: float, after: float) -> tuple[str, str, str]:
        return name, written(float(before)), written(float(after))

    before, after = found.before, found.after
    return [
        ("exactly 0", f"{found.zeros_before:.1%}", f"{found.zeros_after:.1%}"),
        row("smallest", before.min(), after.min()),
        row("mean", before.mean(), after.mean()),
        row("largest", before.max(), after.max()),
        row("standard deviation", before.std(), after.std()),
    ]


def _arithmetic(
    chosen: ChosenActivation,
    found: ActivatedMap,
    at: tuple[int, int],
    *,
    scale: float,
    bias: float,
) -> None:
    filtered = float(found.filtered[at])
    x = float(f"{found.before[at]:.6g}")
    header("Follow one number")
    st.latex(scaled_with_numbers(filtered, x, scale=scale, bias=bias))
    st.latex(with_numbers(chosen.activation, x, parameters=chosen.parameters))
    st.caption(
        f"Row {at[0]}, column {at[1]}: the kernel gives {filtered:.4g} there (the picture enters "
        "as brightness from 0 to 1); then scale and bias; then the activation. It takes each "
        "number by itself, never looks at a neighbour, and has nothing to learn."
    )


def _why_it_matters(chosen: ChosenActivation, found: ActivatedMap) -> None:
    why_it_matters(
        "A kernel that adds up to zero answers with a positive number where it finds its pattern "
        "and a negative one where it finds the opposite. ReLU keeps what is positive and makes the "
        "rest exactly zero; after "
        f"{chosen.activation.label}, {found.zeros_after:.1%} of this map is exactly zero. The "
        "bias decides how much of a find is enough."
    )


def _downloads(found: ActivatedMap, pixels: Pixels, weights: np.ndarray) -> list[Download]:
    def arrays() -> bytes:
        return npz(
            picture=pixels,
            kernel=weights,
            before=found.before,
            after=found.after,
            edges=found.counts.edges,
            counts_before=found.counts.before,
            counts_after=found.counts.after,
        )

    return [
        signed_download("Before as PNG", "before.png", found.before),
        signed_download("After as PNG", "after.png", found.after),
        picture_download(
            "Picture as PNG", "picture.png", lambda: display(pixels.astype(np.float32))
        ),
        Download("Arrays as NPZ", "activation.npz", arrays),
    ]
