"""What the server does by itself: get ready, and forget the sessions of those who have left.

Streamlit keeps a session that was left for `server.disconnectedSessionTTL` seconds, so that a
short loss of the connection costs nothing. It looks for those to forget only when somebody comes
or goes; on a quiet server the last visitors' pictures would stay.
"""

import asyncio
import ctypes
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from streamlit import runtime
from streamlit.runtime import Runtime

from serving.warming import Warming, is_wanted

EVERY = 10.0
"""Seconds between two looks."""


@asynccontextmanager
async def housekeeping(app: st.App) -> AsyncIterator[None]:  # noqa: ARG001 the server gives it
    """Look after the server while it runs."""
    looking = asyncio.create_task(_look_again_and_again())
    warming = Warming()
    if is_wanted(os.environ):
        warming.start()
    yield
    warming.stop()
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking


async def _look_again_and_again() -> None:
    while True:
        await asyncio.sleep(EVERY)
        if forget_left_sessions(runtime.get_instance()):
            await asyncio.to_thread(give_memory_back)


def forget_left_sessions(server: Runtime) -> int:
    """Close the sessions that were left for too long; return how many there were."""
    stored = server._session_mgr._session_storage._cache  # type: ignore[attr-defined]
    left = stored.expire()
    for _, info in left:
        info.session.shutdown()
    return len(left)


def give_memory_back() -> None:
    """Collect what the closed sessions leave, and return free memory to the system.

    Sessions refer to themselves in circles. What was there when the server started is frozen
    (`pages/ui/frame.py`), so little is looked through.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # glibc's; other systems do it by themselves
        ctypes.CDLL(None).malloc_trim(0)
