"""Start the app on a free port and open Chromium: for the browser tests and the bench."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    script: str = "serve.py", *, port: int | None = None, log: Path | None = None
) -> Iterator[str]:
    """Run the app, or another script, until the block ends; gives its address."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    output = log.open("w") if log else subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"The app ended with code {process.returncode} as it started.")
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError("The app did not answer within a minute.")
        yield address
    finally:
        process.terminate()
        process.wait(20)
        if log:
            output.close()


def open_chromium(playwright: Playwright) -> Browser:
    """Start a headless Chromium; raises where there is none."""
    path = find()
    if path is None:
        raise RuntimeError(
            "The browser tests need Chromium. `python tools/find_chromium.py` installs it."
        )
    arguments = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    # Debian's Chromium draws with the graphics card; where there is none, it is emulated.
    arguments += ["--disable-gpu", "--disable-gpu-rasterization"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return playwright.chromium.launch(executable_path=path, args=arguments)
