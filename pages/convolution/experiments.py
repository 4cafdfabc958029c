"""What there is to try on the Convolution page."""

import numpy as np

from cnnviz.kernels import KERNELS
from cnnviz.notation import written, written_share
from pages.convolution.controls import KERNEL, SHOW, STRIDE, View
from pages.ui.experiments import Experiment
from pages.ui.kernel import natural_show


def _edges(view: View) -> str:
    sizes = np.abs(view.result)
    largest = float(sizes.max())
    if largest == 0:
        return "The weights add up to 0 and the picture is even, so every result is 0."
    small = int(np.count_nonzero(sizes < largest / 10))
    return (
        f"The weights add up to 0, so an even area gives 0: {written_share(small, sizes.size)} of "
        f"the results are smaller than a tenth of the largest, {written(largest)}."
    )


def _blur(view: View) -> str:
    before, after = (_between_neighbours(values) for values in (view.chosen.pixels, view.result))
    return (
        f"Two neighbouring pixels differ by {written(before)} on average, two neighbouring "
        f"results by {written(after)}."
    )


def _between_neighbours(values: np.ndarray) -> float:
    """Give the mean difference of neighbours in a row or a column; 0 where there are none."""
    steps = [np.abs(np.diff(values.astype(np.float64), axis=axis)).ravel() for axis in (0, 1)]
    found = np.concatenate(steps)
    return float(found.mean()) if found.size else 0.0


def _frame(view: View) -> str:
    (height, width), (rows, columns) = view.geometry.input_size, view.geometry.window
    down, across = view.geometry.output_size
    return (
        f"{height} \u00d7 {width} pixels gave {down} \u00d7 {across} results: a window of {rows} "
        f"rows has {down} places along {height} pixels, so {rows - 1} rows and {columns - 1} "
        "columns are gone."
    )


def _stride(view: View) -> str:
    geometry = view.geometry
    every = [n - k + 1 for n, k in zip(geometry.input_size, geometry.window, strict=True)]
    (rows, columns), (all_rows, all_columns) = geometry.output_size, every
    return (
        f"{rows} \u00d7 {columns} results, where a stride of 1 gives {all_rows} \u00d7 "
        f"{all_columns}: one in {written(all_rows * all_columns / (rows * columns))}."
    )


def _preset(name: str, **more: object) -> dict[str, object]:
    values = KERNELS[name].values
    return {KERNEL.name: values, SHOW.name: natural_show(values), **more}


EXPERIMENTS = (
    Experiment(
        "Find the edges",
        _preset("outline"),
        "Even areas of the result turn to zero; what is left lies along outlines.",
        _edges,
    ),
    Experiment(
        "Blur it away",
        _preset("gaussian_7"),
        "Fine detail goes, and large shapes stay: each result is a mean of its surroundings.",
        _blur,
    ),
    Experiment(
        "Why does the frame shrink?",
        _preset("box_11"),
        "Compare the sizes above the picture and above the result.",
        _frame,
    ),
    Experiment(
        "A stride of 4",
        _preset("gaussian_5", **{STRIDE.name: 4}),
        "The window now moves on by four pixels at a time; point along a row to see it.",
        _stride,
    ),
)
