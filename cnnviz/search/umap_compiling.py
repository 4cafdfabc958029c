"""UMAP is compiled when it is first used: how far that is, and keeping it for the next server."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

FUNCTIONS = 177
"""Functions that are compiled on a new machine: as UMAP is imported, and for one map."""
_SHARE = 0.7
_MODULES = ("umap.umap_", "umap.layouts", "umap.utils")


@contextmanager
def compiling(report: Callable[[float], None]) -> Iterator[Callable[[float], None]]:
    """Report how many functions are compiled; gives what reports the rest, in [0, 1], after that.

    What is compiled is kept on disk (`keep_on_disk`), where numba may write: beside UMAP itself, or
    in `NUMBA_CACHE_DIR`.

    Parameters
    ----------
    report : called with the share of the whole, in [0, 1]; may raise to stop.
    """
    from numba.core import event

    compiled = 0

    class Counter(event.Listener):
        def on_start(self, event: Any) -> None:
            pass

        def on_end(self, event: Any) -> None:  # noqa: ARG002
            nonlocal compiled
            compiled += 1
            report(_SHARE * min(compiled / FUNCTIONS, 1.0))

    def rest(share: float) -> None:
        before = _SHARE * min(compiled / FUNCTIONS, 1.0)
        report(before + (1 - before) * share)

    with event.install_listener("numba:compile", Counter()):
        yield rest


def keep_on_disk() -> None:
    """Let what UMAP compiles from now on be kept; call it once that is imported."""
    from numba.core.registry import CPUDispatcher

    for module in _MODULES:
        for function in list(vars(sys.modules[module]).values()):
            if isinstance(function, CPUDispatcher) and not function.signatures:
                with contextlib.suppress(RuntimeError):  # nowhere to write
                    function.enable_caching()
