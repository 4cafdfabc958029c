"""Pooling: values, winners and gradients are TensorFlow's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.pooling import (
    global_pool,
    pool,
    pool_gradient,
    pool_sources,
)

KINDS = ["max", "average", "l2"]

CASES = {
    "2x2": {"size": 2},
    "3x3-stride-2": {"size": 3, "stride": 2},
    "overlapping-same": {"size": 3, "stride": 1, "padding": "same"},
    "even-same": {"size": 4, "stride": 3, "padding": "same"},
    "even-same-stride-1": {"size": 2, "stride": 1, "padding": "same"},
    "stride-beyond-size": {"size": 2, "stride": 3},
    "stride-beyond-size-same": {"size": 2, "stride": 5, "padding": "same"},
    "not-square": {"size": (2, 5), "stride": (3, 2), "padding": "same"},
    "pixel": {"size": 1},
    "pixel-stride-2": {"size": 1, "stride": 2},
    "whole": {"size": (11, 14)},
    "larger-than-the-picture": {"size": (13, 17), "stride": 1, "padding": "same"},
    "padded": {"size": 3, "stride": 2, "padding": 1},
    "asymmetric": {"size": (4, 3), "stride": (3, 2), "padding": ((3, 1), (0, 2))},
    "long-window": {"size": (11, 30), "stride": (1, 7), "padding": ((5, 5), (12, 9))},
}


def images():
    generator = np.random.default_rng(7)
    # Whole numbers up to 9 tie often; the others cover the sizes a map has.
    yield generator.integers(0, 10, (12, 15, 4)).astype(np.float32)
    yield generator.normal(size=(11, 14, 3)).astype(np.float32)
    yield generator.normal(size=(13, 31, 1)).astype(np.float32) * 1e3


IMAGES = {"ties": 0, "signed": 1, "large": 2}
IMAGE_LIST = list(images())


def reference(tf, x, kind, size, stride=None, padding="valid"):
    """Pool a batch of one with TensorFlow; padding by amounts is spelled out with tf.pad."""
    rows, columns = (size, size) if isinstance(size, int) else size
    if stride is None:
        stride = size
    window, strides = [rows, columns], stride if isinstance(stride, int) else list(stride)
    if isinstance(padding, str):
        rule, ends = padding.upper(), ((0, 0), (0, 0))
        # What "same" adds, so that sums can be taken of windows with zeros in them.
        if rule == "SAME":
            from cnnviz.shapes import map_padding

            ends = map_padding(tuple(x.shape[1:3]), size, stride=stride, padding="same")
    else:
        ends = ((padding, padding),) * 2 if isinstance(padding, int) else padding
        rule = "VALID"
    amounts = [(0, 0), *ends, (0, 0)]

    def average(values):
        return tf.nn.avg_pool2d(tf.pad(values, amounts), window, strides, "VALID")

    if kind == "max":
        if rule == "SAME":
            return tf.nn.max_pool2d(x, window, strides, "SAME")
        lowest = tf.pad(x, amounts, constant_values=x.dtype.min)
        return tf.nn.max_pool2d(lowest, window, strides, "VALID")
    if kind == "average":
        if rule == "SAME":
            return tf.nn.avg_pool2d(x, window, strides, "SAME")
        return average(x) / average(tf.ones_like(x))
    return tf.sqrt(average(x**2) * float(rows * columns))


@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES.keys())
@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("kind", KINDS)
def test_values_and_gradients_match_tensorflow(tf, kind, options, image):
    pixels = IMAGE_LIST[image]
    if options["size"] == (11, 30) and pixels.shape[1] < 30:
        options = {**options, "size": (11, 24)}
    if kind == "l2":
        pixels = pixels + 20  # TensorFlow's slope of a square root at 0 is not a number
    x = tf.constant(pixels[np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(x)
        expected = reference(tf, x, kind, **options)
    arriving = np.random.default_rng(3).normal(size=expected.shape[1:]).astype(np.float32)

    result = pool(pixels, kind=kind, **options)
    assert result.dtype == np.float32
    tolerance = max(1e-5, 1e-7 * float(np.abs(pixels).max()))  # where large pixels cancel
    np.testing.assert_allclose(result, expected[0], rtol=1e-5, atol=tolerance)

    slope = tape.gradient(expected, x, output_gradients=arriving[np.newaxis])[0]
    np.testing.assert_allclose(
        pool_gradient(pixels, arriving, kind=kind, **options), slope, rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (3, 1), (4, 3), (2, 3)])
def test_winners_match_tensorflow_ties_included(tf, size, stride, padding):
    pixels = IMAGE_LIST[0]
    _, index = tf.nn.max_pool_with_argmax(
        pixels[np.newaxis], size, stride, padding.upper(), include_batch_in_index=False
    )
    row, column, channel = np.unravel_index(index.numpy()[0], pixels.shape)
    sources = pool_sources(pixels, size=size, stride=stride, padding=padding)
    np.testing.assert_array_equal(sources[..., 0], row)
    np.testing.assert_array_equal(sources[..., 1], column)
    np.testing.assert_array_equal(channel, np.broadcast_to(np.arange(4), channel.shape))


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_the_winner_holds_the_pooled_value(options):
    pixels = IMAGE_LIST[2]
    sources = pool_sources(pixels, **options)
    assert sources.dtype == np.int32
    won = pixels[sources[..., 0], sources[..., 1], np.arange(pixels.shape[2])]
    np.testing.assert_array_equal(won, pool(pixels, **options))


def test_the_classic_four_by_four():
    image = np.float32([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])[..., np.newaxis]
    np.testing.assert_array_equal(pool(image)[..., 0], [[6, 8], [3, 4]])
    np.testing.assert_array_equal(pool(image, kind="average")[..., 0], [[3.25, 5.25], [2, 2]])
    np.testing.assert_allclose(
        pool(image, kind="l2")[..., 0] ** 2, [[63, 133], [18, 26]], rtol=1e-6
    )
    np.testing.assert_array_equal(
        pool_sources(image)[..., 0, :], [[[1, 1], [1, 3]], [[2, 0], [3, 3]]]
    )


def test_padding_never_wins_and_is_never_counted():
    image = np.full((2, 2, 1), -5.0)
    for kind in ("max", "average"):
        result = pool(image, kind=kind, size=3, stride=1, padding=1)
        np.testing.assert_array_equal(result[..., 0], np.full((2, 2), -5))
    np.testing.assert_array_equal(pool(image, kind="l2", size=3, padding="same")[..., 0], [[10]])


def test_same_padding_puts_the_extra_column_last():
    image = np.arange(5.0)[np.newaxis, :, np.newaxis]
    result = pool(image, kind="average", size=(1, 2), padding="same")
    np.testing.assert_array_equal(result.ravel(), [0.5, 2.5, 4])


def test_a_window_of_minus_infinity_has_a_winner_in_the_picture():
    image = np.full((3, 3, 1), -np.inf)
    sources = pool_sources(image, size=2, stride=2, padding=1)
    np.testing.assert_array_equal(sources[1, 1, 0], [1, 1])
    assert sources.min() >= 0
    assert sources.max() <= 2


def test_integer_pictures_do_not_wrap_around():
    image = np.full((4, 4, 3), 255, np.uint8)
    assert pool(image, kind="l2")[0, 0, 0] == 510
    assert pool(image, kind="average")[0, 0, 0] == 255


@pytest.mark.parametrize("size", [1e-30, 1e-44, 1e25])
def test_l2_neither_overflows_nor_vanishes(size):
    image = np.full((2, 2, 1), size, np.float32)
    assert pool(image, kind="l2")[0, 0, 0] == pytest.approx(2 * float(image[0, 0, 0]), rel=1e-6)
    np.testing.assert_allclose(pool_gradient(image, [[[1]]], kind="l2").ravel(), 0.5, rtol=1e-6)


def test_l2_of_zeros_passes_no_gradient():
    image = np.zeros((2, 4, 1))
    image[0, 3] = 2
    np.testing.assert_array_equal(
        pool_gradient(image, np.ones((1, 2, 1)), kind="l2")[..., 0], [[0, 0, 0, 1], [0, 0, 0, 0]]
    )


def test_a_long_window_stays_exact_far_from_zero():
    image = np.full((3, 4000, 1), 12345.678, np.float32)
    result = pool(image, kind="average", size=(1, 500), stride=(1, 250))
    np.testing.assert_allclose(result, image[0, 0, 0], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_global_pooling_matches_one_window_over_everything(tf, kind):
    image = np.random.default_rng(0).normal(size=(37, 53, 5)).astype(np.float32)
    expected = {
        "max": tf.reduce_max(image, (0, 1)),
        "average": tf.reduce_mean(image, (0, 1)),
        "l2": tf.norm(image, axis=(0, 1)),
    }[kind]
    result = global_pool(image, kind=kind)
    assert result.shape == (5,)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


@given(
    arrays(np.float32, (6, 7, 2), elements=st.floats(-100, 100, width=32)),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_average_lies_between_extremes_and_max_is_the_upper_one(image, size, stride):
    options = {"size": size, "stride": stride, "padding": "same"}
    largest = pool(image, **options)
    average = pool(image, kind="average", **options)
    smallest = -pool(-image, **options)
    assert (smallest - 1e-4 <= average).all()
    assert (average <= largest + 1e-4).all()


@given(
    arrays(np.float32, (5, 6, 1), elements=st.floats(-100, 100, width=32)),
    st.sampled_from(["max", "average"]),
    st.integers(1, 5),
    st.integers(1, 4),
)
def test_pooling_loses_no_gradient(image, kind, size, stride):
    options = {"size": size, "stride": stride, "padding": "same"}
    arriving = np.ones_like(pool(image, **options))
    departing = pool_gradient(image, arriving, kind=kind, **options)
    assert departing.sum() == pytest.approx(arriving.sum(), rel=1e-5)


@pytest.mark.parametrize("function", [pool, pool_sources])
def test_a_window_larger_than_the_input_is_refused(function):
    with pytest.raises(ValueError, match=r'fit inside.*size=4, input_size=3, padding="valid"'):
        function(np.zeros((3, 5, 1)), size=4)


def test_padding_as_large_as_the_window_is_refused():
    with pytest.raises(ValueError, match=r"hold no pixel. Received: padding=2, size=2"):
        pool(np.zeros((5, 5, 1)), size=2, padding=((0, 0), (0, 2)))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=r'"max", "average" or "l2". Received: kind="median"'):
        pool(np.zeros((5, 5, 1)), kind="median")


@pytest.mark.parametrize("shape", [(5, 5), (0, 5, 1), (5, 5, 0), (1, 5, 5, 1)])
def test_an_image_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"\(height, width, channels\)"):
        pool(np.zeros(shape))


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"shape \(4, 4, 1\) for maps of shape \(2, 2, 1\)"):
        pool_gradient(np.zeros((4, 4, 1)), np.zeros((4, 4, 1)))
