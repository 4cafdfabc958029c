"""What a component edits: taking it back, and knowing which edits have arrived."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import streamlit as st

Value = TypeVar("Value")

_MOST = 50


class History(Generic[Value]):
    """What was there before each edit of one component, to be had back step by step."""

    def __init__(self, stage: str) -> None:
        self._key = f"{stage}_history"

    def __len__(self) -> int:
        return len(st.session_state.get(self._key, ()))

    def remember(self, value: Value) -> None:
        """Keep what is about to be replaced."""
        kept = st.session_state.setdefault(self._key, [])
        kept.append(value)
        del kept[:-_MOST]

    def back(self) -> Value | None:
        """Give what was there before the last edit, and forget it; None if there was none."""
        kept = st.session_state.get(self._key)
        return kept.pop() if kept else None


class Handshake:
    """The serial number of a component's last edit that Python has taken over.

    The browser numbers its edits upwards. What Python sends names the last that it contains, so
    that the browser drops an answer that is older than what a hand has done meanwhile.
    """

    def __init__(self, stage: str) -> None:
        self._stage, self._key = stage, f"{stage}_serial"

    @property
    def serial(self) -> int:
        """The number of the last edit that was taken over."""
        return int(st.session_state.get(self._key, 0))

    def sent(self, name: str) -> Mapping[str, Any]:
        """Give what the component has sent under a name; nothing if that is no mapping."""
        sent = (st.session_state.get(self._stage) or {}).get(name)
        return sent if isinstance(sent, Mapping) else {}

    def take(self, sent: Mapping[str, Any]) -> None:
        """Note the edit's number.

        Raises
        ------
        KeyError, TypeError, ValueError, OverflowError : it has none.
        """
        st.session_state[self._key] = int(sent["serial"])
