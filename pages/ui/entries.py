"""The kinds of things that a page remembers, each with its text in the address.

What is declared here once serves the widget, the address and the experiments alike; the table of a
page (`pages/ui/state.py`) is a list of these.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_NUMBER = re.compile(r"-?(?=\.?[0-9])[0-9]{0,20}(\.[0-9]{0,20})?(e[+-]?[0-9]{1,3})?")

_LONGEST_NAME = 300

Texts = tuple[str, ...]
"""What an address says of one entry: nothing, one text, or several."""


class Entry(Generic[Value]):
    """One thing that a page remembers.

    Attributes
    ----------
    name : its parameter in the address, and the key of its widget.
    default : what it is when the address does not name it, or names it wrongly. It is never
        written into the address.
    read, write : turn the address's text into the value (ValueError where it cannot) and back.
    settles : what it is follows from the others while the page is drawn. Where it is not at its
        default, a change of those waits for it, so that both are one step in the history.
    checked : turns what a component or an experiment gives into the value, likewise.
    """

    def __init__(
        self,
        name: str,
        default: Value,
        read: Callable[[str], Value],
        write: Callable[[Value], str],
        *,
        checked: Callable[[Any], Value] | None = None,
        settles: bool = False,
    ) -> None:
        self.name, self.default, self.read, self.write = name, default, read, write
        self.settles = settles
        self._checked = checked

    def checked(self, value: Any) -> Value:
        """Return the value; ValueError if it is none.

        Unless the entry has a check of its own, it is what the address would give back.
        """
        return self._checked(value) if self._checked else self.value_of(self.texts_of(value))

    def texts_of(self, value: Value) -> Texts:
        """Write a value for the address; nothing for the default."""
        text = self.write(value)
        return () if text == self.write(self.default) else (text,)

    def value_of(self, texts: Texts) -> Value:
        """Read what the address says; ValueError where it says nothing that is meant."""
        return self.read(texts[-1]) if texts else self.default

    def drawn(self) -> dict[str, Any]:
        """Give what its widget is told of it."""
        return {}


class Toggle(Entry[bool]):
    """Yes or no."""

    def __init__(self, name: str, default: bool = False) -> None:
        super().__init__(name, default, _read_yes_or_no, lambda value: str(bool(value)).lower())


class Choice(Entry[Value]):
    """One of several options, which the address names as the page does.

    Attributes
    ----------
    options : what may be chosen; a page may offer fewer at a time. A mapping gives what each is
        called, else `label` does.
    default : the first, unless said otherwise.
    """

    def __init__(
        self,
        name: str,
        options: Sequence[Value] | Mapping[Value, str],
        default: Value | None = None,
        label: Callable[[Value], str] = str,
    ) -> None:
        self.options = tuple(options)
        self.label = options.__getitem__ if isinstance(options, Mapping) else label
        self._by_text = {self.label(option): option for option in self.options}
        first = self.options[0] if default is None else default
        super().__init__(name, first, self._named, self.label)

    def _named(self, text: str) -> Value:
        if text not in self._by_text:
            raise ValueError(_rule(self.name, self._by_text, text))
        return self._by_text[text]

    def checked(self, value: Any) -> Value:
        """Return the option; ValueError if it is none."""
        if value not in self.options:
            raise ValueError(_rule(self.name, map(str, self.options), value))
        return self.options[self.options.index(value)]

    def drawn(self) -> dict[str, Any]:
        """Give what its widget is told of it."""
        return {"options": self.options, "format_func": self.label}


class Several(Entry[tuple[Value, ...]], Generic[Value]):
    """Any number of several options; each is a parameter of its own in the address."""

    def __init__(
        self,
        name: str,
        options: Sequence[Value] | Mapping[Value, str],
        default: Sequence[Value] = (),
        label: Callable[[Value], str] = str,
    ) -> None:
        self.each = Choice(name, options, label=label)
        super().__init__(
            name,
            tuple(default),
            lambda text: (self.each.read(text),),
            lambda value: ", ".join(map(self.each.label, value)),
        )

    def checked(self, value: Any) -> tuple[Value, ...]:
        """Return the options; ValueError if one is none."""
        return tuple(map(self.each.checked, value))

    def texts_of(self, value: tuple[Value, ...]) -> Texts:
        """Write a value for the address; nothing for the default, an empty text for none."""
        if tuple(value) == self.default:
            return ()
        return tuple(map(self.each.label, value)) or ("",)

    def value_of(self, texts: Texts) -> tuple[Value, ...]:
        """Read what the address says."""
        if not texts:
            return self.default
        return tuple(dict.fromkeys(self.each.read(text) for text in texts if text))

    def drawn(self) -> dict[str, Any]:
        """Give what its widget is told of it."""
        return self.each.drawn()


class Whole(Entry[int]):
    """A whole number within limits, whatever else is set; a page may allow less at a time."""

    def __init__(self, name: str, least: int, most: int, default: int) -> None:
        super().__init__(name, default, lambda text: read_whole(text, least, most), str)
        self.least, self.most = least, most

    def checked(self, value: Any) -> int:
        """Return the number; ValueError if it is none, or lies outside the limits."""
        return read_whole(str(value), self.least, self.most)

    def drawn(self) -> dict[str, Any]:
        """Give what its widget is told of it."""
        return {"min_value": self.least, "max_value": self.most}


class Real(Entry[float]):
    """A number within limits; `step` is that of its widget."""

    def __init__(
        self, name: str, least: float, most: float, default: float, step: float | None = None
    ) -> None:
        super().__init__(
            name, float(default), lambda text: read_number(text, least, most), _shortest
        )
        self.least, self.most, self.step = float(least), float(most), step

    def checked(self, value: Any) -> float:
        """Return the number; ValueError if it is none, or lies outside the limits."""
        return read_number(str(float(value)), self.least, self.most)

    def drawn(self) -> dict[str, Any]:
        """Give what its widget is told of it."""
        return {"min_value": self.least, "max_value": self.most, "step": self.step}


class Open(Entry[Value | None], Generic[Value]):
    """Another entry that may be left open: None, where the page finds a value by itself."""

    def __init__(self, inner: Entry[Value]) -> None:
        super().__init__(
            inner.name,
            None,
            inner.read,
            lambda value: "" if value is None else inner.write(value),
        )
        self.inner = inner

    def checked(self, value: Any) -> Value | None:
        """Return the value, or None."""
        return None if value is None else self.inner.checked(value)

    def drawn(self) -> dict[str, Any]:
        """Give what its widget is told of it."""
        return {**self.inner.drawn(), "value": None}


def read_whole(text: str, least: int, most: int) -> int:
    """Read a whole number from an address.

    Raises
    ------
    ValueError : it is none, or lies outside the limits.

    >>> read_whole("3", 1, 8)
    3
    """
    value = int(text) if _WHOLE.fullmatch(text) else None
    if value is None or not least <= value <= most:
        raise ValueError(f"The value must be from {least} to {most}. Received: {text[:40]!r}.")
    return value


def read_number(text: str, least: float, most: float) -> float:
    """Read a number from an address.

    Raises
    ------
    ValueError : it is none, not finite, or lies outside the limits.

    >>> read_number("0.5", 0.0, 1.0)
    0.5
    """
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not least <= value <= most:
        raise ValueError(f"The value must be from {least:g} to {most:g}. Received: {text[:40]!r}.")
    return value


def read_name(text: str) -> str:
    """Read a name from an address: any text, if it is no longer than names are.

    Raises
    ------
    ValueError : it is longer.
    """
    if len(text) > _LONGEST_NAME:
        raise ValueError(f"A name has at most {_LONGEST_NAME} letters. Received: {len(text)}.")
    return text


def _read_yes_or_no(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"The value must be true or false. Received: {text[:40]!r}.")
    return text.lower() == "true"


def _rule(name: str, options: Iterable[str], received: object) -> str:
    return f"{name} must be one of {', '.join(options)}. Received: {str(received)[:40]!r}."


def _shortest(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
