"""The controls that say where the windows of a small layer lie."""

from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.kernels import Weights
from cnnviz.padding.geometry import (
    Geometry,
    convolution_geometry,
    full_padding,
    transposed_geometry,
)
from cnnviz.shapes import MapPadding, Padding, dilated_size
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
    "as much as lets every weight meet every pixel at stride 1. Explicit: each side by itself.",
    True: "What is cut off the result. Valid: nothing. Same: as much as leaves n \u00b7 stride. "
    "Explicit: each side by itself.",
}
_Size = tuple[int, int]

STRIDE = pair("pad_stride", 1, MOST_STRIDE, 1)
DILATION = pair("pad_dilation", 1, MOST_DILATION, 1)
BEFORE = pair("pad_before", 0, MOST_CUT, 1)
AFTER = pair("pad_after", 0, MOST_CUT, 1)
Rule = Literal["valid", "same", "full", "explicit"]
RULE: Choice[Rule] = Choice(
    "pad_padding", ("valid", "same", "full", "explicit"), "same", str.capitalize
)
ENTRIES = (*STRIDE, *DILATION, *BEFORE, *AFTER, RULE)
"""What the page's table holds of where the windows lie."""


def geometry_controls(
    table: Table, size: _Size, kernel: GridKernel, axes: Axes, *, transposed: bool
) -> tuple[Rule, Weights, Geometry]:
    """Draw kernel, stride, padding and dilation; return (padding rule, weights, geometry).

    None of them offers what cannot be: what is drawn later keeps within what is drawn earlier.
    A convolution's kernel must fit into the padding; of a transposed one's result something must
    be left by it.
    """
    for_kernel, for_stride, for_padding, for_dilation = (st.container() for _ in range(4))
    with for_stride:
        stride = axes.slider("Stride", STRIDE)
    rules: tuple[Rule, ...] = ("valid", "same", "explicit") if transposed else RULE.options
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
        cut: Padding = "same" if rule == "same" else "valid"
        if rule == "explicit":
            with for_padding:
                cut = _cropping(axes, size, weights.shape, stride, dilation)
        geometry = transposed_geometry(
            size, weights.shape, stride=stride, padding=cut, dilation=dilation
        )
        return rule, weights, geometry
    ends: MapPadding = ((0, 0), (0, 0))
    if rule == "explicit":
        with for_padding:
            most = (MOST_PADDING, MOST_PADDING)
            ends = _amounts(axes, most, lambda _: most)
    # "Same" and "full" add what the kernel needs, whatever its size.
    fits = rule in ("valid", "explicit")
    room = (size[0] + sum(ends[0]), size[1] + sum(ends[1])) if fits else (10_000, 10_000)
    with for_kernel:
        weights = kernel.draw((1, min(MOST, room[0])), (1, min(MOST, room[1])))
    most = (
        min(MOST_DILATION, (room[0] - 1) // max(weights.shape[0] - 1, 1)),
        min(MOST_DILATION, (room[1] - 1) // max(weights.shape[1] - 1, 1)),
    )
    dilation = _dilation(axes, for_dilation, most, weights)
    added: Padding = full_padding(weights.shape, dilation) if rule == "full" else ends
    geometry = convolution_geometry(
        size,
        weights.shape,
        stride=stride,
        padding="same" if rule == "same" else added,
        dilation=dilation,
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
    most = (min(spans[0], written[0]) - 1, min(spans[1], written[1]) - 1)

    def left(before: _Size) -> _Size:
        rows, columns = (
            min(span - 1, full - 1 - cut)
            for span, full, cut in zip(spans, written, before, strict=True)
        )
        return rows, columns

    return _amounts(axes, most, left)
