"""Processes that the server starts: how they begin and end, and how one talks with them.

A child is a fresh interpreter, since TensorFlow's threads do not survive a fork. What is said is a
row of frames, each of JSON values and arrays of numbers, never a pickle.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FRAME = struct.Struct("<cQ")
"""What a frame begins with: its kind, and how many bytes follow."""

_ARRAY_TYPES = frozenset({"float32", "float64", "int32", "int64", "uint8", "bool"})
_CORES = 2
_KEPT_VARIABLES = (
    *("PATH", "HOME", "USERPROFILE", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "KERAS_HOME"),
)
_ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """Keep what an interpreter needs to start; the server's secrets are not among it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT_VARIABLES or name.startswith(("CNNVIZ_", "TF_"))
    }
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_ROOT), kept.get("PYTHONPATH", "")]))
    kept.update(
        KERAS_BACKEND="tensorflow",
        CUDA_VISIBLE_DEVICES="-1",
        TF_CPP_MIN_LOG_LEVEL="3",
        HDF5_PLUGIN_PRELOAD="::",  # HDF5's own switch: never load a filter from a library
    )
    return kept


def start(module: str, function: str) -> subprocess.Popen[bytes]:
    """Start an interpreter that calls a function of a module, with pipes to and from it."""
    return subprocess.Popen(
        [sys.executable, "-c", f"from {module} import {function}; {function}()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=_ROOT,
        env=environment(),
        start_new_session=True,
    )


def end(child: subprocess.Popen[bytes]) -> float:
    """Kill a child with all it started; return its processor seconds, 0 on Windows."""
    if sys.platform == "win32":
        child.kill()
        child.wait()
        return 0.0
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def keep_to_two_cores() -> None:
    """Hold this process to two cores: each costs TensorFlow threads and memory."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, random.sample(cores, min(_CORES, len(cores))))


def packed(
    kind: bytes, values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> Iterator[bytes | memoryview]:
    """Give the blocks of a frame: its head, and then the arrays' own memory without a copy."""
    blocks = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    described = [[name, str(block.dtype), block.shape] for name, block in blocks.items()]
    header = json.dumps({"values": dict(values), "arrays": described}).encode()
    length = 8 + len(header) + sum(block.nbytes for block in blocks.values())
    yield FRAME.pack(kind, length) + struct.pack("<Q", len(header)) + header
    for block in blocks.values():
        yield block.reshape(-1).view(np.uint8).data


def unpacked(body: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Take a frame's body apart, checking every size: a child is not trusted.

    Raises
    ------
    ValueError, LookupError, TypeError, OverflowError, struct.error, RecursionError : it is none.
    """
    (length,) = struct.unpack_from("<Q", body)
    header = json.loads(body[8 : 8 + length])
    offset, arrays = 8 + length, {}
    for name, kind, shape in header["arrays"]:
        if kind not in _ARRAY_TYPES or not all(type(side) is int and side >= 0 for side in shape):
            raise ValueError(kind)
        array = np.frombuffer(body, np.dtype(kind), math.prod(shape), offset)
        arrays[str(name)] = array.reshape(shape)
        offset += array.nbytes
    return dict(header["values"]), arrays
