"""Sparse connections and shared weights, drawn on a small grid."""

from typing import Literal

import numpy as np
import streamlit as st

from cnnviz.layers.code import connections_code
from cnnviz.layers.connections import LineKind, Lines, lines, lines_in_padding
from cnnviz.layers.formulas import savings_with_numbers
from pages.layers.components.connections import connections_view
from pages.layers.experiments import LINES as EXPERIMENTS
from pages.layers.experiments import Drawn
from pages.ui.entries import Choice, Whole
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters
from pages.ui.state import Table
from pages.ui.takeaway import Download, npz, take_it_with_you

_KINDS: dict[LineKind, str] = {
    "convolution": "Convolution",
    "unshared": "Without sharing",
    "dense": "Dense",
}
_PADDINGS: tuple[Literal["valid", "same"], ...] = ("valid", "same")
_LARGEST = 5

KIND = Choice("layer_kind", _KINDS)
GRID = Whole("layer_grid", 3, 8, 6)
WINDOW = Whole("layer_window", 1, _LARGEST, 3)
STRIDE = Whole("layer_stride", 1, 3, 1)
PADDING = Choice("layer_padding", _PADDINGS)
LINES = Table("layers_lines", KIND, GRID, WINDOW, STRIDE, PADDING)


def sparse_and_shared(_picture: Picture) -> None:
    """Show the part."""
    LINES.follow()
    tries = TryThis(LINES, EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        kind = LINES.control(
            st.segmented_control,
            KIND,
            "Layer",
            help="Which layer's lines are drawn.",
            required=True,
            wrap=True,
        )
        side = LINES.control(
            st.slider, GRID, "Input side", help="The rows and the columns of the inputs."
        )
        kernel = LINES.control(
            st.slider,
            WINDOW,
            "Kernel side",
            help="The rows and the columns of the window that an output looks at.",
            limits=(1, min(_LARGEST, side)),
        )
        stride = LINES.control(
            st.slider,
            STRIDE,
            "Stride",
            help="How many places the window moves on from one output to the next.",
        )
        padding = LINES.control(
            st.selectbox,
            PADDING,
            "Padding",
            help="Same: windows reach over the border, so that corners have outputs too.",
        )
    found = {name: lines(name, side, kernel, stride=stride, padding=padding) for name in _KINDS}
    tries.saw(Drawn(found, kind))
    with seen_first(stage):
        connections_view(
            key="connections_view",
            lines=found[kind],
            kernel=(kernel, kernel),
            shared=kind == "convolution",
            counts=[
                ("Layer", "Connections", "Weights"),
                *(
                    (title, f"{found[name].input.size:,}", f"{found[name].weights:,}")
                    for name, title in _KINDS.items()
                ),
            ],
            current=list(_KINDS).index(kind),
            signature=f"{kind} {side} {kernel} {stride} {padding}",
        )
    _arithmetic(found, kernel)
    sparse, dense = found["unshared"].input.size, found["dense"].input.size
    why_it_matters(
        "A convolution saves twice. *Sparse*: an output looks at its neighbourhood only; here "
        f"{sparse:,} of the {dense:,} lines of the dense layer are left. *Shared*: those lines do "
        f"not have a weight each, but share the {kernel * kernel} of the kernel. A weight that is "
        "used everywhere also learns from everywhere: each place is one more example for it."
    )
    take_it_with_you(
        [Download("Connections as NPZ", "connections.npz", lambda: _arrays(found[kind]))],
        connections_code(side, kernel, stride=stride, padding=padding, kind=kind),
    )


def _arrays(drawn: Lines) -> bytes:
    return npz(
        input=drawn.input,
        output=drawn.output,
        weight=drawn.weight,
        input_size=np.array(drawn.input_size),
        output_size=np.array(drawn.output_size),
    )


def _arithmetic(found: dict[LineKind, Lines], kernel: int) -> None:
    sparse = found["convolution"]
    header("From dense to convolution")
    st.latex(savings_with_numbers(found["dense"], sparse, kernel))
    missing = lines_in_padding(sparse)
    st.caption(
        "Inputs times outputs; then only the lines within a window"
        + (f" ({missing} of them would start in the padding and are left out)" if missing else "")
        + "; then one weight for each place in the window, whatever the number of lines."
    )
