"""An open network as a stack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.networks import Network, NetworkError, open_network, read_network
from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS
from cnnviz.networks.building.blocks import (
    BottleneckBlock,
    InceptionBlock,
    InvertedResidualBlock,
    ResidualBlock,
)
from cnnviz.networks.building.constraints import Bound
from cnnviz.networks.building.kinds import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Input,
    ReLU,
    SeparableConv2D,
)
from cnnviz.networks.building.model import build_model
from cnnviz.networks.building.opened import stack_of_network
from cnnviz.networks.building.options import Penalty
from cnnviz.networks.building.presets import PRESETS
from cnnviz.networks.building.stack import KINDS, Stack
from cnnviz.networks.keras_files import upload
from cnnviz.networks.keras_files.unrolling import PassedOver
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.keras_files.here import run_here


@pytest.fixture(autouse=True)
def files_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no child for a file, which tests/networks/keras_files do."""
    monkeypatch.setattr(upload, "run_apart", run_here)


@pytest.mark.parametrize("name", ["lenet_5", "small_resnet", "mobilenet"])
def test_a_built_network_gives_its_stack_back(name: str) -> None:
    stack = PRESETS[name].stack
    assert stack_of_network(Network.from_model(build_model(stack))) == stack


def test_blocks_and_changes_of_pictures_are_given_back() -> None:
    changes = (kind() for kind in AUGMENTATION_KINDS)
    blocks = (
        *(InceptionBlock(1, 2, 3, 4, 5, 6), ResidualBlock(6), InceptionBlock()),
        *(BottleneckBlock(2), BottleneckBlock(2, strides=(2, 2)), BottleneckBlock(2, (1, 1))),
        *(InvertedResidualBlock(8), InvertedResidualBlock(8, (5, 5), (2, 2))),
        InvertedResidualBlock(6, use_bias=True, batch_normalization=False, activation="linear"),
    )
    stack = Stack((Input(9, 9, 3), *changes, *blocks))
    assert stack_of_network(Network.from_model(build_model(stack, seed=1))) == stack


@pytest.mark.parametrize("name", ["tutorial", "small_vgg"])
def test_a_shipped_network_is_its_preset(name: str) -> None:
    layers = stack_of_network(open_network(name)).layers
    assert tuple(Activation("relu") if layer == ReLU() else layer for layer in layers) == (
        PRESETS[name].stack.layers
    )


def test_what_passes_on_what_it_gets_is_left_out() -> None:
    layers = load_keras().layers
    image = load_keras().Input((6, 6, 1))
    x = layers.Conv2D(2, 3, kernel_initializer="variance_scaling")(layers.Identity()(image))
    model = load_keras().Model(image, layers.Dense(2)(layers.Identity()(x)))
    found = stack_of_network(Network.from_model(model))
    assert found.layers[1:] == (Conv2D(2, (3, 3)), Dense(2))


def test_initialisers_and_regularisers_are_given_back_by_a_file_too(tmp_path: Path) -> None:
    stack = Stack(
        (
            Input(9, 9, 3),
            Conv2D(
                *(2, (3, 3)),
                kernel_initializer="orthogonal",
                bias_initializer="ones",
                kernel_regularizer=Penalty(l1=0.1),
                bias_regularizer=Penalty(l2=0.5),
                activity_regularizer=Penalty(l1=0.25),
                kernel_constraint=Bound("MaxNorm", 0.5, (0, 1, 2)),
            ),
            DepthwiseConv2D((2, 2), depthwise_initializer="he_normal"),
            SeparableConv2D(
                *(2, (2, 2)),
                pointwise_regularizer=Penalty(l2=0.5),
                depthwise_constraint=Bound("NonNeg"),
                pointwise_constraint=Bound("UnitNorm"),
            ),
            BatchNormalization(gamma_initializer="zeros"),
            Dense(2, kernel_initializer="random_normal", kernel_regularizer=Penalty(1e-4, 1e-5)),
        )
    )
    model = build_model(stack, seed=2)
    assert stack_of_network(Network.from_model(model)) == stack
    assert len(model.losses) == 4
    model.save(tmp_path / "network.keras")
    uploaded = read_network((tmp_path / "network.keras").read_bytes())
    assert stack_of_network(uploaded) == stack
    assert (np.asarray(model.get_layer("conv_1").bias) == 1).all()
    assert (np.asarray(model.get_layer("batch_norm_1").gamma) == 0).all()


