"""How long work takes, and how it grows with the size of a text, whatever else is running."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable


def grows_evenly(read: Callable[[str], object], text: Callable[[int], str], size: int) -> bool:
    """Say whether a text of `size` letters takes about four times as long as one of a quarter.

    What is the square of the size takes sixteen times as long. Refusals (ValueError) count too.

    Parameters
    ----------
    read : what is measured.
    text : makes a text of about so many letters.
    """

    def reading(given: str) -> None:
        with contextlib.suppress(ValueError):
            read(given)

    short = min(_seconds(reading, text(size // 4)) for _ in range(3))
    return takes_less(8 * short + 0.02, reading, text(size))


def takes_less(seconds: float, work: Callable[..., object], *given: object, tries: int = 3) -> bool:
    """Say whether work takes less time than that; where it did not, try again.

    tries : one where a second time would find the first one's result.
    """
    return any(_seconds(work, *given) < seconds for _ in range(tries))


def _seconds(work: Callable[..., object], *given: object) -> float:
    """Measure this thread's own time on the processor.

    Neither other threads nor collections of what other tests left count, as they would for
    `time.process_time`.
    """
    gc.disable()
    try:
        started = time.thread_time()
        work(*given)
        return time.thread_time() - started
    finally:
        gc.enable()
