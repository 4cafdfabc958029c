"""Heavy work in a queue: so many at a time per server, the rest wait in order, all can be stopped.

    job = JOBS.submit(work, owner=session)      # work(job) -> result, in a thread of its own
    job.place, job.progress, job.state          # what a page shows meanwhile
    job.cancel()                                # work ends at its next job.report(...)

Training, indexing and feature visualisation go through the one queue `JOBS`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

from cnnviz.limits import LIMITS

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Cancelled(Exception):  # noqa: N818 it is no error that somebody stops work
    """Raised inside a job's work, by `Job.report`, once somebody has cancelled it."""


class Job:
    """One piece of heavy work, as its owner sees it.

    state : "waiting", "running", "done", "failed" or "cancelled".
    progress : share done, in [0, 1].
    words : what it is doing, a few words.
    result : what the work returned; None until it is done.
    error : what the work raised; None unless it failed.
    """

    def __init__(self, queue: JobQueue, work: Callable[[Job], Any], owner: str) -> None:
        self._queue = queue
        self._work = work
        self._cancelled = threading.Event()
        self._ended = threading.Event()
        self.owner = owner
        self.state: State = "waiting"
        self.progress = 0.0
        self.words = ""
        self.result: Any = None
        self.error: BaseException | None = None
        self.seconds = 0.0

    def report(self, progress: float, words: str = "") -> None:
        """Say how far the work is; call it often from the work.

        Raises
        ------
        Cancelled : somebody wants the work to stop. Let it pass.
        """
        if self._cancelled.is_set() or not _app_goes_on():
            raise Cancelled
        self.progress = min(max(progress, 0.0), 1.0)
        self.words = words or self.words

    def cancel(self) -> None:
        """Stop the work: at once if it waits, at its next report if it runs."""
        self._cancelled.set()
        self._queue._forget(self)

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
        started = time.monotonic()
        try:
            self.report(0.0)
            self.result = self._work(self)
            self.progress, self.state = 1.0, "done"
        except Cancelled:
            self.state = "cancelled"
        except BaseException as error:
            self.error, self.state = error, "failed"
        finally:
            self.seconds = time.monotonic() - started
            self._ended.set()


class JobQueue:
    """Run jobs in the order they came, at most `at_once` at the same time."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._running: set[Job] = set()

    def submit(self, work: Callable[[Job], Any], *, owner: str) -> Job:
        """Put work at the end of the queue.

        Parameters
        ----------
        work : called with its job, in a thread of its own; it reports to the job as it goes.
        owner : whose it is. What the same owner has waiting or running is cancelled first: nobody
            waits for an answer to yesterday's question.
        """
        for earlier in self._of(owner):
            earlier.cancel()
        job = Job(self, work, owner)
        with self._lock:
            self._waiting.append(job)
            self._start()
        return job

    def _of(self, owner: str) -> list[Job]:
        with self._lock:
            return [job for job in (*self._waiting, *self._running) if job.owner == owner]

    # Call with the lock held.
    def _start(self) -> None:
        while self._waiting and len(self._running) < self.at_once and _app_goes_on():
            job = self._waiting.popleft()
            job.state = "running"
            self._running.add(job)
            # No daemon: the interpreter must wait until it is out of TensorFlow, or it aborts.
            threading.Thread(target=self._go, args=(job,), daemon=False, name="cnnviz-job").start()

    def _go(self, job: Job) -> None:
        job._run()
        with self._lock:
            self._running.discard(job)
            self._start()

    def _forget(self, job: Job) -> None:
        with self._lock:
            if job in self._waiting:
                self._waiting.remove(job)
                job.state = "cancelled"
                job._ended.set()

    def _place(self, job: Job) -> int:
        with self._lock:
            if job not in self._waiting:
                return 0
            return self._waiting.index(job) + 1


def _app_goes_on() -> bool:
    return threading.main_thread().is_alive()


JOBS = JobQueue(LIMITS.heavy_jobs)
"""The one queue of this server."""
