"""What the stack makes of the picture in hand: computed apart, so that no answer waits for it."""

from __future__ import annotations

import math

import streamlit as st

from cnnviz.networks.building import Outline, Stack, format_stack
from cnnviz.networks.building.maps import COLOURS, StackMaps, stack_maps
from cnnviz.notation import written_count
from cnnviz.server.jobs import Job
from pages.building.state import BUILD, SEED
from pages.ui.markdown import plain
from pages.ui.picture import Picture
from pages.ui.queue import asked

_PATIENCE = 0.06
"""Seconds that an answer waits for the maps, which mostly are there by then."""
_HELD = "build_maps"
_MOST = 4_000_000
"""Numbers in all maps, which a session keeps to go on from."""


def drawn_maps(picture: Picture, stack: Stack, found: Outline) -> tuple[StackMaps | None, str]:
    """Give the maps of a stack, as far as its layers fit, or why there are none, in a sentence.

    While they are computed, that is the sentence: the page is drawn anew with them.
    """
    stack = Stack(stack.layers[: len(found.rows)])
    if stack.input.channels not in COLOURS:
        return None, (
            "A picture has 3 channels, or 1 in grey: an input of "
            f"{stack.input.channels} is not shown one."
        )
    numbers = sum(math.prod(row.output_shape) for row in found.rows)
    if numbers > _MOST:
        return None, (
            f"Maps are drawn of up to {_MOST:,} numbers; these would be {written_count(numbers)}."
        )
    seed, held = BUILD[SEED], _held(picture)
    if held is not None and (held.stack, held.seed) == (stack, seed):
        return held, ""

    def work(_: Job) -> StackMaps:
        return stack_maps(stack, picture.image, seed=seed, before=held)

    key = f"build maps {format_stack(stack)} {seed} {picture.identity}"
    job = asked(key, work, patience=_PATIENCE, private=True)
    if job is None:
        return None, ""
    if job.state == "failed":
        error = job.error
        return None, plain(str(error)) if isinstance(error, ValueError) else "No maps came out."
    if job.state != "done":
        _follow(job)
        return None, "Maps follow."
    maps: StackMaps = job.result
    st.session_state[_HELD] = (picture.identity, maps)
    return maps, ""


def _held(picture: Picture) -> StackMaps | None:
    """Give the last maps of this picture."""
    identity, maps = st.session_state.get(_HELD, ("", None))
    return maps if identity == picture.identity else None


@st.fragment(run_every=0.2)
def _follow(job: Job) -> None:
    if job.ended:
        st.rerun()
