"""How many windows touch each pixel: the maps below a stage, with a sentence each."""

import numpy as np

from cnnviz.padding.geometry import Geometry
from cnnviz.shapes import coverage
from pages.ui.components.window import CoverageMap


def coverage_maps(geometry: Geometry) -> list[CoverageMap]:
    """Describe the coverage of this view and, for comparison, that without padding."""
    counts = geometry.coverage
    if geometry.transposed:
        return [CoverageMap("Copies that overlap", counts, _overlaps(counts))]
    maps = [CoverageMap("Coverage", counts, _corner_and_middle(counts))]
    if geometry.padding == ((0, 0), (0, 0)):
        return maps
    try:
        plain = coverage(
            geometry.input_size, geometry.window, stride=geometry.stride, dilation=geometry.dilation
        )
    except ValueError:  # without padding the kernel does not fit
        return maps
    return [*maps, CoverageMap("Without padding", plain, _corner_and_middle(plain))]


def _corner_and_middle(counts: np.ndarray) -> str:
    corner, middle = counts[0, 0], counts[counts.shape[0] // 2, counts.shape[1] // 2]
    missed = int(np.count_nonzero(counts == 0))
    most = int(counts.max())
    peak = f", no pixel more than {_times(most)}" if most > max(corner, middle) else ""
    rest = "" if not missed else f" {missed} of {counts.size} pixels are never read."
    return (
        f"The upper left pixel is read {_times(corner)}, the one in the middle {_times(middle)}"
        f"{peak}.{rest}"
    )


def _overlaps(counts: np.ndarray) -> str:
    least, most = int(counts.min()), int(counts.max())
    if least == most:
        return f"Every cell gets {most} of the copies: no pattern."
    return (
        f"Between {least} and {most} copies overlap. Where that changes from cell to cell, a "
        "checkerboard may show in the result. Without dilation, a kernel whose size is a multiple "
        "of the stride evens it out away from the border."
    )


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(int(count), f"{count} times")
