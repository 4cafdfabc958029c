"""What the Pooling page remembers: its windows, and the shift test."""

from typing import Literal, get_args

from cnnviz.convolution.operations import PaddingMode
from cnnviz.kernels import KERNELS
from cnnviz.pooling.operations import PoolKind
from pages.ui.controls import Axes, pair
from pages.ui.entries import Choice, Toggle, Whole
from pages.ui.focus import cell_entry
from pages.ui.number_grid import grid_entries
from pages.ui.stage import SOURCES
from pages.ui.state import Table

MOST = 8
"""Rows and columns a window may have."""

KINDS: dict[PoolKind, str] = {"max": "Maximum", "average": "Average", "l2": "L2, the length"}
_RULES: tuple[Literal["valid", "same", "explicit"], ...] = ("valid", "same", "explicit")
_BORDERS: tuple[PaddingMode, ...] = get_args(PaddingMode)

ON = Choice("pool_on", {"picture": "The picture", "map": "A filtered map", "grid": "A number grid"})
FILTER = Choice("pool_filter", list(KERNELS), "sobel_x", lambda name: KERNELS[name].title)
RELU = Toggle("pool_relu", default=True)
SOURCE = Choice("pool_source", SOURCES, label=str.capitalize)
KIND = Choice("pool_kind", KINDS)
GLOBAL = Toggle("pool_global")
TILED = Toggle("pool_tiled", default=True)
GRADIENT = Toggle("pool_gradient", default=True)
RULE = Choice("pool_padding", _RULES, label=str.capitalize)
SIZE = pair("pool_size", 1, MOST, 2)
STRIDE = pair("pool_stride", 1, MOST, 2)
BEFORE = pair("pool_before", 0, MOST - 1, 1)
AFTER = pair("pool_after", 0, MOST - 1, 1)
APART = Toggle("pool_apart")
GRID = grid_entries("pool", ("classic", "counting", "patch", "own"), least=2, side=4)
AT = cell_entry()
WINDOWS = Table(
    "pooling_windows",
    *(ON, FILTER, RELU, SOURCE, KIND, GLOBAL, TILED, RULE, APART, GRADIENT, AT),
    *(*SIZE, *STRIDE, *BEFORE, *AFTER),
    *GRID.all,
    first={GRADIENT.name: False},
)
AXES = Axes(WINDOWS, APART, (GRID.side, SIZE, STRIDE, BEFORE, AFTER))

# ---- the shift test -------------------------------------------------------------------------

FARTHEST = 16
"""Pixels by which the picture may be moved."""

SHIFT_FILTER = Choice(
    "pool_shift_kernel", list(KERNELS), "sobel_x", lambda name: KERNELS[name].title
)
SHIFT_KIND = Choice("pool_shift_kind", KINDS)
WINDOW = Whole("pool_shift_size", 1, 12, 4)
RIGHT = Whole("pool_shift_right", -FARTHEST, FARTHEST, 12)
DOWN = Whole("pool_shift_down", -FARTHEST, FARTHEST, 0)
BORDER = Choice("pool_shift_border", _BORDERS, "wrap", str.capitalize)
MOVED = Whole("moved", 0, FARTHEST, 3)
SHIFT = Table("pooling_shift", SHIFT_FILTER, SHIFT_KIND, WINDOW, RIGHT, DOWN, BORDER, MOVED)

# ---- the page -------------------------------------------------------------------------------

PART = Choice("pool_part", {"windows": "Windows", "shift": "Shift test"})
PAGE = Table("pooling", PART)
