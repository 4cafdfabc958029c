"""The twelve smallest networks of keras.applications are known; of each make the least answers too.

`tools/compare_applications.py` makes the table of all of them, each through a child process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.limits import Limits
from cnnviz.networks import Network, imagenet_classes
from cnnviz.networks.keras_files.building import build_network
from cnnviz.networks.keras_files.graph import NetworkSpec, network_from_config
from cnnviz.networks.keras_files.upload import read_archive
from cnnviz.networks.keras_files.weights import stored_weights
from cnnviz.networks.tensorflow_runtime import variables_of_one_name
from tools.compare_applications import (
    constructors,
    open_answer,
    saved,
    with_random_weights,
)

pytestmark = pytest.mark.tensorflow


@pytest.fixture(autouse=True)
def made_as_the_app_makes_them() -> Iterator[None]:
    """Name Keras's own networks' weights for TensorFlow as ours are: a fifth less to build."""
    with variables_of_one_name():
        yield


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

# Made by the same code as a smaller one, of the same layers, only more and wider: what becomes of
# the answers in the smaller one's file becomes of theirs.
LARGER = {
    "MobileNetV3Large": "MobileNetV3Small",
    "EfficientNetB1": "EfficientNetB0",
    "EfficientNetB2": "EfficientNetB0",
    "EfficientNetV2B1": "EfficientNetV2B0",
    "EfficientNetV2B2": "EfficientNetV2B0",
}
SIDES = (32, 32, 3)
"""Small pictures: the layers are the same, and it takes a tenth of the time."""
SPECS: dict[str, NetworkSpec] = {}
"""What was read in this run; the larger ones are compared with it."""


def opened(data: bytes) -> tuple[Network, NetworkSpec]:
    """Open a file as an upload is opened, but for the child."""
    archive = read_archive(data, OWN)
    spec = network_from_config(archive.config, OWN)
    built = build_network(spec, stored_weights(archive.weights, spec, OWN), limits=OWN)
    return Network.from_model(built.model, name=spec.name, models=spec.models), spec


def is_known(network: Network, name: str) -> None:
    """Check what is known by the name of a network of keras.applications."""
    assert network.known is not None
    assert network.known.title == name
    assert network.preprocessing is PREPROCESSINGS[SCALES[name]]
    assert network.labels == imagenet_classes()


@pytest.mark.parametrize("name", [name for name in SCALES if name not in LARGER])
def test_a_network_of_keras_applications_opens_as_it_is(name: str) -> None:
    original: Any = with_random_weights(constructors()[name](weights=None, input_shape=SIDES))
    picture = np.random.default_rng(0).integers(0, 256, SIDES, np.uint8)
    x = PREPROCESSINGS[SCALES[name]](picture)[np.newaxis]
    expected = open_answer(original, x)
    network, SPECS[name] = opened(saved(original))
    is_known(network, name)
    received = np.asarray(network.model(network.preprocess(picture)[np.newaxis]))[0]
    assert expected.std() > 1e-6, "an answer that is the same for all classes tells nothing"
    np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-4 * expected.max())


def read(name: str) -> tuple[Any, NetworkSpec]:
    """Make a network and read its config as that of a file is read."""
    model = constructors()[name](weights=None, input_shape=SIDES)
    return model, network_from_config(json.loads(model.to_json()), OWN)


def words_of(spec: NetworkSpec) -> set[tuple[str, ...]]:
    """Give the kinds of a network's layers, each with all that is said of it but numbers."""
    return {
        (
            layer.kind,
            *(
                f"{name}={value}"
                for name, value in sorted(layer.arguments.items())
                if value is None or isinstance(value, str | bool)
            ),
        )
        for layer in spec.layers
    }


@pytest.mark.parametrize("name", LARGER)
def test_a_larger_one_is_known_and_has_no_other_layers_than_a_smaller(name: str) -> None:
    model, spec = read(name)
    is_known(Network.from_model(model, name=spec.name, models=spec.models), name)
    smaller = SPECS.get(LARGER[name]) or read(LARGER[name])[1]
    assert words_of(spec) <= words_of(smaller)
