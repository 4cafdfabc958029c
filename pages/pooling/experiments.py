"""What there is to try on the Pooling page."""

from dataclasses import dataclass

import numpy as np

from cnnviz.notation import written, written_count
from cnnviz.padding.geometry import Geometry
from cnnviz.pooling.shift import ShiftCurves
from cnnviz.pooling.view import PooledView
from pages.pooling.material import Material
from pages.ui.experiments import Experiment

# ---- windows --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Windows:
    """What is pooled, where its windows lie, and what they give."""

    material: Material
    geometry: Geometry
    view: PooledView


def _sizes(seen: Windows) -> str:
    (rows, columns), (height, width) = seen.geometry.output_size, seen.geometry.input_size
    return f"{height} \u00d7 {width} numbers became {rows} \u00d7 {columns}"


def _classic(seen: Windows) -> str:
    kept = ", ".join(written(float(value)) for value in seen.view.result.ravel()[:16])
    return f"{_sizes(seen)}: {kept}, the largest of each window."


def _strongest(seen: Windows) -> str:
    before, after = float(seen.material.values.max()), float(seen.view.result.max())
    still = (
        "is still there"
        if before == after
        else f"lies in the rows or columns that fill no window, and {written(after)} is left"
    )
    return f"{_sizes(seen)}. The largest of all, {written(before)}, {still}."


def _overlapping(seen: Windows) -> str:
    gradient, count = seen.view.gradient, int(seen.view.gradient.sum())
    sources, most = int(np.count_nonzero(gradient)), int(gradient.max())
    return (
        f"{written_count(count)} results come from {written_count(sources)} numbers: one that wins "
        f"in several windows is counted in each, up to {most} times here."
    )


def _one_number(seen: Windows) -> str:
    mean = float(seen.view.result.ravel()[0])
    return f"{_sizes(seen)}: their mean, {written(mean, 4)}, whatever the size of the picture."


WINDOWS = (
    Experiment(
        "The classic 4 \u00d7 4",
        {"pool_on": "grid"},
        "A corner is filled where a number is the largest of its window.",
        _classic,
    ),
    Experiment(
        "Only the strongest edges",
        {"pool_on": "map", "pool_size": 8},
        "Each window of 8 by 8 keeps its strongest edge and forgets where in it that was.",
        _strongest,
    ),
    Experiment(
        "Windows that overlap",
        {
            "pool_on": "map",
            "pool_size": 3,
            "pool_tiled": False,
            "pool_stride": 2,
            "pool_gradient": True,
        },
        "Neighbouring windows share a row or a column; point at one, then at the next.",
        _overlapping,
    ),
    Experiment(
        "One number for all",
        {"pool_on": "map", "pool_kind": "average", "pool_global": True},
        "One window covers the whole map.",
        _one_number,
    ),
)


# ---- the shift test -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Shifted:
    """What was measured, and the shift in hand."""

    found: ShiftCurves
    step: int
    size: int


def _changes(seen: Shifted) -> str:
    right, down = seen.found.shifts[seen.step]
    whole, pooled, single = (
        float(part[seen.step])
        for part in (seen.found.map, seen.found.pooled, seen.found.global_pool)
    )
    return (
        f"Moved {right} to the right and {down} down, the map has changed by {written(whole)}, "
        f"its pooled map with windows of {seen.size} by {written(pooled)}, and the global pool by "
        f"{written(single)}."
    )


SHIFT = (
    Experiment(
        "Small windows",
        {"pool_shift_size": 2},
        "Windows of 2: compare the pooled map's curve with that of the map, from one pixel on.",
        _changes,
    ),
    Experiment(
        "Large windows",
        {"pool_shift_size": 12},
        "Windows of 12: compare the pooled map's curve with that of the map, from one pixel on.",
        _changes,
    ),
    Experiment(
        "Average instead",
        {"pool_shift_kind": "average"},
        "A mean depends on no single winner; compare the curve of the pooled map with the map's.",
        _changes,
    ),
    Experiment(
        "Down and to the right",
        {"pool_shift_down": 12},
        "The picture moves along its diagonal, so vertical and horizontal edges both move.",
        _changes,
    ),
)
