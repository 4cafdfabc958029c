"""One heavy NumPy calculation at a time, so that many users do not wait for each other's.

A calculation made of many short NumPy calls gives the interpreter lock up and fights for it
again at each of them: 30 threads that convolved at once, tap by tap, took 1.9 s each, and 38 ms
one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turns = threading.BoundedSemaphore(1)
_thread = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other thread calculates, then calculate.

    A thread that has the turn may take it again: one calculation can be built of others.

    >>> with turn(), turn():
    ...     1 + 1
    2
    """
    if getattr(_thread, "has_turn", False):
        yield
        return
    with _turns:
        _thread.has_turn = True
        try:
            yield
        finally:
            _thread.has_turn = False
