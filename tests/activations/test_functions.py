"""Activations, softmax and cross-entropy: values and slopes are TensorFlow's, at any input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnnviz.activations import (
    ACTIVATIONS,
    Interval,
    cross_entropy,
    cross_entropy_gradient,
    histograms,
    log_softmax,
    naive_softmax,
    softmax,
    softmax_terms,
    zero_share,
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


def test_integers_are_computed_in_float32():
    y = ACTIVATIONS["sigmoid"].function(np.array([0, 255], np.uint8))
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, [0.5, 1.0])


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


def test_a_curve_has_its_ends_and_its_slopes():
    curve = ACTIVATIONS["leaky_relu"].curve(-2, 2, 5, negative_slope=0.5)
    np.testing.assert_array_equal(curve.x, [-2, -1, 0, 1, 2])
    np.testing.assert_array_equal(curve.y, [-1, -0.5, 0, 1, 2])
    np.testing.assert_array_equal(curve.slope, [0.5, 0.5, 0.5, 1, 1])


def test_an_unknown_parameter_is_refused_by_name():
    with pytest.raises(ValueError, match=r"leaky_relu takes these parameters: negative_slope.*alp"):
        ACTIVATIONS["leaky_relu"].function(1.0, alpha=0.1)
    with pytest.raises(ValueError, match=r"relu takes these parameters: none. Received: alpha"):
        ACTIVATIONS["relu"].derivative(1.0, alpha=0.1)


@pytest.mark.parametrize(
    ("key", "parameters", "message"),
    [
        ("elu", {"alpha": math.nan}, "finite. Received: alpha=nan"),
        ("celu", {"alpha": 0.0}, "greater than 0. Received: alpha=0.0"),
        ("squareplus", {"b": -1.0}, "at least 0. Received: b=-1.0"),
    ],
)
def test_a_parameter_without_meaning_is_refused(key, parameters, message):
    with pytest.raises(ValueError, match=message):
        ACTIVATIONS[key].function([1.0], **parameters)


def test_an_interval_reads_as_in_a_textbook():
    assert str(ACTIVATIONS["sigmoid"].range) == "(0, 1)"
    assert str(ACTIVATIONS["relu6"].range) == "[0, 6]"
    assert str(ACTIVATIONS["elu"].range_with(alpha=0.5)) == "(−0.5, ∞)"
    assert 0 not in Interval(0, 1)
    assert 0 in Interval(0, 1, includes_low=True)


def test_zero_share_counts_what_relu_silences():
    assert zero_share(ACTIVATIONS["relu"].function([[-1.0, -2.0], [0.0, 5.0]])) == 0.75


def test_histograms_share_their_bins_and_count_every_value():
    before = np.random.default_rng(1).normal(size=(20, 20, 3))
    found = histograms(before, ACTIVATIONS["relu"].function(before), bins=10)
    assert found.before.sum() == found.after.sum() == before.size
    assert found.edges[0] == pytest.approx(before.min())
    assert found.edges[-1] == pytest.approx(before.max())
    assert found.after[found.edges[1:] <= 0].sum() == 0


def test_histograms_of_a_flat_map_have_a_bin():
    found = histograms(np.zeros(7), np.zeros(7), bins=3)
    np.testing.assert_array_equal(found.before, [0, 7, 0])


LOGITS = {
    "ordinary": np.random.default_rng(2).normal(size=(7, 10)) * 5,
    "ten thousand": np.array([[1e4, 0, -1e4], [1e4, 1e4, 1e4], [-1e4, -1e4, -1e4 + 1]]),
    "1e30": np.array([[1e30, -1e30, 0], [3e38, -3e38, 3e38]]),
    "one class": np.array([[3.0]]),
}


@pytest.mark.parametrize("logits", LOGITS.values(), ids=LOGITS.keys())
@pytest.mark.parametrize("temperature", [1.0, 0.05, 30.0])
def test_softmax_matches_tensorflow(tf, logits, temperature):
    scaled = tf.constant(logits.astype(np.float32), tf.float64) / temperature
    x = logits.astype(np.float32)
    np.testing.assert_allclose(
        softmax(x, temperature=temperature), tf.nn.softmax(scaled), rtol=1e-5, atol=1e-6
    )
    if np.abs(logits).max() < 1e30:
        np.testing.assert_allclose(
            log_softmax(x, temperature=temperature), tf.nn.log_softmax(scaled), rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("temperature", [1.0, 0.2, 5.0])
def test_cross_entropy_and_its_gradient_match_tensorflow(tf, temperature):
    logits = np.concatenate([LOGITS["ordinary"], 1e3 * LOGITS["ordinary"]]).astype(np.float32)
    classes = np.arange(len(logits)) % 10
    x = tf.constant(logits, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, x / temperature)
    np.testing.assert_allclose(
        cross_entropy(logits, classes, temperature=temperature), loss, rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        cross_entropy_gradient(logits, classes, temperature=temperature),
        tape.gradient(loss, x),
        rtol=1e-5,
        atol=1e-6,
    )


@given(arrays(np.float32, array_shapes(max_dims=3), elements=st.floats(-1e6, 1e6, width=32)))
def test_softmax_sums_to_one(logits):
    probabilities = softmax(logits)
    assert probabilities.shape == logits.shape
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, rtol=1e-5)


@given(
    arrays(np.float64, (5,), elements=st.floats(-50, 50)),
    st.floats(-1e3, 1e3),
)
def test_adding_a_constant_to_all_logits_changes_nothing(logits, constant):
    np.testing.assert_allclose(softmax(logits + constant), softmax(logits), atol=1e-9)


def test_a_low_temperature_sharpens_and_a_high_one_evens_out():
    sharp, plain, even = (softmax([2.0, 1.0], temperature=t)[0] for t in (0.1, 1, 10))
    assert 0.5 < even < plain < sharp


def test_the_terms_of_softmax_by_hand():
    terms = softmax_terms([math.log(1.0), math.log(3.0)])
    assert terms.shift == pytest.approx(math.log(3))
    np.testing.assert_allclose(terms.exponentials, [1 / 3, 1])
    assert terms.total == pytest.approx(4 / 3)
    np.testing.assert_allclose(terms.probabilities, [0.25, 0.75])


def test_without_subtracting_the_largest_the_terms_overflow():
    terms = softmax_terms(np.float32([100, 0]), subtract_largest=False)
    np.testing.assert_array_equal(terms.exponentials, [np.inf, 1])
    assert terms.total == np.inf


def test_naive_softmax_is_right_for_small_logits_and_fails_for_large_ones():
    np.testing.assert_allclose(naive_softmax([1.0, 2.0]), softmax([1.0, 2.0]), rtol=1e-6)
    np.testing.assert_array_equal(naive_softmax([1e4, 0]), [np.nan, 0])
    assert np.isnan(naive_softmax([-1e4, -2e4])).all()
    assert naive_softmax([1e4, 0]).dtype == np.float32
    np.testing.assert_array_equal(softmax([1e4, 0]), [1, 0])


@pytest.mark.parametrize("temperature", [0, -1, math.nan, math.inf])
def test_a_temperature_must_be_above_zero(temperature):
    with pytest.raises(ValueError, match=f"above 0. Received: temperature={temperature}"):
        softmax([1.0, 2.0], temperature=temperature)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_logits_must_be_finite(wrong):
    with pytest.raises(ValueError, match=f"logits must be finite. Received: {wrong}"):
        softmax([1.0, wrong])


def test_logits_without_a_class_are_refused():
    with pytest.raises(ValueError, match=r"at least one class.*Shape: \(3, 0\)"):
        softmax(np.zeros((3, 0)))


@pytest.mark.parametrize(
    ("class_index", "message"),
    [(2, "from 0 to 1. Received: class_index=2"), (-1, "class_index=-1"), (0.5, "float64")],
)
def test_the_class_must_exist(class_index, message):
    with pytest.raises(ValueError, match=message):
        cross_entropy([0.0, 1.0], class_index)


def test_cross_entropy_of_a_sure_wrong_answer_is_the_distance_of_the_logits():
    assert cross_entropy([1e4, 0.0], 1) == 1e4
