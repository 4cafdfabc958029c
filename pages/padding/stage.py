"""The stage of the Padding and stride page, and what stands around it."""

import numpy as np
import streamlit as st

from cnnviz.padding.code import keras_program
from cnnviz.padding.geometry import apply_kernel
from pages.padding import geometry as windows
from pages.padding.arithmetic import arithmetic
from pages.padding.conventions import same_and_its_odd_pixel, two_conventions
from pages.padding.coverage import coverage_maps
from pages.padding.experiments import EXPERIMENTS
from pages.padding.grid_kernel import GridKernel, kernel_entries
from pages.ui.components.window import Answers, Filter, Look, Sliding, sliding_window
from pages.ui.controls import Axes
from pages.ui.entries import Toggle
from pages.ui.experiments import TryThis
from pages.ui.focus import CellInFocus, cell_entry
from pages.ui.grid_downloads import grid_downloads
from pages.ui.number_grid import NumberGrid, grid_entries
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters
from pages.ui.state import Table
from pages.ui.takeaway import take_it_with_you

KEY = "padding_stage"
"""The session's key of the component."""

TRANSPOSED = Toggle("pad_transposed")
APART = Toggle("pad_apart")
GRID = grid_entries("pad", ("counting", "patch", "own"))
KERNEL = kernel_entries("pad")
AT = cell_entry()
_CORNER = (0.0, 0.0)
"""The place that the stage looks at first: there one sees what padding does."""
PADDING = Table("padding", TRANSPOSED, APART, *GRID.all, *KERNEL.all, *windows.ENTRIES, AT)
AXES = Axes(
    PADDING,
    APART,
    (GRID.side, KERNEL.size, windows.STRIDE, windows.DILATION, windows.BEFORE, windows.AFTER),
)


@st.fragment  # a control runs this again, not the menu and the picker beside it
def padding_and_stride(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    PADDING.follow()
    numbers = NumberGrid(PADDING, GRID, AXES, stage=KEY)
    kernel = GridKernel(PADDING, KERNEL, AXES, stage=KEY)
    cell = CellInFocus(PADDING, AT, KEY)
    tries = TryThis(PADDING, EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        transposed = PADDING.control(
            st.toggle,
            TRANSPOSED,
            "Transposed convolution",
            help="Each pixel writes its multiple of the kernel, and where copies overlap they add "
            "up: the way back from small maps to large ones, wrongly called deconvolution.",
        )
        AXES.switch()
        grid = numbers.controls(picture)
        rule, weights, geometry = windows.geometry_controls(
            PADDING, grid.shape, kernel, AXES, transposed=transposed
        )
    result = apply_kernel(grid, weights, geometry)
    at = cell.settle(result.shape, _CORNER)
    titles = {"input": "Input, spread by the stride" if transposed else "Input"}
    tries.saw(geometry)
    with seen_first(stage):
        sliding_window(
            key=KEY,
            inputs=np.ascontiguousarray(grid[..., None]),
            outputs=result[..., None],
            sliding=Sliding.over(geometry),
            what=Filter(
                weights,
                kernel.title,
                flip=transposed,
                transposed=transposed,
                serial=kernel.in_hand.serial,
                tools=kernel.in_hand.tools(),
            ),
            look=Look(
                "The input with its padding.",
                "The result.",
                titles,
                input_show=numbers.input_show,
                pictures=False,
                editable=True,
            ),
            answers=Answers(
                kernel=kernel.in_hand.take_weights,
                edit=kernel.in_hand.take_edit,
                selected=cell.take,
                cell=numbers.take_cell,
            ),
            focus=at,
            coverages=coverage_maps(geometry),
        )
    arithmetic(geometry)
    if not transposed:
        same_and_its_odd_pixel(geometry)
    two_conventions(grid, weights, geometry, rule)
    _why_it_matters()
    take_it_with_you(
        grid_downloads(
            "padding",
            grid,
            result,
            geometry,
            at.cell,
            kernel=weights,
            input_show=numbers.input_show,
        ),
        keras_program(grid, weights, geometry, rule),
    )


def _why_it_matters() -> None:
    """Say it in three sentences."""
    why_it_matters(
        "Without padding, every layer whose kernel is larger than 1 \u00d7 1 takes something off "
        "the border, and a deep network would soon have nothing left; at stride 1 a 3 \u00d7 3 "
        "kernel then reads a corner pixel once and one in the middle nine times. A stride leaves "
        "results out and saves work; where it does not divide, pixels may be left over. Frameworks "
        "pad on different sides: a classic reason why copied weights give wrong answers."
    )
