import numpy as np
import pytest

from cnnviz.projection import project

RNG = np.random.default_rng(0)
TWO_CLOUDS = np.concatenate([RNG.normal(0, 1, (20, 30)), RNG.normal(9, 1, (20, 30))])


@pytest.mark.parametrize("method", ["PCA", "t-SNE"])
def test_a_map_keeps_clouds_apart_and_comes_back_from_its_seed(method):
    placed = project(TWO_CLOUDS, method, seed=3)
    assert placed.shape == (40, 2)
    assert placed.min() >= 0
    assert placed.max() <= 1
    centres = placed[:20].mean(axis=0), placed[20:].mean(axis=0)
    spread = max(placed[:20].std(), placed[20:].std())
    assert np.linalg.norm(centres[0] - centres[1]) > 2 * spread
    np.testing.assert_array_equal(placed, project(TWO_CLOUDS, method, seed=3))


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("method", ["PCA", "t-SNE"])
def test_a_few_pictures_make_a_map_too(count, method):
    assert np.isfinite(project(TWO_CLOUDS[:count], method)).all()


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="Received: 'magic'"):
        project(TWO_CLOUDS, "magic")
