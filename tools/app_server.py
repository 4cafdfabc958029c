"""Start the app on a free port and open Chromium: for the browser tests and the bench."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Playwright

from tools.find_chromium import find

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    """Name a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running_app(
    script: str = "serve.py",
    *,
    port: int | None = None,
    log: Path | None = None,
    warm: bool = False,
    command: str = "streamlit",
) -> Iterator[str]:
    """Run the app, or another script, until the block ends; gives its address.

    command : the module that runs it, as Streamlit's own does.
    warm : whether it opens the networks before anybody asks, as it does for people.
    """
    port = port or free_port()
    line = [sys.executable, "-m", command, "run", script, "--server.headless=true"]
    line += [f"--server.port={port}", "--server.address=127.0.0.1"]
    output = log.open("w") if log else subprocess.DEVNULL
    environment = {**os.environ, "CNNVIZ_WARM": "1" if warm else "0"}
    process = subprocess.Popen(
        line, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(20)
        if log:
            output.close()


@dataclass(frozen=True)
class Replicas:
    """What `make serve` runs: its address, and the process that keeps the others."""

    address: str
    supervisor: psutil.Process

    def processes(self) -> list[psutil.Process]:
        """List the replicas, the first one first."""
        children = [(child.cmdline(), child) for child in self.supervisor.children()]
        return [child for line, child in sorted(children) if "serve.py" in line]


@contextmanager
def running_replicas(
    many: int, *, log: Path | None = None, warm: bool = False
) -> Iterator[Replicas]:
    """Run replicas behind their proxy, all for this computer alone, until the block ends.

    warm : see `running_app`.
    """
    port = free_port()
    said = {"LISTEN": "127.0.0.1", "PORT": str(port), "REPLICAS": str(many)}
    said["WARM"] = "1" if warm else "0"
    environment = {**os.environ, **{f"CNNVIZ_{name}": value for name, value in said.items()}}
    output = log.open("w") if log else subprocess.DEVNULL
    command = [sys.executable, "-m", "serving.replicas"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
    )
    running = Replicas(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    try:
        _wait(process, running.address)
        for replica in running.processes():
            (option,) = (text for text in replica.cmdline() if "server.port" in text)
            _wait(process, f"http://127.0.0.1:{option.split('=')[1]}")
        yield running
    finally:
        process.terminate()
        process.wait(30)
        if log:
            output.close()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    """Wait until the app answers at an address."""
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"The app ended with code {process.returncode} as it started.")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The app did not answer within a minute.")


def open_chromium(playwright: Playwright, *, light: bool = False) -> Browser:
    """Start a headless Chromium, for tests the light one; raises where there is none."""
    path = find(light=light)
    if path is None:
        raise RuntimeError(
            "The browser tests need Chromium. `python tools/find_chromium.py` installs it."
        )
    arguments = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    # Debian's Chromium draws with the graphics card; where there is none, it is emulated.
    arguments += ["--disable-gpu", "--disable-gpu-rasterization"]
    if light:
        # Pages of one context share a process, and with it the scripts that it has compiled.
        arguments.append("--process-per-site")
        # Tests run a script for seconds: V8's last compiler takes more than its code gives back.
        arguments.append("--js-flags=--no-opt")
        # A camera that films a moving shape, and that every page is allowed.
        arguments += ["--use-fake-device-for-media-stream=fps=30"]
        arguments += ["--use-fake-ui-for-media-stream"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return playwright.chromium.launch(executable_path=path, args=arguments)
