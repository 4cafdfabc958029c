"""A kernel is really learned, step by step as by Keras."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.kernels import resize
from cnnviz.learning.curvature import curvature
from cnnviz.learning.descent import (
    compare,
    learning_step,
    loss_gradients,
    start_learning,
)
from cnnviz.learning.task import draw_batch, learning_task, lightest_batch, weigh_batch
from tests.learning.material import BLUR, PICTURE, SHARPEN, SOBEL, stacked

GENERATOR = np.random.default_rng(11)


@pytest.mark.parametrize(
    "sizes",
    [[(3, 3)], [(1, 5)], [(11, 11)], [(3, 3), (3, 3)], [(5, 2), (1, 1)], [(3, 3), (2, 4), (3, 3)]],
)
def test_gradients_match_tensorflow(tf, sizes):
    kernels = [GENERATOR.normal(size=size).astype(np.float32) / 2 for size in sizes]
    biases = [0.3, -0.2, 0.1][: len(sizes)]
    patches = GENERATOR.normal(size=(8, 16, 15)).astype(np.float32)
    rows, columns = (sum(size[axis] - 1 for size in sizes) for axis in (0, 1))
    targets = GENERATOR.normal(size=(8, 16 - rows, 15 - columns)).astype(np.float32)

    kernel_variables = [tf.Variable(kernel) for kernel in kernels]
    bias_variables = [tf.Variable(bias) for bias in biases]
    with tf.GradientTape() as tape:
        result = stacked(tf, patches[..., None], kernel_variables, bias_variables)
        loss = tf.reduce_mean((result - targets) ** 2)
    by_kernels, by_biases = tape.gradient(loss, [kernel_variables, bias_variables])

    found = loss_gradients(kernels, biases, patches, targets)
    assert found.loss == pytest.approx(float(loss), rel=1e-5)
    for ours, theirs in zip(found.kernels, by_kernels, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found.biases, by_biases, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("targets", [[SOBEL], [SHARPEN, BLUR]])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("batch", [4, 16], ids=["patches", "weights on the whole picture"])
def test_a_run_matches_keras(tf, targets, momentum, batch):
    import keras

    task = learning_task(PICTURE, targets, learning_rate=0.02, momentum=momentum, batch=batch)
    assert (lightest_batch(task, 0).counts is None) == (batch == 4)
    state = start_learning(task)
    layers = [
        keras.layers.Conv2D(1, 3, activation="relu" if index < len(targets) - 1 else None)
        for index in range(len(targets))
    ]
    model = keras.Sequential([keras.Input((16, 16, 1)), *layers])
    for layer, kernel, bias in zip(layers, state.kernels, state.biases, strict=True):
        layer.set_weights([kernel[..., None, None], np.float32([bias])])
    model.compile(optimizer=keras.optimizers.SGD(0.02, momentum=momentum), loss="mse")
    losses = []
    for step in range(6):
        drawn = draw_batch(task, step)
        losses.append(model.train_on_batch(drawn.patches[..., None], drawn.targets[..., None]))
        model.reset_metrics()
    ours = learning_step(task, state, steps=6)
    np.testing.assert_allclose(ours.losses, losses, rtol=1e-4)
    for layer, kernel, bias in zip(layers, ours.kernels, ours.biases, strict=True):
        theirs, their_bias = layer.get_weights()
        np.testing.assert_allclose(kernel, theirs[..., 0, 0], rtol=1e-4, atol=1e-5)
        assert bias == pytest.approx(float(their_bias[0]), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize(
    ("goals", "sizes", "batch", "side"),
    [
        ([SOBEL], None, 64, 48),
        ([SOBEL], [(5, 3)], 3, 9),
        ([SHARPEN], [(2, 2)], 7, 200),
        ([SOBEL, BLUR], None, 20, 12),
        ([SHARPEN, SOBEL, BLUR], [(3, 3), (2, 4), (5, 5)], 30, 17),
        ([SOBEL, BLUR], None, None, 16),
    ],
)
def test_patches_are_weights_on_the_whole_picture(goals, sizes, batch, side):
    task = learning_task(PICTURE, goals, kernel_sizes=sizes, batch=batch, patch_side=side, seed=4)
    state = start_learning(task)
    drawn, weighed = draw_batch(task, 2), weigh_batch(task, 2)
    np.testing.assert_array_equal(drawn.rows, weighed.rows)
    np.testing.assert_array_equal(drawn.columns, weighed.columns)
    expected = loss_gradients(state.kernels, state.biases, drawn.patches, drawn.targets)
    found = loss_gradients(
        state.kernels,
        state.biases,
        weighed.patches,
        weighed.targets,
        counts=weighed.counts,
        first_windows=weighed.first_windows,
    )
    if weighed.counts is not None:
        assert weighed.counts[-1].sum() == drawn.targets.size
    assert found.loss == pytest.approx(expected.loss, rel=1e-5)
    np.testing.assert_allclose(found.active_shares, expected.active_shares, atol=1e-12)
    np.testing.assert_allclose(found.biases, expected.biases, rtol=1e-4, atol=1e-5)
    for ours, theirs in zip(found.kernels, expected.kernels, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def distance(state, goal):
    """How far the learned kernel is from its target, centre on centre, by the target's length."""
    size = np.maximum(state.kernels[0].shape, goal.shape).tolist()
    return np.linalg.norm(resize(state.kernels[0], size) - resize(goal, size)) / np.linalg.norm(
        goal
    )


