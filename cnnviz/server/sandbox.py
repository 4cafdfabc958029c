"""Run one function in a process of its own, within limits, and bring back plain data.

A file from a stranger can make a parser loop, fill the memory or crash it. Here that costs one
child process, never the server: the child is a fresh interpreter (TensorFlow's threads do not
survive a fork), holds two cores at most, and is killed when it outgrows its allowance. What
comes back is JSON and float32 or integer arrays, never a pickle, so that even a child that was
taken over can only hand over numbers.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import math
import os
import signal
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from queue import Empty, Queue
from typing import Any, BinaryIO

import psutil
from numpy.typing import NDArray

from cnnviz.server.children import FRAME, end, keep_to_two_cores, packed, start, unpacked

if sys.platform != "win32":
    import resource

MEBIBYTE = 1024 * 1024
_LOG = logging.getLogger(__name__)
_HEADER_BYTES = 4 * MEBIBYTE
# How much of the resident memory is shared libraries, which no limit on private memory counts.
_LIBRARY_BYTES = 128 * MEBIBYTE


@dataclass(frozen=True)
class Allowance:
    """What one child may use before it is killed.

    Attributes
    ----------
    memory_bytes : resident memory, everything included (TensorFlow alone takes 0.6 GiB).
    processor_seconds : time on the processor, all threads together. Importing a library (see
        `loading`) does not count: that time is the machine's, not the file's.
    seconds : time on the clock, again without imports. A busy server gives a child little of the
        processor, so this is only there for a child that waits for ever.
    loading_seconds : time for those imports, on the clock and on the processor.
    reply_bytes : size of what comes back.
    """

    memory_bytes: int = 1440 * MEBIBYTE
    processor_seconds: float = 14.0
    seconds: float = 45.0
    loading_seconds: float = 90.0
    reply_bytes: int = 64 * MEBIBYTE


@dataclass(frozen=True)
class Usage:
    """What a child used: seconds on the clock and on the processor, and its memory's peak."""

    seconds: float
    processor_seconds: float
    memory_bytes: int


@dataclass(frozen=True)
class Reply:
    """What a child sent back: JSON values and named arrays."""

    values: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    usage: Usage


class SandboxError(ValueError):
    """The child refused or did not finish; the message is one sentence.

    `cause` is "refused" (the function raised a ValueError, whose sentence this is), "memory",
    "processor", "clock", "reply", "busy" or "crash". `usage` is absent when no child was started.
    """

    def __init__(self, sentence: str, cause: str, usage: Usage | None = None) -> None:
        super().__init__(sentence)
        self.cause = cause
        self.usage = usage


# Two children fill the small server this is made for; the next upload waits for its turn.
_turns = threading.BoundedSemaphore(2)


def run_apart(
    function: Callable[..., tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]]],
    data: bytes,
    *,
    settings: Mapping[str, Any] | None = None,
    allowance: Allowance | None = None,
    turn_seconds: float = 120.0,
) -> Reply:
    """Call ``function(data, **settings)`` in a child process and return what it returned.

    Parameters
    ----------
    function : a module-level function of an importable module, never of a script. It returns
        JSON values and named arrays, and says no by raising a ValueError with one sentence.
    data : what it works on, as bytes.
    settings : keyword arguments that JSON can carry.
    turn_seconds : how long to wait while other children run.

    Raises
    ------
    SandboxError : the function refused, or the child went beyond its allowance or crashed.
    """
    module, name = function.__module__, function.__qualname__
    if module == "__main__" or "." in name or "<" in name:
        raise TypeError(
            f"The function must be at the top of an importable module. Received: {module}.{name}."
        )
    allowance = allowance or Allowance()
    header = {
        "function": f"{module}:{name}",
        "settings": dict(settings or {}),
        "allowance": asdict(allowance),
    }
    if not _turns.acquire(timeout=turn_seconds):
        raise SandboxError(
            "Two uploaded files can be read at a time, and both places are taken. "
            f"Received: no place within {turn_seconds:g} seconds.",
            "busy",
        )
    try:
        return _supervise(json.dumps(header).encode(), data, allowance)
    finally:
        _turns.release()


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Stop the child's clock while it imports a library; does nothing outside a child."""
    _send(b"L", b"")
    try:
        yield
    finally:
        _send(b"W", b"")


# The parent's side.


