"""A real training run whose gradients are TensorFlow's, and whose units really die."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.activations.dead_relus import (
    Examples,
    ReluTask,
    class_map,
    picture_points,
    relu_gradients,
    relu_training_step,
    start_relu_training,
    two_moons,
)
from tests.activations.training import silent_share, trained

MOONS = two_moons(60)


@pytest.mark.parametrize("negative_slope", [0.0, 0.2])
@pytest.mark.parametrize("hidden_layers", [1, 2, 4])
@pytest.mark.parametrize("bias_shift", [0.0, -0.5])
def test_gradients_match_tensorflow(tf, negative_slope, hidden_layers, bias_shift):
    task = ReluTask(
        MOONS,
        width=11,
        hidden_layers=hidden_layers,
        negative_slope=negative_slope,
        bias_shift=bias_shift,
        learning_rate=0.3,
    )
    state = relu_training_step(task, start_relu_training(task), steps=3)
    weights = [tf.Variable(w) for w in state.weights]
    biases = [tf.Variable(b) for b in state.biases]
    with tf.GradientTape() as tape:
        x = tf.constant(MOONS.points)
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
            x = x @ w + b
            if layer < hidden_layers:
                x = tf.nn.leaky_relu(x, negative_slope)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(MOONS.labels, x))
    expected = tape.gradient(loss, weights + biases)
    assert state.losses[-1] == pytest.approx(float(loss), rel=1e-5)
    by_weights, by_biases = relu_gradients(task, state)
    for ours, theirs in zip([*by_weights, *by_biases], expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_a_run_matches_keras_sgd(tf):
    import keras

    task = ReluTask(MOONS, width=8, learning_rate=0.5)
    start = start_relu_training(task)
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(8, "relu"),
            keras.layers.Dense(8, "relu"),
            keras.layers.Dense(2),
        ]
    )
    model.set_weights(
        [array for pair in zip(start.weights, start.biases, strict=True) for array in pair]
    )
    optimiser = keras.optimizers.SGD(0.5)
    for _ in range(10):
        with tf.GradientTape() as tape:
            logits = model(MOONS.points)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(MOONS.labels, logits)
            )
        optimiser.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    ours = relu_training_step(task, start, steps=10)
    for mine, theirs in zip(ours.weights, model.get_weights()[::2], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_training_learns_the_two_moons():
    run = trained(ReluTask(two_moons(), learning_rate=0.5), steps=200)
    assert run.losses[-1] < 0.05 < run.losses[0]
    assert run.accuracies[-1] == 1.0
    assert silent_share(run)[-1] < 0.2


def test_a_low_bias_silences_relus_for_good():
    run = trained(ReluTask(two_moons(), bias_shift=-4.0), steps=100)
    np.testing.assert_array_equal(silent_share(run), 1)
    np.testing.assert_array_equal(run.never_again_share, 1)
    # Nothing but the last layer's biases is left, and they cannot tell the classes apart.
    assert run.losses[-1] == pytest.approx(np.log(2), abs=1e-3)


def test_leaky_relus_recover_where_relus_stay_dead():
    dead, leaky = (
        trained(ReluTask(two_moons(), bias_shift=-2.0, learning_rate=1.0, negative_slope=slope))
        for slope in (0.0, 0.1)
    )
    assert silent_share(dead)[0] == silent_share(leaky)[0] > 0.5
    assert silent_share(dead)[-1] == silent_share(dead)[0]
    assert silent_share(leaky)[-1] < silent_share(leaky)[0]
    assert leaky.losses[-1] < 0.5 * dead.losses[-1]


def test_a_high_learning_rate_kills_relus():
    gentle, harsh = (
        trained(ReluTask(two_moons(), learning_rate=rate), steps=100) for rate in (0.1, 10.0)
    )
    assert silent_share(gentle)[-1] < 0.2
    assert silent_share(harsh)[-1] > 0.7
    assert silent_share(harsh)[0] == silent_share(gentle)[0]


def test_a_silent_unit_passes_no_gradient_to_its_weights():
    task = ReluTask(MOONS, width=16, hidden_layers=1, bias_shift=-1.5)
    state = start_relu_training(task)
    silent = state.silent[0]
    assert 0 < silent.sum() < 16
    by_weights, by_biases = relu_gradients(task, state)
    np.testing.assert_array_equal(by_weights[0][:, silent], 0)
    np.testing.assert_array_equal(by_biases[0][silent], 0)
    assert (by_biases[0][~silent] != 0).all()


def test_a_run_that_diverges_stops_with_finite_numbers():
    task = ReluTask(two_moons(), learning_rate=100.0)
    run = trained(task, steps=300)
    assert run.diverged
    assert run.step < 300
    assert np.isfinite(run.losses).all()
    assert all(np.isfinite(matrix).all() for matrix in run.weights)
    assert relu_training_step(task, run, steps=5) is run


def test_many_steps_are_the_same_as_one_after_the_other():
    task = ReluTask(MOONS, learning_rate=0.3)
    start = start_relu_training(task)
    state = start
    for _ in range(5):
        state = relu_training_step(task, state)
    at_once = relu_training_step(task, start, steps=5)
    assert state.losses == at_once.losses
    assert state.step == 5
    assert len(state.losses) == len(state.silent) == len(state.accuracies) == 6
    assert start.step == 0  # the state that a step starts from is not changed
    assert len(start.losses) == 1


def test_the_learning_rate_may_change_on_the_way():
    task = ReluTask(MOONS)
    state = relu_training_step(task, start_relu_training(task), steps=2)
    still = relu_training_step(replace(task, learning_rate=0.0), state)
    assert still.losses[-1] == state.losses[-1]


def test_units_silent_at_the_last_step_are_those_that_never_fire_again():
    run = trained(ReluTask(MOONS, learning_rate=3.0), steps=50)
    assert run.never_again_share[-1] == silent_share(run)[-1]
    assert (run.never_again_share <= silent_share(run)).all()
    assert (np.diff(run.never_again_share) >= 0).all()


def test_the_class_map_agrees_with_the_accuracy():
    task = ReluTask(two_moons(), learning_rate=0.5)
    run = trained(task, steps=200)
    grid = class_map(task, run, side=101)
    column, row = np.rint((task.examples.points.T + 2) / 4 * 100).astype(int)
    right = (grid[row, column] > 0.5) == task.examples.labels
    assert right.mean() > 0.97
    assert ((grid >= 0) & (grid <= 1)).all()


def test_picture_points_are_bright_where_the_picture_is():
    image = np.zeros((10, 20, 3), np.uint8)
    image[:, 10:] = 200
    found = picture_points(image, 100)
    np.testing.assert_array_equal(found.labels, found.points[:, 0] > 0)
    assert np.abs(found.points).max() < 1


def test_a_flat_picture_trains_too():
    task = ReluTask(picture_points(np.full((4, 4, 3), 0.1)))
    assert not task.examples.labels.any()
    assert trained(task, steps=20).accuracies[-1] == 1


def test_the_moons_have_as_many_points_as_asked_for():
    for count in (2, 7, 128):
        moons = two_moons(count)
        assert moons.points.shape == (count, 2)
        assert abs(count - 2 * int(moons.labels.sum())) <= 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"learning_rate": -1.0}, "learning_rate must be finite and at least 0"),
        ({"bias_shift": float("nan")}, "bias_shift must be finite. Received: bias_shift=nan"),
        ({"width": 0}, "width=0"),
        ({"negative_slope": float("inf")}, "negative_slope=inf"),
    ],
)
def test_a_task_that_cannot_be_trained_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ReluTask(MOONS, **options)


def test_examples_keep_their_types():
    assert isinstance(MOONS, Examples)
    assert MOONS.points.dtype == np.float32
    assert start_relu_training(ReluTask(MOONS)).weights[0].dtype == np.float32
