"""A small kernel in hand: weights that exist in any size, or one's own, edited in the browser."""

import numpy as np
import streamlit as st

from cnnviz import kernels
from cnnviz.padding import number_grids
from pages.ui.address import Addressed
from pages.ui.controls import Axes, Limits
from pages.ui.kernel import KernelInHand

MOST = 7
"""Rows and columns the kernel may have."""

_OWN = "own"


class GridKernel(KernelInHand):
    """One page's small kernel; `prefix` begins the keys of its controls."""

    def __init__(self, prefix: str, *, stage: str, axes: Axes) -> None:
        super().__init__("identity", stage=stage)
        self.prefix, self.axes = prefix, axes
        self.size_key, self.weights_key = f"{prefix}_kernel", f"{prefix}_weights"
        self._address: Addressed[np.ndarray] = Addressed(
            "kernel",
            stage,
            number_grids.weights("ones", 3, 3),
            kernels.parse_kernel,
            kernels.format_kernel,
        )

    @property
    def values(self) -> np.ndarray:
        """The kernel that was last shown: (rows, columns) float32."""
        shown = st.session_state.get(f"{self.prefix}_kernel_shown")
        return self._address.value() if shown is None else shown

    @property
    def title(self) -> str:
        """What it is called."""
        return number_grids.WEIGHTS.get(st.session_state.get(self.weights_key), "Your own")

    def draw(self, rows: Limits, columns: Limits) -> np.ndarray:
        """Draw its controls within the limits of its size, and return it."""
        if complaint := st.session_state.pop(f"{self.stage}_complaint", None):
            st.error(complaint, icon=":material/error:")
        name = st.selectbox(
            "Kernel",
            [*number_grids.WEIGHTS, _OWN],
            format_func=lambda name: number_grids.WEIGHTS.get(name, "Your own"),
            key=self.weights_key,
            bind="query-params",
            on_change=self._take_name,
        )
        size = self.axes.slider("Kernel size", rows, columns, 3, key=self.size_key)
        if name == _OWN:
            shown = kernels.resize(self._address.value(), size)
        else:
            shown = number_grids.weights(name, *size)
        st.session_state[f"{self.prefix}_kernel_shown"] = shown
        return shown

    def set_to(self, name: str, size: int) -> None:
        """Take weights by name, in a callback."""
        st.session_state[self.weights_key] = name
        self.axes.set_slider(self.size_key, size, size)

    def replace(self, values: np.ndarray) -> None:
        """Put another kernel in its place; the old one can be had back."""
        if np.array_equal(values, self.values):
            return
        history = st.session_state.setdefault(f"{self.stage}_history", [])
        history.append(self.values)
        del history[:-50]
        self._own(values)

    def take_edit(self) -> None:
        """Answer a press of an edit button."""
        if st.session_state[self.stage].get("edit") != "undo":
            super().take_edit()
        elif history := st.session_state.get(f"{self.stage}_history"):
            self._own(history.pop())

    def _own(self, values: np.ndarray) -> None:
        st.session_state[self.weights_key] = _OWN
        self.axes.set_slider(self.size_key, *values.shape)
        self._address.hold(values.astype(np.float32))

    def _take_name(self) -> None:
        # One's own weights begin as those that were shown, but what was typed is not lost.
        if st.session_state[self.weights_key] == _OWN and not self._address.is_held:
            self._address.hold(self.values)
