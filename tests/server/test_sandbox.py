"""A child process is killed beyond its allowance, and its parent goes on as before."""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz.server.sandbox import MEBIBYTE, Allowance, SandboxError, run_apart

sys.path.append(str(Path(__file__).parent))
import sandbox_functions as functions

SMALL = Allowance(memory_bytes=400 * MEBIBYTE, processor_seconds=20, seconds=10)


@pytest.fixture(autouse=True)
def _functions_can_be_imported(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def fails(function, allowance=SMALL, data=b""):
    with pytest.raises(SandboxError) as error:
        run_apart(function, data, allowance=allowance)
    assert str(error.value).isprintable()
    return error.value


def test_values_and_arrays_come_back():
    reply = run_apart(functions.double, b"\x01\x02\x03\x04", settings={"factor": 2})
    assert reply.values == {"count": 4}
    np.testing.assert_array_equal(reply.arrays["twice"], np.float32([2, 4, 6, 8]))
    assert reply.arrays["matrix"].shape == (2, 2)
    assert reply.usage.memory_bytes > 10 * MEBIBYTE


def test_a_refusal_comes_back_as_its_sentence():
    error = fails(functions.refuse, data=b"123")
    assert (error.cause, str(error)) == ("refused", "A file must be empty. Received: 3 bytes.")


def test_a_child_that_fills_the_memory_is_killed():
    error = fails(functions.fill_memory)
    assert error.cause == "memory"
    assert str(error) == (
        "Reading a file may take 400 MiB of memory. Received: a file that needs more."
    )
    assert error.usage.memory_bytes < 500 * MEBIBYTE


def test_a_child_that_asks_for_too_much_at_once_gets_nothing():
    error = fails(functions.ask_for_too_much)
    assert error.cause == "memory"
    assert error.usage.memory_bytes < 100 * MEBIBYTE


def test_a_child_that_never_ends_is_killed_by_the_clock():
    error = fails(functions.sleep, replace(SMALL, seconds=0.3))
    assert error.cause == "clock"
    assert "0.3 seconds" in str(error)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no processor time")
def test_a_child_that_computes_without_end_is_killed_by_its_processor_time():
    error = fails(functions.loop, replace(SMALL, processor_seconds=0.5))
    assert error.cause == "processor"
    assert "may take 0.5 processor seconds" in str(error)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows stops no process")
def test_a_child_that_is_stopped_gives_its_place_back_at_once():
    error = fails(functions.stop, replace(SMALL, seconds=60))
    assert error.cause == "crash"
    assert error.usage.seconds < 30


def test_loading_a_library_is_not_the_files_time():
    allowance = replace(SMALL, processor_seconds=0.5, seconds=5)
    assert run_apart(functions.load_at_length, b"", allowance=allowance).values == {"loaded": True}


@pytest.mark.parametrize("function", [functions.crash, functions.fail, functions.leave])
def test_a_child_that_crashes_is_one_sentence(function):
    error = fails(function)
    assert error.cause == "crash"
    assert "makes its reader crash" in str(error)


def test_a_reply_that_is_too_large_is_not_kept():
    assert fails(functions.reply_at_length, replace(SMALL, reply_bytes=1000)).cause == "reply"


def test_what_a_child_prints_stays_out_of_its_reply():
    assert run_apart(functions.talk, b"").values == {"said": True}


def forged(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        struct.pack("<Q", 2**63),
        forged(b"not json"),
        forged({"values": {}}),
        forged({"values": {}, "arrays": [["a", "object", [1]]]}, bytes(8)),
        forged({"values": {}, "arrays": [["a", "float32", [2**40]]]}, bytes(8)),
        forged({"values": {}, "arrays": [["a", "float32", [-1]]]}, bytes(8)),
        forged({"values": {}, "arrays": [["a", "float32", [2**32, 2**32]]]}, bytes(8)),
        forged({"values": 3, "arrays": []}),
        forged({"values": {}, "arrays": [["a", "float32", 3]]}),
        forged([]),
        forged(b"[" * 100_000),
    ],
)
def test_a_forged_reply_is_refused(reply):
    assert fails(functions.forge, replace(SMALL, seconds=5), data=reply).cause == "crash"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these limits")
def test_a_child_holds_two_cores_writes_no_large_files_and_sees_no_secrets(monkeypatch):
    monkeypatch.setenv("MY_SECRET", "1")
    seen = run_apart(functions.look_around, b"").values
    assert seen["cores"] <= 2
    assert not seen["large"]
    assert seen["secrets"] == []
    with pytest.raises(ProcessLookupError):
        os.kill(seen["pid"], 0)


def test_only_two_children_run_at_a_time():
    waiting = threading.Barrier(3)
    longer = replace(SMALL, seconds=1.5)

    def occupy() -> None:
        waiting.wait()
        with pytest.raises(SandboxError):
            run_apart(functions.sleep, b"", allowance=longer)

    threads = [threading.Thread(target=occupy) for _ in range(2)]
    for thread in threads:
        thread.start()
    waiting.wait()
    waiting_for_a_place = threading.Event()
    waiting_for_a_place.wait(0.2)
    with pytest.raises(SandboxError, match="both places are taken") as error:
        run_apart(functions.double, b"", turn_seconds=0.1)
    assert error.value.cause == "busy"
    for thread in threads:
        thread.join()


def test_only_functions_that_a_child_can_import_are_taken():
    def local(data: bytes):
        return {}, {}

    for function in (local, lambda: ({}, {})):
        with pytest.raises(TypeError, match="at the top of an importable module"):
            run_apart(function, b"")


def test_no_file_or_thread_is_left_open():
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0

    run_apart(functions.talk, b"")
    before, threads = opened(), threading.active_count()
    for function in (functions.crash, functions.refuse):
        fails(function)
    assert (opened(), threading.active_count()) == (before, threads)
