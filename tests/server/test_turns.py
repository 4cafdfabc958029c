"""One heavy calculation at a time."""

import threading

import pytest

from cnnviz.server.turns import turn


def test_a_second_thread_waits_for_the_first():
    order = []
    inside = threading.Event()

    def second():
        inside.wait(5)
        with turn():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with turn():
        inside.set()
        thread.join(0.05)
        assert thread.is_alive(), "the second thread did not wait"
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_a_calculation_built_of_others_does_not_wait_for_itself():
    done = []

    def nested():
        with turn(), turn(), turn():
            done.append(True)

    thread = threading.Thread(target=nested, daemon=True)
    thread.start()
    thread.join(5)
    assert done == [True]


def test_an_error_gives_the_turn_back():
    with pytest.raises(ZeroDivisionError), turn():
        _ = 1 / 0

    free = []

    def other():
        with turn():
            free.append(True)

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    thread.join(5)
    assert free == [True]
