"""Padding and stride: where the windows lie decides how large the result is."""

import numpy as np
import streamlit as st

from cnnviz.padding.code import keras_program
from cnnviz.padding.geometry import apply_kernel
from pages.padding.arithmetic import arithmetic
from pages.padding.conventions import same_and_its_odd_pixel, two_conventions
from pages.padding.coverage import coverage_maps
from pages.padding.geometry import geometry_controls
from pages.padding.grid_kernel import GridKernel
from pages.ui.components.window import Sliding, sliding_window
from pages.ui.controls import Axes
from pages.ui.frame import page_frame
from pages.ui.grid_downloads import grid_downloads
from pages.ui.number_grid import NumberGrid
from pages.ui.picture import Picture
from pages.ui.stage import CellInFocus, experiments, seen_first
from pages.ui.takeaway import take_it_with_you


@st.fragment  # a control runs this again, not the menu and the picker beside it
def padding_and_stride(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    axes = Axes("pad_apart")
    numbers = NumberGrid("pad", stage="padding", sources=("counting", "patch", "own"), axes=axes)
    kernel = GridKernel("pad", stage="padding", axes=axes)
    cell = CellInFocus("padding")
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        transposed = st.toggle(
            "Transposed convolution",
            key="pad_transposed",
            bind="query-params",
            help="Each pixel writes its multiple of the kernel, and where copies overlap they add "
            "up: the way back from small maps to large ones, wrongly called deconvolution.",
        )
        axes.switch()
        grid = numbers.controls(picture)
        rule, weights, geometry = geometry_controls(
            "pad", grid.shape, kernel, axes, transposed=transposed
        )
    result = apply_kernel(grid, weights, geometry)
    chosen = cell.value(result.shape)
    with seen_first(stage):
        sliding_window(
            key="padding",
            inputs=np.ascontiguousarray(grid[..., None]),
            outputs=result[..., None],
            sliding=Sliding.over(geometry),
            kernel=weights,
            flip=transposed,
            transposed=transposed,
            pictures=False,
            editable=True,
            input_show=numbers.input_show,
            coverages=coverage_maps(geometry),
            selected=chosen,
            serial=kernel.serial,
            tools=kernel.tools(),
            input_alt="The input with its padding.",
            output_alt="The result.",
            titles={
                "kernel_title": kernel.title,
                "input_title": "Input, spread by the stride" if transposed else "Input",
            },
            on_kernel=kernel.take_weights,
            on_edit=kernel.take_edit,
            on_selected=cell.take,
            on_cell=numbers.take_cell,
        )
    arithmetic(geometry)
    if not transposed:
        same_and_its_odd_pixel(geometry)
    two_conventions(grid, weights, geometry, rule)
    why_it_matters(numbers, kernel, axes)
    at = chosen or (result.shape[0] // 2, result.shape[1] // 2)
    take_it_with_you(
        grid_downloads(
            "padding",
            grid,
            result,
            geometry,
            at,
            kernel=weights,
            input_show=numbers.input_show,
        ),
        keras_program(grid, weights, geometry, rule),
    )


def why_it_matters(numbers: NumberGrid, kernel: GridKernel, axes: Axes) -> None:
    """Say it in three sentences, and offer experiments that show it."""
    st.header("Why it matters", anchor=False)
    st.markdown(
        "Without padding every layer loses its border, and corners are seen once where the middle "
        "is seen nine times; a deep network would soon have nothing left. A stride thins the "
        "result out and saves work, but what does not divide is dropped without a word. And "
        "frameworks pad and drop on different sides: a classic reason why copied weights answer "
        "wrongly."
    )

    first = {"apart": False, "transposed": False, "padding": "same"}

    def show(side: int, stride: int = 1, **controls: object) -> None:
        numbers.choose("counting", side)
        kernel.set_to("ones", 3)
        axes.set_slider("pad_stride", stride, stride)
        axes.set_slider("pad_dilation", 1, 1)
        for name, value in (first | controls).items():
            st.session_state[f"pad_{name}"] = value

    experiments(
        {
            "Corners once, the middle nine times": lambda: show(5, padding="valid"),
            "Why 112 and not 111?": lambda: show(16, 2),
            "A pixel that is never reached": lambda: show(8, 2, padding="valid"),
            "A checkerboard from a transposed layer": lambda: show(
                4, 2, padding="valid", transposed=True
            ),
        }
    )


padding_and_stride(page_frame("pages/02_padding_and_stride.py"))
