"""A training as its owner sees it: it waits, runs, pauses, ends; and what came of it.

run = Run(plan)
JOBS.submit(run.work, owner=..., wanted=...)    # in the server's one queue
run.history, run.state, run.pause(), run.go_on(), run.stop()
run.model()                                     # the trained network, once it has ended
"""

from __future__ import annotations

import datetime
import threading
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.limits import LIMITS, raised_by
from cnnviz.networks.training.fitting import train, trained_model
from cnnviz.networks.training.history import History
from cnnviz.networks.training.plan import Plan
from cnnviz.server.jobs import Job
from cnnviz.server.worker import Worker

State = Literal["waiting", "running", "paused", "done", "stopped", "failed"]

MOST_PAUSE = 600.0
"""Seconds for which a pause keeps its place in the queue; then what was trained so far stays."""
_LOOK = 0.1  # seconds from one look at the child to the next
_LAST_WORDS = 15.0  # seconds that a child has to hand over its weights once it is told to stop


class Run:
    """One training.

    Attributes
    ----------
    plan, history : what is trained, and what it has told.
    error : one sentence; "" unless it failed.
    note : one sentence on why it ended early; "" otherwise.
    date : the day it was begun.
    job : what holds its place in the queue, once it has one.
    """

    def __init__(self, plan: Plan, *, one: bool = False) -> None:
        """Prepare it.

        one : pause after the first batch.
        """
        self.plan, self.history = plan, History()
        self.error = self.note = ""
        self.date = datetime.date.today()
        self.job: Job | None = None
        self._one = one
        self._state: State = "waiting"
        self._worker: Worker | None = None
        self._weights: tuple[NDArray[np.float32], ...] | None = None
        self._is_paused = one
        self._stops = threading.Event()

    @property
    def state(self) -> State:
        """Where it is."""
        if self._state == "running" and self._is_paused:
            moment = self.history.moment
            return "paused" if moment is not None and moment.paused else "running"
        if self._state == "waiting" and self.job is not None and self.job.ended:
            return "stopped"
        return self._state

    @property
    def is_alive(self) -> bool:
        """Whether more is to come."""
        return self.state in ("waiting", "running", "paused")

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stops.is_set()

    @property
    def is_held(self) -> bool:
        """Whether it was told to pause, and not yet to go on."""
        return self._is_paused

    @property
    def has_weights(self) -> bool:
        """Whether there is a trained network."""
        return self._weights is not None

    @property
    def process_id(self) -> int | None:
        """The number of the process that trains; None when there is none."""
        return self._worker.process_id if self._worker is not None and self.is_alive else None

    def pause(self) -> None:
        """Wait after this batch."""
        self._is_paused = True
        self._tell("pause")

    def go_on(self) -> None:
        """Go on after a pause."""
        self._is_paused = False
        self._tell("go")

    def one_batch(self) -> None:
        """Take one more batch, and wait again."""
        self._is_paused = True
        self._tell("one")

    def stop(self) -> None:
        """End it after this batch; what was trained so far stays."""
        self._stops.set()
        self._tell("stop")
        if self._state == "waiting":
            self._state = "stopped"

    def work(self, job: Job) -> None:
        """Train; called by the queue, in a thread of its own."""
        if self._stops.is_set():
            return
        values, arrays = self.plan.request()
        worker = Worker(train, {**values, "one": self._one}, arrays, receive=self.history.take)
        self._worker, self._state = worker, "running"
        # What was asked for while there was nobody to tell.
        if self._is_paused != self._one:
            worker.tell(do="pause" if self._is_paused else "go")
        if self._stops.is_set():
            worker.tell(do="stop")
        try:
            self._follow(job, worker)
        finally:
            worker.end()
            self._finish(worker)

    def _follow(self, job: Job, worker: Worker) -> None:
        """Wait until it has ended, or has to."""
        paused = stopping = 0.0
        epochs = self.plan.settings.epochs
        while not worker.ended.wait(_LOOK):
            steps = max(1, self.history.batches * epochs)
            job.report(self.history.steps_done() / steps, "Training")
            worker.look()
            paused = paused + _LOOK if self.state == "paused" else 0.0
            if paused > MOST_PAUSE and not self._stops.is_set():
                self.note = f"It was paused for {MOST_PAUSE / 60:g} minutes, and stopped then."
                self.stop()
            if self.history.seconds > 60 * LIMITS.training_minutes and not self._stops.is_set():
                self.note = (
                    f"A training may take {LIMITS.training_minutes:g} minutes; "
                    f"{raised_by('training_minutes')}."
                )
                self.stop()
            stopping = stopping + _LOOK if self._stops.is_set() else 0.0
            if stopping > _LAST_WORDS:
                break

    def _finish(self, worker: Worker) -> None:
        if worker.result is not None:
            values, arrays = worker.result
            self._weights = tuple(arrays[str(place)] for place in range(len(arrays)))
            self._state = "done" if values["whole"] else "stopped"
        elif worker.error:
            self.error, self._state = worker.error, "failed"
        else:
            self._state = "stopped"

    def _tell(self, what: str) -> None:
        if self._worker is not None:
            self._worker.tell(do=what)

    def model(self) -> Any:
        """Build the network that came of it.

        Raises
        ------
        ValueError : it has not ended, or ended without one.
        """
        if self._weights is None:
            raise ValueError(f"A training must have ended with weights. Received: {self.state}.")
        return trained_model(self.plan.stack, self._weights)
