"""Heavy work in a queue: so many at a time per server, the rest wait in order, all can be stopped.

    job = JOBS.submit(work, owner=session)      # work(job) -> result, in a thread of its own
    job.place, job.progress, job.state          # what a page shows meanwhile
    job.cancel()                                # work ends at its next job.report(...)

A visitor has one place at a time: what else they ask for waits until it is free, behind those who
have none. Work that nobody wants any more is dropped. Indexing, downloads and feature
visualisation go through the one queue `JOBS`; trainings, each a process of its own that gives way
to the server, through `TRAININGS`, so that who trains can meanwhile ask other pages.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Literal

from cnnviz.limits import LIMITS

State = Literal["waiting", "running", "done", "failed", "cancelled"]

PATIENCE = 5.0
"""Seconds for which work goes on though nobody seems to want it: a connection that broke comes
back."""
_BETWEEN_LOOKS = 0.5  # seconds from one look whether anybody wants it to the next


class Cancelled(Exception):  # noqa: N818 it is no error that somebody stops work
    """Raised inside a job's work, by `Job.report`, once it is cancelled or nobody wants it."""


class Job:
    """One piece of heavy work, as its owner sees it.

    state : "waiting", "running", "done", "failed" or "cancelled".
    progress : share done, in [0, 1].
    words : what it is doing, a few words.
    parts : what the work has ready before the end, if it puts anything there.
    result : what the work returned; None until it is done.
    error : what the work raised; None unless it failed.
    visitor : who has a place in the queue because of it.
    """

    def __init__(
        self,
        queue: JobQueue,
        work: Callable[[Job], Any],
        owner: str,
        visitor: str,
        wanted: Callable[[], bool],
    ) -> None:
        self._queue = queue
        self._work = work
        self._wanted = wanted
        self._left_at: float | None = None
        self._looked_at = -_BETWEEN_LOOKS
        self._started_at: float | None = None
        self._ended_at: float | None = None
        self._cancelled = threading.Event()
        self._ended = threading.Event()
        self.owner = owner
        self.visitor = visitor
        self.state: State = "waiting"
        self.progress = 0.0
        self.words = ""
        self.parts: list[Any] = []
        self.result: Any = None
        self.error: BaseException | None = None

    def report(self, progress: float, words: str = "") -> None:
        """Say how far the work is; call it often from the work.

        Raises
        ------
        Cancelled : somebody wants the work to stop, or nobody wants it to go on. Let it pass.
        """
        now = time.monotonic()
        if now - self._looked_at >= _BETWEEN_LOOKS:
            self._looked_at = now
            self._queue._look_around()
            if self._is_left():
                self._cancelled.set()
        if self._cancelled.is_set() or not _app_goes_on():
            raise Cancelled
        self.progress = min(max(progress, 0.0), 1.0)
        self.words = words or self.words

    def cancel(self) -> None:
        """Stop the work: at once if it waits, at its next report if it runs."""
        self._cancelled.set()
        self._queue._forget(self)

    @property
    def seconds(self) -> float:
        """For how long it has been running, or ran; 0 while it waits."""
        if self._started_at is None:
            return 0.0
        return (self._ended_at or time.monotonic()) - self._started_at

    @property
    def ended(self) -> bool:
        """Whether it neither waits nor runs any more."""
        return self._ended.is_set()

    @property
    def place(self) -> int:
        """Count the jobs that must end before this one begins; 0 when it runs or has ended."""
        return self._queue._place(self)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended, at most so many seconds; say whether it has."""
        return self._ended.wait(seconds)

    def _run(self) -> None:
        self._started_at = time.monotonic()
        try:
            self.report(0.0)
            self.result = self._work(self)
            self.progress, self.state = 1.0, "done"
        except Cancelled:
            self.state = "cancelled"
        except BaseException as error:
            self.error, self.state = error, "failed"
        finally:
            self._ended_at = time.monotonic()
            self._ended.set()

    def _is_left(self) -> bool:
        """Whether nobody has wanted it for a while."""
        now = time.monotonic()
        if self._wanted():
            self._left_at = None
        elif self._left_at is None:
            self._left_at = now
        return self._left_at is not None and now - self._left_at >= PATIENCE


def _always() -> bool:
    return True


class JobQueue:
    """Run jobs in the order they came, at most `at_once` at the same time, one per visitor."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._running: set[Job] = set()

    def submit(
        self,
        work: Callable[[Job], Any],
        *,
        owner: str,
        visitor: str = "",
        wanted: Callable[[], bool] = _always,
    ) -> Job:
        """Put work at the end of the queue.

        Parameters
        ----------
        work : called with its job, in a thread of its own; it reports to the job as it goes.
        owner : whose it is. What the same owner has waiting or running is cancelled first: nobody
            waits for an answer to yesterday's question.
        visitor : one person, who may be several owners (tabs of a browser); the owner without.
        wanted : asked now and then whether anybody still wants the result, in any thread.
        """
        for earlier in self._of(owner):
            earlier.cancel()
        job = Job(self, work, owner, visitor or owner, wanted)
        with self._lock:
            self._waiting.append(job)
            self._start()
        return job

    def _of(self, owner: str) -> list[Job]:
        with self._lock:
            return [job for job in (*self._waiting, *self._running) if job.owner == owner]

    # Call with the lock held.
    def _start(self) -> None:
        while len(self._running) < self.at_once and _app_goes_on():
            job = self._next()
            if job is None:
                break
            job.state = "running"
            self._running.add(job)
            # No daemon: the interpreter must wait until it is out of TensorFlow, or it aborts.
            threading.Thread(target=self._go, args=(job,), daemon=False, name="cnnviz-job").start()
        if not self._running:
            # Only what nobody waits for is left, and nothing goes on that would look after it.
            for job in list(self._waiting):
                self._drop(job)

    def _go(self, job: Job) -> None:
        job._run()
        with self._lock:
            self._running.discard(job)
            self._start()

    # Call with the lock held.
    def _next(self) -> Job | None:
        """Take the first that is wanted and whose visitor has nothing running."""
        busy = self._busy()
        for job in self._order():
            if job.visitor not in busy and job._wanted():
                self._waiting.remove(job)
                return job
        return None

    def _forget(self, job: Job) -> None:
        with self._lock:
            if job in self._waiting:
                self._drop(job)

    def _look_around(self) -> None:
        """Drop what nobody waits for any more; who comes and goes may let another begin."""
        with self._lock:
            for job in [job for job in self._waiting if job._is_left()]:
                self._drop(job)
            self._start()

    # Call with the lock held.
    def _busy(self) -> Counter[str]:
        return Counter(job.visitor for job in self._running if not job._cancelled.is_set())

    # Call with the lock held.
    def _drop(self, job: Job) -> None:
        self._waiting.remove(job)
        job.state = "cancelled"
        job._ended.set()

    def _place(self, job: Job) -> int:
        with self._lock:
            if job not in self._waiting:
                return 0
            return self._order().index(job) + 1

    # Call with the lock held.
    def _order(self) -> list[Job]:
        """The waiting jobs as they will begin: a visitor's second comes after everybody's first."""
        ahead = self._busy()
        rounds = []
        for job in self._waiting:
            rounds.append(ahead[job.visitor])
            ahead[job.visitor] += 1
        order = sorted(range(len(rounds)), key=rounds.__getitem__)
        return [self._waiting[at] for at in order]


def _app_goes_on() -> bool:
    return threading.main_thread().is_alive()


JOBS = JobQueue(LIMITS.heavy_jobs)
"""The one queue of this server."""

TRAININGS = JobQueue(LIMITS.trainings)
"""That of the trainings."""
