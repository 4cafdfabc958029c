"""The controls that say where the windows of a small layer lie."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.padding.geometry import (
    Geometry,
    convolution_geometry,
    full_padding,
    transposed_geometry,
)
from cnnviz.shapes import dilated_size
from pages.padding.grid_kernel import MOST, GridKernel
from pages.ui.controls import Axes

MOST_PADDING = 6
MOST_DILATION = 4
MOST_STRIDE = 4
_HELP = {
    False: "Valid: none. Same: as much as ceil(n / stride) results need, the odd pixel last. Full: "
    "as much as lets every weight meet every pixel. Explicit: each side by itself.",
    True: "What is cut off the result. Valid: nothing. Same: as much as leaves n \u00b7 stride. "
    "Explicit: each side by itself.",
}
_Pair = tuple[int, int]


def geometry_controls(
    prefix: str, size: _Pair, kernel: GridKernel, axes: Axes, *, transposed: bool
) -> tuple[str, np.ndarray, Geometry]:
    """Draw kernel, stride, padding and dilation; return (padding rule, weights, geometry).

    None of them offers what cannot be: what is drawn later keeps within what is drawn earlier.
    A convolution's kernel must fit into the padding; of a transposed one's result something must
    be left by it.
    """
    for_kernel, for_stride, for_padding, for_dilation = (st.container() for _ in range(4))
    with for_stride:
        stride = axes.slider(
            "Stride", (1, MOST_STRIDE), (1, MOST_STRIDE), 1, key=f"{prefix}_stride"
        )
    rules = ("valid", "same", "explicit") if transposed else ("valid", "same", "full", "explicit")
    with for_padding:
        rule = st.selectbox(
            "Padding",
            rules,
            index=1,
            format_func=str.capitalize,
            key=f"{prefix}_padding",
            bind="query-params",
            help=_HELP[transposed],
        )
    if transposed:
        with for_kernel:
            weights = kernel.draw((1, MOST), (1, MOST))
        dilation = _dilation(prefix, axes, for_dilation, (MOST_DILATION, MOST_DILATION), weights)
        padding = rule
        if rule == "explicit":
            with for_padding:
                padding = _cropping(prefix, axes, size, weights.shape, stride, dilation)
        geometry = transposed_geometry(
            size, weights.shape, stride=stride, padding=padding, dilation=dilation
        )
        return rule, weights, geometry
    added, room = rule, (10_000, 10_000)
    if rule == "explicit":
        with for_padding:
            most = (MOST_PADDING, MOST_PADDING)
            added = _amounts(prefix, axes, most, lambda _: most)
    if rule in ("valid", "explicit"):
        ends = added if rule == "explicit" else ((0, 0), (0, 0))
        room = tuple(n + before + after for n, (before, after) in zip(size, ends, strict=True))
    with for_kernel:
        weights = kernel.draw((1, min(MOST, room[0])), (1, min(MOST, room[1])))
    most = tuple(
        min(MOST_DILATION, (places - 1) // max(k - 1, 1))
        for places, k in zip(room, weights.shape, strict=True)
    )
    dilation = _dilation(prefix, axes, for_dilation, most, weights)
    padding = full_padding(weights.shape, dilation) if rule == "full" else added
    geometry = convolution_geometry(
        size, weights.shape, stride=stride, padding=padding, dilation=dilation
    )
    return rule, weights, geometry


def _dilation(
    prefix: str, axes: Axes, box: DeltaGenerator, most: _Pair, weights: np.ndarray
) -> _Pair:
    # A single tap has no neighbour to be apart from.
    rows, columns = ((1, m if k > 1 else 1) for m, k in zip(most, weights.shape, strict=True))
    with box:
        return axes.slider("Dilation", rows, columns, 1, key=f"{prefix}_dilation")


def _amounts(
    prefix: str, axes: Axes, most: _Pair, after_most: Callable[[_Pair], _Pair]
) -> tuple[_Pair, _Pair]:
    """Ask for what lies before and after; the most after may depend on what lies before."""
    before = axes.slider("Before", (0, most[0]), (0, most[1]), 1, key=f"{prefix}_before")
    rows, columns = after_most(before)
    after = axes.slider("After", (0, rows), (0, columns), 1, key=f"{prefix}_after")
    return (before[0], after[0]), (before[1], after[1])


def _cropping(
    prefix: str, axes: Axes, size: _Pair, window: _Pair, stride: _Pair, dilation: _Pair
) -> tuple[_Pair, _Pair]:
    spans = [dilated_size(k, d) for k, d in zip(window, dilation, strict=True)]
    written = [(n - 1) * s + span for n, s, span in zip(size, stride, spans, strict=True)]
    most = tuple(min(span - 1, full - 1) for span, full in zip(spans, written, strict=True))

    def left(before: _Pair) -> _Pair:
        rows, columns = (
            min(span - 1, full - 1 - cut)
            for span, full, cut in zip(spans, written, before, strict=True)
        )
        return rows, columns

    return _amounts(prefix, axes, most, left)
