"""How far compiling is, with a function that is quick to compile."""

import numba
import numpy as np
import pytest

from cnnviz.search import umap_compiling
from cnnviz.search.umap_compiling import FUNCTIONS, compiling


def compiled():
    return numba.njit(lambda x: x + 1)


@pytest.fixture(autouse=True)
def no_umap(monkeypatch):
    # UMAP itself takes ten seconds to be compiled.
    monkeypatch.setattr(umap_compiling, "_MODULES", ())


def test_each_compiled_function_is_a_step_and_the_rest_comes_after():
    seen = []
    with compiling(seen.append) as rest:
        assert compiled()(1) == 2
        steps = list(seen)
        rest(0.5)
        rest(1.0)
    np.testing.assert_allclose(steps, 0.7 * np.arange(1, len(steps) + 1) / FUNCTIONS)
    np.testing.assert_allclose(seen[len(steps) :], [(steps[-1] + 1) / 2, 1.0])
    with compiling(seen.append) as rest:
        rest(0.25)
    assert seen[-1] == 0.25  # nothing was compiled


def test_it_can_be_stopped_while_it_compiles():
    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError), compiling(stop):
        compiled()(1)
    # And is compiled when it is asked for again.
    assert compiled()(1) == 2
