"""The pause between a stage and what stands below it, and what a cached result is kept for."""

import re
import threading
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.runtime.parallel_coordinator import ParallelFragmentCoordinator
from streamlit.runtime.scriptrunner import ScriptRunner

from cnnviz.server.line import Line
from pages.ui import stage

ROOT = Path(__file__).parents[3]


class EndedError(Exception):
    """What Streamlit ends a run with that a newer request has overtaken."""


class Session(dict):
    """A session that is asked for a newer run while the page pauses."""

    def __init__(self, ask) -> None:
        super().__init__()
        self._asker = threading.Thread(target=ask, daemon=True)
        self.looks = 0

    def __contains__(self, key):
        self.looks += 1
        if self.looks > 1:
            raise EndedError
        self._asker.start()
        return False


class Clock:
    """A clock that stands still but while somebody waits for a newer request, in vain."""

    now = 0.0

    def monotonic(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def runner_of(coordinator):
    """Give as much of Streamlit's runner as hears of a newer request."""
    runner = object.__new__(ScriptRunner)
    runner._requests = SimpleNamespace(request_rerun=lambda _: True)
    runner._join_wake_lock, runner._join_wake_coordinator = threading.Lock(), coordinator
    return runner


@pytest.fixture
def coordinator(monkeypatch):
    """Let a page pause until a newer request ends that, which Streamlit tells by this."""
    given = ParallelFragmentCoordinator(yield_check=lambda: None)
    monkeypatch.setattr(stage, "PAUSE", 10.0)  # only who is woken looks again before that
    monkeypatch.setattr(
        stage, "get_script_run_ctx", lambda: SimpleNamespace(parallel_coordinator=given)
    )
    return given


def test_a_newer_request_ends_the_pause_at_once(coordinator, monkeypatch):
    session = Session(lambda: runner_of(coordinator).request_rerun(None))
    monkeypatch.setattr(stage, "st", SimpleNamespace(session_state=session))
    with pytest.raises(EndedError), stage.seen_first(nullcontext()):
        pass
    assert session.looks == 2


def test_another_script_runs_while_one_pauses(coordinator, monkeypatch):
    line = Line(alone=60.0)

    def other():
        with line.turn():
            runner_of(coordinator).request_rerun(None)

    monkeypatch.setattr(stage, "SCRIPTS", line)
    monkeypatch.setattr(stage, "st", SimpleNamespace(session_state=Session(other)))
    with pytest.raises(EndedError), line.turn(), stage.seen_first(nullcontext()):
        pass


def test_plotly_comes_later_to_a_browser_that_has_just_come(monkeypatch):
    clock, state = Clock(), {}
    monkeypatch.setattr(stage, "time", clock)
    monkeypatch.setattr(stage, "_newer_request", lambda: clock)
    monkeypatch.setattr(stage, "st", SimpleNamespace(session_state=state))
    monkeypatch.setattr(stage, "PAUSE", 1.0)
    monkeypatch.setattr(stage, "BEFORE_PLOTLY", 7.0)

    def paused(*, plotly_follows):
        begun = clock.now
        with stage.seen_first(nullcontext(), plotly_follows=plotly_follows):
            pass
        return clock.now - begun

    assert paused(plotly_follows=True) == 7
    assert paused(plotly_follows=True) == 1  # it has read Streamlit's scripts now
    state.clear()
    assert paused(plotly_follows=False) == 1
    assert paused(plotly_follows=True) == 1


def test_a_cache_names_its_time_in_seconds():
    # Streamlit reads "1h" with pandas at each call, and imports it before the first page.
    files = [*ROOT.glob("pages/**/*.py"), *ROOT.glob("cnnviz/**/*.py")]
    assert not [file for file in files if re.search(r"ttl=[\"']", file.read_text("utf-8"))]
