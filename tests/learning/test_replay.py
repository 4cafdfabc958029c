from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.learning.curvature import curvature
from cnnviz.learning.descent import (
    compare,
    learning_step,
    loss_gradients,
    start_learning,
    step_gradients,
)
from cnnviz.learning.replay import (
    cautious_learning_rate,
    chapter_lengths,
    compared,
    directions,
    factor_per_step,
    hidden_maps,
    noise_floor,
    painted_maps,
    record_chapter,
    steepest_weight,
    steps_to_halve,
    target_within,
    too_large_a_rate,
)
from cnnviz.learning.task import draw_batch, learning_task

RNG = np.random.default_rng(11)
PICTURE = RNG.normal(size=(24, 31)).cumsum(axis=1)
SOBEL = np.float32([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
BLUR = np.full((3, 3), 1 / 9, np.float32)


def task(targets=(SOBEL,), **options):
    return learning_task(PICTURE, targets, **{"batch": 5, "patch_side": 9, **options})


@pytest.mark.parametrize("targets", [(SOBEL,), (SOBEL, BLUR)], ids=["one", "two"])
def test_what_is_recorded_is_what_the_steps_do(targets):
    run = task(targets, learning_rate=0.01, momentum=0.5)
    state = start_learning(run)
    chapter = record_chapter(run, state, steps=7)
    for step in range(8):
        recorded = chapter.state(step)
        for found, expected in zip(recorded.kernels, state.kernels, strict=True):
            np.testing.assert_array_equal(found, expected)
        assert recorded.biases == pytest.approx(state.biases)
        batch, slopes = step_gradients(run, state)
        assert chapter.losses[step] == slopes.loss
        np.testing.assert_array_equal(chapter.patch_rows[step], batch.rows)
        np.testing.assert_array_equal(chapter.kernel_gradients[-1][step], slopes.kernels[-1])
        assert tuple(chapter.active_shares[step]) == slopes.active_shares
        state = learning_step(run, state)
    assert chapter.end.step == chapter.last == 7


def test_chapters_go_on_where_the_one_before_ended():
    run = task(learning_rate=0.02, momentum=0.9)
    whole = record_chapter(run, start_learning(run), steps=9)
    first = record_chapter(run, start_learning(run), steps=4)
    second = record_chapter(run, first.end, steps=5)
    np.testing.assert_array_equal(
        np.concatenate([first.kernels[0][:-1], second.kernels[0]]), whole.kernels[0]
    )
    np.testing.assert_array_equal(np.append(first.losses[:-1], second.losses), whole.losses)
    assert second.first == 4


def test_a_chapter_ends_where_the_run_diverges():
    run = task(learning_rate=5.0)
    chapter = record_chapter(run, start_learning(run), steps=200)
    assert chapter.end.diverged
    assert chapter.last < 200
    assert np.isfinite(chapter.kernels[0]).all()
    with pytest.raises(ValueError, match=f"Received: a state at step {chapter.last}"):
        record_chapter(run, chapter.end, steps=1)


def test_a_step_outside_a_chapter_is_refused():
    run = task()
    chapter = record_chapter(run, start_learning(run), steps=3)
    with pytest.raises(ValueError, match=r"from 0 to 3\. Received: step=4"):
        chapter.state(4)


def test_the_pictures_of_a_step_are_those_of_its_kernels():
    run = task((SOBEL, BLUR))
    chapter = record_chapter(run, start_learning(run), steps=3)
    state = learning_step(run, start_learning(run), steps=2)
    np.testing.assert_array_equal(compared(run, chapter, 2).result, compare(run, state).result)
    (hidden,) = hidden_maps(run, state.kernels, state.biases)
    assert hidden.min() == 0
    batch = draw_batch(run, 2)
    share = loss_gradients(state.kernels, state.biases, batch.patches, batch.targets).active_shares
    assert chapter.active_shares[2] == pytest.approx(share)
    assert 0 < (hidden > 0).mean() < 1


@settings(deadline=None)
@given(st.integers(1, 3000), st.sampled_from([1, 64, None]), st.sampled_from([3, 11]))
def test_chapters_cover_the_run_and_the_first_is_no_longer_than_the_next(most, batch, size):
    run = learning_task(np.eye(48), [np.ones((size, size))], batch=batch)
    lengths = chapter_lengths(run, most=most)
    assert sum(lengths) == most
    assert min(lengths) >= 1
    assert all(first <= second for first, second in pairwise(lengths[:-1]))


def test_the_noise_floor_is_the_variance_that_was_added():
    noisy, clean = task(noise=0.5), task()
    expected = (0.5 * clean.target.std()) ** 2
    assert noise_floor(noisy, clean) == pytest.approx(expected, rel=0.2)
    assert noise_floor(clean, clean) == 0


def test_a_larger_kernel_finds_the_target_in_its_middle():
    within = target_within(task(kernel_sizes=[5]))
    np.testing.assert_array_equal(within[1:4, 1:4], SOBEL)
    assert np.abs(within).sum() == np.abs(SOBEL).sum()
    np.testing.assert_array_equal(target_within(task(kernel_sizes=[4]))[:3, :3], SOBEL)
    assert target_within(task(kernel_sizes=[2])) is None
    assert target_within(task((SOBEL, BLUR))) is None


def test_directions_take_the_distance_to_the_target_apart():
    run = task(batch=None)
    found = directions(curvature(run), run, most=10)
    assert len(found.eigenvalues) == 10
    assert (np.diff(found.eigenvalues) <= 0).all()
    kernels, biases = RNG.normal(size=(4, 3, 3)), RNG.normal(size=4)
    distances = found.distances(kernels, biases, SOBEL)
    length = np.sqrt(np.square(kernels - SOBEL).sum(axis=(1, 2)) + biases**2)
    np.testing.assert_allclose(np.linalg.norm(distances, axis=1), length)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_an_error_along_a_direction_shrinks_by_its_factor(momentum):
    run = task(batch=None, learning_rate=0.02, momentum=momentum)
    found = directions(curvature(run), run)
    chapter = record_chapter(run, start_learning(run), steps=60)
    distances = found.distances(chapter.kernels[0], chapter.biases[:, 0], target_within(run))
    if momentum == 0:
        for step in range(5):
            np.testing.assert_allclose(
                distances[step + 1], distances[step] * found.factors, atol=2e-5
            )
    else:
        left = np.abs(distances[60]) / np.abs(distances[0])
        assert (left <= 30 * np.abs(found.factors) ** 60 + 1e-4).all()


def test_beyond_its_bound_a_direction_grows():
    run = task(learning_rate=0.1, momentum=0.5)
    found = directions(curvature(run), run, most=4)
    for bound, value in zip(found.bounds, found.eigenvalues, strict=True):
        assert abs(factor_per_step(0.99 * bound, value, momentum=0.5)) < 1
        assert abs(factor_per_step(1.01 * bound, value, momentum=0.5)) > 1


@given(st.floats(0, 3), st.floats(0, 40), st.sampled_from([0.0, 0.5, 0.9, 0.99]))
def test_the_factor_is_the_largest_root_of_the_heavy_ball(rate, eigenvalue, momentum):
    roots = np.roots([1, -(1 + momentum - rate * eigenvalue), momentum])
    found = abs(factor_per_step(rate, eigenvalue, momentum=momentum))
    assert found == pytest.approx(np.abs(roots).max(), rel=1e-5, abs=1e-7)


def test_half_of_the_error_is_left_after_so_many_steps():
    assert 0.97 ** steps_to_halve(0.97) == pytest.approx(0.5)
    assert steps_to_halve(-1.0) == np.inf
    assert steps_to_halve(0.0) == 0


@given(st.floats(1e-6, 1e3), st.sampled_from([0.0, 0.9]))
def test_a_cautious_rate_is_below_the_bound_and_short_to_write(bound, momentum):
    rate = cautious_learning_rate(bound, momentum=momentum)
    assert 0.3 * bound < rate <= 0.86 * bound
    assert rate == float(f"{rate:.2g}")


def test_where_nothing_limits_the_rate_it_is_one():
    assert cautious_learning_rate(np.inf) == 1


@pytest.mark.parametrize("targets", [(SOBEL,), (SOBEL, BLUR)], ids=["one", "two"])
def test_the_steepest_weight_remembers_the_step_before_across_chapters(targets):
    run = task(targets, learning_rate=0.01, momentum=0.9)
    first = record_chapter(run, start_learning(run), steps=4)
    second = record_chapter(run, first.end, steps=4)
    for chapter, step, before in ((first, 3, None), (second, 4, first), (second, 6, first)):
        found = steepest_weight(chapter, step, before)
        state = learning_step(run, start_learning(run), steps=step)
        batch = draw_batch(run, step)
        slopes = loss_gradients(state.kernels, state.biases, batch.patches, batch.targets)
        sizes = [np.abs(slope) for slope in slopes.kernels]
        assert abs(found.slope) == pytest.approx(max(size.max() for size in sizes), rel=1e-5)
        at = found.row, found.column
        assert found.weight == pytest.approx(float(state.kernels[found.kernel][at]))
        velocity = float(state.kernel_velocities[found.kernel][at])
        assert found.velocity == pytest.approx(velocity, rel=1e-3, abs=1e-6)
    assert steepest_weight(first, 0).velocity == 0


def test_maps_between_kernels_are_painted_each_to_its_own_largest_number():
    run = task((SOBEL, BLUR), learning_rate=0.01)
    chapter = record_chapter(run, start_learning(run), steps=3)
    painted = painted_maps(run, chapter, [0, 3])
    state = chapter.state(3)
    (expected,) = hidden_maps(run, state.kernels, state.biases)
    assert painted.limits[1, 0] == expected.max()
    back = painted.planes[0][1] * (painted.limits[1, 0] / 255)
    np.testing.assert_allclose(back, expected, atol=painted.limits[1, 0] / 500)


@pytest.mark.parametrize("flat", [False, True])
def test_a_rate_that_is_too_large_makes_the_loss_grow(flat):
    picture = np.ones((24, 31)) if flat else PICTURE
    run = learning_task(picture, [SOBEL], batch=None, momentum=0.0)
    bound = curvature(run).largest_stable_learning_rate
    rate = too_large_a_rate(bound, most=10.0)
    # Even of a flat picture the bias is learned, and its loss curves.
    assert bound < rate <= 10
    chapter = record_chapter(
        learning_task(picture, [SOBEL], batch=None, momentum=0.0, learning_rate=rate),
        start_learning(run),
        steps=12,
    )
    assert chapter.losses[-1] > 100 * chapter.losses[0] or flat
