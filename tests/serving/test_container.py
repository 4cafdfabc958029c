"""What the container is made of runs: the files let in, its command, its health check."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools.app_server import free_port
from tools.visitor import visitor

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def command_after(instruction):
    (command,) = re.findall(rf"^{instruction}(?: --\S+)*\s+(?:CMD )?(\[.*\])$", DOCKERFILE, re.M)
    python, *arguments = json.loads(command)
    assert python == ".venv/bin/python"
    return [sys.executable, *arguments]


@pytest.fixture
def app(tmp_path):
    """The folder /app of the container, without the packages."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for name in (line[1:] for line in ignored if line.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
        else:
            shutil.copy(ROOT / name, tmp_path)
    return tmp_path


async def visit(address):
    async with visitor(address) as one:
        assert not (await one.open("convolution")).complaints
        while one.waiting:
            assert not (await one.go_on(next(iter(one.waiting)))).complaints
        assert one.named("page_tools")


def test_what_is_let_in_serves_and_says_that_it_is_well(app):
    port = free_port()
    said = {"CNNVIZ_PORT": str(port), "CNNVIZ_LISTEN": "127.0.0.1", "CNNVIZ_REPLICAS": "1"}
    said["CNNVIZ_WARM"] = "0"
    here = {"cwd": app, "env": {**os.environ, **said}}
    health = command_after("HEALTHCHECK")
    assert subprocess.run(health, **here, check=False).returncode == 1
    process = subprocess.Popen(command_after("CMD"), **here)
    try:
        deadline = time.monotonic() + 60
        while subprocess.run(health, **here, check=False).returncode:
            assert time.monotonic() < deadline
            assert process.poll() is None
        # A thread of its own: a browser test in this process may have a loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, visit(f"http://127.0.0.1:{port}")).result(60)
    finally:
        process.terminate()
        code = process.wait(30)
    assert code == 0


def test_it_does_not_run_as_root():
    user = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert int(user) > 0
