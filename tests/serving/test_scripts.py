"""Streamlit's scripts wait for their turn, and whole pages end with a note to the browser."""

import asyncio
import threading
from unittest.mock import MagicMock

import pytest
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner

from cnnviz.server.line import Line
from serving import scripts


@pytest.fixture
def line(monkeypatch):
    """Let scripts stand in a line of the test's own, in which nobody goes out of turn."""
    own = Line(alone=60.0)
    monkeypatch.setattr(scripts, "SCRIPTS", own)
    monkeypatch.setattr(app_session, "ScriptRunner", ScriptRunner)
    scripts.run_well()
    return own


@pytest.fixture
def session():
    """As much of Streamlit's session as starts a script."""
    loop = asyncio.new_event_loop()
    yield MagicMock(_script_event_loop=loop)
    loop.close()


def started(session, request):
    """Let Streamlit start a script as it does for a visitor; give what runs it."""
    app_session.AppSession._create_scriptrunner(session, request)
    return session._scriptrunner


def asked_for(page):
    return RerunData(query_string=page)


def test_a_script_waits_for_its_turn_and_then_does_what_it_was_asked_last(
    line, session, monkeypatch
):
    ran = []
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda _, request: ran.append(request))
    with line.turn():
        runner = started(session, asked_for("first"))
        assert runner.request_rerun(asked_for("second"))
        assert runner.request_rerun(asked_for("third"))
        assert ran == []
    runner._script_thread.join(10)
    assert [request.query_string for request in ran] == ["third"]


def test_nothing_is_run_for_a_visitor_who_has_gone(line, session, monkeypatch):
    ran = []
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda _, request: ran.append(request))
    with line.turn():
        runner = started(session, asked_for("page"))
        runner.request_stop()
    runner._script_thread.join(10)
    assert not runner._script_thread.is_alive()
    assert ran == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_next_script_runs_after_one_that_broke(line, session, monkeypatch):
    came = threading.Event()

    def run(_, request):
        if request.query_string == "broken":
            raise ValueError("what Streamlit does not catch")
        came.set()

    monkeypatch.setattr(ScriptRunner, "_run_script", run)
    started(session, asked_for("broken"))._script_thread.join(10)
    started(session, asked_for("page"))._script_thread.join(10)
    assert came.is_set()


def test_a_whole_page_ends_with_a_note_to_ask_for_it_after_a_loss_and_a_part_does_not(monkeypatch):
    sent = []
    monkeypatch.setattr(ScriptRunner, "_enqueue_forward_msg", lambda _, msg: sent.append(msg))
    monkeypatch.setattr(ScriptRunner, "_on_script_finished", lambda _: sent.append("end"))
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda runner, _: runner._on_script_finished())
    runner = object.__new__(scripts.Script)
    runner._run_script(RerunData())
    assert sent == [scripts.asks_when_back(), "end"]
    runner._run_script(RerunData(fragment_id_queue=["views"]))
    assert sent == [scripts.asks_when_back(), "end", "end"]
