"""Pooling's windows: what each keeps, which pixel won, and where a gradient flows back."""

import numpy as np
import streamlit as st

from cnnviz.drawing.display import display
from cnnviz.drawing.sliding_window import sliding_patch_gif
from cnnviz.notation import legend
from cnnviz.padding.geometry import Geometry, convolution_geometry
from cnnviz.pooling.code import pooling_code
from cnnviz.pooling.formulas import GRADIENT as GRADIENTS
from cnnviz.pooling.formulas import POOLING
from cnnviz.pooling.operations import PoolKind
from cnnviz.pooling.view import PooledView, pooled_view
from cnnviz.shapes import Padding
from pages.pooling.experiments import WINDOWS as EXPERIMENTS
from pages.pooling.experiments import Windows
from pages.pooling.material import Material, material_controls
from pages.pooling.state import (
    AFTER,
    AT,
    AXES,
    BEFORE,
    GLOBAL,
    GRADIENT,
    GRID,
    KIND,
    MOST,
    RULE,
    SIZE,
    STRIDE,
    TILED,
    WINDOWS,
)
from pages.ui.components.window import Answers, Look, Pooled, Sliding, sliding_window
from pages.ui.experiments import TryThis
from pages.ui.focus import CellInFocus
from pages.ui.grid_downloads import grid_downloads
from pages.ui.headings import header
from pages.ui.number_grid import NumberGrid
from pages.ui.picture import Picture
from pages.ui.result_size import floored_size_of_result
from pages.ui.stage import (
    page_background,
    seen_first,
    stage_and_controls,
    why_it_matters,
)
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you

KEY = "pooling"
"""The session's key of the component."""

_Pair = tuple[int, int]


