"""Networks of keras.applications are known by name and structure together."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.networks import Network, imagenet_classes
from cnnviz.networks.downloads import APPLICATIONS
from cnnviz.networks.recognition import KNOWN
from cnnviz.networks.tensorflow_runtime import load_keras


@pytest.fixture(scope="module")
def mobilenet() -> Any:
    return load_keras().applications.MobileNetV2(weights=None, input_shape=(32, 32, 3), alpha=0.35)


def test_a_known_network_gets_its_scale_and_imagenets_names(mobilenet):
    network = Network.from_model(mobilenet)
    assert network.known is not None
    assert network.known.title == "MobileNetV2"
    assert network.preprocessing is PREPROCESSINGS["minus_one_to_one"]
    assert network.labels == imagenet_classes()


def test_other_classes_keep_their_numbers(mobilenet):
    keras = load_keras()
    base = keras.Model(mobilenet.inputs, mobilenet.layers[-2].output, name=mobilenet.name)
    image = keras.Input((32, 32, 3))
    flipped = keras.layers.RandomFlip()(image)
    network = Network.from_model(keras.Model(image, keras.layers.Dense(7)(base(flipped))))
    assert network.preprocessing is PREPROCESSINGS["minus_one_to_one"]
    assert network.labels[6] == "class 6"


def test_a_first_layer_that_tells_the_scale_outdoes_the_name(mobilenet):
    keras = load_keras()
    image = keras.Input((32, 32, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1)(image)
    network = Network.from_model(keras.Model(image, mobilenet(scaled)))
    assert network.known is not None
    assert network.preprocessing is PREPROCESSINGS["zero_to_255"]


@pytest.mark.parametrize("name", ["vgg16", "mobilenetv2_1.00_224", "resnet50", "my_mobilenet"])
def test_a_name_alone_or_a_structure_alone_is_not_enough(mobilenet, name):
    keras = load_keras()
    small = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.Flatten()], name=name
    )
    assert Network.from_model(small).known is None
    if name != "mobilenetv2_1.00_224":
        renamed = keras.Model(mobilenet.inputs, mobilenet.outputs, name=name)
        network = Network.from_model(renamed)
        assert network.known is None
        assert network.preprocessing is PREPROCESSINGS["zero_to_one"]
        assert network.labels[630] == "class 630"


def test_one_name_is_one_network():
    examples = {
        "mobilenet_1.00_224": "MobileNet",
        "mobilenet_0.25_None": "MobileNet",
        "mobilenetv2_1.00_224": "MobileNetV2",
        "MobileNetV3Small": "MobileNetV3Small",
        "resnet50": "ResNet50",
        "resnet50v2": "ResNet50V2",
        "efficientnetv2-b0": "EfficientNetV2B0",
        "convnext_tiny": "ConvNeXtTiny",
    }
    for name, title in examples.items():
        assert [known.title for known in KNOWN if re.fullmatch(known.name, name)] == [title]


def test_titles_and_scales_are_those_of_the_networks_that_can_be_fetched():
    by_title = {known.title: known for known in KNOWN}
    assert len(by_title) == len(KNOWN)
    for application in APPLICATIONS.values():
        assert by_title[application.constructor].preprocessing == application.preprocessing


def test_all_of_keras_applications_is_known():
    applications = load_keras().applications
    offered = {name for name in dir(applications) if name[0].isupper()}
    assert offered == {known.title for known in KNOWN}
