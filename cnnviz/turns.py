"""One heavy NumPy calculation at a time, on all cores, so that many users wait the least.

A calculation made of many short NumPy calls gives the interpreter lock up and fights for it
again at each of them. With 30 threads at once every single result took 1.9 s; one after the
other, 38 ms at worst.
"""

from __future__ import annotations

import contextvars
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Part = TypeVar("Part")

_turns = threading.BoundedSemaphore(1)
_thread = threading.local()

# More than four cores would wait for the same memory.
_HELPERS = min(os.cpu_count() or 1, 4) - 1
_pool = ThreadPoolExecutor(max(_HELPERS, 1), thread_name_prefix="cnnviz-turn")


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


def share(work: Callable[[Part], None], parts: Iterable[Part]) -> None:
    """Call ``work`` once for each part, on the cores that are free.

    The caller works too and takes what nobody has begun, so a busy server only loses the help.
    NumPy's error settings hold in every thread. Worthwhile from about a millisecond up.

    Raises
    ------
    The first error that ``work`` raised; the parts not yet begun are dropped.

    >>> squares = [0, 0, 0]
    >>> def square(n: int) -> None:
    ...     squares[n] = n * n
    >>> share(square, range(3))
    >>> squares
    [0, 1, 4]
    """
    waiting = deque(parts)

    def take_parts() -> None:
        while True:
            try:
                part = waiting.popleft()
            except IndexError:
                return
            try:
                work(part)
            except BaseException:
                waiting.clear()
                raise

    helpers = [
        _pool.submit(contextvars.copy_context().run, take_parts)
        for _ in range(min(_HELPERS, len(waiting) - 1))
    ]
    try:
        take_parts()
    finally:
        begun = [helper for helper in helpers if not helper.cancel()]
        errors = [error for helper in begun if (error := helper.exception()) is not None]
    for error in errors:
        raise error
