"""The server gets ready by itself, one step after the other."""

import logging
import threading

import pytest

from cnnviz.networks import NETWORKS, open_network, opening, tensorflow_runtime
from cnnviz.search.photo_index import photo_index
from serving import quiet, warming
from serving.quiet import Heard
from serving.warming import Warming, is_wanted


@pytest.mark.parametrize(("said", "wanted"), [({}, True), ({"CNNVIZ_WARM": " 0 "}, False)])
def test_a_variable_says_whether(said, wanted):
    assert is_wanted(said) is wanted


def test_steps_run_in_order_and_one_that_fails_is_no_end(caplog):
    done = []

    def fail():
        raise ModuleNotFoundError("No module named 'plotly'")

    with caplog.at_level(logging.WARNING):
        one = Warming(lambda: iter([lambda: done.append(1), fail, lambda: done.append(3)]), quiet=0)
        one.start()
        assert one.wait(10)
    assert done == [1, 3]
    assert "Not ready beforehand: No module named 'plotly'" in caplog.text


def test_it_stops_after_the_step_that_goes_on():
    begun, may_end, done = threading.Event(), threading.Event(), []

    def first():
        begun.set()
        may_end.wait(10)
        done.append(1)

    one = Warming(lambda: iter([first, lambda: done.append(2)]), quiet=0)
    one.start()
    assert begun.wait(10)
    one.stop()
    may_end.set()
    assert one.wait(10)
    assert done == [1]


class Clock:
    """Time that passes only while somebody pauses; its parts of a second are all exact."""

    def __init__(self):
        self.now, self.pauses = 0.0, []

    def monotonic(self):
        return self.now

    def wait(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds
        return False

    def is_set(self):
        return False


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(warming, "time", clock)
    monkeypatch.setattr(quiet, "time", clock)
    return clock


def ran(one, clock):
    one._stopped = clock
    one.start()
    assert one.wait(10)


def test_what_pages_need_comes_at_once_and_the_rest_once_it_is_quiet(monkeypatch, clock):
    done = []
    monkeypatch.setattr(Heard, "last", 0.125)  # somebody asks, a little later

    def note():
        done.append(clock.now)

    ran(Warming(lambda: iter([note, note]), first=note, quiet=0.25), clock)
    assert done == [0, 0.375, 0.375]


def test_it_ends_while_it_waits_for_quiet():
    done = []
    one = Warming(lambda: iter([lambda: done.append(1)]), quiet=60)
    one.start()
    one.stop()
    assert one.wait(10)
    assert not done


def test_where_there_is_never_quiet_it_begins_all_the_same(monkeypatch, clock):
    monkeypatch.setattr(warming, "seconds_of_quiet", lambda: 0.0)
    done = []
    steps = [lambda: done.append(clock.now)] * 5
    ran(Warming(lambda: iter(steps), first=lambda: None, quiet=0.25, patience=0.625), clock)
    assert clock.pauses == [0.25, 0.25, 0.125]  # of the one patience that all have
    assert len(done) == 5


def test_afterwards_every_shipped_network_is_open_and_compiled():
    one = Warming(quiet=0)
    one.start()
    assert one.wait(240)
    for name in (name for name, entry in NETWORKS.items() if entry.ships):
        assert name in opening._opened
        network = open_network(name)
        functions = network._runner._functions
        of_search = ("maps of", photo_index(name).layers)
        assert {"every map", ("answers", network.answer), of_search} <= functions.keys()
    first = next(iter(warming.steps()))
    assert first is tensorflow_runtime.load_tensorflow
