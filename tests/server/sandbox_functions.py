"""What the tests of the sandbox run in a child process; imported there by its own name."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from typing import Any

import numpy as np


def double(data: bytes, *, factor: int) -> tuple[dict[str, Any], dict[str, Any]]:
    array = np.frombuffer(data, np.uint8).astype(np.float32) * factor
    return {"count": len(data)}, {"twice": array, "matrix": array.reshape(2, -1)}


def refuse(data: bytes) -> Any:
    raise ValueError(f"A file must be empty. Received: {len(data)} bytes.")


def fill_memory(data: bytes) -> Any:
    blocks = []
    while True:
        blocks.append(np.ones(10_000_000))


def ask_for_too_much(data: bytes) -> Any:
    return {}, {"large": np.ones(10**11)}


def loop(data: bytes) -> Any:
    while True:
        pass


def sleep(data: bytes) -> Any:
    time.sleep(60)


def stop(data: bytes) -> Any:
    os.kill(os.getpid(), signal.SIGSTOP)


def load_at_length(data: bytes) -> Any:
    from cnnviz.server.sandbox import loading

    with loading():
        until = time.process_time() + 0.7
        while time.process_time() < until:
            pass
    return {"loaded": True}, {}


def crash(data: bytes) -> Any:
    ctypes.string_at(0)


def fail(data: bytes) -> Any:
    raise KeyError("a bug, not a refusal")


def leave(data: bytes) -> Any:
    os._exit(3)


def reply_at_length(data: bytes) -> Any:
    return {}, {"large": np.zeros(40_000_000, np.float32)}


def talk(data: bytes) -> Any:
    print("to standard output, where the reply goes")
    os.write(1, b"R" + bytes(100))
    print("x" * 1_000_000, file=sys.stderr)
    return {"said": True}, {}


def forge(data: bytes) -> Any:
    """Write a reply by hand, as a child would that was taken over."""
    from cnnviz.server import sandbox

    sandbox._send(b"R", data)
    time.sleep(60)


def look_around(data: bytes) -> Any:
    try:
        with open("/tmp/cnnviz-large", "wb") as file:  # noqa: PTH123
            file.write(bytes(2_000_000))
        large = True
    except OSError:
        large = False
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    secrets = [name for name in os.environ if "SECRET" in name]
    return {"large": large, "cores": cores, "secrets": secrets, "pid": os.getpid()}, {}
