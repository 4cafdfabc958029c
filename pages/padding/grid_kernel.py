"""A small kernel in hand: weights that exist in any size, or one's own, edited in the browser."""

from typing import Any, NamedTuple

import streamlit as st

from cnnviz import kernels
from cnnviz.kernels import Weights
from cnnviz.padding import number_grids
from pages.ui.controls import Axes, Limits, Pair, pair
from pages.ui.entries import Choice, Entry
from pages.ui.kernel import KernelInHand, kernel_entry
from pages.ui.state import Table

MOST = 7
"""Rows and columns the kernel may have."""

_OWN = "own"


class KernelEntries(NamedTuple):
    """What a page's table holds of a small kernel: its weights by name, its size, one's own."""

    weights: Choice[str]
    size: Pair
    own: Entry[Weights]

    @property
    def all(self) -> tuple[Entry[Any], ...]:
        """The entries as a table lists them."""
        return (self.weights, *self.size, self.own)


def kernel_entries(prefix: str) -> KernelEntries:
    """Declare a small kernel; `prefix` begins the names."""
    return KernelEntries(
        Choice(f"{prefix}_weights", {**number_grids.WEIGHTS, _OWN: "Your own"}),
        pair(f"{prefix}_kernel", 1, MOST, 3),
        kernel_entry(number_grids.weights("ones", 3, 3)),
    )


class GridKernel:
    """The controls of one page's small kernel; `in_hand` is what a component edits."""

    def __init__(self, table: Table, entries: KernelEntries, axes: Axes, *, stage: str) -> None:
        self.table, self.entries, self.axes = table, entries, axes
        self._shown_key = f"{stage}_kernel_shown"
        self.in_hand = KernelInHand(stage, self._shown, self._take)

    @property
    def title(self) -> str:
        """What it is called."""
        return self.entries.weights.label(self.table[self.entries.weights])

    def draw(self, rows: Limits, columns: Limits) -> Weights:
        """Draw its controls within the limits of its size, and return it."""
        self.in_hand.say_complaint()
        name = self.table.control(
            st.selectbox, self.entries.weights, "Kernel", on_change=self._take_name
        )
        size = self.axes.slider("Kernel size", self.entries.size, rows, columns)
        if name == _OWN:
            shown = kernels.resize(self.table[self.entries.own], size)
        else:
            shown = number_grids.weights(name, *size)
        st.session_state[self._shown_key] = shown
        return shown

    def _shown(self) -> Weights:
        """Give the kernel that was last shown, which is what an edit starts from."""
        shown: Weights | None = st.session_state.get(self._shown_key)
        return self.table[self.entries.own] if shown is None else shown

    def _take(self, values: Weights) -> None:
        size = self.axes.sized(self.entries.size, *values.shape)
        own = {self.entries.weights.name: _OWN, self.entries.own.name: values}
        self.table.write({**size, **own})

    def _take_name(self) -> None:
        # One's own weights begin as those that were shown, but what was typed is not lost.
        is_own = self.table[self.entries.weights] == _OWN
        if is_own and not self.entries.own.texts_of(self.table[self.entries.own]):
            self.table.write({self.entries.own.name: self._shown()})
