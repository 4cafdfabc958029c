"""A page's state: one declared table, which its widgets, its address and its experiments use.

`follow()` once at the top of the page takes over what the address says. From there on reading an
entry, `table[ENTRY]`, is only looking; `write` alone changes the session and the address, together
and at once, so that one step back in the browser is one change taken back.
"""

import contextlib
import inspect
import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, cast

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.entries import Entry, Texts

Value = TypeVar("Value")

_ON_PAGE = "tables_on_page"
"""The session's key of the tables that the open page has followed, by scope."""
_BESIDE = "address_beside_tables"
"""The session's key of what the address is to name besides tables, once it names what waits."""

_TOLD = "address_told"
"""The session's key of a page and what its address was last told, and when, by name. The browser
may ask with an address that is older, and say by chance what is wanted again."""

_PREPARED = "prepared_view"
"""The session's key of the prepared view that the page was opened for: its name, and the scopes
of the tables that have begun anew for it."""

_DRAWN_WITH = "drawn_with"
"""The session's key of the limits and options that each widget was last drawn with. One for all:
Streamlit looks through the whole session for each selectbox and each number that it draws."""

ON_ITS_WAY = 3.0
"""Seconds within which the browser may still ask with the address it had before a change."""


@dataclass
class _Held:
    """What the session keeps of one table.

    values : of every entry that was ever read or written.
    seen : what the address says of each.
    before : what it said before the last changes, and until when.
    waiting : the entries that have changed and that the address does not name yet.
    previous : the values before the last complete state, to go back to.
    followed : whether an address has been read before.
    otherwise : what stands for an address without sense, where that is not the default.
    """

    values: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, Texts] = field(default_factory=dict)
    before: dict[str, dict[Texts, float]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    previous: dict[str, Any] | None = None
    followed: bool = False
    otherwise: dict[str, Any] = field(default_factory=dict)

    def say(self, name: str, texts: Texts) -> None:
        """Let the address say something else of an entry from now on."""
        now, lately = time.monotonic(), self.before.get(name, {})
        kept = {old: when for old, when in lately.items() if now - when < ON_ITS_WAY}
        # Two changes may be made before the browser has heard of the first.
        self.before[name] = kept | {self.seen.get(name, ()): now}
        self.seen[name] = texts

    def said_lately(self, name: str, texts: Texts) -> bool:
        """Whether the address has said so until a moment ago."""
        until = self.before.get(name, {}).get(texts, -math.inf)
        return time.monotonic() - until < ON_ITS_WAY


class Table:
    """The state of one page, or of one part of a page.

    Parameters
    ----------
    scope : names it in the session; no two tables share one.
    entries : what it remembers.
    first : what the page opens with where an address says nothing of it, by name, as far as that
        is not the entries' default. An address that names some of the entries means the defaults
        of the others, so that what was copied before there was such a first sight still opens
        what it did.
    apart : entries that do not tell these two kinds of address from each other, such as the part
        of the page that is open.
    """

    def __init__(
        self,
        scope: str,
        *entries: Entry[Any],
        first: Mapping[str, Any] | None = None,
        apart: Collection[str] = (),
    ) -> None:
        self.scope = scope
        self.first, self.apart = dict(first or {}), frozenset(apart)
        self.entries = {entry.name: entry for entry in entries}
        if len(self.entries) < len(entries):
            names = ", ".join(entry.name for entry in entries)
            raise ValueError(f"A table names each entry once. Received: {names}.")

    def __getitem__(self, entry: Entry[Value]) -> Value:
        """Return the value in hand; looking changes nothing."""
        value: Value = self._held().values.get(entry.name, self._own(entry).default)
        return value

    def values(self) -> dict[str, Any]:
        """Return the whole state, by name."""
        return {name: self[entry] for name, entry in self.entries.items()}

    def follow(self) -> None:
        """Take over what the address says. Call it once a run, before anything is read or drawn.

        What it says without sense opens the default. What it leaves out stays as it is held, so
        that a page comes back as it was left; but a step back in the browser, and a prepared view,
        mean what they say.
        """
        held, back = self._held(), is_step_back() or self._begins_prepared()
        st.session_state.setdefault(_ON_PAGE, {})[self.scope] = self
        if back:
            held.waiting.clear()
        if self.first and (back or not held.followed):
            self._begin(held)
        held.followed = True
        address = _address()
        for name, entry in self.entries.items():
            if name in held.waiting:
                continue
            texts = address.get(name, ())
            seen = held.seen.get(name, ())
            if texts == seen or (not back and (not texts or held.said_lately(name, texts))):
                continue
            try:
                held.values[name] = entry.value_of(texts)
            except ValueError:
                held.values[name] = held.otherwise.get(name, entry.default)
            held.seen[name] = entry.texts_of(held.values[name])
            held.before.pop(name, None)
        self._see_first(held)
        self._name_in_address(self.entries.keys() - held.waiting)

    def write(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        """Set entries by name, in the session and in the address. Call it in a callback.

        Raises
        ------
        ValueError : a value is none of its entry's, or the table has no entry of that name. Then
            nothing is changed.
        """
        checked = {}
        for name, value in {**(values or {}), **more}.items():
            if name not in self.entries:
                raise ValueError(
                    f"{self.scope} remembers {', '.join(self.entries)}. Received: {name!r}."
                )
            checked[name] = self.entries[name].checked(value)
        held = self._held()
        held.values |= checked
        told = self._told(held)
        for name in {**checked, **dict.fromkeys(self.first)}:
            texts, seen = told[name], held.seen.get(name, ())
            if texts != seen:
                held.say(name, texts)
                held.waiting.add(name)
        held.waiting.update(checked)
        if not self._settles(checked):
            self.name_what_waits()

    def _settles(self, known: Collection[str] = ()) -> bool:
        """Say whether something not at its default, and not known already, is still to settle."""
        return any(
            entry.settles and name not in known and entry.texts_of(self[entry]) != ()
            for name, entry in self.entries.items()
        )

    def name_what_waits(self) -> None:
        """Let the address name what has changed, once what follows from that is known."""
        held = self._held()
        self._name_in_address(held.waiting, st.session_state.pop(_BESIDE, {}))
        held.waiting.clear()

    @staticmethod
    def name_beside(name: str, text: str | None) -> None:
        """Let the address name what belongs to no table, or no longer name it.

        Where the page holds what settles, it waits for that: both are one step in the history.
        """
        tables = st.session_state.get(_ON_PAGE, {}).values()
        beside = st.session_state.setdefault(_BESIDE, {})
        beside[name] = () if text is None else (text,)
        if not any(table._settles() for table in tables):
            Table.name_beside_at_last()

    @staticmethod
    def name_beside_at_last() -> None:
        """Let the address name what no table has taken along. Call it where a page ends."""
        if beside := st.session_state.pop(_BESIDE, {}):
            _write_address(beside)

    def set_up(self, values: Mapping[str, Any], keep: Collection[str] = ()) -> None:
        """Take a complete state: what `values` does not name is as the page opens.

        `keep` names what stays as it is, such as the part of the page that is open. `take_back`
        undoes it.
        """
        before = self.values()
        rest = {name: e.default for name, e in self.entries.items()} | self.first
        self.write({**{name: rest[name] for name in rest if name not in keep}, **values})
        self._held().previous = before

    def take_back(self) -> None:
        """Go back to what was there before the last complete state."""
        held = self._held()
        if held.previous is not None:
            self.write(held.previous)
            held.previous = None

    @staticmethod
    def begin_page(prepared: str | None = None) -> None:
        """Forget which tables the page before has followed.

        `prepared` names the prepared view that the page was opened for: each of its tables then
        begins with what the address says, and not as it was left.
        """
        st.session_state[_ON_PAGE] = {}
        name, _ = st.session_state.get(_PREPARED, (None, set()))
        if name != prepared:
            st.session_state[_PREPARED] = prepared, set()

    def _begins_prepared(self) -> bool:
        """Say whether this is the first look at the address of a prepared view."""
        name, begun = st.session_state.get(_PREPARED, (None, set()))
        if name is None or self.scope in begun:
            return False
        begun.add(self.scope)
        return True

    @staticmethod
    def start_over() -> None:
        """Set every table of this page to what it opens with. Call it in a callback."""
        for table in st.session_state.get(_ON_PAGE, {}).values():
            table.set_up({})

    @property
    def can_take_back(self) -> bool:
        """Whether there is a state to go back to."""
        return self._held().previous is not None

    def control(
        self,
        widget: Callable[..., Any],
        entry: Entry[Value],
        label: str,
        *,
        limits: tuple[Any, Any] | None = None,
        options: Collection[Value] | None = None,
        otherwise: Value | None = None,
        on_change: Callable[[], None] | None = None,
        **more: Any,
    ) -> Value:
        """Draw an entry's widget, such as `st.slider`; return the value that it shows.

        Parameters
        ----------
        limits, options : what may be set now, where that is less than the table allows. What is
            held stays held: it comes back as soon as it may again.
        otherwise : what is shown where the options lack the value; else the first of them.
        on_change : called when somebody has changed it, after the table has taken it over.
        more : what else the widget is told.
        """
        shown: Value = self[entry]
        drawn = entry.drawn() | more
        if limits is not None:
            least, most = limits[0], max(limits)
            shown = cast("Value", min(max(cast("Any", shown), least), most))
            drawn |= {"min_value": least, "max_value": most}
            if least == most:
                self._say_less(widget, entry, label, most)
                return shown
        if options is not None:
            drawn["options"] = list(options)
            if shown not in options:
                shown = next(iter(options)) if otherwise is None else otherwise
        _show(entry.name, shown, (limits, drawn.get("options")))
        drawn |= _first_value(widget, shown, drawn.get("options"))
        widget(label, key=entry.name, on_change=self._take, args=(entry, on_change), **drawn)
        if limits is not None:
            self._say_less(widget, entry, label, max(limits))
        return shown

    def _say_less(
        self, widget: Callable[..., Any], entry: Entry[Any], label: str, most: Any
    ) -> None:
        """Say below a widget that more is held than may be set now."""
        held = self[entry]
        if held > most:
            place = getattr(widget, "__self__", st)
            place.caption(f"{label}: {held} does not fit here, {most} is the most.")

    def _take(self, entry: Entry[Any], then: Callable[[], None] | None) -> None:
        # What a browser sends that is no value of the entry is not taken, and drawn over.
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            self.write({entry.name: st.session_state[entry.name]})
            if then is not None:
                then()

    def _begin(self, held: _Held) -> None:
        """Tell the first sight from an address that names some of the entries."""
        address = _address()
        is_named = any(self._is_named(name, address.get(name, ())) for name in self._telling())
        held.otherwise = {} if is_named else self.first
        for name in self.first:
            held.values[name] = held.otherwise.get(name, self.entries[name].default)
            held.seen[name] = ()

    def _is_named(self, name: str, texts: Texts) -> bool:
        """Whether what the address says of an entry has a meaning."""
        with contextlib.suppress(ValueError):
            self.entries[name].value_of(texts)
            return bool(texts)
        return False

    def _see_first(self, held: _Held) -> None:
        # Part of the address may have been without sense: what is held is then told anew.
        told = self._told(held)
        held.seen |= {name: told[name] for name in self.first if name not in held.waiting}

    def _told(self, held: _Held) -> dict[str, Texts]:
        """Say what the address tells of each entry."""
        values = {name: held.values.get(name, e.default) for name, e in self.entries.items()}
        told = {name: self.entries[name].texts_of(value) for name, value in values.items()}
        if not self.first:
            return told
        rest = {name: told[name] for name in self._telling() if name not in self.first}
        if any(rest.values()):
            return told
        begun = {name: self.entries[name].texts_of(value) for name, value in self.first.items()}
        if all(told[name] == begun[name] for name in begun):
            return told | dict.fromkeys(begun, ())
        if not any(told[name] for name in begun):  # nothing would be said, as at first sight
            name = next(iter(begun))
            told[name] = (self.entries[name].write(values[name]),)
        return told

    def _telling(self) -> Collection[str]:
        return self.entries.keys() - self.apart

    def _own(self, entry: Entry[Value]) -> Entry[Value]:
        if self.entries.get(entry.name) is not entry:
            raise KeyError(f"{self.scope} has no entry {entry.name!r} of its own.")
        return entry

    def _held(self) -> _Held:
        key = f"{self.scope}_state"
        try:  # dozens of times a run, and nearly always there
            held: _Held = st.session_state[key]
        except KeyError:
            held = st.session_state[key] = _Held()
        return held

    def _name_in_address(
        self, names: Collection[str], beside: Mapping[str, Texts] = MappingProxyType({})
    ) -> None:
        seen = self._held().seen
        _write_address({**{name: seen.get(name, ()) for name in names}, **beside})


def _address() -> dict[str, Texts]:
    """Read what the address says; to ask for each name costs more, as few are in it."""
    said = st.query_params
    return {name: tuple(said.get_all(name)) for name in said}


def _write_address(texts_by_name: Mapping[str, Texts]) -> None:
    """Let the address say these texts under their names, and nothing under a name without any."""
    said, lately = _address(), _told_lately()
    if all(
        texts == said.get(name, ()) == lately.get(name, texts)
        for name, texts in texts_by_name.items()
    ):
        return
    # A part of the page names what has changed in it: the rest may be on its way as well.
    whole = {**said, **(lately if _is_part() else {}), **texts_by_name}
    _, told = st.session_state[_TOLD]
    told |= {name: (texts, time.monotonic()) for name, texts in texts_by_name.items()}
    try:
        # At once: each message is a step in the browser's history.
        st.query_params.from_dict({name: list(texts) for name, texts in whole.items() if texts})
    except StreamlitAPIException:  # a widget that binds itself stands on the same page
        for name, texts in texts_by_name.items():
            if texts:
                st.query_params[name] = list(texts)
            elif name in st.query_params:
                del st.query_params[name]


def _told_lately() -> dict[str, Texts]:
    """Give what this page's address was told so lately that the browser may not have heard it."""
    context = get_script_run_ctx()
    page = context.page_script_hash if context else ""
    of, told = st.session_state.get(_TOLD, (None, {}))
    if of != page or is_step_back():
        st.session_state[_TOLD] = page, (told := {})
    now = time.monotonic()
    return {name: texts for name, (texts, when) in told.items() if now - when < ON_ITS_WAY}


def _is_part() -> bool:
    """Say whether a part of the page runs, and not the whole."""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)


def _show(key: str, value: Any, limits: object) -> None:
    """Let a widget show a value; only where it does not, since a hand may be on it."""
    if isinstance(value, tuple):  # a widget of several options keeps a list
        value = list(value)
    drawn = st.session_state.setdefault(_DRAWN_WITH, {})
    if drawn.get(key) != limits or key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    drawn[key] = limits


def _first_value(widget: Callable[..., Any], value: Any, options: Any) -> dict[str, Any]:
    """Name a value as the one that a widget begins with.

    The session's is told once. A run that follows at once may come to the browser before that was
    drawn: it would draw the widget without a value, take the first option, and send that.
    """
    known = _parameters(getattr(widget, "__func__", widget))
    if "index" in known:
        return {"index": list(options).index(value)}
    name = "value" if "value" in known else "default"
    return {name: list(value) if isinstance(value, tuple) and name == "default" else value}


@cache  # by the function: what it is bound to belongs to one run
def _parameters(widget: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(widget).parameters)


def is_step_back() -> bool:
    """Say whether this run answers a step back or on in the browser's history."""
    context = get_script_run_ctx()
    return bool(context and context.is_history_navigation)
