"""What stands on a page while the part around it is drawn again: sent only when it changes.

A control runs its part of the page again, and Streamlit's browser takes away what did not come
again with it. What belongs to no part, though, it leaves where it is, as long as the container
around it came. So what `standing` draws says that it belongs to none, and is drawn only where
another thing stood after the run before; much of what an answer used to send had been there.

    standing(_formula, size, stride)      # calls _formula(size, stride), or leaves what it drew

It is for elements that ask nothing (texts, formulas, downloads): without containers of their own,
and without controls that run the page again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

Told = ParamSpec("Told")

_HELD = "standing"
_LOOK_EVERY = 0.02
"""Seconds between two looks for a newer request."""


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What a container holds: what drew it, from what, and how many elements that were."""

    made: tuple[object, ...]
    count: int


@dataclass
class _Held:
    """What a session keeps of the page that is open.

    run : tells one run of the page, or of a part of it, from another.
    before, now : by place, what stood there after the run before, and what does in this one.
    seen_at : when the browser has had time to paint the stage.
    """

    run: object = None
    before: dict[str, _Drawn] = field(default_factory=dict)
    now: dict[str, _Drawn] = field(default_factory=dict)
    seen_at: float = 0.0


def begin_run() -> None:
    """Note that the page, or a part of it, runs. Call it at the top of what draws a part.

    Where such a run does not come to a place, nothing is known of the place any more.
    """
    _held()


def hold_back(seconds: float) -> None:
    """Give the browser so long for what has been sent, before what stands below is drawn anew."""
    _held().seen_at = time.monotonic() + seconds


def wait_for_the_stage() -> None:
    """Wait as `hold_back` has said; a newer request ends the run meanwhile."""
    end = _held().seen_at
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK_EVERY))
        # Any look at the session lets a newer request end this run.
        _ = _HELD in st.session_state


def standing(draw: Callable[Told, None], *told: Told.args, **named: Told.kwargs) -> None:
    """Draw elements in a container of their own, unless just these stand there already.

    Parameters
    ----------
    draw : draws them, from nothing but what it is told.
    told, named : are compared with those of the run before, by ``==``.
    """
    stand_in(st.container(), draw, *told, **named)


def stand_in(
    place: DeltaGenerator, draw: Callable[Told, None], *told: Told.args, **named: Told.kwargs
) -> None:
    """Draw elements as `standing` does, in a container that was made for them in this run."""
    held, where, made = _held(), place_of(place), (draw, told, named)
    before = held.before.get(where)
    if before is not None and before.made == made:
        held.now[where] = before
        return
    wait_for_the_stage()
    # Should a newer request end this run amid drawing, then nothing is known of the place.
    with place, ThreadState.scoped(fragment_id=None):
        draw(*told, **named)
        count = _elements_in(place)
        for _ in range(count, before.count if before else 0):
            st.empty()  # or what was more before would stay
    held.now[where] = _Drawn(made, count)


def place_of(container: DeltaGenerator) -> str:
    """Name the place of a container on its page."""
    return container._get_delta_path_str().rpartition(",")[0]


def _elements_in(container: Any) -> int:
    return int(container._cursor.index)


def _held() -> _Held:
    held: _Held = st.session_state.setdefault(_HELD, _Held())
    context = get_script_run_ctx()
    run = context and context.parallel_coordinator  # each run has one of its own
    if run is None or run is not held.run:
        is_part = bool(context and context.fragment_ids_this_run)
        held.run, held.before, held.now = run, held.now if is_part else {}, {}
    return held
