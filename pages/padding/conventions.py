"""Keras's and PyTorch's ways to keep the size, side by side: drawing, numbers and code."""

import numpy as np
import streamlit as st

from cnnviz.drawing.svg import DARK, LIGHT
from cnnviz.notation import aligned
from cnnviz.padding.code import keras_program, torch_program
from cnnviz.padding.conventions import Convention, same_size, same_size_transposed
from cnnviz.padding.diagram import axis_svg
from cnnviz.padding.formulas import same_and_valid, same_padding
from cnnviz.padding.geometry import Geometry, apply_kernel, convolution_geometry
from cnnviz.shapes import Grid, output_size
from pages.ui.headings import header
from pages.ui.stage import formulas_side_by_side

_AXES = ("rows", "columns")


def same_and_its_odd_pixel(geometry: Geometry) -> None:
    """Explain how much "same" adds with this view's numbers, and why 112 and not 111."""
    _, k, s, d = _axis(geometry, 0)
    s = max(s, 2)
    valid, same = (
        output_size(224, k, stride=s, dilation=d, padding=rule) for rule in ("valid", "same")
    )
    asked = f"Why {same} and not {valid}?" if same != valid else "How many zeros are added?"
    header(asked)
    st.markdown(
        "`same` asks for as many results as strides fit into the input, rounded *up*, and adds "
        "just the zeros that they need. Where their number is odd, the odd one goes last: below "
        "and to the right."
    )
    with formulas_side_by_side("same"):
        columns = st.columns(2 if len(_distinct_axes(geometry)) == 1 else 3)
    for axis in _distinct_axes(geometry):
        size, window, stride, dilation = _axis(geometry, axis)
        lines = same_padding(size, window, stride=stride, dilation=dilation)
        if len(columns) > 2:
            lines.insert(0, rf"&\textbf{{{_AXES[axis]}}}")
        with columns[axis]:
            st.latex(aligned(lines))
    with columns[-1]:
        st.markdown(
            f"A network's first layer on 224 pixels, with this kernel of {k}, a stride of {s}"
            f"{f' and a dilation of {d}' if d > 1 else ''}:"
        )
        st.latex(same_and_valid(224, k, stride=s, dilation=d))


def two_conventions(grid: Grid, weights: np.ndarray, geometry: Geometry, rule: str) -> None:
    """Show what each framework would do to keep the size, and the code of this view in each."""
    header("Keras and PyTorch")
    wanted = "n \u00b7 stride results" if geometry.transposed else "ceil(n / stride) results"
    st.markdown(
        f"To get {wanted}, Keras treats the two ends separately, the odd pixel last. PyTorch's "
        "number stands for both ends"
        + (
            ", and `output_padding` gives some back at the end."
            if geometry.transposed
            else '; its own `padding="same"` exists at stride 1 only.'
        )
    )
    pairs = {axis: _pair(geometry, axis) for axis in _distinct_axes(geometry)}
    programs = (keras_program, torch_program)
    for place, column in enumerate(st.columns(2, gap="large")):
        with column:
            for axis, pair in pairs.items():
                _one(geometry, axis, pair[place], alone=len(pairs) == 1)
    if sentence := _difference(grid, weights, geometry):
        st.markdown(sentence)
    for place, column in enumerate(st.columns(2, gap="large")):
        name = ("Keras", "PyTorch")[place]
        with column:
            code = st.expander(
                f"This view in {name}, padding {rule}",
                icon=":material/code:",
                key=f"pad_code_{name.lower()}",
                on_change="rerun",  # sent only when it is open: a slider need not wait for it
            )
            if code.open:
                code.code(programs[place](grid, weights, geometry, rule), language="python")


def _one(geometry: Geometry, axis: int, way: Convention, *, alone: bool) -> None:
    n, k, s, d = _axis(geometry, axis)
    which = "" if alone else f", {_AXES[axis]}"
    st.subheader(f"{way.framework}{which}: `{way.arguments}`", anchor=False)
    cut = geometry.transposed
    first = (
        f"cuts off {way.before} before and {_after(way)}"
        if cut
        else (
            f"adds {way.before} before and {way.after} after; its first window begins at pixel "
            f"{-way.before}".replace("-", "\u2212")
        )
    )
    st.image(
        axis_svg(
            way.positions if cut else n,
            before=max(way.before, 0),
            after=max(way.after, 0),
            kernel_size=k,
            stride=s,
            dilation=d,
            positions=n if cut else way.positions,
            outside_label="" if cut else "0",
            described=f"{way.framework} {first}.",
            inks=DARK if st.context.theme.type == "dark" else LIGHT,
        ),
        alt=f"{way.framework} {first}, and gets {way.positions} results.",
        width="content",
    )
    st.latex(way.formula)
    st.caption(f"{way.framework} {first}.")


def _after(way: Convention) -> str:
    return f"{way.after} after" if way.after >= 0 else f"adds {-way.after} after"


def _difference(grid: Grid, weights: np.ndarray, geometry: Geometry) -> str:
    """Say in numbers what the two habits do to this view's result."""
    pairs = [_pair(geometry, axis) for axis in (0, 1)]
    ends = [[(way.before, way.after) for way in pair] for pair in pairs]
    if all(keras == torch for keras, torch in ends):
        return (
            "Here the two agree: both cut off the same."
            if geometry.transposed
            else "Here the two agree: the zeros are as many at both ends."
        )
    if any(keras.positions != torch.positions for keras, torch in pairs):
        sizes = [" \u00d7 ".join(str(pair[place].positions) for pair in pairs) for place in (0, 1)]
        return (
            f"Even the sizes differ: {sizes[0]} in Keras, {sizes[1]} in PyTorch. An even kernel "
            "has no middle, and one number for both ends cannot make up for it."
        )
    if geometry.transposed:
        return (
            "The odd position is cut off at the end in Keras and at the beginning in PyTorch: the "
            "same numbers, shifted by one."
        )
    results = [
        apply_kernel(
            grid,
            weights,
            convolution_geometry(
                grid.shape,
                weights.shape,
                stride=geometry.stride,
                dilation=geometry.dilation,
                padding=(ends[0][place], ends[1][place]),
            ),
        )
        for place in (0, 1)
    ]
    first, second = (f"{result[0, 0]:g}" for result in results)
    return (
        "The same size, but other windows: with these numbers and weights the first result is "
        f"**{first}** in Keras and **{second}** in PyTorch. If you move weights from one framework "
        "to the other, pad by hand; otherwise every map is shifted."
    )


def _pair(geometry: Geometry, axis: int) -> tuple[Convention, Convention]:
    n, k, s, d = _axis(geometry, axis)
    compare = same_size_transposed if geometry.transposed else same_size
    return compare(n, k, stride=s, dilation=d)


def _distinct_axes(geometry: Geometry) -> list[int]:
    return [0] if _axis(geometry, 0) == _axis(geometry, 1) else [0, 1]


def _axis(geometry: Geometry, axis: int) -> tuple[int, int, int, int]:
    return (
        geometry.input_size[axis],
        geometry.window[axis],
        geometry.stride[axis],
        geometry.dilation[axis],
    )
