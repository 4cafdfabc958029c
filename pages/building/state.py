"""What the page Build a network remembers."""

from cnnviz.networks.building import PRESETS, Stack, format_stack, parse_stack
from cnnviz.networks.building.stack import MOST_LAYERS
from pages.ui.entries import Choice, Entry, Whole, read_whole
from pages.ui.state import Table

PART = Choice(
    "build_part",
    {
        "stack": "Stack",
        "maps": "What it makes of your picture",
        "diagram": "Diagram",
        "code": "Code",
        "take": "Take from",
    },
)
STACK: Entry[Stack] = Entry("stack", PRESETS["tutorial"].stack, parse_stack, format_stack)
"""The design itself, as the address carries it."""
LAYER = Choice("build_layer", range(MOST_LAYERS), 1)
"""The layer in hand, counted from the input."""
SEED = Whole("build_seed", 0, 9_999, 0)
"""Draws the weights."""
Cell = tuple[int, int, int]
"""(channel, row, column) of a map; a vector's numbers are channels."""
_MOST = 9_999_999


def _read_cell(text: str) -> Cell:
    numbers = text.split(":", 3)
    if len(numbers) != 3:
        raise ValueError(f"A cell is channel:row:column. Received: {text[:40]!r}.")
    channel, row, column = (read_whole(number, 0, _MOST) for number in numbers)
    return channel, row, column


CELL: Entry[Cell | None] = Entry(
    "build_cell", None, _read_cell, lambda cell: ":".join(map(str, cell or ()))
)
"""The number that is marked on the wall of a layer; None for the largest of its first map."""
BUILD = Table("build", PART, STACK, LAYER, SEED, CELL)


def layer_in_hand() -> int:
    """Give the position of the layer in hand: the last where the stack is not so long."""
    return min(BUILD[LAYER], len(BUILD[STACK].layers) - 1)
