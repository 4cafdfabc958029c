import contextlib
import io

import numpy as np
import pytest

from cnnviz.pooling import pool
from cnnviz.pooling.code import pooling_code

RNG = np.random.default_rng(8)
CASES = [
    {},
    {"size": (2, 3), "stride": (1, 2)},
    {"size": 3, "stride": 2, "padding": "same"},
    {"size": (3, 2), "stride": 2, "padding": ((1, 2), (0, 1))},
    {"size": 3, "stride": 1, "padding": 1},
    {"size": (9, 7)},
]
cases = pytest.mark.parametrize("case", CASES, ids=str)
kinds = pytest.mark.parametrize("kind", ["max", "average", "l2"])


def result_of(program):
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(program, "program", "exec"), names)
    return names["result"]


@kinds
@cases
def test_the_program_gives_the_numbers_on_screen(kind, case, tmp_path, monkeypatch, tf):
    maps = RNG.normal(size=(9, 7, 3)).astype(np.float32) * 100
    monkeypatch.chdir(tmp_path)
    np.savez("pooling.npz", input=maps)
    result = result_of(pooling_code((9, 7), kind=kind, **case))
    np.testing.assert_allclose(result, pool(maps, kind=kind, **case), rtol=1e-5, atol=1e-4)


@kinds
def test_a_grid_is_held_by_the_program_itself(kind, tf):
    grid = RNG.normal(size=(4, 6)).astype(np.float32)
    result = result_of(pooling_code((4, 6), kind=kind, numbers=grid))
    np.testing.assert_allclose(result, pool(grid[..., None], kind=kind), rtol=1e-5)


def test_pooling_everything_has_a_layer_of_its_own():
    assert "GlobalAveragePooling2D" in pooling_code((9, 7), kind="average", size=(9, 7))
