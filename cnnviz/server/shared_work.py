"""Heavy work whose result serves everybody: done once, whoever asks first, and kept a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from cnnviz.server.jobs import Job, JobQueue


class SharedWork:
    """Jobs by what they make; all who ask for the same share one job and its result.

    Parameters
    ----------
    queue : where they run.
    most : results that are kept; the longest unused is dropped first.
    """

    def __init__(self, queue: JobQueue, most: int) -> None:
        self._queue = queue
        self._most = most
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._askers: dict[str, dict[str, Callable[[], bool]]] = {}

    def ask(
        self,
        key: str,
        work: Callable[[Job], Any],
        *,
        who: str,
        visitor: str = "",
        here: Callable[[], bool] = lambda: True,
    ) -> Job:
        """Join the job that makes `key`, or begin it.

        Parameters
        ----------
        key : says all that the result depends on.
        work : called with its job unless there is one already.
        who : who asks; `leave` needs it.
        visitor : see `JobQueue.submit`; what two visitors ask for takes neither's place.
        here : whether who asks is still there; the work stops once nobody is.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.state == "cancelled":
                askers = self._askers[key] = {who: here}
                job = self._queue.submit(
                    work,
                    owner=f"shared {key}",
                    visitor=visitor,
                    wanted=lambda: any(asker() for asker in list(askers.values())),
                )
                self._jobs[key] = job
            elif visitor != job.visitor:
                job.visitor = job.owner
            self._jobs.move_to_end(key)
            self._askers[key][who] = here
            ended = [name for name, one in self._jobs.items() if one.ended and name != key]
            for name in ended[: max(len(self._jobs) - self._most, 0)]:
                del self._jobs[name], self._askers[name]
            return job

    def leave(self, key: str, *, who: str) -> None:
        """Wait for it no longer; the work stops once nobody does."""
        with self._lock:
            askers = self._askers.get(key, {})
            askers.pop(who, None)
            job = self._jobs.get(key)
            if job is None or job.ended or askers:
                return
            del self._jobs[key], self._askers[key]
        job.cancel()

    def forget(self, key: str) -> None:
        """Drop an ended job, so that the next to ask begins anew."""
        with self._lock:
            if key in self._jobs and self._jobs[key].ended:
                del self._jobs[key], self._askers[key]
