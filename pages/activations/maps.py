"""The activation applied to the picture's filtered map."""

import numpy as np
import streamlit as st

from cnnviz.activations.code import map_code
from cnnviz.activations.formulas import with_numbers
from cnnviz.activations.maps import ActivatedMap, activated_map
from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.kernels import KERNELS
from cnnviz.notation import written
from pages.activations.choice import ChosenActivation, chosen_activation
from pages.activations.components.pointwise import pointwise
from pages.ui.picture import Picture
from pages.ui.stage import (
    CellInFocus,
    cell_entry,
    experiments,
    page_background,
    seen_first,
    working_picture,
)
from pages.ui.state import Table
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "activation_map"
_AT = cell_entry()
_FOCUS = Table("activation_map", _AT)
_SCALES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


def on_the_maps(picture: Picture) -> None:
    """Show the part."""
    _FOCUS.follow()
    cell = CellInFocus(_FOCUS, _AT, _KEY)
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        chosen = chosen_activation()
        kernel = st.selectbox(
            "Kernel",
            list(KERNELS),
            index=list(KERNELS).index("sobel_x"),
            format_func=lambda name: KERNELS[name].title,
            key="act_kernel",
            bind="query-params",
        )
        scale = st.select_slider(
            "Scale, times",
            _SCALES,
            1.0,
            key="act_scale",
            bind="query-params",
        )
        bias = st.slider("Bias", -4.0, 4.0, 0.0, 0.1, key="act_bias", bind="query-params")
        shared = st.toggle("One colour range for both", key="act_shared", bind="query-params")

    pixels = working_picture(picture, "grey")
    weights = KERNELS[kernel].values
    found = activated_map(
        pixels, weights, chosen.activation, scale=scale, bias=bias, **chosen.parameters
    )
    where = cell.value(found.before.shape)
    name = chosen.activation.label
    with seen_first(stage):
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
                f"{picture.title} filtered by {KERNELS[kernel].title}.",
                f"The same map after {name}.",
            ),
            note="Colours: " + ("the range of both maps." if shared else "this map's own range."),
            measures=_measures(found),
            shared_range=shared,
            selected=where,
            on_selected=cell.take,
        )
    _arithmetic(chosen, found, where, scale=scale, bias=bias)
    st.header("Why it matters", anchor=False)
    st.markdown(
        "A kernel answers with a positive number where it finds its pattern and a negative one "
        "where it finds the opposite. ReLU keeps only the finds: most of the map becomes exactly "
        "zero, which makes what is left easy to read for the next layer. The bias decides how "
        "much of a find is enough."
    )
    experiments(
        {
            "Only strong edges pass": lambda: _try("relu", "sobel_x", bias=-1.0),
            "Saturate a sigmoid": lambda: _try("sigmoid", "sobel_x", scale=16.0),
            "Nothing passes": lambda: _try("relu", "sobel_x", bias=-4.0),
            "Squeeze it all into (−1, 1)": lambda: _try("tanh", "outline", scale=2.0),
        }
    )
    background = page_background()
    take_it_with_you(
        [
            *(
                Download(
                    f"{title} as PNG",
                    f"{file}.png",
                    "image/png",
                    lambda values=values: images.encode_png(
                        display(values[..., np.newaxis], "signed", background=background)
                    ),
                )
                for title, file, values in (
                    ("Before", "before", found.before),
                    ("After", "after", found.after),
                )
            ),
            Download(
                "Picture as PNG",
                "picture.png",
                "image/png",
                lambda: images.encode_png(display(pixels.astype(np.float32))),
            ),
            Download(
                "Arrays as NPZ",
                "activation.npz",
                "application/octet-stream",
                lambda: npz(
                    picture=pixels,
                    kernel=weights,
                    before=found.before,
                    after=found.after,
                    edges=found.counts.edges,
                    counts_before=found.counts.before,
                    counts_after=found.counts.after,
                ),
            ),
        ],
        map_code(chosen.activation.key, chosen.parameters, weights, scale=scale, bias=bias),
    )


def _measures(found: ActivatedMap) -> list[tuple[str, str, str]]:
    maps = (found.before, found.after)
    return [
        ("exactly 0", f"{found.zeros_before:.1%}", f"{found.zeros_after:.1%}"),
        ("smallest", *(written(float(values.min())) for values in maps)),
        ("mean", *(written(float(values.mean())) for values in maps)),
        ("largest", *(written(float(values.max())) for values in maps)),
        ("standard deviation", *(written(float(values.std())) for values in maps)),
    ]


def _arithmetic(
    chosen: ChosenActivation,
    found: ActivatedMap,
    where: tuple[int, int] | None,
    *,
    scale: float,
    bias: float,
) -> None:
    rows, columns = found.before.shape
    row, column = where or (rows // 2, columns // 2)
    x = float(f"{found.before[row, column]:.4g}")
    filtered = (found.before[row, column] - bias) / scale
    st.header("One number's way", anchor=False)
    offset = f"{bias:+g}".replace("+", "+ ").replace("-", "- ")
    st.latex(rf"x = {scale:g} \cdot ({filtered:.4g}) {offset} = {x:.4g}")
    st.latex(with_numbers(chosen.activation, x, **chosen.parameters))
    st.caption(
        f"Row {row}, column {column}: the kernel gives {filtered:.4g} there (the picture enters "
        "as brightness from 0 to 1); then scale and bias; then the activation. It takes each "
        "number by itself, never looks at a neighbour, and has nothing to learn."
    )


def _try(function: str, kernel: str, *, scale: float = 1.0, bias: float = 0.0) -> None:
    st.session_state["act_function"] = function
    st.session_state["act_kernel"] = kernel
    st.session_state["act_scale"] = scale
    st.session_state["act_bias"] = bias
