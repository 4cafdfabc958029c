"""What a component edits: taking it back, and knowing which edits have arrived."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Generic, TypeVar

import streamlit as st

Value = TypeVar("Value")

_MOST = 50
MOST_SAID = 200
"""Letters of an error about what a browser sent: it may quote all of it."""
_LARGEST_SERIAL = 2**53  # a browser counts no further


def sent_value(stage: str, name: str) -> object:
    """Give what a component has sent under a name, whatever it is; None without."""
    state = st.session_state.get(stage)
    return state.get(name) if isinstance(state, Mapping) else None


def sent_parts(stage: str, name: str) -> Mapping[str, Any]:
    """Give what a component has sent under a name; nothing if that is no mapping."""
    parts = sent_value(stage, name)
    return parts if isinstance(parts, Mapping) else {}


def sent_list(stage: str, name: str) -> list[Any]:
    """Give what a component has sent under a name; nothing if that is no list."""
    values = sent_value(stage, name)
    return values if isinstance(values, list) else []


def sent_name(stage: str, name: str) -> str:
    """Give what a component has sent under a name; "" if that is no text."""
    text = sent_value(stage, name)
    return text if isinstance(text, str) else ""


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

    def forget(self) -> None:
        """Keep nothing: what was taken back cannot be had again once something else is done."""
        st.session_state.pop(self._key, None)


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
        return sent_parts(self._stage, name)

    def take(self, sent: Mapping[str, Any]) -> None:
        """Note the edit's number.

        Raises
        ------
        KeyError, TypeError, ValueError, OverflowError : it has none.
        """
        st.session_state[self._key] = _number(sent)

    def is_news(self, name: str) -> bool:
        """Whether something was sent under a name that was not asked about before.

        For a button that takes an edit back: Streamlit calls back in any order for what has come at
        once, and the edit may not have been taken yet.
        """
        sent, key = self.sent(name), f"{self._key}_{name}"
        if not sent or sent == st.session_state.get(key):
            return False
        st.session_state[key] = sent
        return True

    def newer(self, *names: str) -> list[str]:
        """List what was sent under these names since the last edit taken, in the hand's order.

        Streamlit calls back in any order for what has come at once: an edit and its undoing.
        """
        numbers = {}
        for name in names:
            with suppress(KeyError, TypeError, ValueError, OverflowError):
                numbers[name] = _number(self.sent(name))
        later = [name for name, number in numbers.items() if number > self.serial]
        return sorted(later, key=numbers.__getitem__)


def _number(sent: Mapping[str, Any]) -> int:
    serial = int(sent["serial"])
    if not 0 <= serial <= _LARGEST_SERIAL:
        raise ValueError("An edit's number is one that a browser can count to.")
    return serial
