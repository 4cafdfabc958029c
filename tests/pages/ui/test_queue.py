"""A training outlives its page for a while, and no longer; who waits lets others go on."""

from types import SimpleNamespace

from cnnviz.server.jobs import JobQueue
from cnnviz.server.line import Line
from cnnviz.server.shared_work import SharedWork
from pages.ui import queue


def test_work_is_wanted_until_so_long_after_its_page_was_left(monkeypatch):
    now, is_open = [100.0], [True]
    monkeypatch.setattr(queue.time, "monotonic", lambda: now[0])
    wanted = queue._until_left(lambda: is_open[0], 90.0)
    now[0] = 500.0
    assert wanted()
    is_open[0] = False
    now[0] = 589.0
    assert wanted()
    now[0] = 591.0
    assert not wanted()
    is_open[0] = True  # the tab has come back
    assert wanted()


def test_another_script_runs_while_one_waits_for_its_work(monkeypatch):
    line, shared = Line(alone=60.0), SharedWork(JobQueue(1), most=1)
    visitor = SimpleNamespace(session_state={}, context=SimpleNamespace(cookies={}))
    monkeypatch.setattr(queue, "SCRIPTS", line)
    monkeypatch.setattr(queue, "st", visitor)
    monkeypatch.setattr(queue, "shelf", lambda: shared)

    def work(_):
        with line.turn():
            return "made"

    with line.turn():
        job = queue.asked("key", work, patience=10.0)
    assert job.result == "made"