@pytest.mark.parametrize("goal", [SOBEL, SHARPEN, BLUR, np.float32([[1, -2]])])
def test_the_target_kernel_is_found(goal):
    task = learning_task(PICTURE, [goal], learning_rate=0.1)
    state = learning_step(task, start_learning(task), steps=200)
    np.testing.assert_allclose(state.kernels[0], goal, atol=0.01)
    assert state.losses[-1] < 1e-4 * state.losses[0]
    assert distance(state, goal) < 0.02 < distance(start_learning(task), goal)
    assert compare(task, state).relative_error < 0.01


@pytest.mark.parametrize("size", [4, 5, (3, 6)])
def test_a_larger_kernel_learns_the_target_with_zeros_around_it(size):
    task = learning_task(PICTURE, [SHARPEN], kernel_sizes=[size], learning_rate=0.06)
    state = learning_step(task, start_learning(task), steps=300)
    assert distance(state, SHARPEN) < 0.02
    rows, columns = state.kernels[0].shape
    top, left = (rows - 3) // 2, (columns - 3) // 2
    np.testing.assert_allclose(state.kernels[0][top : top + 3, left : left + 3], SHARPEN, atol=0.05)


def test_a_smaller_kernel_cannot_learn_the_target():
    task = learning_task(PICTURE, [SHARPEN], kernel_sizes=[(3, 1)], learning_rate=0.1)
    state = learning_step(task, start_learning(task), steps=300)
    assert 0.2 < compare(task, state).relative_error < 1
    assert 0.2 < distance(state, SHARPEN) < 1


def test_the_bias_is_learned_too():
    task = learning_task(PICTURE, [SOBEL], target_biases=[2.5], learning_rate=0.1)
    state = learning_step(task, start_learning(task), steps=200)
    assert state.biases[0] == pytest.approx(2.5, abs=0.02)


def test_noise_on_the_target_leaves_its_own_variance_as_the_loss():
    task = learning_task(PICTURE, [SOBEL], noise=0.5, learning_rate=0.02)
    clean = learning_task(PICTURE, [SOBEL]).target
    state = learning_step(task, start_learning(task), steps=400)
    assert np.mean(state.losses[-50:]) == pytest.approx(0.25 * clean.var(), rel=0.15)
    np.testing.assert_allclose(state.kernels[0], SOBEL, atol=0.1)


def test_two_kernels_with_a_relu_between_them_improve_from_all_starts_and_are_found_from_some():
    errors = []
    for seed in range(6):
        task = learning_task(PICTURE, [SOBEL, BLUR], seed=seed, learning_rate=0.05)
        state = learning_step(task, start_learning(task), steps=300)
        errors.append(compare(task, state).relative_error)
    assert min(errors) < 0.06
    assert max(errors) < 0.6


