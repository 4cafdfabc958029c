"""Each preprocessing is the one that published networks were trained with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.networks.tensorflow_runtime import load_keras

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("key", "module"),
    [
        ("minus_one_to_one", "mobilenet_v2"),
        ("minus_one_to_one", "resnet_v2"),
        ("zero_to_255", "efficientnet"),
        ("imagenet_mean", "densenet"),
        ("bgr_mean", "vgg16"),
        ("bgr_mean", "resnet"),
    ],
)
def test_it_matches_keras_applications(key, module):
    preprocess = getattr(load_keras().applications, module).preprocess_input
    expected = preprocess(PIXELS.copy())
    np.testing.assert_allclose(PREPROCESSINGS[key](PIXELS), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("key", PREPROCESSINGS)
def test_its_code_gives_the_same_numbers(key):
    names = {"pixels": PIXELS}
    exec(PREPROCESSINGS[key].code, names)  # the code that the page shows
    np.testing.assert_allclose(PREPROCESSINGS[key](PIXELS), names["x"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("key", PREPROCESSINGS)
def test_bytes_and_batches_are_taken_too(key):
    batch = np.stack([PIXELS, PIXELS[::-1]]).astype(np.uint8)
    result = PREPROCESSINGS[key](batch)
    assert result.dtype == np.float32
    assert result.flags.c_contiguous
    np.testing.assert_array_equal(result[0], PREPROCESSINGS[key](PIXELS))


def test_a_grey_network_gets_the_luminance():
    tf_grey = load_keras().ops.image.rgb_to_grayscale(PIXELS / 255)
    grey = PREPROCESSINGS["zero_to_one"](PIXELS, channels=1)
    np.testing.assert_allclose(grey, np.asarray(tf_grey), atol=2e-4)
    red = PREPROCESSINGS["zero_to_255"]([[[255, 0, 0]]], channels=1)
    np.testing.assert_allclose(red, [[[76.245]]])


@settings(deadline=None)
@given(st.sampled_from(sorted(PREPROCESSINGS)), st.integers(0, 255))
def test_a_grey_picture_is_the_mean_of_what_a_colour_network_gets(key, value):
    grey = np.full((1, 1, 3), value)
    preprocessing = PREPROCESSINGS[key]
    one = preprocessing(grey, channels=1)
    middle = (value - np.mean(preprocessing.mean)) / np.mean(preprocessing.deviation)
    np.testing.assert_allclose(one, [[[middle]]], rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (), (3, 1)])
def test_pixels_without_three_channels_are_refused(shape):
    with pytest.raises(ValueError, match=r"three channels\. Received: shape"):
        PREPROCESSINGS["zero_to_one"](np.zeros(shape))


def test_another_number_of_channels_is_refused():
    with pytest.raises(ValueError, match=r"1 or 3 channels\. Received: 4"):
        PREPROCESSINGS["zero_to_one"](PIXELS, channels=4)
