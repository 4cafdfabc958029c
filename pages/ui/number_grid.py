"""The small grid in hand: counting numbers, a patch of the picture, typed numbers."""

import contextlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from cnnviz.convolution.windows import cell_at
from cnnviz.padding import number_grids
from cnnviz.shapes import Grid
from pages.ui.components.locator import locator
from pages.ui.controls import Axes, Pair, pair
from pages.ui.edits import MOST_SAID, sent_list, sent_parts
from pages.ui.entries import Choice, Entry, read_whole
from pages.ui.markdown import plain
from pages.ui.picture import Picture
from pages.ui.stage import first_place, working_picture
from pages.ui.state import Table

MOST = 16
"""Rows and columns a grid may have."""

PICTURE_SIDE = 128
"""Longest side of the picture that a patch is cut from, so that 16 pixels show something."""

_WORDS = {
    "counting": "Counting numbers",
    "patch": "Patch of the picture",
    "own": "Your own numbers",
    "classic": "The classic 4 \u00d7 4",
}


class GridEntries(NamedTuple):
    """What a page's table holds of a grid: its source, its size, and what the sources need.

    `prefix` begins the keys of its controls.
    """

    prefix: str
    values: Choice[str]
    side: Pair
    typed: Entry[np.ndarray]
    corner: Entry[tuple[int, int] | None]

    @property
    def all(self) -> tuple[Entry[Any], ...]:
        """The entries as a table lists them."""
        return (self.values, *self.side, self.typed, self.corner)


def grid_entries(
    prefix: str, sources: Sequence[str], *, least: int = 3, side: int = 6
) -> GridEntries:
    """Declare a grid.

    `prefix` begins the names, `sources` are what it may hold ("counting", "patch", "own",
    "classic"), `least` and `side` the least and the first rows and columns.
    """
    return GridEntries(
        prefix,
        Choice(f"{prefix}_values", {source: _WORDS[source] for source in sources}),
        pair(f"{prefix}_side", least, MOST, side),
        Entry(
            "grid",
            number_grids.counting_numbers(side, side),
            lambda text: number_grids.parse_grid(text, least=least, most=MOST),
            number_grids.format_grid,
        ),
        Entry("patch", None, _read_corner, lambda at: "" if at is None else f"{at[0]},{at[1]}"),
    )


class NumberGrid:
    """One page's grid.

    `entries` is what the table has of it, `axes` say whether its size is set apart, `stage` is the
    session key of the component that shows it.
    """

    def __init__(self, table: Table, entries: GridEntries, axes: Axes, *, stage: str) -> None:
        self.table, self.entries, self.axes, self.stage = table, entries, axes, stage

    @property
    def source(self) -> str:
        """What the grid holds, a key of the words above."""
        return self.table[self.entries.values]

    @property
    def input_show(self) -> str:
        """How it is painted: grey for pixels, signed for plain numbers."""
        return "clip" if self.source == "patch" else "signed"

    def controls(self, picture: Picture) -> np.ndarray:
        """Draw its controls and return it: (rows, columns) float32."""
        if complaint := st.session_state.pop(f"{self.entries.prefix}_complaint", None):
            st.error(plain(complaint), icon=":material/error:")
        source = self.table.control(
            st.selectbox, self.entries.values, "Numbers", on_change=self._take_source
        )
        if source == "classic":
            grid = number_grids.CLASSIC
        else:
            grid = self._filled(source, self.axes.slider("Side", self.entries.side), picture)
        st.session_state[f"{self.entries.prefix}_shown"] = grid
        text_key = f"{self.entries.prefix}_text"
        st.session_state[text_key] = number_grids.format_grid(grid)
        with st.popover("Type the numbers", width="stretch"):
            st.text_input(
                "Rows separated by semicolons",
                key=text_key,
                on_change=self._take_text,
                help="Such as 1,2,3;4,5,6;7,8,9. On the grid itself, a double click or the Enter "
                "key changes one number.",
            )
        return grid

    def take_cell(self) -> None:
        """Take over a number that was changed in the browser."""
        sent = sent_parts(self.stage, "cell")
        shown = st.session_state.get(f"{self.entries.prefix}_shown")
        if shown is None:  # there is no grid whose cell it could be
            return
        grid = np.array(shown, np.float32)
        try:
            row, column, value = int(sent["row"]), int(sent["column"]), float(sent["value"])
            if not 0 <= row < grid.shape[0] or not 0 <= column < grid.shape[1]:
                raise ValueError(f"A cell lies within the grid. Received: {row}, {column}.")
            grid[row, column] = value
            self._own(grid)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            self._complain(f"The number was not taken over: {str(error)[:MOST_SAID]}")

    def _filled(self, source: str, size: tuple[int, int], picture: Picture) -> np.ndarray:
        if source == "counting":
            return number_grids.counting_numbers(*size)
        if source == "own":
            return number_grids.fit(self.table[self.entries.typed], *size)
        pixels = working_picture(picture, "grey", PICTURE_SIDE)
        height, width = pixels.shape[:2]
        size = (min(size[0], height), min(size[1], width))
        corner = self.table[self.entries.corner]
        if corner is None:
            row, column = cell_at(first_place(picture, pixels), (height, width))
            corner = (max(0, row - size[0] // 2), max(0, column - size[1] // 2))
        corner = (min(corner[0], height - size[0]), min(corner[1], width - size[1]))
        locator(
            key=f"{self.entries.prefix}_locator",
            picture=pixels,
            corner=corner,
            size=size,
            alt=picture.alt,
            on_corner=self._take_corner,
        )
        return number_grids.patch(pixels, corner, size)

    def _own(self, grid: Grid) -> None:
        """Take numbers as one's own, with their size."""
        size = self.axes.sized(self.entries.side, *grid.shape)
        name = self.entries.values.name
        self.table.write({**size, name: "own", self.entries.typed.name: grid})

    def _take_source(self) -> None:
        # One's own numbers begin as those that were shown, but what was typed is not lost.
        shown = st.session_state.get(f"{self.entries.prefix}_shown")
        typed = self.entries.typed
        is_typed = bool(typed.texts_of(self.table[typed]))
        if self.source == "own" and shown is not None and not is_typed:
            self._own(shown)

    def _take_text(self) -> None:
        try:
            self._own(self.entries.typed.read(st.session_state[f"{self.entries.prefix}_text"]))
        except ValueError as error:
            self._complain(str(error))

    def _complain(self, sentence: str) -> None:
        st.session_state[f"{self.entries.prefix}_complaint"] = sentence

    def _take_corner(self) -> None:
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            row, column = map(int, sent_list(f"{self.entries.prefix}_locator", "corner"))
            self.table.write({self.entries.corner.name: (row, column)})


def _read_corner(text: str) -> tuple[int, int]:
    row, column = (read_whole(part, 0, 9_999) for part in text.split(","))
    return row, column
