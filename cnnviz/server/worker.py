"""A child process that works for minutes, tells how far it is, and can be told what to do.

    worker = Worker(train, {"epochs": 3}, {"x": x}, receive=note)    # note(values, arrays)
    worker.tell(do="pause")
    worker.ended.wait()
    worker.result, worker.error
    worker.end()

It gives way to whatever else the computer has to do, and ends with the server.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from queue import Queue
from typing import Any, BinaryIO

import psutil
from numpy.typing import NDArray

from cnnviz.server.children import FRAME, end, keep_to_two_cores, packed, start, unpacked

MEBIBYTE = 1024 * 1024
MOST_MEMORY = 3_072 * MEBIBYTE
"""Resident memory of a worker, beyond which it is ended."""
_MOST_FRAME = 128 * MEBIBYTE
_NICENESS = 19
_LOG = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]
Receive = Callable[[dict[str, Any], dict[str, NDArray[Any]]], None]


class Channel:
    """The child's end: what it says, and what it is told."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.commands: Queue[dict[str, Any]] = Queue()

    def send(self, values: Mapping[str, Any], arrays: Arrays | None = None) -> None:
        """Tell the parent something: JSON values, and arrays of numbers."""
        self._frame(b"M", values, arrays or {})

    def _frame(self, kind: bytes, values: Mapping[str, Any], arrays: Arrays) -> None:
        with self._lock:
            for block in packed(kind, values, arrays):
                self._stream.write(block)
            self._stream.flush()


Function = Callable[[dict[str, Any], dict[str, NDArray[Any]], Channel], tuple[Any, Arrays]]


class Worker:
    """A running child.

    Attributes
    ----------
    ended : set once it says nothing more.
    result : what its function returned, values and arrays; None until then, or where it failed.
    error : one sentence; "" as long as nothing is wrong.
    """

    def __init__(
        self,
        function: Function,
        values: Mapping[str, Any],
        arrays: Arrays,
        *,
        receive: Receive,
    ) -> None:
        """Start it.

        Parameters
        ----------
        function : at the top of an importable module. It says no by a ValueError with one
            sentence, and is given `values`, `arrays` and a `Channel`.
        receive : called with each message, in a thread of its own.
        """
        self.ended = threading.Event()
        self.result: tuple[dict[str, Any], dict[str, NDArray[Any]]] | None = None
        self.error = ""
        self._receive = receive
        self._tail: deque[bytes] = deque(maxlen=2)
        self._outgoing: Queue[bytes | memoryview | None] = Queue()
        self._child = start(__name__, serve_worker.__name__)
        self._lock = threading.Lock()
        self._is_over = False
        named = {"function": f"{function.__module__}:{function.__qualname__}", "values": values}
        for block in packed(b"W", named, arrays):
            self._outgoing.put(block)
        self._threads = [
            threading.Thread(target=one, daemon=True)
            for one in (self._write, self._read, self._log)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def process_id(self) -> int:
        """The child's number."""
        return self._child.pid

    def tell(self, **command: Any) -> None:
        """Send the child a command; it never waits."""
        self._outgoing.put(json.dumps(command).encode() + b"\n")

    def look(self) -> None:
        """End the child where it holds too much memory. Call it now and then."""
        with contextlib.suppress(psutil.Error):
            if psutil.Process(self.process_id).memory_info().rss > MOST_MEMORY:
                self.error = (
                    f"Training may take {MOST_MEMORY / MEBIBYTE:,.0f} MiB of memory. "
                    "Received: a network or a batch that needs more."
                )
                self.end()

    def end(self) -> None:
        """Kill the child, if it still runs, and wait until it is gone."""
        with self._lock:
            if self._is_over:
                return
            self._is_over = True
        end(self._child)
        self._outgoing.put(None)
        if threading.current_thread() not in self._threads:
            for thread in self._threads:
                thread.join(timeout=5)
        for stream in (self._child.stdout, self._child.stderr):
            if stream is not None:
                stream.close()
        self.ended.set()

    def _write(self) -> None:
        stream = self._child.stdin
        assert stream is not None
        with contextlib.suppress(OSError), stream:
            while (block := self._outgoing.get()) is not None:
                stream.write(block)
                if self._outgoing.empty():
                    stream.flush()

    def _read(self) -> None:
        stream = self._child.stdout
        assert stream is not None
        try:
            while len(head := stream.read(FRAME.size)) == FRAME.size:
                kind, length = FRAME.unpack(head)
                if length > _MOST_FRAME:
                    break
                values, arrays = unpacked(stream.read(length))
                if kind == b"M":
                    self._receive(values, arrays)
                elif kind == b"R":
                    self.result = values, arrays
                else:
                    self.error = str(values["sentence"])
        except (OSError, ValueError, LookupError, TypeError, struct.error) as error:
            _LOG.warning("A worker could not be understood: %r", error)
        finally:
            if self.result is None and not self.error and not self._is_over:
                self.error = self._why_it_ended()
            self.ended.set()

    def _log(self) -> None:
        stream = self._child.stderr
        assert stream is not None
        with contextlib.suppress(OSError, ValueError):
            while part := stream.read(4096):
                self._tail.append(part)

    def _why_it_ended(self) -> str:
        said = b"".join(self._tail)[-2000:].decode(errors="replace")
        _LOG.warning("A worker ended without a result: %s", said)
        return (
            "The process that trains must be left to its end. Received: it was ended from outside, "
            "as a computer does when its memory is full."
        )


# The child's side.


def serve_worker() -> None:
    """Do what the parent writes to this process's standard input."""
    # What a library prints must not end up between the frames.
    channel = Channel(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    keep_to_two_cores()
    _give_way()
    stream = sys.stdin.buffer
    _, length = FRAME.unpack(stream.read(FRAME.size))
    header, arrays = unpacked(stream.read(length))
    module, name = header["function"].split(":")
    threading.Thread(target=_listen, args=(stream, channel.commands), daemon=True).start()
    try:
        function: Function = getattr(importlib.import_module(module), name)
        values, results = function(dict(header["values"]), arrays, channel)
        channel._frame(b"R", values, results)
    except MemoryError:
        channel._frame(
            b"E",
            {"sentence": "Training must fit into memory. Received: a network or batch too large."},
            {},
        )
    except ValueError as error:
        channel._frame(b"E", {"sentence": str(error)}, {})
    # No teardown: TensorFlow's threads take their time.
    os._exit(0)


def _give_way() -> None:
    """Let everything else on the computer go first."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    if hasattr(os, "SCHED_IDLE"):
        # Beside two trainings at niceness alone, others' slowest answers took 1.9 to 3.5 times as
        # long as without, at this policy 1.5 times. Some containers forbid it.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _listen(stream: BinaryIO, commands: Queue[dict[str, Any]]) -> None:
    """Take commands, line by line, until the parent is gone."""
    for line in stream:
        commands.put(json.loads(line))
    os._exit(0)
