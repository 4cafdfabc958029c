import subprocess
import sys
import threading

import pytest

from cnnviz.server import jobs
from cnnviz.server.jobs import Job, JobQueue


@pytest.fixture(autouse=True)
def looks_often(monkeypatch):
    """Let work look more often whether anybody wants it."""
    monkeypatch.setattr(jobs, "_BETWEEN_LOOKS", 0.02)


@pytest.fixture
def gate():
    """Work that goes on until it is let go or cancelled."""
    opened = threading.Event()

    def work(job: Job) -> str:
        while not opened.wait(0.005):
            job.report(0.5, "waiting at the gate")
        return "through"

    work.opened = opened  # type: ignore[attr-defined]
    yield work
    opened.set()


def test_a_result_comes_back():
    job = JobQueue(1).submit(lambda _: 6 * 7, owner="a")
    assert job.wait(60)
    assert (job.state, job.result, job.progress) == ("done", 42, 1.0)


def test_no_more_run_at_once_than_allowed_and_the_rest_know_their_place(gate):
    queue = JobQueue(2)
    jobs = [queue.submit(gate, owner=name) for name in "abcd"]
    assert [job.state for job in jobs] == ["running", "running", "waiting", "waiting"]
    assert [job.place for job in jobs] == [0, 0, 1, 2]
    gate.opened.set()
    assert all(job.wait(60) for job in jobs)
    assert [job.result for job in jobs] == ["through"] * 4


def test_cancelling_stops_what_runs_and_lets_the_next_begin(gate):
    queue = JobQueue(1)
    first, second = (queue.submit(gate, owner=name) for name in "ab")
    first.cancel()
    assert first.wait(60)
    assert (first.state, first.result) == ("cancelled", None)
    gate.opened.set()
    assert second.wait(60)
    assert second.state == "done"


def test_cancelling_what_waits_ends_it_at_once(gate):
    queue = JobQueue(1)
    _, second, third = (queue.submit(gate, owner=name) for name in "abc")
    second.cancel()
    assert second.ended
    assert third.place == 1


def test_new_work_of_the_same_owner_replaces_the_old(gate):
    queue = JobQueue(1)
    old = queue.submit(gate, owner="a")
    new = queue.submit(lambda _: "new", owner="a")
    assert old.wait(60)
    assert old.state == "cancelled"
    assert new.wait(60)
    assert new.result == "new"


def test_work_that_fails_blocks_nobody():
    queue = JobQueue(1)
    failed = queue.submit(lambda _: 1 / 0, owner="a")
    after = queue.submit(lambda _: "after", owner="b")
    assert failed.wait(60)
    assert failed.state == "failed"
    assert isinstance(failed.error, ZeroDivisionError)
    assert after.wait(60)
    assert after.result == "after"


def test_progress_is_seen_while_it_runs(gate):
    job = JobQueue(1).submit(gate, owner="a")
    while job.words == "":
        pass
    assert (job.progress, job.words) == (0.5, "waiting at the gate")


def test_work_that_nobody_wants_any_more_stops_and_lets_the_next_begin(gate, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE", 0.1)
    queue, tab_is_open = JobQueue(1), threading.Event()
    tab_is_open.set()
    left = queue.submit(gate, owner="a", wanted=tab_is_open.is_set)
    after = queue.submit(gate, owner="b")
    assert not left.wait(0.3)
    tab_is_open.clear()
    assert left.wait(60)
    assert (left.state, left.result) == ("cancelled", None)
    gate.opened.set()
    assert after.wait(60)
    assert after.result == "through"


def test_a_connection_that_comes_back_in_time_keeps_its_work(gate, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE", 60)
    answers, is_back = iter([True, True, False, False]), threading.Event()

    def wanted() -> bool:
        for answer in answers:
            return answer
        is_back.set()
        return True

    job = JobQueue(1).submit(gate, owner="a", wanted=wanted)
    assert is_back.wait(60)
    assert not job.ended
    gate.opened.set()
    assert job.wait(60)
    assert job.result == "through"


def test_what_nobody_waits_for_leaves_the_queue(gate, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE", 0.1)
    queue = JobQueue(1)
    queue.submit(gate, owner="a")
    tab_is_open = threading.Event()
    tab_is_open.set()
    left = queue.submit(gate, owner="b", wanted=tab_is_open.is_set)
    last = queue.submit(gate, owner="c")
    assert last.place == 2
    tab_is_open.clear()
    assert left.wait(60)
    assert left.state == "cancelled"
    assert last.place == 1


def test_a_queue_of_left_work_alone_keeps_nothing(gate):
    queue = JobQueue(1)
    first = queue.submit(lambda _: gate.opened.wait(60), owner="a")  # it reports nothing
    left = queue.submit(gate, owner="b", wanted=lambda: False)
    gate.opened.set()
    assert first.wait(60)
    assert left.wait(60)
    assert left.state == "cancelled"


def test_a_visitor_has_one_place_and_others_come_first(gate):
    queue = JobQueue(2)
    tabs = [queue.submit(gate, owner=f"tab {at}", visitor="one") for at in range(3)]
    assert [job.state for job in tabs] == ["running", "waiting", "waiting"]
    other, third = queue.submit(gate, owner="b"), queue.submit(gate, owner="c")
    assert other.state == "running"
    assert [third.place, tabs[1].place, tabs[2].place] == [1, 2, 3]
    tabs[0].cancel()
    assert tabs[0].wait(60)
    gate.opened.set()
    assert all(job.wait(60) for job in (*tabs[1:], other, third))
    assert [job.state for job in tabs] == ["cancelled", "done", "done"]


def test_a_visitors_new_work_does_not_wait_for_what_they_have_cancelled():
    queue, begun, ended = JobQueue(2), threading.Event(), threading.Event()

    def silent(_):
        begun.set()
        ended.wait(60)

    old = queue.submit(silent, owner="tab", visitor="one")
    assert begun.wait(60)
    new = queue.submit(lambda _: "new", owner="tab", visitor="one")
    assert new.wait(60)
    assert not old.ended
    ended.set()


def test_the_seconds_of_work_are_counted_while_it_runs(gate):
    queue = JobQueue(1)
    running, waiting = queue.submit(gate, owner="a"), queue.submit(gate, owner="b")
    assert not running.wait(0.05)
    assert running.seconds >= 0.05
    assert waiting.seconds == 0.0
    gate.opened.set()
    assert waiting.wait(60)
    assert running.seconds == running.seconds >= 0.05  # it has ended, so they stand still


def test_work_stops_when_the_app_ends():
    program = (
        "import time\n"
        "from cnnviz.server.jobs import JOBS\n"
        "def work(job):\n"
        "    while True:\n"
        "        job.report(0.5)\n"
        "        time.sleep(0.01)\n"
        "JOBS.submit(work, owner='a')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], timeout=30, check=False)
    assert ended.returncode == 0
