"""What moves while a training goes on: its bar, its curves, and what the network is like now."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import streamlit as st

from cnnviz.networks.training.formulas import SENTENCES, SLOPE, STEP, step_with_numbers
from cnnviz.networks.training.history import Snapshot
from cnnviz.networks.training.plan import Plan
from cnnviz.networks.training.run import Run
from cnnviz.notation import legend, written
from pages.training import curves, runs, story
from pages.training.components.replay import replay
from pages.training.state import CELL, SHOWN, TRAIN
from pages.training.walls import walls
from pages.ui.edits import Handshake
from pages.ui.headings import header
from pages.ui.markdown import plain

_KEY = "train_replay"
_HANDSHAKE = Handshake(_KEY)
BETWEEN = 2.0
"""Seconds from one drawing of the charts to the next, at least."""
EVERY = 1.0
"""Seconds from one look at a training to the next."""


def buttons(plan: Plan | None) -> None:
    """Draw what one can do with a training."""
    run = runs.current()
    alive = runs.is_alive()
    with st.container(horizontal=True, key="train_buttons"):
        if not alive:
            st.button(
                "Start" if run is None else "Train again",
                key="train_start",
                icon=":material/play_arrow:",
                disabled=plan is None,
                on_click=_start,
                args=(plan, False),
            )
        elif run is not None and run.is_held:
            st.button(
                "Go on",
                key="train_go",
                icon=":material/play_arrow:",
                on_click=run.go_on,
            )
        elif run is not None:
            st.button("Pause", key="train_pause", icon=":material/pause:", on_click=run.pause)
        st.button(
            "One batch",
            key="train_one",
            icon=":material/skip_next:",
            disabled=plan is None and not alive,
            on_click=_start if not alive or run is None else run.one_batch,
            args=(plan, True) if not alive or run is None else (),
            help="One step: the gradient of one batch, and the update that follows. Then it waits.",
        )
        st.button(
            "Stop",
            key="train_stop",
            icon=":material/stop:",
            disabled=not alive,
            on_click=runs.stop_all,
            help="What was trained so far stays.",
        )
        st.button(
            "Reset",
            key="train_reset",
            type="tertiary",
            icon=":material/restart_alt:",
            disabled=run is None,
            on_click=_reset,
            help="Forget all trainings of this session.",
        )


def _start(plan: Plan | None, one: bool) -> None:
    if plan is not None:
        TRAIN.write({SHOWN.name: None})
        runs.begin([plan], one=one)


def _reset() -> None:
    runs.forget_all()
    TRAIN.write({SHOWN.name: None})


def snapshot_in_hand(run: Run) -> Snapshot | None:
    """Give the epoch that is looked at: the one chosen, or the last."""
    snapshots = run.history.snapshots
    if not snapshots:
        return None
    at = TRAIN[SHOWN]
    return snapshots[-1] if at is None else snapshots[min(at, len(snapshots) - 1)]


def show() -> None:
    """Draw the bar, again and again while a training goes on, and the curves, at each epoch."""
    if runs.is_alive():
        st.fragment(_bar, run_every=EVERY)(_drawn(), time.monotonic())
    run = runs.current()
    if run is None:
        return
    if run.error:
        st.error(plain(run.error), icon=":material/error:")
    if said := runs.held().ended:
        st.info(plain(said), icon=":material/info:")
    if run.note:
        st.info(plain(run.note), icon=":material/timer_off:")
    curves.learning_curves(runs.held().runs, run, snapshot_in_hand(run))


def _bar(drawn: tuple[str, int, int], when: float) -> None:
    """Say how far a training is; draw the rest of the page anew where it shows more than before.

    Drawing charts takes the server a hundred times as long as this, and they change at an epoch.
    """
    changed = _drawn() != drawn and time.monotonic() - when >= BETWEEN
    if changed or not runs.is_alive():
        st.rerun()
    run = runs.current()
    if run is not None and run.is_alive:
        steps = max(1, run.history.batches * run.plan.settings.epochs)
        st.progress(min(1.0, run.history.steps_done() / steps), story.status(run))


def _drawn() -> tuple[str, int, int]:
    """Tell what the charts show: which run, how much of it, and of how many."""
    run = runs.current()
    if run is None:
        return "", 0, 0
    return str(id(run)), len(run.history.snapshots), len(runs.held().runs)


def show_inside() -> None:
    """Draw what the network is like at each epoch."""
    run = runs.current()
    snapshot = None if run is None else snapshot_in_hand(run)
    if run is None or snapshot is None:
        return
    header("Epoch by epoch")
    classes = len(run.plan.data.class_names)
    cell = TRAIN[CELL]
    cell = cell if cell is not None and max(cell) < classes else None
    replay(
        run,
        snapshot.epoch,
        cell,
        walls(run, snapshot, cell),
        key=_KEY,
        serial=_HANDSHAKE.serial,
        on_ask=_take,
    )
    st.markdown(f"**Each layer's last step, {story.when(snapshot)}**")
    curves.layer_sizes(run, snapshot)
    if snapshot.epoch and np.isfinite(snapshot.weight).all():
        _step(run, snapshot)


def _step(run: Run, snapshot: Snapshot) -> None:
    """Write one weight's step with its numbers."""
    settings = run.plan.settings
    header("One step, with its numbers")
    st.latex(STEP)
    st.latex(step_with_numbers(snapshot, settings))
    st.caption(
        f"{legend(STEP, SLOPE)} The first weight of `{run.history.layers[0]}` at the last step "
        f"of {story.when(snapshot)}, where the learning rate is "
        f"{written(snapshot.rate)}. "
        f"{SENTENCES[settings.optimiser]}"
    )


def _take() -> None:
    asked = _HANDSHAKE.sent("ask")
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        _HANDSHAKE.take(asked)
        run = runs.current()
        at = int(asked["at"])
        last = run is not None and at >= len(run.history.snapshots) - 1
        cell = asked["cell"]
        chosen = None if cell is None else (int(cell[0]), int(cell[1]))
        TRAIN.write({SHOWN.name: None if last else at, CELL.name: chosen})
