"""The trainings of this session: begun, held, forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from cnnviz.networks.training.plan import Plan
from cnnviz.networks.training.run import Run
from cnnviz.server.jobs import Job
from pages.ui.queue import begin_training

MOST_RUNS = 6
"""Trainings that are kept; each holds its snapshots and its weights."""
AFTER_LEAVING = 90.0
"""Seconds that a training goes on for after its tab was closed: as long as the server keeps what a
visitor has left."""
_HELD = "train_runs"


@dataclass
class Held:
    """What a session has trained.

    runs : the earliest first; several may have been begun together, to be compared.
    contest : the experiment whose runs were begun last, by its label, and those runs.
    ended : one sentence on what was ended for the last to begin; "" where nothing was.
    """

    runs: list[Run] = field(default_factory=list)
    contest: tuple[str, Sequence[Run]] = ("", ())
    ended: str = ""


def held() -> Held:
    """Give this session's."""
    found: Held = st.session_state.setdefault(_HELD, Held())
    return found


def current() -> Run | None:
    """Give the run that is shown: the first that goes on or waits, or else the last."""
    runs = held().runs
    alive = next((run for run in runs if run.is_alive and not run.is_stopping), None)
    if alive is not None:
        return alive
    begun = [run for run in runs if run.history.snapshots or run.error]
    return begun[-1] if begun else (runs[-1] if runs else None)


def is_alive() -> bool:
    """Whether any of them goes on or waits."""
    return any(run.is_alive for run in held().runs)


def begin(plans: Sequence[Plan], *, one: bool = False, contest: str = "") -> None:
    """Train networks, one after the other; what went on before is ended, without its weights.

    one : pause after the first batch.
    contest : the experiment that they belong to.
    """
    mine, before = held(), current()
    mine.ended = ""
    if before is not None and before.state in ("running", "paused"):
        mine.ended = (
            f"{before.plan.label} was ended for another training to begin, after "
            f"{before.history.epochs} of {before.plan.settings.epochs} epochs. Its curves stay, "
            "its weights do not."
        )
    stop_all()
    runs = [Run(plan, one=one) for plan in plans]
    mine.runs = [*mine.runs, *runs][-MOST_RUNS:]

    def work(job: Job) -> None:
        for run in runs:
            run.work(job)

    job = begin_training(work, goes_on=AFTER_LEAVING)
    for run in runs:
        run.job = job
    if contest:
        mine.contest = contest, runs


def stop_all() -> None:
    """Stop whatever goes on; what was trained so far stays."""
    for run in held().runs:
        if run.is_alive:
            run.stop()


def forget_all() -> None:
    """Stop and forget them all."""
    mine = held()
    for run in mine.runs:
        run.stop()
        if run.job is not None:
            run.job.cancel()
    st.session_state[_HELD] = Held()
