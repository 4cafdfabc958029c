"""What the stack makes of the picture in hand: computed apart, so that no answer waits for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import NamedTuple

import streamlit as st

from cnnviz.images.crops import crop_and_resize
from cnnviz.networks.building import Outline, Stack, format_stack
from cnnviz.networks.building.maps import COLOURS, StackMaps, stack_maps
from cnnviz.notation import written_count
from cnnviz.server.line import SCRIPTS
from cnnviz.shapes import Pixels
from pages.building.state import BUILD, SEED
from pages.ui.markdown import plain
from pages.ui.picture import Picture
from pages.ui.queue import asked

_PATIENCE = 0.04
"""Seconds that an answer waits for the maps, where the last were there by then."""
_PACE = "build_maps_pace"
"""The session's key of how many seconds the last maps took, in a list of one."""
_MOST_AT_ONCE = 300_000_000
"""Multiply-adds that are computed without waiting in the queue: a tenth of a second."""
_BEGUN = "build_maps_begun"
_HELD = "build_maps"
_SEEN = "build_seen"
_MOST = 4_000_000
"""Numbers in all maps, which a session keeps to go on from."""

_Found = tuple[StackMaps | None, BaseException | None, Callable[[], bool]]
"""What came out, what went wrong, and whether either has happened."""


def seen_part(picture: Picture, stack: Stack) -> Pixels | None:
    """Give what the network is shown, which is there before its maps; None where it takes none.

    Cut and scaled once: of a large photo that takes longer than all else of an answer.
    """
    if stack.input.channels not in COLOURS:
        return None
    key = (picture.identity, stack.input.shape[:2])
    held: tuple[object, Pixels] | None = st.session_state.get(_SEEN)
    if held is None or held[0] != key:
        part = crop_and_resize(picture.image, target=stack.input.shape[:2])
        held = st.session_state[_SEEN] = (key, part)
    return held[1]


class DrawnMaps(NamedTuple):
    """The maps of a stack, or why there are none.

    Attributes
    ----------
    note : why there are none, in a sentence.
    has_ended : while they are computed, tells whether that is over.
    """

    maps: StackMaps | None
    note: str = ""
    has_ended: Callable[[], bool] | None = None


def drawn_maps(picture: Picture, stack: Stack, found: Outline) -> DrawnMaps:
    """Give the maps of a stack, as far as its layers fit; `follow` draws those that come later."""
    stack = Stack(stack.layers[: len(found.rows)])
    if stack.input.channels not in COLOURS:
        return DrawnMaps(
            None,
            "A picture has 3 channels, or 1 in grey: an input of "
            f"{stack.input.channels} is not shown one.",
        )
    numbers = sum(math.prod(row.output_shape) for row in found.rows)
    if numbers > _MOST:
        return DrawnMaps(
            None,
            f"Maps are drawn of up to {_MOST:,} numbers; these would be {written_count(numbers)}.",
        )
    seed, held = BUILD[SEED], _held(picture)
    if held is not None and (held.stack, held.seed) == (stack, seed):
        return DrawnMaps(held)

    part = seen_part(picture, stack)
    assert part is not None

    def work() -> StackMaps:
        return stack_maps(stack, part, seed=seed, before=held)

    key = f"build maps {format_stack(stack)} {seed} {picture.identity}"
    is_quick = sum(row.multiply_adds for row in found.rows) <= _MOST_AT_ONCE
    maps, error, has_ended = (_at_once if is_quick else _in_queue)(key, work)
    if error is not None:
        rule = plain(str(error)) if isinstance(error, ValueError) else "No maps came out."
        return DrawnMaps(None, rule)
    if maps is None:
        return DrawnMaps(None, "Maps follow.", has_ended)
    st.session_state[_HELD] = (picture.identity, maps)
    return DrawnMaps(maps)


def _held(picture: Picture) -> StackMaps | None:
    """Give the last maps of this picture."""
    identity, maps = st.session_state.get(_HELD, ("", None))
    return maps if identity == picture.identity else None


def _at_once(key: str, work: Callable[[], StackMaps]) -> _Found:
    """Compute what takes a moment beside the queue, whose work may take minutes."""
    pace: list[float] = st.session_state.setdefault(_PACE, [0.0])
    held: tuple[str, Future[StackMaps]] | None = st.session_state.get(_BEGUN)
    if held is None or held[0] != key:
        if held is not None:
            held[1].cancel()
        held = st.session_state[_BEGUN] = (key, _threads().submit(_timed, work, pace))
    future = held[1]
    if pace[0] <= _PATIENCE:
        with SCRIPTS.apart():
            wait([future], _PATIENCE)
    if not future.done():
        return None, None, future.done
    error = future.exception()
    return (None if error else future.result()), error, future.done


def _timed(work: Callable[[], StackMaps], pace: list[float]) -> StackMaps:
    begun = time.perf_counter()
    maps = work()
    pace[0] = time.perf_counter() - begun
    return maps


def _in_queue(key: str, work: Callable[[], StackMaps]) -> _Found:
    job = asked(key, lambda _: work(), private=True)
    if job is None:
        return None, None, lambda: False
    return (job.result if job.state == "done" else None), job.error, lambda: job.ended


@st.cache_resource(max_entries=1, show_spinner=False)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, "build maps")


def follow(drawn: DrawnMaps) -> None:
    """Let the page be drawn anew with maps that are still computed.

    Behind what shows them: in front of a stage it would take its place, and the focus from it.
    """
    if drawn.has_ended is not None:
        _follow(drawn.has_ended)


@st.fragment(run_every=0.2)
def _follow(has_ended: Callable[[], bool]) -> None:
    if has_ended():
        st.rerun()
