"""Whether work grows with the size of a text and not with its square, whatever else is running."""

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
    short, long = (_seconds(read, text(letters)) for letters in (size // 4, size))
    return long < 8 * short + 0.02


def _seconds(read: Callable[[str], object], text: str) -> float:
    """Measure this thread's own time on the processor, the best of up to three."""
    taken: list[float] = []
    gc.disable()  # how long a collection takes depends on what other tests left
    try:
        while len(taken) < 3 and sum(taken) < 0.5:
            started = time.thread_time()
            with contextlib.suppress(ValueError):
                read(text)
            taken.append(time.thread_time() - started)
    finally:
        gc.enable()
    return min(taken)
