"""The twelve smallest networks of keras.applications open, on their scale, with Keras's answers.

`tools/compare_applications.py` makes the table of all of them, each through a child process.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.limits import Limits
from cnnviz.networks import Network, imagenet_classes
from cnnviz.networks.keras_files.building import build_network
from cnnviz.networks.keras_files.graph import network_from_config
from cnnviz.networks.keras_files.upload import read_archive
from cnnviz.networks.keras_files.weights import stored_weights
from tools.compare_applications import (
    constructors,
    saved,
    with_an_open_answer,
    with_random_weights,
)

pytestmark = pytest.mark.tensorflow

OWN = Limits.from_environment({"CNNVIZ_SHARED": "0"})

# What `preprocess_input` of each module of keras.applications does, by its `mode`.
SCALES = {
    "MobileNetV3Small": "zero_to_255",
    "MobileNetV2": "minus_one_to_one",
    "MobileNetV3Large": "zero_to_255",
    "MobileNet": "minus_one_to_one",
    "EfficientNetB0": "zero_to_255",
    "NASNetMobile": "minus_one_to_one",
    "EfficientNetV2B0": "zero_to_255",
    "EfficientNetB1": "zero_to_255",
    "EfficientNetV2B1": "zero_to_255",
    "DenseNet121": "imagenet_mean",
    "EfficientNetB2": "zero_to_255",
    "EfficientNetV2B2": "zero_to_255",
}


def opened(data: bytes) -> Network:
    """Open a file as an upload is opened, but for the child."""
    archive = read_archive(data, OWN)
    spec = network_from_config(archive.config, OWN)
    built = build_network(spec, stored_weights(archive.weights, spec, OWN), limits=OWN)
    return Network.from_model(built.model, name=spec.name, models=spec.models)


@pytest.mark.parametrize("name", SCALES)
def test_a_network_of_keras_applications_opens_as_it_is(name: str) -> None:
    # Small pictures: the layers are the same, and it takes a tenth of the time.
    original: Any = with_random_weights(constructors()[name](weights=None, input_shape=(32, 32, 3)))
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    x = PREPROCESSINGS[SCALES[name]](picture)[np.newaxis]
    expected = np.asarray(with_an_open_answer(original, x)(x, training=False))[0]
    network = opened(saved(original))
    assert network.known is not None
    assert network.known.title == name
    assert network.preprocessing is PREPROCESSINGS[SCALES[name]]
    assert network.labels == imagenet_classes()
    received = np.asarray(network.model(network.preprocess(picture)[np.newaxis]))[0]
    assert expected.std() > 1e-6, "an answer that is the same for all classes tells nothing"
    np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-4 * expected.max())
