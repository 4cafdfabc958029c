"""Sliders for both axes together or for each apart."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from pages.ui.entries import Toggle, Whole
from pages.ui.state import Table

Limits = tuple[int, int]
"""The least and the most a control offers."""


class Pair(NamedTuple):
    """Two entries of a table: for both axes or the rows, and for the columns once set apart."""

    rows: Whole
    columns: Whole


def pair(name: str, least: int, most: int, default: int) -> Pair:
    """Declare a number for each axis; that of the columns has a name of its own."""
    return Pair(Whole(name, least, most, default), Whole(f"{name}_across", least, most, default))


class Axes:
    """Sliders for rows and columns: one for both, or one for each.

    `apart` is the table's entry that says which, `pairs` are all that it is about.
    """

    def __init__(self, table: Table, apart: Toggle, pairs: Sequence[Pair]) -> None:
        self.table, self.apart, self.pairs = table, apart, pairs

    def switch(self) -> None:
        """Draw the switch."""
        self.table.control(
            st.toggle, self.apart, "Rows and columns separately", on_change=self._take_switch
        )

    def sized(self, of: Pair, rows: int, columns: int) -> dict[str, object]:
        """Give what to write into the table for these numbers; set apart if they differ."""
        if rows == columns and not self.table[self.apart]:
            return {of.rows.name: rows}
        begun = {} if self.table[self.apart] else self._alike()
        return {
            **begun,
            self.apart.name: True,
            of.rows.name: rows,
            of.columns.name: columns,
        }

    def slider(
        self,
        label: str,
        of: Pair,
        rows: Limits | None = None,
        columns: Limits | None = None,
    ) -> tuple[int, int]:
        """Draw one slider or two, within limits that may be less than the table's.

        Returns (rows, columns).
        """
        rows = rows or (of.rows.least, of.rows.most)
        columns = columns or (of.columns.least, of.columns.most)
        control = self.table.control
        if not self.table[self.apart]:
            both = (max(rows[0], columns[0]), min(rows[1], columns[1]))
            value = control(st.slider, of.rows, label, limits=both)
            return value, value
        down, across = st.columns(2)
        first = control(down.slider, of.rows, f"{label} \u2195", limits=rows)
        second = control(across.slider, of.columns, f"{label} \u2194", limits=columns)
        return first, second

    def _alike(self) -> dict[str, object]:
        return {each.columns.name: self.table[each.rows] for each in self.pairs}

    def _take_switch(self) -> None:
        # Once set apart, the columns begin like the rows.
        apart = self.table[self.apart]
        whole = {each.columns.name: each.columns.default for each in self.pairs}
        self.table.write(self._alike() if apart else whole)
