"""A worker tells, obeys, gives way, and is gone once nobody needs it."""

import os
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnnviz.server import children
from cnnviz.server import worker as workers
from cnnviz.server.worker import Worker

sys.path.insert(0, str(Path(__file__).parent))
import worker_functions as functions


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def started(function, values=None, arrays=None):
    said = []
    worker = Worker(
        function, values or {}, arrays or {}, receive=lambda *message: said.append(message)
    )
    return worker, said


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_tells_obeys_and_returns():
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    worker, said = started(functions.echo, {"word": "hello"}, {"x": numbers})
    wait_for(lambda: said)
    assert said[0][0] == {"first": "hello"}
    np.testing.assert_array_equal(said[0][1]["twice"], 2 * numbers)
    worker.tell(do="something")
    assert worker.ended.wait(60)
    assert said[1][0] == {"told": {"do": "something"}}
    values, arrays = worker.result
    np.testing.assert_array_equal(arrays["x"], numbers)
    assert values == {"done": "something"}
    assert worker.error == ""
    worker.end()
    assert not psutil.pid_exists(worker.process_id)


def test_it_gives_way_to_all_others(monkeypatch):
    monkeypatch.setattr(workers, "start", children.start)  # which tests elsewhere do without
    worker, _ = started(functions.wait)
    wait_for(lambda: psutil.Process(worker.process_id).nice() == 19)
    if hasattr(os, "SCHED_IDLE"):
        wait_for(lambda: os.sched_getscheduler(worker.process_id) == os.SCHED_IDLE)
    worker.end()


def test_what_it_refuses_is_its_sentence():
    worker, _ = started(functions.refuse)
    assert worker.ended.wait(60)
    assert worker.error == "A word must be short. Received: a long one."
    assert worker.result is None
    worker.end()


def test_ending_it_from_here_is_no_error_and_from_outside_one_sentence():
    worker, said = started(functions.wait)
    wait_for(lambda: said)
    worker.end()
    worker.end()
    assert worker.error == ""
    assert not psutil.pid_exists(worker.process_id)
    killed, said = started(functions.wait)
    wait_for(lambda: said)
    os.kill(said[0][0]["pid"], 9)
    assert killed.ended.wait(60)
    assert killed.error.startswith("The process that trains must be left to its end. Received: ")
    killed.end()


def test_too_much_memory_ends_it(monkeypatch):
    worker, said = started(functions.grow)
    wait_for(lambda: said)
    worker.look()
    assert not worker.error
    monkeypatch.setattr(workers, "MOST_MEMORY", 200 * workers.MEBIBYTE)
    wait_for(lambda: worker.look() or worker.error)
    assert worker.error == (
        "Training may take 200 MiB of memory. Received: a network or a batch that needs more."
    )
    assert not psutil.pid_exists(worker.process_id)


def test_it_ends_with_its_parent():
    """A server that is gone closes the pipe to its children."""
    worker, said = started(functions.wait)
    wait_for(lambda: said)
    worker._outgoing.put(None)  # the pipe is closed, as by the end of this process
    assert worker.ended.wait(60)
    worker.end()
