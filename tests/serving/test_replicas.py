"""The supervisor of `make serve`: what dies or hangs is started again, and all ends in order."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from serving import replicas
from serving.hosting import Hosting
from serving.replicas import _free_ports, _Kept, _replica, answers
from tools.app_server import free_port

ROOT = Path(__file__).parents[2]

# Writes down that it started, and what it started; then does what its argument says.
PROGRAM = """
import os, signal, subprocess, sys, time
child = subprocess.Popen(["sleep", "60"])
with open(sys.argv[1], "a") as log:
    log.write(f"{os.getpid()} {child.pid}\\n")
if sys.argv[2] == "hangs" and len(open(sys.argv[1]).readlines()) == 1:
    os.kill(os.getpid(), signal.SIGSTOP)
if sys.argv[2] != "ends":
    time.sleep(60)
sys.exit(3)
"""


def run(coroutine):
    """Run a coroutine in a loop of its own, whatever loop this thread has."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result(60)


async def starts(log, many):
    """Wait until a program has started so many times; gives the processes of each start."""
    while True:
        lines = log.read_text().splitlines() if log.exists() else []
        if len(lines) >= many:
            return [[int(number) for number in line.split()] for line in lines]
        await asyncio.sleep(0.05)


async def while_kept(kept, coroutine):
    keeping = asyncio.create_task(kept.run())
    try:
        async with asyncio.timeout(40):
            return await coroutine
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def are_gone(processes):
    """Wait a while for processes that were killed, which takes a moment."""
    deadline = time.monotonic() + 10
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_alive, processes))


@pytest.fixture
def program(tmp_path):
    def kept(behaviour, port=None):
        log = tmp_path / "log"
        command = [sys.executable, "-c", PROGRAM, str(log), behaviour]
        return log, _Kept("The program", command, os.environ, port)

    return kept


def test_what_ends_is_started_again_and_leaves_no_children(program, capsys):
    log, kept = program("ends")
    first, second, *_ = run(while_kept(kept, starts(log, 3)))
    assert first[0] != second[0]
    assert are_gone(first + second)
    assert capsys.readouterr().out.startswith(
        "The program ended with code 3. It starts again.\nThe program ended"
    )


def test_what_is_no_longer_wanted_ends_with_its_children(program):
    log, kept = program("stays")
    (processes,) = run(while_kept(kept, starts(log, 1)))
    assert are_gone(processes)


def test_what_cannot_start_is_tried_again(tmp_path, capsys):
    program = tmp_path / "program"
    kept = _Kept("The program", [str(program)], os.environ)

    async def comes_late():
        await asyncio.sleep(0.2)
        program.write_text(f"#!/bin/sh\necho 1 >> {tmp_path}/log\n")
        program.chmod(0o755)
        await starts(tmp_path / "log", 1)

    run(while_kept(kept, comes_late()))
    said = capsys.readouterr().out
    assert "The program could not start: No such file or directory. It starts again." in said


@pytest.fixture
def health():
    """A server that answers as a replica does, until it is told to be silent.

    Gives its port, what tells it, and what is set once it has answered.
    """
    silent, answered = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if silent.is_set():
                silent.wait(5)
                return
            self.send_response(200 if self.path == "/_stcore/health" else 404)
            self.end_headers()
            answered.set()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port, silent, answered
    server.shutdown()
    server.server_close()


def test_a_replica_is_asked_whether_it_is_well(health):
    port, *_ = health
    assert run(answers(port))
    assert not run(answers(free_port()))


def test_what_has_answered_and_is_silent_is_started_again(program, health, monkeypatch, capsys):
    port, silent, answered = health
    monkeypatch.setattr(replicas, "_HUNG_AFTER", 0.5)
    monkeypatch.setattr(replicas, "_LOOK_AGAIN", 0.1)
    monkeypatch.setattr(replicas, "_PATIENCE", 60)  # it will not listen
    log, kept = program("hangs", port)

    async def falls_silent():
        await starts(log, 1)
        assert await asyncio.to_thread(answered.wait, 60)
        silent.set()
        return await starts(log, 2)

    first, _ = run(while_kept(kept, falls_silent()))
    assert are_gone(first)
    assert "The program has not answered for 0 seconds. It starts again." in capsys.readouterr().out


def test_ports_that_are_taken_are_left_out():
    (first,) = _free_ports(1)
    with socket.create_server(("127.0.0.1", first)):
        assert first not in _free_ports(3)
    assert len(set(_free_ports(3))) == 3


def test_hosts_that_are_named_are_answered_and_this_computer():
    def allowed(*hosts):
        options = (text.partition("=") for text in _replica(8601, hosts))
        return [value for name, _, value in options if name == "--server.allowedHosts"]

    assert allowed() == ["*"]
    assert allowed("school.example") == ["localhost", "127.0.0.1", "::1", "school.example"]


def refusal(**variables):
    """Start `make serve` where it cannot start; gives what it says."""
    environment = {**os.environ, "CNNVIZ_LISTEN": "127.0.0.1", **variables}
    command = [sys.executable, "-m", "serving.replicas"]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    return ended.stderr


@pytest.mark.parametrize(
    ("variables", "rule"),
    [
        ({"CNNVIZ_REPLICAS": "many"}, "CNNVIZ_REPLICAS must be a whole number from 1 to 64."),
        ({"CNNVIZ_HEAVY_JOBS": "-1"}, "CNNVIZ_HEAVY_JOBS must be a whole number from 1 to 1,000."),
        ({"CNNVIZ_LISTEN": "192.0.2.1"}, "cnnviz cannot listen at 192.0.2.1, port 8501"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(variables, rule):
    said = refusal(**variables)
    assert said.startswith(rule)
    assert said.count("\n") == 1


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(CNNVIZ_PORT=str(port))
    assert said == (
        f"cnnviz cannot listen at 127.0.0.1, port {port} (CNNVIZ_LISTEN, CNNVIZ_PORT): "
        "Address already in use.\n"
    )


def test_a_certificate_that_is_none_is_refused_before_anything_starts(tmp_path):
    (tmp_path / "no.pem").write_text("no certificate")
    said = refusal(CNNVIZ_CERTIFICATE=str(tmp_path / "no.pem"), CNNVIZ_PORT=str(free_port()))
    assert said.endswith("HAProxy refused its configuration, for the reason above.\n")


def test_without_haproxy_its_installation_is_named(monkeypatch):
    monkeypatch.setattr(replicas.shutil, "which", lambda *_, **__: None)
    with pytest.raises(OSError, match=r"`sudo apt-get install haproxy` installs it on Debian"):
        replicas._proxy_program()


def test_more_connections_than_the_system_allows_are_refused(monkeypatch):
    monkeypatch.setattr(replicas.resource, "getrlimit", lambda _: (1024, 4096))
    hosting = Hosting(1, port=free_port(), listen="127.0.0.1", connections=2_000)
    with pytest.raises(OSError, match=r"2,000 connections .* take 4,200 open files. .* 4,096"):
        replicas._make_room(hosting)
