import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.networks import Network, NetworkError
from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.networks.variations import blurred, compare_preprocessings, mirrored, noisy, shifted

PICTURE = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)


def test_mirroring_twice_is_nothing():
    np.testing.assert_array_equal(mirrored(mirrored(PICTURE)), PICTURE)


@given(down=st.integers(-20, 20), right=st.integers(-20, 20))
def test_a_shift_keeps_the_size_and_moves_what_stays_inside(down, right):
    moved = shifted(PICTURE, down, right)
    assert moved.shape == PICTURE.shape
    for row in range(9):
        for column in range(7):
            source = np.clip(row - down, 0, 8), np.clip(column - right, 0, 6)
            assert (moved[row, column] == PICTURE[source]).all()


@pytest.mark.parametrize("radius", [0.5, 3.0])
def test_a_blur_makes_neighbours_alike(radius):
    assert (
        np.diff(blurred(PICTURE, radius).astype(int), axis=1).std()
        < np.diff(PICTURE.astype(int), axis=1).std()
    )


def test_noise_has_the_deviation_that_was_asked_for():
    grey = np.full((200, 200, 3), 128, np.uint8)
    assert noisy(grey, 10.0).std() == pytest.approx(10.0, rel=0.02)
    assert noisy(PICTURE, 300.0).dtype == np.uint8


def brightness_network(*end):
    """Tell dark from bright, as a network that was trained on pixels from 0 to 1 would."""
    keras = load_keras()
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((4, 4, 3)), layers.GlobalAveragePooling2D(), layers.Dense(2), *end]
    )
    kernel = np.float32([[-8, 8]] * 3)
    model.layers[1].set_weights([kernel, np.float32([12, -12])])
    return Network.from_model(model, labels=["dark", "bright"], preprocessing="bgr_mean")


def test_a_wrong_preprocessing_changes_the_answer():
    network = brightness_network(load_keras().layers.Softmax())
    dark = np.full((9, 9, 3), 100, np.uint8)
    answers = compare_preprocessings(network, dark)
    assert list(answers) == list(PREPROCESSINGS)
    assert answers["zero_to_one"].label == "dark"
    assert answers["zero_to_255"].label == "bright"
    assert answers["zero_to_one"] == network.with_preprocessing("zero_to_one").predict(dark)[0]


def test_a_network_without_classes_cannot_be_compared():
    keras = load_keras()
    model = keras.Sequential(
        [keras.layers.Input((4, 4, 3)), keras.layers.Conv2D(2, 3, activation="relu")]
    )
    with pytest.raises(NetworkError, match="names classes"):
        compare_preprocessings(Network.from_model(model), PICTURE)
