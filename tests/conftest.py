"""What several tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

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


@pytest.fixture(scope="session")
def tf() -> ModuleType:
    """TensorFlow, the reference; imported (seconds) only by the tests that ask for it."""
    import tensorflow

    return tensorflow


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
