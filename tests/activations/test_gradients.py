"""Gradients through a deep stack are TensorFlow's, and vanish where theory says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz.activations import ACTIVATIONS
from cnnviz.activations.gradients import (
    build_stack,
    gradient_by_depth,
    initial_weights,
    picture_patches,
    stack_pass,
)

GENERATOR = np.random.default_rng(0)
PICTURE = GENERATOR.integers(0, 256, (40, 50, 3), np.uint8)


@pytest.mark.parametrize(
    ("activation", "depth", "initialisation", "parameters"),
    [
        ("sigmoid", 50, "glorot_uniform", {}),
        ("tanh", 20, "glorot_normal", {}),
        ("relu", 50, "he_normal", {}),
        ("relu", 30, "normal", {}),
        ("leaky_relu", 12, "he_uniform", {"negative_slope": 0.3}),
        ("selu", 50, "lecun_normal", {}),
        ("gelu", 7, "glorot_uniform", {}),
        ("hard_sigmoid", 1, "glorot_uniform", {}),
    ],
)
def test_gradients_match_tensorflow(tf, activation, depth, initialisation, parameters):
    import keras

    inputs = picture_patches(PICTURE, count=20, side=5)
    labels = GENERATOR.integers(0, 10, 20)
    weights = build_stack(
        features=75, depth=depth, width=24, initialisation=initialisation, scale=0.5, seed=3
    )
    function = getattr(keras.activations, activation)
    variables = [tf.Variable(matrix) for matrix in weights]
    with tf.GradientTape() as tape:
        outputs, x = [], tf.constant(inputs)
        for matrix in variables[:-1]:
            x = function(x @ matrix, **parameters)
            outputs.append(x)
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x @ variables[-1])
        )
    by_weights, by_outputs = tape.gradient(loss, [variables, outputs])

    found = stack_pass(weights, inputs, labels, activation, **parameters)
    assert found.loss == pytest.approx(float(loss), rel=1e-6)
    assert len(found.weight_gradients) == depth + 1
    for ours, theirs in zip(
        [*found.weight_gradients, *found.output_gradients], [*by_weights, *by_outputs], strict=True
    ):
        # Relative to the layer's own gradients, which may be 1e-30.
        size = np.abs(theirs).max()
        assert size > 0
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5 * size)


def test_sigmoids_lose_the_gradient_and_he_relus_keep_it():
    sigmoid = gradient_by_depth("sigmoid", depth=50)
    relu = gradient_by_depth("relu", depth=50, initialisation="he_normal")
    assert sigmoid.output_gradient_rms[0] < 1e-25
    assert sigmoid.factor_per_layer < 0.3
    assert 0.7 < relu.factor_per_layer < 1.3
    assert relu.output_gradient_rms[0] > 1e-6


def test_sigmoids_never_pass_on_more_than_a_quarter():
    assert (gradient_by_depth("sigmoid", depth=10).slope_rms <= 0.25).all()


def test_large_weights_make_gradients_explode():
    found = gradient_by_depth("relu", depth=50, initialisation="normal", scale=1.0)
    assert found.factor_per_layer == pytest.approx(math.sqrt(64 / 2), rel=0.3)
    assert found.weight_gradient_rms[0] > 1e10


def test_gradients_too_small_for_float32_are_told():
    found = gradient_by_depth("sigmoid", depth=50, initialisation="normal", scale=0.01)
    assert 0 < found.weight_gradient_rms[0] < 1e-45


def test_no_size_of_weights_overflows():
    found = gradient_by_depth("relu", depth=50, width=32, initialisation="normal", scale=1e3)
    assert np.isfinite(found.weight_gradient_rms).all()
    assert math.isfinite(found.loss)


def test_weights_of_zero_pass_nothing_on():
    found = gradient_by_depth("tanh", depth=5, initialisation="normal", scale=0.0)
    np.testing.assert_array_equal(found.output_gradient_rms[:-1], 0)
    np.testing.assert_array_equal(found.zero_share, 1)
    assert found.factor_per_layer == 0


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_and_depth_gives_one_number_a_layer(activation):
    for depth in (1, 3):
        found = gradient_by_depth(activation, depth=depth, width=8)
        for name in ("weight_gradient_rms", "output_deviation", "output_mean", "slope_rms"):
            values = getattr(found, name)
            assert values.shape == (depth,)
            assert np.isfinite(values).all()


def test_relu_zeros_half_of_its_outputs():
    found = gradient_by_depth("relu", depth=3, width=200, initialisation="he_normal")
    np.testing.assert_allclose(found.zero_share, 0.5, atol=0.1)
    assert found.slope_rms[0] ** 2 == pytest.approx(1 - found.zero_share[0])


def test_the_same_seed_measures_the_same_and_another_seed_another():
    first, again, other = (
        gradient_by_depth("tanh", depth=3, seed=seed).weight_gradient_rms for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(
    ("initialisation", "variance", "limit"),
    [
        ("glorot_uniform", 2 / 500, math.sqrt(6 / 500)),
        ("glorot_normal", 2 / 500, 2 * math.sqrt(2 / 500) / 0.8796),
        ("he_uniform", 2 / 300, math.sqrt(6 / 300)),
        ("he_normal", 2 / 300, 2 * math.sqrt(2 / 300) / 0.8796),
        ("lecun_normal", 1 / 300, 2 * math.sqrt(1 / 300) / 0.8796),
        ("normal", 0.3**2, math.inf),
    ],
)
def test_initial_weights_have_the_spread_of_keras_own(tf, initialisation, variance, limit):
    import keras

    weights = initial_weights(initialisation, 300, 200, np.random.default_rng(1), scale=0.3)
    assert weights.shape == (300, 200)
    assert weights.var() == pytest.approx(variance, rel=0.03)
    assert np.abs(weights).max() <= limit * 1.001
    options = {"stddev": 0.3} if initialisation == "normal" else {}
    name = "RandomNormal" if initialisation == "normal" else initialisation
    theirs = keras.initializers.get({"class_name": name, "config": {**options, "seed": 1}})
    assert weights.std() == pytest.approx(float(np.std(theirs((300, 200)))), rel=0.03)


def test_patches_are_standardised_pieces_of_the_picture():
    patches = picture_patches(PICTURE, count=30, side=6, seed=2)
    assert patches.shape == (30, 108)
    assert patches.mean() == pytest.approx(0, abs=1e-12)
    assert patches.std() == pytest.approx(1)


def test_a_tiny_or_flat_picture_still_gives_patches():
    assert picture_patches(PICTURE[:3, :2], count=4, side=8).shape == (4, 18)
    np.testing.assert_array_equal(picture_patches(np.full((9, 9, 1), 7)), 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "step"}, 'Received: activation="step"'),
        ({"activation": "tanh", "depth": 51}, "at most 50. Received: depth=51"),
        ({"activation": "tanh", "depth": 0}, "depth=0"),
        ({"activation": "tanh", "initialisation": "zeros"}, 'Received: initialisation="zeros"'),
        ({"activation": "tanh", "scale": -1.0}, "at least 0. Received: scale=-1"),
        ({"activation": "tanh", "inputs": np.zeros(3)}, r"\(examples, features\)"),
        ({"activation": "tanh", "parameters": {"alpha": 2.0}}, "tanh takes these parameters: none"),
    ],
)
def test_what_cannot_be_built_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        gradient_by_depth(**options)
