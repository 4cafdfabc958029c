"""What there is to try on the page "Padding and stride"."""

from cnnviz.padding.geometry import Geometry
from cnnviz.shapes import output_size
from pages.ui.experiments import Experiment


def _corner_and_middle(geometry: Geometry) -> str:
    counts = geometry.coverage
    middle = counts[counts.shape[0] // 2, counts.shape[1] // 2]
    return (
        f"The window stops at {geometry.output_size[0]} \u00d7 {geometry.output_size[1]} places: "
        f"{counts[0, 0]} meets a corner pixel, {middle} meet the one in the middle."
    )


def _same(geometry: Geometry) -> str:
    side, kernel, stride = geometry.input_size[0], geometry.window[0], geometry.stride[0]
    before, after = geometry.padding[0]
    plain = output_size(side, kernel, stride=stride)
    return (
        f"Same padding adds {before} before and {after} after, so that {side} / {stride} = "
        f"{geometry.output_size[0]} windows fit; without it there are {plain}. Along 224 pixels "
        f"it is {output_size(224, kernel, stride=stride, padding='same')} and not "
        f"{output_size(224, kernel, stride=stride)}."
    )


def _never(geometry: Geometry) -> str:
    rows, columns = geometry.unreached
    missed = int((geometry.coverage == 0).sum())
    return (
        f"In no window: {rows} row and {columns} column at the end, so {missed} of "
        f"{geometry.coverage.size} pixels do not count."
    )


def _checkerboard(geometry: Geometry) -> str:
    counts = geometry.coverage
    inside = counts[2:-2, 2:-2]
    numbers = ", ".join(str(count) for count in sorted(set(inside.ravel().tolist())))
    return (
        f"Away from the border a cell gets {numbers} copies of the kernel, by turns: a kernel of "
        f"{geometry.window[0]} is no multiple of a stride of {geometry.stride[0]}."
    )


EXPERIMENTS = (
    Experiment(
        "Corners once, the middle nine times",
        {"pad_side": 5, "pad_padding": "valid"},
        "The map of the coverage below the sum counts the windows that touch each pixel.",
        _corner_and_middle,
    ),
    Experiment(
        "Why 112 and not 111?",
        {"pad_side": 16, "pad_stride": 2},
        "Same padding with a stride of 2: the zeros stand on one side only.",
        _same,
    ),
    Experiment(
        "A pixel that is never reached",
        {"pad_side": 8, "pad_stride": 2, "pad_padding": "valid"},
        "Pixels that no window touches are crossed out in the input.",
        _never,
    ),
    Experiment(
        "A checkerboard from a transposed layer",
        {"pad_side": 4, "pad_stride": 2, "pad_padding": "valid", "pad_transposed": True},
        "Play: each pixel writes its copy of the kernel, and the copies overlap.",
        _checkerboard,
    ),
)
