"""Controls whose values are read before they are drawn, so that what they change comes first."""

from collections.abc import Callable, Collection
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

Value = TypeVar("Value")


class LateControls:
    """A column of controls that is sent to the browser after the picture that depends on it.

    The browser draws what it is sent in the order in which it comes, and a column of controls
    takes it longer than a picture. A control that was drawn before has its value in the session
    already, so the page can compute with it, send the picture and call `draw` last. One that was
    not is drawn at once, with all that stand above it.
    """

    def __init__(self, column: DeltaGenerator) -> None:
        self._column = column
        self._waiting: list[Callable[[], None]] = []
        self._settled = True

    def value(
        self, draw: Callable[[], Value], *, key: str, allowed: Collection[Value] | None = None
    ) -> Value:
        """Give the value of the control that `draw` draws under `key`.

        allowed : what it may be now, where that can change; any other value is not believed.
        """
        held = st.session_state.get(key)
        if held is None or (allowed is not None and held not in allowed):
            self._draw_waiting()
            with self._column:
                return draw()

        def compare() -> None:
            self._settled &= draw() == held

        self._waiting.append(compare)
        return held

    def also(self, draw: Callable[[], None]) -> None:
        """Draw something else in this place, which no value comes from."""
        self._waiting.append(draw)

    def draw(self) -> None:
        """Draw all that has not been drawn yet; run again if a control took another value."""
        self._draw_waiting()
        if not self._settled:
            st.rerun(scope="fragment")

    def _draw_waiting(self) -> None:
        with self._column:
            for draw in self._waiting:
                draw()
        self._waiting.clear()
