"""What the server does before anybody asks: import TensorFlow, open the networks that ship.

The first visitor of Network would wait for it, some 6 s on two cores. It runs in one thread, step
by step, each once nobody has asked for anything for a moment: importing holds the interpreter's
lock, and whoever is there would wait (docs/decisions/warm-from-the-start.md).
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from serving.quiet import seconds_of_quiet

WARM = "CNNVIZ_WARM"
"""The variable that says whether: 0 saves the memory where no network is looked at."""

# The one that Network opens with.
_FIRST = "efficientnet_lite0"
# What every page is drawn with. The first visitor's browser reads Streamlit's scripts meanwhile.
_PAGES = (
    "streamlit.delta_generator",
    "cnnviz.images.samples",
    "cnnviz.convolution",
    "cnnviz.networks",
)
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
    # Not with this module: the server would answer its first visitor later by that.
    from cnnviz.networks import NETWORKS, open_network
    from cnnviz.networks.tensorflow_runtime import freeze_garbage, load_tensorflow

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
    import numpy as np

    from cnnviz.networks import open_network
    from cnnviz.search import embed, layers_to_index

    network = open_network(name)
    network.warm_up(answers=True)
    embed(network, np.zeros((8, 8, 3), np.uint8), layers_to_index(network))


QUIET = 3.0
"""Seconds for which nobody has asked for anything, before a step; a browser that opens its first
page asks again within them. Who asks for a network meanwhile begins by themselves."""
PATIENCE = 60.0
"""Seconds that all steps together wait for quiet, and no longer: there may be none."""


def import_for_pages() -> None:
    """Import what every page needs."""
    for library in _PAGES:
        importlib.import_module(library)


class Warming:
    """The steps, one after the other in a thread of their own, until there are none or it stops.

    Parameters
    ----------
    first : done at once.
    steps : what follows, each once it is quiet.
    quiet, patience : seconds of quiet before each step, and how many they wait for it in all.
    """

    def __init__(
        self,
        steps: Callable[[], Iterator[Callable[[], object]]] = steps,
        *,
        first: Callable[[], object] = import_for_pages,
        quiet: float = QUIET,
        patience: float = PATIENCE,
    ) -> None:
        self._first, self._steps = first, steps
        self._quiet, self._patience = quiet, patience
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
        self._do(self._first)
        begun = time.monotonic()
        for step in self._steps():
            self._wait_for_quiet(begun)
            if self._stopped.is_set():
                return
            self._do(step)

    def _do(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception as error:  # whoever asks for it is told on the page
            logging.getLogger(__name__).warning("Not ready beforehand: %s", error)

    def _wait_for_quiet(self, begun: float) -> None:
        """Wait until nobody has asked for anything for a while, counted from the beginning."""
        while self._patience > 0:
            quiet = min(seconds_of_quiet(), time.monotonic() - begun)
            pause = min(max(0.0, self._quiet - quiet), self._patience)
            if pause == 0 or self._stopped.wait(pause):
                return
            self._patience -= pause
