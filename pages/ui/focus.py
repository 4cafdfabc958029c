"""The cell in focus: one fact for a stage, its formula, its animation, its code and the address."""

import contextlib
from dataclasses import dataclass

from cnnviz.convolution.lively import MIDDLE
from cnnviz.convolution.windows import cell_at, place_of
from pages.ui.edits import sent_list
from pages.ui.entries import Entry, read_whole
from pages.ui.state import Table

_MOST = 10_000
"""Rows and columns of a map, more than any has."""


@dataclass(frozen=True)
class Focus:
    """The output cell that a window stands on.

    Attributes
    ----------
    row, column : the cell, as the address names it (`?at=12,30`).
    place : where that is in the map, from 0 to 1 down and across. It outlasts every change of the
        map's size; None until the map is known, as in an address.
    """

    row: int
    column: int
    place: tuple[float, float] | None = None

    @property
    def cell(self) -> tuple[int, int]:
        """The cell as (row, column)."""
        return self.row, self.column


def cell_entry() -> Entry[Focus | None]:
    """Declare the output cell that the window stands on; None for the page's first."""
    return Entry("at", None, _read_focus, _write_focus, checked=lambda focus: focus, settles=True)


class CellInFocus:
    """The output cell that the window stands on, kept in a page's table: one for everything.

    `stage` is the session key of the component that shows it.
    """

    def __init__(self, table: Table, entry: Entry[Focus | None], stage: str) -> None:
        self.table, self.entry, self.stage = table, entry, stage

    def value(self, size: tuple[int, ...], first: tuple[float, float] = MIDDLE) -> Focus:
        """Give the focus in a map of that size; the place `first` where none was chosen."""
        focus = self.table[self.entry]
        if focus is None:
            place = first
        elif focus.place is not None:
            place = focus.place
        else:
            inside = focus.row < size[0] and focus.column < size[1]
            place = place_of(focus.cell, size) if inside else first
        return Focus(*cell_at(place, size), place)

    def settle(self, size: tuple[int, ...], first: tuple[float, float] = MIDDLE) -> Focus:
        """Give the focus, and let the address name its cell where the map has another size."""
        held, focus = self.table[self.entry], self.value(size, first)
        if held is not None and held != focus:
            self.table.write({self.entry.name: None if focus.place == first else focus})
        self.table.name_what_waits()
        return focus

    def take(self) -> None:
        """Take over the cell that was chosen in the browser, with the size of its map if told."""
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            row, column, *size = map(int, sent_list(self.stage, "selected"))
            if 0 <= row < _MOST and 0 <= column < _MOST:
                place = place_of((row, column), tuple(size)) if size and min(size) > 0 else None
                self.table.write({self.entry.name: Focus(row, column, place)})


def _read_focus(text: str) -> Focus:
    row, column = (read_whole(part, 0, _MOST - 1) for part in text.split(","))
    return Focus(row, column)


def _write_focus(focus: Focus | None) -> str:
    return "" if focus is None else f"{focus.row},{focus.column}"
