"""Sliders whose limits come from other controls, for both axes together or for each apart.

Streamlit's own way into the address (`bind`) makes a slider begin anew, with what the page was
opened with, whenever its limits move. So these sliders keep their value, and its place in the
address, by themselves.
"""

import streamlit as st

from pages.ui.address import Addressed, read_whole

Limits = tuple[int, int]
"""The least and the most a control offers."""


def bounded_slider(
    label: str, limits: Limits, default: int, *, key: str, help: str | None = None
) -> int:
    """Draw a slider, in the address under its key, whose limits may move from run to run.

    A value that the limits leave behind goes along with them instead of starting anew; one that
    the address names outside them is not taken. Where they leave no choice, there is no slider.
    """
    least, most = limits[0], max(limits)
    address = Addressed(key, "slider", default, lambda text: read_whole(text, *limits), str)
    value = st.session_state.pop(_waiting(key), None)
    if value is None:
        value = address.value()
    value = min(max(value, least), most)
    address.hold(value)
    if most <= least:
        return value
    moved = st.session_state.get(f"{key}_limits") != limits
    if moved or st.session_state.get(key) != value:
        st.session_state[key] = value
    st.session_state[f"{key}_limits"] = limits
    st.slider(
        label,
        least,
        most,
        key=key,
        help=help,
        on_change=_take,
        args=(key,),
    )
    return value


def set_slider(key: str, value: int) -> None:
    """Set a slider, in a callback, as soon as it is drawn."""
    st.session_state[_waiting(key)] = value


class Axes:
    """Sliders for rows and columns: one for both, or one for each; `key` is that of the switch."""

    def __init__(self, key: str) -> None:
        self.key = key

    @property
    def apart(self) -> bool:
        """Whether rows and columns are set apart."""
        return bool(st.session_state.get(self.key, False))

    def switch(self) -> None:
        """Draw the switch. Draw it before any slider."""
        st.toggle("Rows and columns apart", key=self.key, bind="query-params")

    def set_slider(self, key: str, rows: int, columns: int) -> None:
        """Set the sliders of both axes, in a callback; apart if they differ."""
        if rows != columns:
            st.session_state[self.key] = True
        set_slider(key, rows)
        set_slider(_across(key), columns)

    def slider(
        self,
        label: str,
        rows: Limits,
        columns: Limits,
        default: int,
        *,
        key: str,
        help: str | None = None,
    ) -> tuple[int, int]:
        """Draw one slider or two; return (rows, columns)."""
        if not self.apart:
            both = (max(rows[0], columns[0]), min(rows[1], columns[1]))
            value = bounded_slider(label, both, default, key=key, help=help)
            # Once set apart, the columns' slider begins here.
            set_slider(_across(key), value)
            if _across(key) in st.query_params:
                del st.query_params[_across(key)]
            return value, value
        down, across = st.columns(2)
        with down:
            first = bounded_slider(f"{label} \u2195", rows, default, key=key, help=help)
        with across:
            second = bounded_slider(f"{label} \u2194", columns, default, key=_across(key))
        return first, second


def _across(key: str) -> str:
    return f"{key}_across"


def _waiting(key: str) -> str:
    return f"{key}_waiting"


def _take(key: str) -> None:
    set_slider(key, st.session_state[key])
