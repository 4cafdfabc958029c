"""Threads that go one after the other."""

import threading
import time
from contextlib import suppress

import pytest

from cnnviz.server.line import Line

FOREVER = 60.0


def begun(work, *arguments):
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread


def ended(thread):
    thread.join(10)
    return not thread.is_alive()


def stands_in(line, many):
    """Wait until so many stand in the line."""
    end = time.monotonic() + 10
    while len(line._waiting) != many:
        assert time.monotonic() < end, f"{len(line._waiting)} stand in line, not {many}"
        time.sleep(0.001)


def passes(line):
    """Tell whether another thread gets its turn."""

    def go():
        with line.turn():
            pass

    return ended(begun(go))


def test_one_goes_at_a_time_and_the_first_to_come_goes_first():
    line, going, seen, order = Line(FOREVER), [], [], []

    def go(number):
        with line.turn():
            going.append(number)
            time.sleep(0.002)  # where two went at once, the other would be seen
            seen.append(list(going))
            order.append(number)
            going.remove(number)

    threads = []
    with line.turn():
        for number in range(8):
            threads.append(begun(go, number))
            stands_in(line, number + 1)
    assert all(ended(thread) for thread in threads)
    assert seen == [[number] for number in range(8)]
    assert order == list(range(8))


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_ends_the_turn(error):
    line = Line(FOREVER)
    with suppress(error), line.turn():
        raise error
    assert passes(line)


def test_an_error_while_apart_ends_the_turn():
    line = Line(FOREVER)
    with suppress(ValueError), line.turn(), line.apart():
        raise ValueError
    assert passes(line)


def test_another_goes_while_one_is_apart_and_is_waited_for():
    line, steps = Line(FOREVER), []
    came, may_end = threading.Event(), threading.Event()

    def other():
        with line.turn():
            came.set()
            may_end.wait(10)
            steps.append("other ends")

    def one():
        with line.turn():
            with line.apart():
                begun(other)
                assert came.wait(10)
            steps.append("one goes on")

    thread = begun(one)
    stands_in(line, 1)  # back in line, behind the other
    assert steps == []
    may_end.set()
    assert ended(thread)
    assert steps == ["other ends", "one goes on"]


def test_to_be_apart_means_nothing_without_a_turn():
    line = Line(FOREVER)
    with line.turn():
        pass
    with line.apart():
        assert passes(line)
    assert passes(line)


def test_the_next_go_after_a_while_although_one_never_ends():
    line, stuck = Line(0.02), threading.Event()

    def never_ends():
        with line.turn():
            stuck.set()
            threading.Event().wait(FOREVER)

    begun(never_ends)
    assert stuck.wait(10)
    assert passes(line)
    assert passes(line)


def test_who_ends_late_does_not_end_the_turn_of_another():
    line, late, came, order = Line(0.02), threading.Event(), threading.Event(), []

    def slow():
        with line.turn():
            late.set()
            came.wait(10)

    def second():
        with line.turn():
            line._alone, line._until = FOREVER, time.monotonic() + FOREVER
            came.set()
            assert ended(first)
            stands_in(line, 1)
            order.append("second")

    def third():
        with line.turn():
            order.append("third")

    first = begun(slow)
    assert late.wait(10)
    threads = [begun(second)]
    assert came.wait(10)
    threads.append(begun(third))
    assert all(ended(thread) for thread in threads)
    assert order == ["second", "third"]


def test_a_thread_that_died_with_its_turn_is_not_waited_for():
    line = Line(0.02)
    assert ended(begun(line._wait))
    assert passes(line)
