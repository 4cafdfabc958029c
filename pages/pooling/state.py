"""What the Windows part of the Pooling page remembers."""

from cnnviz.kernels import KERNELS
from pages.ui.controls import Axes, pair
from pages.ui.entries import Choice, Toggle
from pages.ui.number_grid import grid_entries
from pages.ui.stage import SOURCES, cell_entry
from pages.ui.state import Table

MOST = 8
"""Rows and columns a window may have."""

ON = Choice("pool_on", {"picture": "The picture", "map": "A filtered map", "grid": "A number grid"})
FILTER = Choice("pool_filter", list(KERNELS), "sobel_x", lambda name: KERNELS[name].title)
RELU = Toggle("pool_relu", default=True)
SOURCE = Choice("pool_source", SOURCES, label=str.capitalize)
KIND = Choice("pool_kind", {"max": "Maximum", "average": "Average", "l2": "L2, the length"})
GLOBAL = Toggle("pool_global")
TILED = Toggle("pool_tiled", default=True)
RULE = Choice("pool_padding", ("valid", "same", "explicit"), label=str.capitalize)
SIZE = pair("pool_size", 1, MOST, 2)
STRIDE = pair("pool_stride", 1, MOST, 2)
BEFORE = pair("pool_before", 0, MOST - 1, 1)
AFTER = pair("pool_after", 0, MOST - 1, 1)
APART = Toggle("pool_apart")
GRID = grid_entries("pool", ("classic", "counting", "patch", "own"), least=2, side=4)
AT = cell_entry()
WINDOWS = Table(
    "pooling_windows",
    *(ON, FILTER, RELU, SOURCE, KIND, GLOBAL, TILED, RULE, APART, AT),
    *(*SIZE, *STRIDE, *BEFORE, *AFTER),
    *GRID.all,
)
AXES = Axes(WINDOWS, APART, (GRID.side, SIZE, STRIDE, BEFORE, AFTER))

EXPERIMENTS = {
    "The classic 4 \u00d7 4": {"pool_on": "grid"},
    "Only the strongest edges": {"pool_on": "map", "pool_size": 8},
    "Windows that overlap": {
        "pool_on": "map",
        "pool_size": 3,
        "pool_tiled": False,
        "pool_stride": 2,
    },
    "One number for all": {"pool_on": "map", "pool_kind": "average", "pool_global": True},
}
