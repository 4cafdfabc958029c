"""A line that threads stand in, so that one runs at a time and the one that came first goes first.

Python computes with one thread at a time. Threads that compute side by side take it from each other
every few milliseconds, so that all of them end late; one after the other, most of them end sooner
and the last one ends no later.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Line:
    """Threads that go one after the other.

    Parameters
    ----------
    alone : seconds after which the next one goes although the one before has not ended. So nobody
        waits longer for a thread that computes for long, waits for something or has died, and
        nothing locks up, whatever else the threads wait for.
    """

    def __init__(self, alone: float) -> None:
        self._alone = alone
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._goes: threading.Lock | None = None
        self._until = 0.0
        self._thread = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this thread's turn; the next one's comes when the block has ended."""
        self._thread.place = self._wait()
        try:
            yield
        finally:
            self._leave(self._thread.place)
            self._thread.place = None

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Let the next go while this thread waits for something, then stand in line again.

        For a thread that has no turn it does nothing.
        """
        place = getattr(self._thread, "place", None)
        if place is None:
            yield
            return
        self._leave(place)
        try:
            yield
        finally:
            self._thread.place = self._wait()

    def _wait(self) -> threading.Lock:
        place = threading.Lock()
        place.acquire()
        with self._lock:
            self._waiting.append(place)
        while not place.acquire(timeout=self._look()):
            pass
        return place

    def _look(self) -> float:
        """Let the next go if it is time; give the seconds until it will be."""
        with self._lock:
            left = self._until - time.monotonic()
            if self._goes is None or left <= 0:
                self._call_next()
                left = self._alone
            return left

    def _leave(self, place: threading.Lock) -> None:
        with self._lock:
            if self._goes is place:
                self._call_next()

    # Call with the lock held.
    def _call_next(self) -> None:
        self._goes = self._waiting.popleft() if self._waiting else None
        self._until = time.monotonic() + self._alone
        if self._goes is not None:
            self._goes.release()


SCRIPTS = Line(alone=0.1)
"""The scripts of all visitors of this server."""
