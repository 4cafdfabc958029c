"""Layers that change each number by itself give what the network gives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.networks.explanation.explained import assert_layer_explained

pytestmark = pytest.mark.tensorflow


def activations() -> dict[str, Any]:
    names = (
        *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish"),
        *("softplus", "softsign", "sigmoid", "hard_sigmoid", "hard_silu", "tanh", "hard_tanh"),
        *("log_sigmoid", "squareplus", "exponential", "linear", "softmax", "log_softmax"),
        *("hard_shrink", "soft_shrink", "tanh_shrink"),
    )
    return {
        f"Activation {name}": lambda layers, name=name: layers.Activation(name) for name in names
    }


def layers_by_themselves() -> dict[str, Any]:
    return {
        "BatchNormalization": lambda layers: layers.BatchNormalization(),
        "BatchNormalization plain": lambda layers: layers.BatchNormalization(
            scale=False, center=False
        ),
        "BatchNormalization rows": lambda layers: layers.BatchNormalization(axis=1),
        "Normalization": lambda layers: layers.Normalization(
            mean=list(range(6)), variance=[1, 2, 3, 4, 5, 6]
        ),
        "Normalization undone": lambda layers: layers.Normalization(
            mean=0.3, variance=2.0, invert=True
        ),
        "Rescaling": lambda layers: layers.Rescaling(0.5, offset=-1.0),
        "Rescaling by channel": lambda layers: layers.Rescaling([1, 2, 3, 4, 5, 6], offset=-1.0),
        "ReLU": lambda layers: layers.ReLU(),
        "ReLU all": lambda layers: layers.ReLU(max_value=0.9, negative_slope=0.2, threshold=0.1),
        "LeakyReLU": lambda layers: layers.LeakyReLU(negative_slope=0.15),
        "PReLU": lambda layers: layers.PReLU(alpha_initializer="he_normal"),
        "PReLU shared": lambda layers: layers.PReLU(
            alpha_initializer="he_normal", shared_axes=[1, 2]
        ),
        "ELU": lambda layers: layers.ELU(alpha=0.7),
        "Dropout": lambda layers: layers.Dropout(0.5),
        "SpatialDropout2D": lambda layers: layers.SpatialDropout2D(0.5),
        "GaussianNoise": lambda layers: layers.GaussianNoise(0.5),
        "Identity": lambda layers: layers.Identity(),
        "RandomFlip": lambda layers: layers.RandomFlip(),
        **activations(),
    }


@pytest.mark.parametrize(
    "build", layers_by_themselves().values(), ids=layers_by_themselves().keys()
)
def test_each_kind_of_layer_is_explained(build: Any) -> None:
    assert_layer_explained(build)
