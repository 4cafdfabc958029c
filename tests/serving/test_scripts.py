"""Streamlit's scripts wait for their turn, and an answer is sent with its stage."""

import asyncio
import threading
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
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


# ---- what an answer begins with ----------------------------------------------------------------

HEADING, STAGE, NAMED, BELOW = (ForwardMsg() for _ in range(4))
HEADING.delta.new_element.heading.body = "A heading"
STAGE.delta.new_element.bidi_component.component_name = "stage"
NAMED.ref_hash = "a stage that the browser has"
BELOW.delta.new_element.markdown.body = "What stands below"


@pytest.fixture
def drawn(session, monkeypatch):
    """Give what draws messages in a run for these fragments, and tells what was sent after each."""
    sent = []
    monkeypatch.setattr(ScriptRunner, "_enqueue_forward_msg", lambda _, msg: sent.append(msg))
    monkeypatch.setattr(ScriptRunner, "_maybe_handle_execution_control_request", lambda _: None)
    monkeypatch.setattr(ScriptRunner, "_on_script_finished", lambda _: sent.append("end"))

    def draw(messages, fragments):
        after = []

        def run(runner, _):
            for message in messages:
                runner._enqueue_forward_msg(message)
                after.append([*sent])
            runner._on_script_finished()

        monkeypatch.setattr(ScriptRunner, "_run_script", run)
        runner = object.__new__(scripts.Script)
        runner._keeping = threading.RLock()
        runner._run_script(RerunData(fragment_id_queue=fragments))
        return [*after, sent]

    return draw


@pytest.mark.parametrize("stage", [STAGE, NAMED], ids=["new", "named"])
def test_what_an_answer_begins_with_comes_with_its_stage(drawn, stage):
    whole = [HEADING, stage, BELOW]
    after = drawn(whole, ["views"])
    assert after == [[], whole[:2], whole, [*whole, "end"]]


def test_an_answer_without_a_stage_has_come_when_it_ends(drawn):
    assert drawn([HEADING, BELOW], ["views"]) == [[], [], [HEADING, BELOW, "end"]]


def test_a_whole_page_comes_as_it_is_drawn_and_is_asked_for_again_after_a_loss(drawn):
    *before, at_last = drawn([HEADING, STAGE], [])
    assert before == [[HEADING], [HEADING, STAGE]]
    assert at_last == [HEADING, STAGE, scripts.asks_when_back(), "end"]


def test_what_says_that_there_is_something_to_wait_for_waits_for_nothing(drawn, monkeypatch):
    monkeypatch.setattr(scripts, "LONGEST", -1.0)
    assert drawn([HEADING], ["views"]) == [[HEADING], [HEADING, "end"]]
