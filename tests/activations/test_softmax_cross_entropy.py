"""Softmax and cross-entropy: values and slopes are TensorFlow's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnnviz.activations import (
    cross_entropy,
    cross_entropy_gradient,
    log_softmax,
    naive_softmax,
    softmax,
    softmax_terms,
)
from cnnviz.activations.softmax_cross_entropy import overflowing_logit

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


def test_the_gradient_does_not_depend_on_how_the_logits_lie_in_memory():
    logits = LOGITS["ordinary"][:6].reshape(2, 3, -1)
    classes = np.arange(6).reshape(2, 3)
    np.testing.assert_allclose(
        cross_entropy_gradient(np.asfortranarray(logits), classes),
        cross_entropy_gradient(logits, classes),
        rtol=1e-12,
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


@pytest.mark.parametrize("temperature", [0.25, 1.0, 16.0])
def test_the_naive_softmax_fails_just_where_it_is_said_to(temperature):
    edge = overflowing_logit(temperature=temperature)
    assert np.isfinite(naive_softmax([edge * 0.9999, 0.0], temperature=temperature)).all()
    assert np.isnan(naive_softmax([edge * 1.0001, 0.0], temperature=temperature)[0])
