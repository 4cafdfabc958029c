"""The curvature is TensorFlow's, and the limit that follows from it holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.learning.curvature import curvature, largest_stable_learning_rate
from cnnviz.learning.descent import (
    learning_step,
    start_learning,
)
from cnnviz.learning.task import draw_batch, learning_task
from tests.learning.material import BLUR, PICTURE, SHARPEN, SOBEL, stacked

GENERATOR = np.random.default_rng(11)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("standardise", [True, False])
def test_learning_converges_below_the_largest_stable_rate_and_diverges_above_it(
    momentum, standardise
):
    # Without standardising, the pixels' mean of 128 makes the limit tiny; it holds all the same.
    task = learning_task(PICTURE, [SOBEL], momentum=momentum, batch=None, standardise=standardise)
    limit = largest_stable_learning_rate(task, start_learning(task))
    below = replace(task, learning_rate=0.97 * limit)
    state = learning_step(below, start_learning(below), steps=300)
    assert not state.diverged
    assert state.losses[-1] < state.losses[0]
    above = replace(task, learning_rate=1.03 * limit)
    state = learning_step(above, start_learning(above), steps=300)
    assert state.diverged


def test_small_batches_diverge_well_above_the_limit_too():
    task = learning_task(PICTURE, [SOBEL])
    task = replace(task, learning_rate=1.3 * curvature(task).largest_stable_learning_rate)
    assert learning_step(task, start_learning(task), steps=300).diverged


def test_the_hessian_matches_tensorflow(tf):
    task = learning_task(PICTURE[:20, :24], [SOBEL], batch=None)
    weights = tf.Variable(GENERATOR.normal(size=10))
    batch = draw_batch(task, 0)
    patches, targets = (tf.constant(a, tf.float64) for a in (batch.patches, batch.targets))
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            kernel = tf.reshape(weights[:9], (3, 3))
            result = stacked(tf, patches[..., None], [kernel], [weights[9]])
            loss = tf.reduce_mean((result - targets) ** 2)
        slope = inner.gradient(loss, weights)
    expected = outer.jacobian(slope, weights).numpy()
    found = curvature(task)
    np.testing.assert_allclose(found.hessian, expected, rtol=1e-5, atol=1e-6)
    largest = np.linalg.eigvalsh(expected)[-1]
    assert found.largest_stable_learning_rate == pytest.approx(1.9 * 2 / largest, rel=1e-5)


def test_the_curvature_is_the_average_over_every_patch_that_may_be_drawn():
    task = learning_task(PICTURE[:11, :13], [SOBEL], patch_side=6)
    windows = []
    for top in range(11 - 6 + 1):
        for left in range(13 - 6 + 1):
            patch = task.picture[top : top + 6, left : left + 6].astype(np.float64)
            windows.append(np.lib.stride_tricks.sliding_window_view(patch, (3, 3)).reshape(-1, 9))
    x = np.concatenate(windows)
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    np.testing.assert_allclose(curvature(task).hessian, 2 * x.T @ x / len(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("goals", [[SOBEL, BLUR], [SHARPEN, SOBEL, BLUR]])
def test_the_limit_for_several_kernels_is_that_of_tensorflows_hessian(tf, goals):
    task = learning_task(PICTURE, goals, batch=8, momentum=0.0)
    state = start_learning(task)
    batch = draw_batch(task, 0)
    count = len(goals)
    flat = np.concatenate([*(k.ravel() for k in state.kernels), state.biases])
    weights = tf.Variable(flat, dtype=tf.float64)
    patches, targets = (tf.constant(a, tf.float64) for a in (batch.patches, batch.targets))
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            kernels = [tf.reshape(weights[9 * i : 9 * i + 9], (3, 3)) for i in range(count)]
            biases = [weights[9 * count + i] for i in range(count)]
            loss = tf.reduce_mean((stacked(tf, patches[..., None], kernels, biases) - targets) ** 2)
        slope = inner.gradient(loss, weights)
    largest = np.linalg.eigvalsh(outer.jacobian(slope, weights).numpy())[-1]
    assert largest_stable_learning_rate(task, state) == pytest.approx(2 / largest, rel=1e-3)


def test_the_steepest_direction_is_a_blur_and_its_curvature_the_largest():
    found = curvature(learning_task(PICTURE, [SOBEL]))
    assert (found.steepest > 0).all()
    assert np.linalg.norm(found.steepest) == pytest.approx(1, abs=0.01)
    assert found.condition_number == pytest.approx(found.eigenvalues[-1] / found.eigenvalues[0])


def test_standardising_makes_the_loss_easier_to_descend():
    plain, standardised = (
        curvature(learning_task(PICTURE, [SOBEL], standardise=flag)).condition_number
        for flag in (False, True)
    )
    assert standardised < plain / 10


def test_the_curvature_of_several_kernels_is_refused():
    with pytest.raises(ValueError, match=r"one kernel only. Received: 2 kernels"):
        curvature(learning_task(PICTURE, [SOBEL, BLUR]))