def test_changes_of_pictures_come_back_from_an_upload(tmp_path: Path) -> None:
    kept = (
        *(kind() for kind in AUGMENTATION_KINDS),
        *(KINDS["RandomRotation"](0.3, "nearest"), KINDS["RandomTranslation"](0.2, 0.0)),
        *(KINDS["RandomFlip"]("vertical"), KINDS["RandomColorJitter"](hue_factor=0.2)),
        *(KINDS["RandomBrightness"](0.5, (0, 1)), KINDS["Rescaling"](1 / 255)),
    )
    keras = load_keras()
    ours = build_model(Stack((Input(9, 9, 3), *kept, Dense(2))), seed=1)
    # As Keras itself writes them: the range that a strength is drawn from.
    for layer in ours.layers:
        vars(layer).pop("get_config", None)
    changes = keras.Sequential(
        [
            keras.layers.RandomRotation((0.0, 0.2)),
            keras.layers.RandomZoom(0.2, interpolation="nearest"),
            keras.layers.RandomContrast(0.25),
        ]
    )
    image = keras.Input((9, 9, 3))
    theirs = keras.Model(image, keras.layers.Dense(2)(changes(image)))
    # RandomShear's own file is one that Keras cannot read; it is none of ours to mend.
    for model, expected in ((ours, kept), (theirs, (KINDS["RandomContrast"](0.25),))):
        model.save(tmp_path / "network.keras")
        uploaded = read_network((tmp_path / "network.keras").read_bytes())
        # What a stack has only with other arguments is left out.
        assert stack_of_network(uploaded).layers == (Input(9, 9, 3), *expected, Dense(2))


@pytest.mark.parametrize(
    "config",
    [{}, {"factor": "x"}, {"factor": []}, {"factor": [[1]]}, {"factor": 10**400}, {"factor": None}],
    ids=str,
)
def test_what_a_file_says_of_a_change_is_taken_as_data(config: dict[str, Any]) -> None:
    image = load_keras().Input((6, 6, 1))
    identity = load_keras().layers.Identity()
    identity.passed_over = PassedOver("RandomRotation", config)
    model = load_keras().Model(image, load_keras().layers.Dense(2)(identity(image)))
    assert stack_of_network(Network.from_model(model)).layers[1:] == (Dense(2),)


def reshaped(layers: Any, x: Any) -> Any:
    return layers.Reshape((9, 4, 3))(x)


def on_rows(layers: Any, x: Any) -> Any:
    return layers.Softmax(axis=1)(x)


def shared(layers: Any, x: Any) -> Any:
    return layers.PReLU(shared_axes=[1, 2])(x)


def scaled(layers: Any, x: Any) -> Any:
    return layers.Rescaling([1.0, 2.0, 3.0])(x)


def branched(layers: Any, x: Any) -> Any:
    return layers.Add()([x, layers.Conv2D(3, 1)(x)])


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (reshaped, '"wrong" (Reshape)'),
        (on_rows, "axis=1"),
        (shared, "shared_axes=[1, 2]"),
        (scaled, "The scale of a Rescaling must be a number"),
        (branched, "inverted residual or inception"),
    ],
)
def test_what_a_stack_has_not_is_refused_by_its_name(
    make: Callable[[Any, Any], Any], word: str
) -> None:
    keras = load_keras()
    image = keras.Input((6, 6, 3))
    output = make(keras.layers, image)
    model = keras.Model(image, output)
    model.layers[-1].name = "wrong"
    with pytest.raises(NetworkError) as error:
        stack_of_network(Network.from_model(model))
    assert word in str(error.value)
    assert '"wrong"' in str(error.value)


def test_efficientnet_has_other_blocks() -> None:
    with pytest.raises(NetworkError, match="inverted residual or inception"):
        stack_of_network(open_network("efficientnet_lite0"))
