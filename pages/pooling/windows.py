"""Pooling's windows: what each keeps, which pixel won, and where a gradient flows back."""

from functools import partial

import numpy as np
import streamlit as st

from cnnviz.drawing.display import display
from cnnviz.drawing.sliding_window import sliding_patch_gif
from cnnviz.images import pictures as images
from cnnviz.padding.geometry import Geometry, convolution_geometry
from cnnviz.pooling.code import pooling_code
from cnnviz.pooling.formulas import GRADIENT, POOLING
from cnnviz.pooling.view import PooledView, pooled_view
from cnnviz.shapes import Padding
from pages.pooling.material import Material, material_controls
from pages.ui.components.window import Pooled, Sliding, sliding_window
from pages.ui.controls import Axes
from pages.ui.grid_downloads import grid_downloads
from pages.ui.number_grid import NumberGrid
from pages.ui.picture import Picture
from pages.ui.result_size import floored_size_of_result
from pages.ui.stage import CellInFocus, experiments, page_background, seen_first
from pages.ui.takeaway import Download, npz, take_it_with_you

KINDS = {"max": "Maximum", "average": "Average", "l2": "L2, the length"}
MOST = 8
SOURCES = ("classic", "counting", "patch", "own")
_Pair = tuple[int, int]


@st.fragment  # a control runs this again, not the menu and the picker beside it
def windows(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    axes = Axes("pool_apart")
    numbers = NumberGrid("pool", stage="pooling", sources=SOURCES, axes=axes, least=2, side=4)
    cell = CellInFocus("pooling")
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        material = material_controls(picture, numbers, axes)
        height, width = material.values.shape[:2]
        kind = st.selectbox(
            "Each window becomes its",
            list(KINDS),
            format_func=lambda name: KINDS[name],
            key="pool_kind",
            bind="query-params",
        )
        size, stride, padding = _window_controls((height, width), axes, material.is_grid)
    geometry = convolution_geometry((height, width), size, stride=stride, padding=padding)
    view = _pooled(material.identity, kind, size, stride, geometry.padding, material.values)
    chosen = cell.value(view.result.shape)
    with seen_first(stage):
        sliding_window(
            key="pooling",
            inputs=material.values,
            outputs=view.result,
            sliding=Sliding.over(geometry),
            pooled=Pooled(kind, view.gradient, view.winners),
            pictures=not material.is_grid,
            editable=material.is_grid,
            show=material.result_show(kind),
            input_show=material.input_show,
            selected=chosen,
            input_alt=material.alt,
            output_alt=f"{material.title}, pooled: {KINDS[kind].lower()} of each window.",
            titles={
                "input_title": material.title,
                "output_title": "Pooled",
                "zoom_title": f"Zoom on the {'map' if material.title != 'Picture' else 'picture'}",
            },
            on_selected=cell.take,
            on_cell=numbers.take_cell,
        )
    _arithmetic(kind, geometry)
    _why_it_matters(numbers, axes)
    at = chosen or (view.result.shape[0] // 2, view.result.shape[1] // 2)
    take_it_with_you(
        _downloads(material, kind, view, geometry, at),
        pooling_code(
            (height, width),
            kind=kind,
            size=size,
            stride=stride,
            padding=padding,
            numbers=material.values[..., 0] if material.is_grid else None,
        ),
    )


def _window_controls(size: _Pair, axes: Axes, has_switch: bool) -> tuple[_Pair, _Pair, Padding]:
    """Ask for the windows: (size, stride, padding); one that holds all where it is global."""
    if st.toggle(
        "Global: one window for all",
        key="pool_global",
        bind="query-params",
        help="The whole map becomes one number, whatever its size. Networks end with it instead "
        "of flattening.",
    ):
        return size, size, "valid"
    if not has_switch:
        axes.switch()
    most = (min(MOST, size[0]), min(MOST, size[1]))
    window = axes.slider("Window", (1, most[0]), (1, most[1]), 2, key="pool_size")
    stride = window
    tiled = st.toggle(
        "Windows side by side",
        value=True,
        key="pool_tiled",
        bind="query-params",
        help="The stride is the window's size, so that no pixel is in two windows.",
    )
    if not tiled:
        stride = axes.slider("Stride", (1, MOST), (1, MOST), 2, key="pool_stride")
    rule = st.selectbox(
        "Padding",
        ("valid", "same", "explicit"),
        format_func=str.capitalize,
        key="pool_padding",
        bind="query-params",
        help="Padding never wins and never counts. Same: as much as ceil(n / stride) results "
        "need, the odd pixel last. Explicit: each side by itself, less than a window.",
    )
    if rule != "explicit":
        return window, stride, rule
    rows, columns = ((0, side - 1) for side in window)
    before = axes.slider("Before", rows, columns, 1, key="pool_before")
    after = axes.slider("After", rows, columns, 1, key="pool_after")
    return window, stride, ((before[0], after[0]), (before[1], after[1]))


def _pooled(
    identity: str | None,
    kind: str,
    size: _Pair,
    stride: _Pair,
    padding: Padding,
    values: np.ndarray,
) -> PooledView:
    arguments = {"kind": kind, "size": size, "stride": stride, "padding": padding}
    if identity is None:
        return pooled_view(values, **arguments)
    return _kept(identity, arguments, values)


@st.cache_data(max_entries=32, ttl="1h", show_spinner=False)
def _kept(
    identity: str,  # noqa: ARG001 stands for the values in the cache's key
    arguments: dict[str, object],
    _values: np.ndarray,
) -> PooledView:
    return pooled_view(_values, **arguments)


def _arithmetic(kind: str, geometry: Geometry) -> None:
    forward, back = st.columns(2, gap="large")
    with forward:
        st.header("What each window keeps", anchor=False)
        st.latex(POOLING[kind])
        st.markdown("No weights: there is nothing to learn. Padding never wins and never counts.")
    with back:
        st.header("What flows back", anchor=False)
        st.latex(GRADIENT[kind])
        st.markdown(
            {
                "max": "Training moves only what made the winner win; the others get nothing.",
                "average": "Every pixel gets the same share, however large it is.",
                "l2": "Every pixel gets a share in proportion to itself.",
            }[kind]
        )
    if geometry.window == geometry.input_size:
        st.markdown("The result is one number per channel, whatever the size of the input.")
    else:
        floored_size_of_result(geometry)


def _why_it_matters(numbers: NumberGrid, axes: Axes) -> None:
    st.header("Why it matters", anchor=False)
    st.markdown(
        "A quarter of the numbers, and what was found is still there, only less exactly where: "
        "each layer above sees twice as far for the same work. What is thrown away is the place, "
        "which a network that tells a cat anywhere does not need, and one that outlines it does; "
        "many newer ones let a strided convolution learn what to keep."
    )

    def show(on: str, size: int = 2, **controls: object) -> None:
        first = {
            "on": on,
            "kind": "max",
            "apart": False,
            "global": False,
            "tiled": True,
            "padding": "valid",
        }
        for name, value in (first | controls).items():
            st.session_state[f"pool_{name}"] = value
        axes.set_slider("pool_size", size, size)
        if on == "grid":
            numbers.choose("classic")

    def overlap() -> None:
        show("map", 3, tiled=False)
        axes.set_slider("pool_stride", 2, 2)

    experiments(
        {
            "The classic 4 \u00d7 4": partial(show, "grid"),
            "Only the strongest edges": partial(show, "map", 8, relu=True),
            "Windows that overlap": overlap,
            "One number for all": partial(show, "map", kind="average", **{"global": True}),
        }
    )


def _downloads(
    material: Material, kind: str, view: PooledView, geometry: Geometry, at: _Pair
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
    show = material.result_show(kind)

    def picture() -> bytes:
        return images.encode_png(display(view.result, show, background=page_background()))

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
        Download("Pooled map as PNG", "pooling.png", "image/png", picture),
        Download("Arrays as NPZ", "pooling.npz", "application/octet-stream", arrays),
    ]
    if max(geometry.window) > 2 * MOST:  # one window, nothing moves
        return downloads
    return [*downloads, Download("Sliding window as GIF", "pooling.gif", "image/gif", animation)]
