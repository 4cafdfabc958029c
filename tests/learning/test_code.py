import numpy as np
import pytest

from cnnviz.learning.code import learning_code, run_arrays
from cnnviz.learning.descent import learning_step, start_learning
from cnnviz.learning.task import learning_task

RNG = np.random.default_rng(3)
PICTURE = RNG.normal(size=(22, 27)).cumsum(axis=0)
SOBEL = np.float32([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
LINE = np.float32([[-1, 2, -1]] * 3)
CASES = {
    "plain": {"momentum": 0.0},
    "momentum and noise": {"momentum": 0.9, "noise": 0.5, "seed": 4},
    "whole picture": {"batch": None, "momentum": 0.5},
    "larger than the target": {"kernel_sizes": [5], "momentum": 0.0},
    "smaller than the target": {"kernel_sizes": [(2, 1)], "momentum": 0.0},
    "two": {"targets": (SOBEL, LINE), "learning_rate": 0.002},
    "three": {"targets": (SOBEL, LINE, LINE), "learning_rate": 0.002, "momentum": 0.0},
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_program_learns_the_same_kernels(case, tmp_path, monkeypatch, tf):
    options = {"batch": 6, "patch_side": 11, "learning_rate": 0.05, **case}
    task = learning_task(PICTURE, options.pop("targets", (SOBEL,)), **options)
    steps = 25
    monkeypatch.chdir(tmp_path)
    np.savez("learning.npz", **run_arrays(task, steps))
    names: dict[str, object] = {}
    exec(compile(learning_code(task, steps), "program", "exec"), names)

    state = learning_step(task, start_learning(task), steps=steps)
    assert not state.diverged
    np.testing.assert_allclose(names["losses"], state.losses, rtol=2e-4)
    for found, expected in zip(names["result"], state.kernels, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_before_the_first_step_there_are_no_patches():
    arrays = run_arrays(learning_task(PICTURE, [SOBEL]), 0)
    assert arrays["rows"].shape == (0, 0)
    np.testing.assert_array_equal(arrays["start_biases"], [0])