def test_several_kernels_start_with_half_of_the_relu_open():
    task = learning_task(PICTURE, [SOBEL, SHARPEN, BLUR])
    state = start_learning(task)
    batch = draw_batch(task, 0)
    found = loss_gradients(state.kernels, state.biases, batch.patches, batch.targets)
    assert all(0.2 < share < 0.8 for share in found.active_shares)


def test_a_relu_that_is_never_open_stops_all_learning_before_it():
    task = learning_task(PICTURE, [SOBEL, BLUR], learning_rate=0.05)
    state = start_learning(task)
    closed = replace(state, biases=(-1e3, 0.0))
    moved = learning_step(task, closed, steps=5)
    assert moved.active_shares == (0.0,)
    np.testing.assert_array_equal(moved.kernels[0], state.kernels[0])


def test_a_run_that_diverges_ends_with_finite_numbers_and_a_flag():
    for rate in (0.5, 1e3, 1e30):
        task = learning_task(PICTURE, [SOBEL], learning_rate=rate)
        state = learning_step(task, start_learning(task), steps=200)
        assert state.diverged
        assert state.step < 200
        assert np.isfinite(state.losses).all()
        assert np.isfinite(state.kernels[0]).all()
        assert learning_step(task, state, steps=3) is state


def test_several_kernels_diverge_gracefully():
    task = learning_task(PICTURE, [SHARPEN, SHARPEN, SHARPEN], learning_rate=50.0)
    state = learning_step(task, start_learning(task), steps=200)
    assert state.diverged
    assert all(np.isfinite(kernel).all() for kernel in state.kernels)


def test_a_rate_of_zero_learns_nothing():
    task = learning_task(PICTURE, [SOBEL], learning_rate=0.0, batch=None)
    start = start_learning(task)
    state = learning_step(task, start, steps=3)
    np.testing.assert_array_equal(state.kernels[0], start.kernels[0])
    assert len(set(state.losses)) == 1


def test_the_same_seed_takes_the_same_way_and_another_seed_another():
    first, again, other = (
        learning_step(task, start_learning(task), steps=5).losses
        for task in (learning_task(PICTURE, [SOBEL], seed=seed) for seed in (3, 3, 4))
    )
    assert first == again != other


def test_many_steps_are_the_same_as_one_after_the_other():
    task = learning_task(PICTURE, [SOBEL])
    start = start_learning(task)
    state = start
    for _ in range(4):
        state = learning_step(task, state)
    assert state.losses == learning_step(task, start, steps=4).losses
    assert state.step == 4
    assert start.losses == ()


def test_the_comparison_is_of_the_whole_picture():
    task = learning_task(PICTURE, [SHARPEN], kernel_sizes=[5])
    exact = np.pad(SHARPEN, 1)
    state = start_learning(task, kernels=[exact])
    found = compare(task, state)
    assert found.result.shape == (56, 66)
    np.testing.assert_allclose(found.error, 0, atol=1e-4)
    np.testing.assert_array_equal(found.error, found.result - found.target)
    assert found.relative_error < 1e-5
    assert distance(state, SHARPEN) == 0


def test_a_flat_picture_teaches_nothing_and_breaks_nothing():
    for goals in ([SOBEL], [SOBEL, BLUR]):
        task = learning_task(np.full((30, 30), 0.1), goals)
        state = learning_step(task, start_learning(task), steps=20)
        assert not state.diverged
        assert compare(task, state).relative_error in (0.0, math.inf)
    found = curvature(learning_task(np.full((30, 30), 0.1), [SOBEL]))
    assert found.condition_number == math.inf
    assert found.largest_stable_learning_rate == pytest.approx(1.9)


def test_first_kernels_of_another_size_are_refused():
    task = learning_task(PICTURE, [SOBEL])
    with pytest.raises(ValueError, match=r"\[\(2, 2\)\] for \[\(3, 3\)\]"):
        start_learning(task, kernels=[np.zeros((2, 2))])
