"""The server gets ready by itself, one step after the other."""

import logging
import threading
import time

import pytest

from cnnviz.networks import NETWORKS, open_network, opening
from serving import warming
from serving.warming import Warming, is_wanted


@pytest.mark.parametrize(("said", "wanted"), [({}, True), ({"CNNVIZ_WARM": " 0 "}, False)])
def test_a_variable_says_whether(said, wanted):
    assert is_wanted(said) is wanted


def test_steps_run_in_order_and_one_that_fails_is_no_end(caplog):
    done = []

    def fail():
        raise ModuleNotFoundError("No module named 'plotly'")

    with caplog.at_level(logging.WARNING):
        one = Warming(lambda: iter([lambda: done.append(1), fail, lambda: done.append(3)]), pause=0)
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

    one = Warming(lambda: iter([first, lambda: done.append(2)]), pause=0)
    one.start()
    assert begun.wait(10)
    one.stop()
    may_end.set()
    assert one.wait(10)
    assert done == [1]


def test_nothing_is_begun_while_a_first_page_may_be_drawn():
    done = []
    one = Warming(lambda: iter([lambda: done.append(time.monotonic())]), pause=0.3)
    begun = time.monotonic()
    one.start()
    assert one.wait(10)
    assert done[0] - begun >= 0.3
    other = Warming(lambda: iter([lambda: done.append(2)]), pause=60)
    other.start()
    other.stop()
    assert other.wait(10)
    assert len(done) == 1


def test_afterwards_every_shipped_network_is_open_and_compiled():
    one = Warming()
    one.start()
    assert one.wait(240)
    for name in (name for name, entry in NETWORKS.items() if entry.ships):
        assert name in opening._opened
        functions = open_network(name)._runner._functions
        assert {"every map", "answers"} <= functions.keys()
    first = next(iter(warming.steps()))
    assert first is warming.load_tensorflow
