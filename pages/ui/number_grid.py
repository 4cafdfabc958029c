"""The small grid in hand: counting numbers, a patch of the picture, typed numbers."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.padding import number_grids
from pages.ui.address import Addressed
from pages.ui.components.locator import locator
from pages.ui.controls import Axes
from pages.ui.picture import Picture
from pages.ui.stage import working_picture

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


class NumberGrid:
    """One page's grid.

    `prefix` begins the keys of its controls, `stage` is the session key of the component that
    shows it, `sources` are what it may hold ("counting", "patch", "own", "classic"), `least` and
    `side` the least and the first rows and columns.
    """

    def __init__(
        self,
        prefix: str,
        *,
        stage: str,
        sources: Sequence[str],
        axes: Axes,
        least: int = 3,
        side: int = 6,
    ) -> None:
        self.prefix, self.stage, self.sources, self.axes = prefix, stage, sources, axes
        self.least, self.side = least, side
        self.side_key = f"{prefix}_side"
        self._typed: Addressed[np.ndarray] = Addressed(
            "grid",
            stage,
            number_grids.counting_numbers(side, side),
            self._read,
            number_grids.format_grid,
        )
        self._corner: Addressed[tuple[int, int] | None] = Addressed(
            "patch", stage, None, _read_corner, lambda at: "" if at is None else f"{at[0]},{at[1]}"
        )

    @property
    def source(self) -> str:
        """What the grid holds, a key of the words above."""
        return str(st.session_state.get(f"{self.prefix}_values", self.sources[0]))

    @property
    def input_show(self) -> str:
        """How it is painted: grey for pixels, signed for plain numbers."""
        return "clip" if self.source == "patch" else "signed"

    def controls(self, picture: Picture) -> np.ndarray:
        """Draw its controls and return it: (rows, columns) float32."""
        if complaint := st.session_state.pop(f"{self.prefix}_complaint", None):
            st.error(complaint, icon=":material/error:")
        source = st.selectbox(
            "Numbers",
            self.sources,
            format_func=lambda name: _WORDS[name],
            key=f"{self.prefix}_values",
            bind="query-params",
            on_change=self._take_source,
        )
        if source == "classic":
            grid = number_grids.CLASSIC
        else:
            limits = (self.least, MOST)
            size = self.axes.slider("Side", limits, limits, self.side, key=self.side_key)
            grid = self._filled(source, size, picture)
        st.session_state[f"{self.prefix}_shown"] = grid
        st.session_state[f"{self.prefix}_text"] = number_grids.format_grid(grid)
        with st.popover("Write the numbers", width="stretch"):
            st.text_input(
                "Rows divided by semicolons",
                key=f"{self.prefix}_text",
                on_change=self._take_text,
                help="Such as 1,2,3;4,5,6;7,8,9. On the grid itself, a double click or the Enter "
                "key changes one number.",
            )
        return grid

    def choose(self, source: str, rows: int | None = None, columns: int | None = None) -> None:
        """Take another source, and another size, in a callback."""
        st.session_state[f"{self.prefix}_values"] = source
        if rows is not None:
            self.axes.set_slider(self.side_key, rows, columns or rows)

    def take_cell(self) -> None:
        """Take over a number that was changed in the browser."""
        sent = st.session_state[self.stage].get("cell") or {}
        grid = np.array(st.session_state[f"{self.prefix}_shown"], np.float32)
        try:
            row, column, value = int(sent["row"]), int(sent["column"]), float(sent["value"])
            if not 0 <= row < grid.shape[0] or not 0 <= column < grid.shape[1]:
                raise ValueError(f"A cell lies within the grid. Received: {row}, {column}.")
            grid[row, column] = value
            self._own(self._read(number_grids.format_grid(grid)))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            st.session_state[f"{self.prefix}_complaint"] = f"The number was not taken over: {error}"

    def _filled(self, source: str, size: tuple[int, int], picture: Picture) -> np.ndarray:
        if source == "counting":
            return number_grids.counting_numbers(*size)
        if source == "own":
            return number_grids.fit(self._typed.value(), *size)
        pixels = working_picture(picture, "grey", PICTURE_SIDE)
        height, width = pixels.shape[:2]
        size = (min(size[0], height), min(size[1], width))
        corner = self._corner.value() or ((height - size[0]) // 2, (width - size[1]) // 2)
        corner = (min(corner[0], height - size[0]), min(corner[1], width - size[1]))
        locator(
            key=f"{self.prefix}_locator",
            picture=pixels,
            corner=corner,
            size=size,
            alt=picture.alt,
            on_corner=self._take_corner,
        )
        return number_grids.patch(pixels, corner, size)

    def _read(self, text: str) -> np.ndarray:
        return number_grids.parse_grid(text, least=self.least, most=MOST)

    def _own(self, grid: np.ndarray) -> None:
        self._typed.hold(grid)
        self.choose("own", *grid.shape)

    def _take_source(self) -> None:
        # One's own numbers begin as those that were shown, but what was typed is not lost.
        shown = st.session_state.get(f"{self.prefix}_shown")
        if self.source == "own" and shown is not None and not self._typed.is_held:
            self._own(shown)

    def _take_text(self) -> None:
        try:
            self._own(self._read(st.session_state[f"{self.prefix}_text"]))
        except ValueError as error:
            st.session_state[f"{self.prefix}_complaint"] = str(error)

    def _take_corner(self) -> None:
        row, column = st.session_state[f"{self.prefix}_locator"].get("corner") or (0, 0)
        self._corner.hold((int(row), int(column)))


def _read_corner(text: str) -> tuple[int, int]:
    row, column = (int(part) for part in text.split(","))
    if not (0 <= row < 10_000 and 0 <= column < 10_000):
        raise ValueError(f"A corner is row,column within the picture. Received: {text!r}.")
    return row, column
