"""A widget looks its own value up: Streamlit lists the whole session for it.

A selectbox, a number or a text asks whether its value is None (docs/decisions/made-once.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.runtime.state import SafeSessionState


class Values(Mapping[str, Any]):
    """A session's values by their keys, each looked up when it is asked for."""

    def __init__(self, session: SafeSessionState) -> None:
        self._lock, self._state = session._lock, session._state

    def __getitem__(self, key: str) -> Any:
        with self._lock:
            return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed())

    def __len__(self) -> int:
        return len(self._listed())

    def _listed(self) -> dict[str, Any]:
        with self._lock:
            return self._state.filtered_state


def look_values_up() -> None:
    """Let every session give its values so."""
    SafeSessionState.filtered_state = property(Values)  # type: ignore[assignment]
