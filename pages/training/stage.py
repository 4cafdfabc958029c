"""The page "Train it": its stage, and what stands around it."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks.training.data import DATA, DataSet, open_data
from cnnviz.networks.training.downloaded import FILES
from cnnviz.networks.training.plan import Plan, changes_sentence
from cnnviz.server.jobs import Job
from pages.training import live, runs, story
from pages.training.choice import choose_data_and_network, choose_settings, plan_of
from pages.training.experiments import EXPERIMENTS, Contest, contest_of
from pages.training.result import opened_elsewhere, take_away
from pages.training.state import DATA_SET, FREE, PRESET, STACK, TRAIN
from pages.training.walls import sample_sheet, sheet_words
from pages.ui.experiments import TryThis
from pages.ui.markdown import plain
from pages.ui.picture import Picture
from pages.ui.queue import made
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters

_PRESSED = "train_pressed"
"""The session's key of whether an experiment was pressed that has not begun yet."""
_ALIKE = {PRESET.name: PRESET.default, STACK.name: None}
"""What a side of an experiment begins from, so that it has nothing of the other's network."""


@st.fragment
def train_it(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    del picture  # what is learned from is chosen here
    TRAIN.follow()
    tries = TryThis(TRAIN, EXPERIMENTS, free=FREE, before=_press)
    stage, controls = stage_and_controls()
    with controls:
        choose_data_and_network()
        choose_settings()
    with seen_first(stage):
        data = _data()
        plan = None if data is None else _plan(data)
        if data is not None and st.session_state.pop(_PRESSED, False) and tries.on is not None:
            _begin(contest_of(tries.on.label), data)
        live.buttons(plan)
        if runs.current() is None and plan is not None:
            st.markdown(story.plan_sentence(plan))
            words = sheet_words(plan.data)
            st.image(sample_sheet(plan.data), caption=words, alt=words)
        live.show()
    tries.saw(runs.held().contest)
    if plan is not None:
        st.caption(changes_sentence(plan))
    run = runs.current()
    if run is not None and run.history.snapshots and not run.is_alive:
        said = (story.result_sentence(run), story.gap_sentence(run), story.penalty_sentence(run))
        st.markdown(" ".join(said))
        opened_elsewhere(run)
    live.show_inside()
    why_it_matters(
        "Nobody writes a network's weights. They are found step by step: the gradient of the loss "
        "over one batch says how each weight should move, and the optimiser moves it. Whether "
        "something was learned that holds for other pictures too, only pictures that were held out "
        "can tell."
    )
    shown = plan if run is None else run.plan
    if shown is not None:
        take_away(shown, run)
    TRAIN.name_what_waits()


def _press() -> None:
    st.session_state[_PRESSED] = True


def _begin(contest: Contest, data: DataSet) -> None:
    """Train both sides of an experiment, one after the other."""
    values = TRAIN.values()
    plans = [
        plan_of({**values, **_ALIKE, **contest.state, **side}, data, label)
        for label, side in contest.sides.items()
    ]
    runs.begin(plans, contest=contest.label)


def _data() -> DataSet | None:
    name = TRAIN[DATA_SET]
    source = DATA[name]
    if not source.is_here:
        title = f"{source.title} is downloaded"
        if made(f"data {name}", title, lambda job: _downloaded(job, source.published)) is None:
            return None
    with st.spinner(f"Opening {DATA[name].title}", show_time=False):
        return open_data(name)


def _downloaded(job: Job, name: str) -> bool:
    def progress(received: int, expected: int) -> None:
        job.report(received / max(expected, 1), f"{received / 1e6:.0f} MB received")

    FILES[name].fetch(progress)
    return True


def _plan(data: DataSet) -> Plan | None:
    try:
        return plan_of(TRAIN.values(), data)
    except ValueError as rule:
        st.warning(plain(str(rule)), icon=":material/block:")
        return None
