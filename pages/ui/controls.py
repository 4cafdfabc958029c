"""Sliders whose limits come from other controls, for both axes together or for each apart."""

import streamlit as st

Limits = tuple[int, int]
"""The least and the most a control offers."""


def bounded_slider(
    label: str, limits: Limits, default: int, *, key: str, help: str | None = None
) -> int:
    """Draw a slider, in the address under its key, whose limits may move from run to run.

    A value that the limits leave behind goes along with them instead of starting anew. Where
    they leave no choice, the slider is shown but cannot be moved.
    """
    least, most = limits
    held = st.session_state.get(key)
    moved = st.session_state.get(f"{key}_limits", limits) != limits
    if isinstance(held, int) and (moved or not least <= held <= most):
        st.session_state[key] = min(max(held, least), most)
    st.session_state[f"{key}_limits"] = limits
    value = st.slider(
        label,
        least,
        max(most, least + 1),
        min(max(default, least), most),
        key=key,
        bind="query-params",
        help=help,
        disabled=most <= least,
    )
    return min(max(value, least), max(most, least))


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

    def part(self) -> None:
        """Set rows and columns apart, in a callback."""
        st.session_state[self.key] = True

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
            # Once set apart, the columns' slider begins here. It must know so a run ahead:
            # Streamlit writes no first value into the address that is set in the same run.
            st.session_state[across_key(key)] = value
            return value, value
        down, across = st.columns(2)
        with down:
            first = bounded_slider(f"{label} \u2195", rows, default, key=key, help=help)
        with across:
            second = bounded_slider(f"{label} \u2194", columns, default, key=across_key(key))
        return first, second


def across_key(key: str) -> str:
    """Give the key of the columns' slider where rows and columns are set apart."""
    return f"{key}_across"
