"""Values that no widget holds, kept in the session and in the address.

Widgets bind themselves (`bind="query-params"`); what a component edits, such as a kernel,
goes through here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

Value = TypeVar("Value")


@dataclass(frozen=True)
class Addressed(Generic[Value]):
    """A value named in the address.

    Attributes
    ----------
    name : its parameter in the address.
    scope : the page it belongs to, so that two pages may use one name.
    default : what it is when the address does not name it, or names it wrongly.
    read, write : turn the address's text into the value (ValueError where it cannot) and back.
    """

    name: str
    scope: str
    default: Value
    read: Callable[[str], Value]
    write: Callable[[Value], str]

    @property
    def _key(self) -> str:
        return f"address_{self.scope}_{self.name}"

    @property
    def is_held(self) -> bool:
        """Whether it is another than the default."""
        held, _ = st.session_state.get(self._key, (self.default, None))
        return self.write(held) != self.write(self.default)

    @property
    def current(self) -> Value:
        """The value as the address last said; looking at it does not touch the address."""
        text = st.query_params.get(self.name)
        held, seen = st.session_state.get(self._key, (self.default, None))
        if text is None or text == seen:
            return held
        try:
            return self.read(text)
        except ValueError:
            return self.default

    def value(self) -> Value:
        """Follow the address where it changed, name the value there, and return it."""
        value = self.current
        self.hold(value)
        return value

    def hold(self, value: Value) -> None:
        """Keep a value, in the session and in the address; the default stays unwritten."""
        text = self.write(value)
        st.session_state[self._key] = (value, text)
        if text == self.write(self.default):
            if self.name in st.query_params:
                del st.query_params[self.name]
        elif st.query_params.get(self.name) != text:
            st.query_params[self.name] = text
