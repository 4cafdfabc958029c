"""Try this: experiments at the stage, what to watch in each, and what was seen.

A page declares its experiments as a table, `EXPERIMENTS`, and draws them above its stage:

    tries = TryThis(PAGE, EXPERIMENTS)      # the row of buttons
    stage, controls = stage_and_controls()
    ...
    tries.saw(result)                       # once what follows from the state is known

Each begins from a complete state, and one press brings back what was there before.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import streamlit as st

from pages.ui.components.registration import register
from pages.ui.picture import (
    Picture,
    draw_anew_with,
    picture_in_hand,
    redraw_with_picture,
    sample_picture,
)
from pages.ui.state import Table

Seen = TypeVar("Seen")

_into_view = register("ui/into_view")


@dataclass(frozen=True)
class Experiment(Generic[Seen]):
    """One thing to try.

    Attributes
    ----------
    label : what its button says.
    state : the entries of the page's table that are not at their default; a function where they
        follow from the picture.
    watch : one sentence: where to look.
    seen : says in a sentence or two what came of it, with numbers of the page's own result; nothing
        as long as it is under way.
    picture : the sample that it is about; None for the one in hand.
    """

    label: str
    state: Mapping[str, object] | Callable[[], Mapping[str, object]]
    watch: str
    seen: Callable[[Seen], str]
    picture: str | None = None

    def complete_state(self) -> Mapping[str, object]:
        """Give the entries that are not at their default."""
        return self.state() if callable(self.state) else self.state


@dataclass
class _Tried:
    """What a session keeps of a table's experiments.

    label : the one pressed last.
    picture : what was in hand before it, if it took another.
    count : how often one was pressed.
    is_new : nothing has been drawn since.
    """

    label: str = ""
    picture: Picture | None = None
    count: int = field(default=0)
    is_new: bool = False


class TryThis(Generic[Seen]):
    """The row of experiments above a stage; it is drawn at once.

    Parameters
    ----------
    table : the page's.
    tries : its experiments.
    keep : entries that an experiment leaves as they are, such as the part that is open.
    free : entries that one may change without leaving the experiment, such as the cell in focus.
    before : called before a state is set up.
    """

    def __init__(
        self,
        table: Table,
        tries: Sequence[Experiment[Seen]],
        *,
        keep: Collection[str] = (),
        free: Collection[str] = (),
        before: Callable[[], None] | None = None,
    ) -> None:
        redraw_with_picture()
        self.table, self.tries, self.keep = table, tries, keep
        self._free, self._before = {*free, "at"}, before
        self._row = st.container(horizontal=True, vertical_alignment="center", key="try_this")
        self._note = st.container(key="try_note")
        self._draw()

    @property
    def on(self) -> Experiment[Seen] | None:
        """The experiment whose state this is; None once something else was changed."""
        label = self._held().label
        return next((one for one in self.tries if one.label == label and self._is(one)), None)

    def saw(self, result: Seen) -> None:
        """Say what to watch, and what was seen in the result of the page's state."""
        if (one := self.on) is not None:
            seen = one.seen(result)
            rest = f" **Seen** {seen}" if seen else ""
            self._note.markdown(f"**Watch** {one.watch}{rest}")

    def _draw(self) -> None:
        held, on = self._held(), self.on
        with self._row:
            st.markdown("**Try this**", width="content")
            for one in self.tries:
                st.button(
                    one.label,
                    key=f"try_{one.label}",
                    type="primary" if one is on else "secondary",
                    on_click=self._press,
                    args=(one,),
                    help=one.watch,
                )
            if self.table.can_take_back:
                st.button(
                    "Bring back",
                    key="take_back",
                    type="tertiary",
                    icon=":material/undo:",
                    on_click=self._take_back,
                    help="Bring back what was there before.",
                )
            if held.is_new:
                held.is_new = False
                # Another key each time, so that it arrives anew.
                _into_view(key=f"try_into_view_{held.count % 2}", width="content")

    def _is(self, one: Experiment[Seen]) -> bool:
        if one.picture is not None and one.picture != picture_in_hand().name:
            return False
        state = {**self.table.first, **one.complete_state()}
        entries = self.table.entries
        compared = (state.keys() | (entries.keys() - {*self.keep})) - self._free
        return all(
            entries[name].texts_of(self.table[entries[name]])
            == (entries[name].texts_of(entries[name].checked(state[name])) if name in state else ())
            for name in compared
        )

    def _press(self, one: Experiment[Seen]) -> None:
        held = self._held()
        if self._before is not None:
            self._before()
        self.table.set_up(one.complete_state(), self.keep)
        held.label, held.count, held.is_new, held.picture = one.label, held.count + 1, True, None
        if one.picture is not None and one.picture != picture_in_hand().name:
            held.picture = picture_in_hand()
            draw_anew_with(sample_picture(one.picture))

    def _take_back(self) -> None:
        held = self._held()
        self.table.take_back()
        if held.picture is not None:
            draw_anew_with(held.picture)
        held.label, held.picture = "", None

    def _held(self) -> _Tried:
        held: _Tried = st.session_state.setdefault(f"{self.table.scope}_tried", _Tried())
        return held
