"""Activations: values and slopes are TensorFlow's, at any input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.activations import (
    ACTIVATIONS,
)

ORDINARY = np.linspace(-12, 12, 1201)


KINKS = np.array([-6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0])


EXTREME = np.array([1e-45, 1e-40, 1e-30, 1e-10, 20, 88.8, 104, 800, 1e4, 1e19, 1e30, 3e38])


INPUTS = np.concatenate([ORDINARY, KINKS, EXTREME, -EXTREME])


CASES = [
    *((key, {}) for key in ACTIVATIONS),
    ("leaky_relu", {"negative_slope": 0.0}),
    ("leaky_relu", {"negative_slope": 0.7}),
    ("elu", {"alpha": 0.3}),
    ("elu", {"alpha": 2.5}),
    ("celu", {"alpha": 0.2}),
    ("celu", {"alpha": 2.5}),
    ("gelu", {"approximate": True}),
    ("squareplus", {"b": 0.5}),
]


NAMES = ["-".join([key, *(f"{k}={v}" for k, v in p.items())]) for key, p in CASES]


def reference(tf, key, x, parameters):
    """Values and slopes by TensorFlow in float64."""
    import keras

    x = tf.constant(x, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = getattr(keras.activations, key)(x, **parameters)
    return y.numpy(), tape.gradient(y, x).numpy()


@pytest.mark.parametrize(("key", "parameters"), CASES, ids=NAMES)
def test_values_and_slopes_match_tensorflow(tf, key, parameters):
    x = INPUTS.astype(np.float32)
    # TensorFlow adds up both slopes of celu's kink, and cancels squareplus away far below zero.
    if key == "celu":
        x = x[x != 0]
    # It rounds selu of a tiny negative number to 0, and takes the slope there.
    if key == "selu":
        x = x[(x >= 0) | (x < -1e-20)]
    if key == "squareplus":
        x = x[np.abs(x) < 1e6]
    y, slope = reference(tf, key, x, parameters)
    activation = ACTIVATIONS[key]
    np.testing.assert_allclose(activation.function(x, **parameters), y, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(activation.derivative(x, **parameters), slope, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("key", "parameters"), CASES, ids=NAMES)
def test_float64_is_computed_in_float64(tf, key, parameters):
    x = ORDINARY[ORDINARY != 0]
    y, slope = reference(tf, key, x, parameters)
    activation = ACTIVATIONS[key]
    # TensorFlow keeps some constants, such as a slope of 0.2, in float32.
    np.testing.assert_allclose(activation.function(x, **parameters), y, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(activation.derivative(x, **parameters), slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_key_parameter_and_default_is_keras_own(tf, key):
    import inspect

    import keras

    signature = inspect.signature(getattr(keras.activations, key))
    for name, parameter in ACTIVATIONS[key].parameters.items():
        assert signature.parameters[name].default == parameter.default
        assert parameter.minimum <= parameter.default <= parameter.maximum


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("key", "parameters"), CASES, ids=NAMES)
def test_no_input_overflows_or_becomes_nan(key, parameters, dtype):
    limits = np.finfo(dtype)
    x = np.array([-np.inf, limits.min, -limits.tiny, limits.tiny, limits.max, np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        y = ACTIVATIONS[key].function(x, **parameters)
        slope = ACTIVATIONS[key].derivative(x, **parameters)
    assert y.dtype == slope.dtype == dtype
    assert not np.isnan(y).any()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_nan_stays_visible(key):
    assert np.isnan(ACTIVATIONS[key].function([np.nan])).all()


@pytest.mark.parametrize(("key", "parameters"), CASES, ids=NAMES)
@given(x=st.floats(-1e6, 1e6))
def test_values_stay_in_the_stated_range(key, parameters, x):
    interval = ACTIVATIONS[key].range_with(**parameters)
    y = float(ACTIVATIONS[key].function(x, **parameters))
    assert interval.low - 1e-8 <= y <= interval.high + 1e-8


@pytest.mark.parametrize(("key", "parameters"), CASES, ids=NAMES)
def test_the_stated_range_is_no_wider_than_needed(key, parameters):
    interval = ACTIVATIONS[key].range_with(**parameters)
    y = ACTIVATIONS[key].function(np.linspace(-1e3, 1e3, 2_000_001), **parameters)
    assert y.min() == pytest.approx(max(interval.low, y.min()), abs=1e-2)
    assert y.max() == pytest.approx(min(interval.high, y.max()), abs=1e-2)
    for bound, reached in ((interval.low, y.min()), (interval.high, y.max())):
        if math.isinf(bound):
            assert abs(reached) > 100 or parameters.get("negative_slope", 1) < 0.3
        else:
            assert reached == pytest.approx(bound, abs=1e-2)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_the_shape_is_kept_and_the_input_is_not_touched(key):
    image = np.random.default_rng(0).normal(size=(5, 4, 3)).astype(np.float32)
    before = image.copy()
    y = ACTIVATIONS[key].function(image)
    assert y.shape == image.shape
    assert y.dtype == np.float32
    assert not np.shares_memory(y, image)
    np.testing.assert_array_equal(image, before)


def test_sigmoid_of_minus_ten_thousand_is_zero():
    assert ACTIVATIONS["sigmoid"].function(-1e4) == 0


def test_sigmoid_slope_is_a_quarter_at_zero():
    assert ACTIVATIONS["sigmoid"].derivative(0.0) == 0.25


def test_the_slope_at_zero_is_zero_for_relu_and_its_scale_for_selu():
    assert ACTIVATIONS["relu"].derivative(0.0) == 0
    assert ACTIVATIONS["selu"].derivative(0.0) == pytest.approx(1.0507009873554805)


def test_hard_silu_by_hand():
    np.testing.assert_allclose(
        ACTIVATIONS["hard_silu"].function([-3.0, -1.5, 0.0, 1.5, 3.0]), [0, -0.375, 0, 1.125, 3]
    )


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_corners_are_all_the_places_where_the_slope_jumps(key):
    activation = ACTIVATIONS[key]
    x = np.linspace(-8, 8, 16001)
    jumps = np.abs(np.diff(activation.derivative(x))) > 0.01
    near = {round(float(at)) for at in x[1:][jumps]}
    assert near == {corner.x for corner in activation.corners()}


def test_a_corner_names_both_slopes_and_what_is_taken():
    corners = ACTIVATIONS["relu6"].corners()
    assert [(one.x, one.left, one.right, one.taken) for one in corners] == [
        (0.0, 0.0, 1.0, 0.0),
        (6.0, 1.0, 0.0, 0.0),
    ]
    assert ACTIVATIONS["leaky_relu"].corners(negative_slope=1.0) == ()
    assert ACTIVATIONS["celu"].corners(alpha=2.0) == ()