def _write_request(stream: BinaryIO, header: bytes, data: bytes) -> None:
    # A child that was killed reads no further.
    with contextlib.suppress(OSError), stream:
        stream.write(struct.pack("<Q", len(header)) + header)
        stream.write(data)


def _read_frames(stream: BinaryIO, most: int, frames: Queue[tuple[bytes, bytes]]) -> None:
    """Queue each frame as it comes; the last is (b"", b"") or, beyond `most` bytes, (b"!", b"")."""
    left = most + _HEADER_BYTES
    with contextlib.suppress(OSError, ValueError):
        while len(start := stream.read(FRAME.size)) == FRAME.size:
            kind, length = FRAME.unpack(start)
            left -= FRAME.size + length
            if left < 0:
                frames.put((b"!", b""))
                return
            body = stream.read(length)
            if len(body) < length:
                break
            frames.put((kind, body))
    frames.put((b"", b""))


def _read_tail(stream: BinaryIO, tail: deque[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while part := stream.read(4096):
            tail.append(part)


class _Watch:
    """What a running child uses, as the system sees it.

    What `wait4` says at the end will not do for the memory: a child begins with its parent's peak.

    seconds : on the processor so far
    peak_bytes : the most resident memory that was seen
    is_stopped : whether it was stopped (SIGSTOP): it would never end, and use nothing meanwhile
    """

    def __init__(self, process_id: int) -> None:
        self.seconds, self.peak_bytes = 0.0, 0
        self.is_stopped = False
        self._process = psutil.Process(process_id)

    def look(self) -> None:
        """Look again; once the child has ended, what was seen last stays."""
        with contextlib.suppress(psutil.Error), self._process.oneshot():
            self.peak_bytes = max(self.peak_bytes, self._process.memory_info().rss)
            times = self._process.cpu_times()
            self.seconds = max(self.seconds, times.user + times.system)
            self.is_stopped = self._process.status() == psutil.STATUS_STOPPED


def _supervise(header: bytes, data: bytes, allowance: Allowance) -> Reply:
    started = time.monotonic()
    frames: Queue[tuple[bytes, bytes]] = Queue()
    tail: deque[bytes] = deque(maxlen=2)
    child = start(__name__, serve_parent.__name__)
    watch = _Watch(child.pid)
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    threads = [
        threading.Thread(target=target, args=arguments, daemon=True)
        for target, arguments in (
            (_write_request, (child.stdin, header, data)),
            (_read_frames, (child.stdout, allowance.reply_bytes, frames)),
            (_read_tail, (child.stderr, tail)),
        )
    ]
    try:
        for thread in threads:
            thread.start()
        kind, body = _wait_for_reply(watch, frames, allowance)
    finally:
        processor_seconds = max(end(child), watch.seconds)
        for thread in threads:
            thread.join(timeout=5)
        child.stdout.close()
        child.stderr.close()
    usage = Usage(time.monotonic() - started, processor_seconds, watch.peak_bytes)
    if kind == b"R":
        return _unpack_reply(body, usage)
    if kind == b"E":
        raise SandboxError(body.decode(errors="replace"), "refused", usage)
    cause = _cause_of(kind, child.returncode, usage, allowance)
    _LOG.warning(
        "A child ended without a reply: %s, exit status %s, %s %s",
        *(cause, child.returncode, usage, b"".join(tail)[-2000:].decode(errors="replace")),
    )
    raise SandboxError(_sentence(cause, allowance), cause, usage)


def _wait_for_reply(
    watch: _Watch, frames: Queue[tuple[bytes, bytes]], allowance: Allowance
) -> tuple[bytes, bytes]:
    """Wait for the last frame, or until a limit is passed, which is then the frame's kind."""
    clocks = {b"W": allowance.seconds, b"L": allowance.loading_seconds}
    processors = {b"W": allowance.processor_seconds, b"L": allowance.loading_seconds}
    phase = b"L"  # a child starts by loading its interpreter
    last, last_used = time.monotonic(), 0.0
    while True:
        try:
            kind, body = frames.get(timeout=0.02)
        except Empty:
            kind, body = b"?", b""
        watch.look()
        now, used = time.monotonic(), watch.seconds
        clocks[phase] -= now - last
        processors[phase] -= used - last_used
        last, last_used = now, used
        if kind in clocks:
            phase = kind
        elif kind != b"?":
            return kind, body
        if min(processors.values()) < 0:
            return b"processor", b""
        if min(clocks.values()) < 0:
            return b"clock", b""
        if watch.peak_bytes > allowance.memory_bytes:
            return b"memory", b""
        if watch.is_stopped:
            return b"", b""


def _cause_of(kind: bytes, status: int, usage: Usage, allowance: Allowance) -> str:
    """Name what ended the child from its last frame, its exit status and what it used."""
    if kind in (b"clock", b"memory", b"processor"):
        return kind.decode()
    if kind == b"!":
        return "reply"
    if kind == b"M" or usage.memory_bytes > 0.9 * (allowance.memory_bytes - _LIBRARY_BYTES):
        return "memory"
    out_of_time = {-signal.SIGKILL, -getattr(signal, "SIGXCPU", 0)}
    if usage.processor_seconds > _most_processor_seconds(allowance) - 1 and status in out_of_time:
        return "processor"
    return "crash"


def _most_processor_seconds(allowance: Allowance) -> int:
    """Give the system a limit on the whole child, for where the parent cannot watch its work."""
    return math.ceil(allowance.processor_seconds + min(allowance.loading_seconds, 30.0))


def _sentence(cause: str, allowance: Allowance) -> str:
    limits = {
        "memory": f"Reading a file may take {allowance.memory_bytes / MEBIBYTE:,.0f} MiB of memory",
        "processor": f"Reading a file may take {allowance.processor_seconds:g} processor seconds",
        "clock": f"Reading a file may take {allowance.seconds:g} seconds",
        "reply": f"What a file holds may take {allowance.reply_bytes / MEBIBYTE:,.0f} MiB",
    }
    if cause in limits:
        return f"{limits[cause]}. Received: a file that needs more."
    return "A file must be readable to its end. Received: a file that makes its reader crash."


def _unpack_reply(body: bytes, usage: Usage) -> Reply:
    """Take a reply apart, checking every size: the child is not trusted either."""
    try:
        values, arrays = unpacked(body)
        return Reply(values, arrays, usage)
    except (
        ValueError,
        LookupError,
        TypeError,
        OverflowError,
        struct.error,
        RecursionError,
    ) as error:
        raise SandboxError(_sentence("crash", Allowance()), "crash", usage) from error


# The child's side.

_replies: BinaryIO | None = None


def _send(kind: bytes, body: bytes) -> None:
    if _replies is not None:
        _replies.write(FRAME.pack(kind, len(body)) + body)
        _replies.flush()


def _send_reply(values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Send a header and then the arrays' own memory, without a copy of it."""
    if _replies is not None:
        for block in packed(b"R", values, arrays):
            _replies.write(block)
        _replies.flush()


def _limit_this_process(allowance: Allowance) -> None:
    """Let the system itself hold the limits; it cannot be argued with."""
    keep_to_two_cores()
    if sys.platform == "win32":
        return

    # For the case that nobody is left to kill it.
    signal.alarm(int(allowance.seconds + allowance.loading_seconds) + 5)

    def lower(name: str, value: int) -> None:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            kind = getattr(resource, name)
            _, hard = resource.getrlimit(kind)
            most = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (most, most))

    lower("RLIMIT_CORE", 0)
    lower("RLIMIT_FSIZE", MEBIBYTE)
    lower("RLIMIT_CPU", _most_processor_seconds(allowance))
    # Private memory, not address space: TensorFlow reserves gigabytes that it never touches.
    lower("RLIMIT_DATA", allowance.memory_bytes - _LIBRARY_BYTES)


def serve_parent() -> None:
    """Answer the one request that a parent wrote to this process's standard input."""
    global _replies
    # What a library prints must not end up in the reply.
    _replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    (length,) = struct.unpack("<Q", sys.stdin.buffer.read(8))
    header = json.loads(sys.stdin.buffer.read(length))
    _limit_this_process(Allowance(**header["allowance"]))
    module, name = header["function"].split(":")
    function = getattr(importlib.import_module(module), name)
    data = sys.stdin.buffer.read()
    _send(b"W", b"")
    try:
        values, arrays = function(data, **header["settings"])
        _send_reply(values, arrays)
    except MemoryError:
        _send(b"M", b"")
    except ValueError as error:
        _send(b"E", str(error).encode())
    # No teardown: threads of TensorFlow take their time. The parent looks once more at what this
    # process uses, and kills it; an end of its own would come before that on a busy computer.
    time.sleep(60)
    os._exit(0)
