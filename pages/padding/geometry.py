"""The controls that say where the windows of a small layer lie."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.kernels import Weights
from cnnviz.padding.geometry import (
    Geometry,
    convolution_geometry,
    full_padding,
    transposed_geometry,
)
from cnnviz.shapes import Padding, dilated_size
from pages.padding.grid_kernel import MOST, GridKernel
from pages.ui.controls import Axes, pair
from pages.ui.entries import Choice
from pages.ui.state import Table

MOST_PADDING = 6
MOST_DILATION = 4
MOST_STRIDE = 4
MOST_CUT = MOST_DILATION * (MOST - 1)
"""Places that a transposed result can lose at one end, of the largest kernel."""
_HELP = {
    False: "Valid: none. Same: as much as ceil(n / stride) results need, the odd pixel last. Full: "
    "as much as lets every weight meet every pixel. Explicit: each side by itself.",
    True: "What is cut off the result. Valid: nothing. Same: as much as leaves n \u00b7 stride. "
    "Explicit: each side by itself.",
}
_Size = tuple[int, int]

STRIDE = pair("pad_stride", 1, MOST_STRIDE, 1)
DILATION = pair("pad_dilation", 1, MOST_DILATION, 1)
BEFORE = pair("pad_before", 0, MOST_CUT, 1)
AFTER = pair("pad_after", 0, MOST_CUT, 1)
RULE = Choice("pad_padding", ("valid", "same", "full", "explicit"), "same", str.capitalize)
ENTRIES = (*STRIDE, *DILATION, *BEFORE, *AFTER, RULE)
"""What the page's table holds of where the windows lie."""


def geometry_controls(
    table: Table, size: _Size, kernel: GridKernel, axes: Axes, *, transposed: bool
) -> tuple[str, Weights, Geometry]:
    """Draw kernel, stride, padding and dilation; return (padding rule, weights, geometry).

    None of them offers what cannot be: what is drawn later keeps within what is drawn earlier.
    A convolution's kernel must fit into the padding; of a transposed one's result something must
    be left by it.
    """
    for_kernel, for_stride, for_padding, for_dilation = (st.container() for _ in range(4))
    with for_stride:
        stride = axes.slider("Stride", STRIDE)
    rules = ("valid", "same", "explicit") if transposed else RULE.options
    with for_padding:
        rule = table.control(
            st.selectbox,
            RULE,
            "Padding",
            options=rules,
            otherwise=RULE.default,
            help=_HELP[transposed],
        )
    if transposed:
        with for_kernel:
            weights = kernel.draw((1, MOST), (1, MOST))
        dilation = _dilation(axes, for_dilation, (MOST_DILATION, MOST_DILATION), weights)
        padding: Padding = rule
        if rule == "explicit":
            with for_padding:
                padding = _cropping(axes, size, weights.shape, stride, dilation)
        geometry = transposed_geometry(
            size, weights.shape, stride=stride, padding=padding, dilation=dilation
        )
        return rule, weights, geometry
    added: Padding = rule
    room = (10_000, 10_000)
    if rule == "explicit":
        with for_padding:
            most = (MOST_PADDING, MOST_PADDING)
            added = ends = _amounts(axes, most, lambda _: most)
        room = (size[0] + sum(ends[0]), size[1] + sum(ends[1]))
    elif rule == "valid":
        room = size
    with for_kernel:
        weights = kernel.draw((1, min(MOST, room[0])), (1, min(MOST, room[1])))
    most = tuple(
        min(MOST_DILATION, (places - 1) // max(k - 1, 1))
        for places, k in zip(room, weights.shape, strict=True)
    )
    dilation = _dilation(axes, for_dilation, most, weights)
    padding = full_padding(weights.shape, dilation) if rule == "full" else added
    geometry = convolution_geometry(
        size, weights.shape, stride=stride, padding=padding, dilation=dilation
    )
    return rule, weights, geometry


def _dilation(axes: Axes, box: DeltaGenerator, most: _Size, weights: Weights) -> _Size:
    # A single tap has no neighbour to be apart from.
    rows, columns = ((1, m if k > 1 else 1) for m, k in zip(most, weights.shape, strict=True))
    with box:
        return axes.slider("Dilation", DILATION, rows, columns)


def _amounts(axes: Axes, most: _Size, after_most: Callable[[_Size], _Size]) -> tuple[_Size, _Size]:
    """Ask for what lies before and after; the most after may depend on what lies before."""
    before = axes.slider("Before", BEFORE, (0, most[0]), (0, most[1]))
    rows, columns = after_most(before)
    after = axes.slider("After", AFTER, (0, rows), (0, columns))
    return (before[0], after[0]), (before[1], after[1])


def _cropping(
    axes: Axes, size: _Size, window: _Size, stride: _Size, dilation: _Size
) -> tuple[_Size, _Size]:
    spans = [dilated_size(k, d) for k, d in zip(window, dilation, strict=True)]
    written = [(n - 1) * s + span for n, s, span in zip(size, stride, spans, strict=True)]
    most = tuple(min(span - 1, full - 1) for span, full in zip(spans, written, strict=True))

    def left(before: _Size) -> _Size:
        rows, columns = (
            min(span - 1, full - 1 - cut)
            for span, full, cut in zip(spans, written, before, strict=True)
        )
        return rows, columns

    return _amounts(axes, most, left)
