import subprocess
import sys
from types import ModuleType, SimpleNamespace

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from scipy.special import entr
from tqdm import tqdm

from cnnviz.search import projection, umap_compiling
from cnnviz.search.projection import align, align_in_turn, bar, project

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


def test_tsne_waits_for_no_compiler():
    """What would compile itself, for 20 s on a new machine, is not even imported."""
    code = (
        "import sys, numpy as np\n"
        "from cnnviz.search.projection import project\n"
        "project(np.random.default_rng(0).normal(size=(20, 4)), 't-SNE')\n"
        "print({'numba', 'pynndescent'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


def test_tsne_runs_on_one_thread_whose_neighbours_need_not_wait():
    from threadpoolctl import threadpool_info

    seen = []

    def watch(share):
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "openmp"]
        seen.extend(pool["num_threads"] for pool in pools)

    project(TWO_CLOUDS, "t-SNE", report=watch)
    assert seen
    assert set(seen) == {1}


@pytest.mark.parametrize("count", [40, 3600])
def test_tsne_says_how_far_it_is_and_can_be_stopped_there(count):
    points, seen = RNG.normal(size=(count, 4)), []

    def stop(share):
        seen.append(share)
        if len(seen) == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        project(points, "t-SNE", report=stop)
    np.testing.assert_allclose(seen, np.arange(1, 5) / 75)
    if count == 40:
        seen.clear()
        project(points, "t-SNE", report=seen.append)
        assert len(seen) == 75
        assert seen == sorted(seen)
        assert seen[-1] == 1


def likenesses(points, perplexity):
    """How likely t-SNE takes two points for neighbours (van der Maaten and Hinton, 2008)."""
    gaps = squareform(pdist(points, "sqeuclidean"))
    np.fill_diagonal(gaps, np.inf)
    low, high = np.full((len(points), 1), 1e-9), np.full((len(points), 1), 1e9)
    for _ in range(80):  # each point's width is one of as many neighbours as the perplexity says
        narrowness = np.sqrt(low * high)
        near = np.exp(-narrowness * (gaps - gaps.min(axis=1, keepdims=True)))
        near /= near.sum(axis=1, keepdims=True)
        is_wide = np.exp(entr(near).sum(axis=1, keepdims=True)) > perplexity
        low, high = np.where(is_wide, narrowness, low), np.where(is_wide, high, narrowness)
    return (near + near.T) / (2 * len(points))


def test_tsnes_map_is_as_good_as_scikit_learns():
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    points = np.concatenate([RNG.normal(at, 1, (25, 12)) for at in (0, 3, 6)])
    likeness = likenesses(points, 74 / 3)
    with threadpool_limits(1, user_api="openmp"):
        theirs = TSNE(2, perplexity=74 / 3, init="pca", random_state=0).fit_transform(points)

    def divergence(places):
        """The Kullback-Leibler divergence that t-SNE minimises; the map's scale is searched."""
        gaps = ((places[:, None] - places[None]) ** 2).sum(axis=-1)

        def at(scale):
            near = 1 / (1 + scale * gaps)
            np.fill_diagonal(near, 0)
            near /= near.sum()
            there = likeness > 0
            return float((likeness[there] * np.log(likeness[there] / near[there])).sum())

        return min(at(scale) for scale in np.geomspace(1e-3, 1e5, 150))

    assert divergence(project(points, "t-SNE")) < 1.05 * divergence(theirs)


def test_tensorflow_is_set_up_before_umap_imports_it(monkeypatch):
    calls = []

    class Model:
        def __init__(self, **settings):  # noqa: ARG002
            calls.append("UMAP")

        def fit_transform(self, points):
            return points[:, :2]

    monkeypatch.setattr(projection, "load_keras", lambda: calls.append("Keras"))
    monkeypatch.setattr(umap_compiling, "_MODULES", ())
    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Model))
    assert project(TWO_CLOUDS, "UMAP").shape == (40, 2)
    assert calls == ["Keras", "UMAP"]


@pytest.mark.tensorflow
def test_what_is_compiled_while_umap_is_imported_is_progress_too(monkeypatch):
    class Umap(ModuleType):
        def __getattr__(self, name):
            if name != "UMAP":
                raise AttributeError(name)
            numba.njit(lambda x: x + 1)(1)
            return lambda **_: SimpleNamespace(fit_transform=lambda points: points[:, :2])

    seen = []
    monkeypatch.setattr(umap_compiling, "_MODULES", ())
    monkeypatch.setitem(sys.modules, "umap", Umap("umap"))
    project(TWO_CLOUDS, "UMAP", report=seen.append)
    assert seen == [pytest.approx(0.7 / umap_compiling.FUNCTIONS)]


def test_a_bar_says_how_far_it_is_and_can_be_stopped_there():
    # UMAP itself takes ten seconds to be compiled; its bar is tqdm's with these settings.
    seen = []
    for _ in tqdm(range(50), desc="Epochs completed", **bar(seen.append)):
        pass
    np.testing.assert_allclose(np.unique(seen), np.arange(51) / 50)

    def stop(part):
        if part > 0.3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        for _ in tqdm(range(50), **bar(stop)):
            pass


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("method", ["PCA", "t-SNE"])
def test_a_few_pictures_make_a_map_too(count, method):
    assert np.isfinite(project(TWO_CLOUDS[:count], method)).all()


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="Received: 'magic'"):
        project(TWO_CLOUDS, "magic")


@given(angle=st.floats(0, 6.28), mirrored=st.booleans(), seed=st.integers(0, 99))
def test_a_turned_and_mirrored_map_is_turned_back(angle, mirrored, seed):
    places = np.random.default_rng(seed).random((12, 2))
    places = align(places, places)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = places * ([-1, 1] if mirrored else [1, 1]) @ turn
    np.testing.assert_allclose(align(turned, places), places, atol=1e-4)


def test_distances_keep_their_ratios():
    generator = np.random.default_rng(0)
    places, reference = generator.random((2, 20, 2))
    before, after = pdist(places), pdist(align(places, reference))
    np.testing.assert_allclose(after / after.max(), before / before.max(), rtol=1e-4)


def test_the_last_map_stays_and_those_before_follow_it():
    last = align(np.random.default_rng(1).random((9, 2)), np.zeros((9, 2)))
    first, middle, kept = align_in_turn([last[:, ::-1], -last, last])
    np.testing.assert_array_equal(kept, last)
    np.testing.assert_allclose(middle, last, atol=1e-5)
    np.testing.assert_allclose(first, last, atol=1e-5)


def test_places_that_are_all_one_stay_one():
    assert np.array_equal(align(np.ones((4, 2)), np.ones((4, 2))), np.full((4, 2), 0.5, "f4"))
