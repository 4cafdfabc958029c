import subprocess
import sys
import threading

import pytest

from cnnviz.server.jobs import Job, JobQueue


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
    assert job.wait(5)
    assert (job.state, job.result, job.progress) == ("done", 42, 1.0)


def test_no_more_run_at_once_than_allowed_and_the_rest_know_their_place(gate):
    queue = JobQueue(2)
    jobs = [queue.submit(gate, owner=name) for name in "abcd"]
    assert [job.state for job in jobs] == ["running", "running", "waiting", "waiting"]
    assert [job.place for job in jobs] == [0, 0, 1, 2]
    gate.opened.set()
    assert all(job.wait(5) for job in jobs)
    assert [job.result for job in jobs] == ["through"] * 4


def test_cancelling_stops_what_runs_and_lets_the_next_begin(gate):
    queue = JobQueue(1)
    first, second = (queue.submit(gate, owner=name) for name in "ab")
    first.cancel()
    assert first.wait(5)
    assert (first.state, first.result) == ("cancelled", None)
    gate.opened.set()
    assert second.wait(5)
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
    assert old.wait(5)
    assert old.state == "cancelled"
    assert new.wait(5)
    assert new.result == "new"


def test_work_that_fails_blocks_nobody():
    queue = JobQueue(1)
    failed = queue.submit(lambda _: 1 / 0, owner="a")
    after = queue.submit(lambda _: "after", owner="b")
    assert failed.wait(5)
    assert failed.state == "failed"
    assert isinstance(failed.error, ZeroDivisionError)
    assert after.wait(5)
    assert after.result == "after"


def test_progress_is_seen_while_it_runs(gate):
    job = JobQueue(1).submit(gate, owner="a")
    while job.words == "":
        pass
    assert (job.progress, job.words) == (0.5, "waiting at the gate")


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
