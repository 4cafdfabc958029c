"""What several tests share, and which tests may be left out when time is short."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from cnnviz.networks import tensorflow_runtime
from cnnviz.server import worker
from tests.order import long_files_first
from tests.server.at_once import start_at_once

# A busy machine is no failure, and a change is judged on the same examples whenever CI runs it;
# elsewhere new ones are looked for in every run.
settings.register_profile(
    "cnnviz",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("cnnviz")

# Set before anything can import TensorFlow: no log lines, and no GPU, whose fast float32
# (TF32) would not be a reference to 1e-5.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""


# Who asks for one of these, as a fixture or by an import at the top of the module, is marked; the
# dearest mark comes first.
_MARKED_BY = {
    "browser": {"browser"},
    "page": {"AppTest", "open_page"},
    "tensorflow": {"keras", "load_keras", "load_tensorflow", "open_network", "read_network", "tf"},
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by what it needs, so that `make quick` can leave the slow ones out."""
    for item in items:
        asked_for = {*getattr(item, "fixturenames", ()), *vars(getattr(item, "module", item))}
        for mark, names in _MARKED_BY.items():
            if asked_for & names:
                item.add_marker(mark)
        # What a browser draws late is looked at again: docs/decisions/a-second-try.md.
        if "CI" in os.environ and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if hasattr(config, "workerinput"):
        items[:] = long_files_first(items, list(_MARKED_BY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Take one worker more than cores in `make test`: who drives a browser often waits."""
    return (
        tensorflow_runtime.processor_count() + 1 if config.getvalue("dist") == "loadfile" else None
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let a worker that drives a browser have one beside it that does not, in `make test`."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.scheduling import BrowserBesideOthers

    return BrowserBesideOthers(config, log)


def _no_tensorflow(name: str = "tensorflow") -> None:
    raise ImportError(
        "A quick run imports no TensorFlow: mark the test with `pytest.mark.tensorflow`, "
        f"or let the code import it when it is first needed. Received: import {name}"
    )


class _NoTensorFlow:
    """Refuse the import that makes a quick run slow, wherever it comes from."""

    def find_spec(self, name: str, *_: object) -> None:
        if name in ("tensorflow", "keras"):
            _no_tensorflow(name)


_load_tensorflow = tensorflow_runtime._load


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse it in every run to a test that a quick run would take."""
    is_marked = any(item.get_closest_marker(mark) for mark in _MARKED_BY)
    tensorflow_runtime._load = _load_tensorflow if is_marked else _no_tensorflow


def pytest_configure(config: pytest.Config) -> None:
    """Hold the promise of `-m "not tensorflow"`."""
    if "not tensorflow" in config.option.markexpr:
        sys.meta_path.insert(0, _NoTensorFlow())  # type: ignore[arg-type]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Give TensorFlow one thread: of a worker's core, more spend a third waiting for each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tensorflow_runtime, "processor_count", lambda: 1)
        yield


@pytest.fixture(autouse=True)
def same_weights_in_every_run() -> None:
    """Seed what Keras draws the seeds of its layers from, so that a model's weights are the same.

    A model of a few random weights may be one of those rare ones whose maps are all 0.
    """
    random.seed(0)


@pytest.fixture(scope="session", autouse=True)
def workers_begin_at_once() -> Iterator[None]:
    """Let a training have its share of the processor, though it would leave all to other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "start", start_at_once)
        yield


@pytest.fixture(scope="session")
def tf() -> ModuleType:
    """TensorFlow, the reference; imported (seconds) only by the tests that ask for it.

    Set up as the app has it: without, Streamlit has Keras clear up after every page opened.
    """
    return tensorflow_runtime.load_tensorflow()


@pytest.fixture(scope="session")
def read_once(tf: ModuleType) -> Callable[..., Any]:
    """Keras's `load_model`, which reads a file of the same bytes once."""
    load = tensorflow_runtime.load_keras().models.load_model

    @cache
    def read(data: bytes, path: str, **how: bool) -> Any:
        assert Path(path).read_bytes() == data
        return load(path, **how)

    return lambda path, **how: read(Path(path).read_bytes(), path, **how)


@pytest.fixture
def one_reading(read_once: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let programs share a network that none of them changes: Keras takes a second to read one."""
    monkeypatch.setattr(tensorflow_runtime.load_keras().models, "load_model", read_once)


@pytest.fixture
def run_program(
    tf: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., object]:
    """Run a Keras program beside the files it reads; gives what it leaves in `result`."""
    monkeypatch.chdir(tmp_path)

    def answer(program: str, **files: dict[str, np.ndarray]) -> object:
        for name, arrays in files.items():
            np.savez(f"{name}.npz", **arrays)
        names: dict[str, object] = {}
        exec(compile(program, "program", "exec"), names)
        assert capsys.readouterr().out.strip()
        return names["result"]

    return answer
