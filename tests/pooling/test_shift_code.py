import contextlib
import io

import numpy as np
import pytest

from cnnviz.pooling.shift import shift_curves
from cnnviz.pooling.shift_code import shift_code

PICTURE = np.random.default_rng(4).integers(0, 256, (20, 17, 1)).astype(np.uint8)
KERNEL = np.random.default_rng(5).normal(size=(3, 4)).astype(np.float32)
SHIFTS = [(0, 0), (1, -1), (2, -3)]


@pytest.mark.parametrize("kind", ["max", "average", "l2"])
@pytest.mark.parametrize("border", ["wrap", "zeros", "reflect", "replicate"])
def test_the_program_measures_the_same_changes(kind, border, tmp_path, monkeypatch, tf):
    monkeypatch.chdir(tmp_path)
    np.savez("shift.npz", input=PICTURE)
    names: dict[str, object] = {}
    program = shift_code(KERNEL, SHIFTS, border=border, kind=kind, size=3)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(program, "program", "exec"), names)
    curves = shift_curves(
        PICTURE, KERNEL[:, :, None, None], SHIFTS, border=border, kind=kind, size=3
    )
    expected = np.stack([curves.map, curves.pooled, curves.global_pool], axis=1)
    np.testing.assert_allclose(names["result"], expected, rtol=1e-4, atol=1e-5)
