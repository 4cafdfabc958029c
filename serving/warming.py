"""What the server does before anybody asks: import TensorFlow, open the networks that ship.

The first visitor of Network would wait for it, some 6 s on two cores. It runs in one thread, step
by step, beside whoever comes meanwhile (docs/decisions/warm-from-the-start.md).
"""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from cnnviz.networks import NETWORKS, open_network
from cnnviz.networks.tensorflow_runtime import freeze_garbage, load_tensorflow

WARM = "CNNVIZ_WARM"
"""The variable that says whether: 0 saves the memory where no network is looked at."""

# The one that Network opens with.
_FIRST = "efficientnet_lite0"
# What Search's charts and maps, and Network's table, are drawn with.
_LIBRARIES = ("plotly.graph_objects", "pandas", "scipy.spatial.distance", "openTSNE")


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Read `CNNVIZ_WARM`.

    >>> is_wanted({}), is_wanted({"CNNVIZ_WARM": "0"})
    (True, False)
    """
    return environment.get(WARM, "").strip() != "0"


def steps() -> Iterator[Callable[[], object]]:
    """List what there is to do, what a visitor needs first at the beginning."""
    shipped = sorted(
        (name for name, entry in NETWORKS.items() if entry.ships), key=lambda name: name != _FIRST
    )
    yield load_tensorflow
    for name in shipped:
        yield partial(open_network, name)
    for library in _LIBRARIES:
        yield partial(importlib.import_module, library)
    for name in shipped:
        yield partial(_compile_the_rest, name)
    yield freeze_garbage


def _compile_the_rest(name: str) -> None:
    open_network(name).warm_up(answers=True)


PAUSE = 1.0
"""Seconds before the first step. Importing holds the interpreter's lock, for which a first page
would wait; who asks for a network meanwhile begins by themselves."""


class Warming:
    """The steps, one after the other in a thread of their own, until there are none or it stops."""

    def __init__(
        self,
        steps: Callable[[], Iterator[Callable[[], object]]] = steps,
        *,
        pause: float = PAUSE,
    ) -> None:
        self._steps, self._pause = steps, pause
        self._stopped = threading.Event()
        # No daemon: the interpreter must wait until it is out of TensorFlow, or it aborts.
        self._thread = threading.Thread(target=self._go, name="cnnviz-warming", daemon=False)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step that is going on."""
        self._stopped.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended; say whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _go(self) -> None:
        self._stopped.wait(self._pause)
        for step in self._steps():
            if self._stopped.is_set():
                return
            try:
                step()
            except Exception as error:  # whoever asks for it is told on the page
                logging.getLogger(__name__).warning("Not ready beforehand: %s", error)