def windows(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    WINDOWS.follow()
    numbers = NumberGrid(WINDOWS, GRID, AXES, stage=KEY)
    cell = CellInFocus(WINDOWS, AT, KEY)
    tries = TryThis(WINDOWS, EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        material = material_controls(picture, numbers)
        height, width = material.values.shape[:2]
        kind = WINDOWS.control(
            st.selectbox,
            KIND,
            "Pooling",
            help="What of each window is kept: its largest number, its mean, or its length.",
        )
        size, stride, padding = _window_controls((height, width), material.is_grid)
        with_gradient = WINDOWS.control(
            st.toggle,
            GRADIENT,
            "Show the gradient",
            help="Where the gradient of each result flows back to while a network is trained.",
        )
    geometry = convolution_geometry((height, width), size, stride=stride, padding=padding)
    view = _pooled(material, kind, geometry)
    at = cell.settle(view.result.shape, material.first)
    tries.saw(Windows(material, geometry, view))
    with seen_first(stage):
        sliding_window(
            key=KEY,
            inputs=material.values,
            outputs=view.result,
            sliding=Sliding.over(geometry),
            what=Pooled(kind, view.gradient if with_gradient else None, view.winners),
            look=Look(
                material.alt,
                f"{material.title}, pooled: {KIND.label(kind).lower()} of each window.",
                {
                    "input": material.title,
                    "output": "Pooled",
                    "zoom": f"Zoom on the {'map' if material.title != 'Picture' else 'picture'}",
                },
                show=material.result_show(kind),
                input_show=material.input_show,
                pictures=not material.is_grid,
                editable=material.is_grid,
            ),
            answers=Answers(selected=cell.take, cell=numbers.take_cell),
            focus=at,
        )
    _arithmetic(kind, geometry, with_gradient=with_gradient)
    _why_it_matters()
    take_it_with_you(
        _downloads(material, kind, view, geometry, at.cell),
        pooling_code(
            (height, width),
            kind=kind,
            size=size,
            stride=stride,
            padding=padding,
            numbers=material.values[..., 0] if material.is_grid else None,
        ),
    )


def _window_controls(size: _Pair, has_switch: bool) -> tuple[_Pair, _Pair, Padding]:
    """Ask for the windows: (size, stride, padding); one that holds all where it is global."""
    if WINDOWS.control(
        st.toggle,
        GLOBAL,
        "Global: one window for all",
        help="The whole map becomes one number, whatever its size. Many networks end with it "
        "instead of flattening.",
    ):
        return size, size, "valid"
    if not has_switch:
        AXES.switch()
    most = (min(MOST, size[0]), min(MOST, size[1]))
    window = AXES.slider("Window", SIZE, (1, most[0]), (1, most[1]))
    stride = window
    tiled = WINDOWS.control(
        st.toggle,
        TILED,
        "Windows side by side",
        help="The stride is the window's size, so that no pixel is in two windows.",
    )
    if not tiled:
        stride = AXES.slider("Stride", STRIDE)
    rule = WINDOWS.control(
        st.selectbox,
        RULE,
        "Padding",
        help="Padding never wins and never counts. Same: as much as ceil(n / stride) results "
        "need, the odd pixel last. Explicit: each side by itself, less than a window.",
    )
    if rule != "explicit":
        return window, stride, rule
    rows, columns = ((0, side - 1) for side in window)
    before = AXES.slider("Before", BEFORE, rows, columns)
    after = AXES.slider("After", AFTER, rows, columns)
    return window, stride, ((before[0], after[0]), (before[1], after[1]))


def _pooled(material: Material, kind: PoolKind, geometry: Geometry) -> PooledView:
    if material.identity is None:
        return _view(material.values, kind, geometry.window, geometry.stride, geometry.padding)
    return _kept(
        material.identity,
        kind,
        geometry.window,
        geometry.stride,
        geometry.padding,
        material.values,
    )


def _view(
    values: np.ndarray, kind: PoolKind, size: _Pair, stride: _Pair, padding: Padding
) -> PooledView:
    return pooled_view(values, kind=kind, size=size, stride=stride, padding=padding)


@st.cache_data(max_entries=32, ttl=3600, show_spinner=False)
def _kept(
    identity: str,  # noqa: ARG001 stands for the values in the cache's key
    kind: PoolKind,
    size: _Pair,
    stride: _Pair,
    padding: Padding,
    _values: np.ndarray,
) -> PooledView:
    return _view(_values, kind, size, stride, padding)


def _arithmetic(kind: PoolKind, geometry: Geometry, *, with_gradient: bool) -> None:
    forward, back = st.columns(2, gap="large") if with_gradient else (st.container(), None)
    with forward:
        header("What each window becomes")
        st.latex(POOLING[kind])
        st.markdown("No weights: there is nothing to learn. Padding never wins and never counts.")
        st.caption(legend(POOLING[kind]))
    if back is not None:
        with back:
            _what_flows_back(kind)
    if geometry.window == geometry.input_size:
        st.markdown("The result is one number per channel, whatever the size of the input.")
    else:
        floored_size_of_result(geometry)


def _what_flows_back(kind: PoolKind) -> None:
    header("What flows back")
    st.latex(GRADIENTS[kind])
    st.markdown(
        {
            "max": "Training changes only what made the winner win; the others get nothing.",
            "average": "Every pixel gets the same share, however large it is.",
            "l2": "Every pixel gets a share in proportion to itself.",
        }[kind]
    )


def _why_it_matters() -> None:
    why_it_matters(
        "After windows of 2, side by side, a map has about a quarter of the numbers and still says "
        "what was found, only less exactly where. The layers after it see twice as far with "
        "kernels of the same size. The exact place is lost: a network that recognises a cat "
        "anywhere does not need it, one that outlines the cat does. Many newer networks use a "
        "convolution with stride instead, which learns what to keep."
    )


def _downloads(
    material: Material, kind: PoolKind, view: PooledView, geometry: Geometry, at: _Pair
) -> list[Download]:
    winners = {} if view.winners is None else {"winners": view.winners}
    if material.is_grid:
        return grid_downloads(
            "pooling",
            material.values[..., 0],
            view.result[..., 0],
            geometry,
            at,
            input_show=material.input_show,
            gradient=view.gradient,
            **winners,
        )
    show, background = material.result_show(kind), page_background()

    def arrays() -> bytes:
        return npz(input=material.values, result=view.result, gradient=view.gradient, **winners)

    def animation() -> bytes:
        return sliding_patch_gif(
            material.values,
            view.result,
            geometry.sources,
            kernel=None,
            window=geometry.window,
            stride=geometry.stride,
            dilation=(1, 1),
            cell=at,
            show=show,
            input_show=material.input_show,
        )

    downloads = [
        picture_download(
            "Pooled map as PNG",
            "pooling.png",
            lambda: display(view.result, show, background=background),
        ),
        Download("Arrays as NPZ", "pooling.npz", arrays),
    ]
    if view.result.shape[:2] == (1, 1):  # one window, nothing moves
        return downloads
    return [*downloads, Download("Sliding window as GIF", "pooling.gif", animation)]
