"""Layers that join maps, measure them or move their cells give what the network gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.networks import Network, NetworkError, open_network
from cnnviz.networks.explanation.explain import Cell, explain
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.explanation.explained import (
    assert_explained,
    assert_layer_explained,
    explain_first,
    picture,
    shaken,
)


def layers_that_rearrange() -> dict[str, Any]:
    return {
        "LayerNormalization": lambda layers: layers.LayerNormalization(),
        "LayerNormalization axes": lambda layers: layers.LayerNormalization(axis=[1, 3]),
        "GroupNormalization": lambda layers: layers.GroupNormalization(groups=3),
        "GroupNormalization one": lambda layers: layers.GroupNormalization(groups=-1),
        "UnitNormalization": lambda layers: layers.UnitNormalization(),
        "Softmax": lambda layers: layers.Softmax(),
        "Flatten": lambda layers: layers.Flatten(),
        "Reshape": lambda layers: layers.Reshape((-1, 4)),
        "Reshape maps": lambda layers: layers.Reshape((3, 16, -1)),
        "Permute": lambda layers: layers.Permute((3, 1, 2)),
        "ZeroPadding2D": lambda layers: layers.ZeroPadding2D(((1, 2), (0, 3))),
        "Cropping2D": lambda layers: layers.Cropping2D(((1, 0), (2, 1))),
        "CenterCrop": lambda layers: layers.CenterCrop(5, 4),
        "UpSampling2D": lambda layers: layers.UpSampling2D((2, 3)),
        "UpSampling2D bilinear": lambda layers: layers.UpSampling2D(2, interpolation="bilinear"),
        "Resizing": lambda layers: layers.Resizing(5, 13),
        "Resizing nearest": lambda layers: layers.Resizing(5, 13, interpolation="nearest"),
    }


@pytest.mark.parametrize(
    "build", layers_that_rearrange().values(), ids=layers_that_rearrange().keys()
)
def test_each_kind_of_layer_is_explained(build: Any) -> None:
    assert_layer_explained(build)


MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")


@pytest.mark.parametrize("kind", MERGES)
def test_merged_branches_are_explained(kind: str) -> None:
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((8, 12, 3))
    one = layers.Conv2D(6, 3, padding="same")(image)
    other = layers.Conv2D(6, 5, padding="same", activation="relu")(image)
    merged = getattr(layers, kind)(name="merged")([one, other])
    network = Network.from_model(shaken(keras.Model(image, merged)))
    assert_explained(network, "merged")
    maps = network.feature_maps(picture())
    found = explain(network, maps, "merged", 2, 3, 1)
    assert {cell.layer for cell in found.references} <= {info.name for info in network.layers}


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_concatenation_along_any_axis_finds_its_branch(axis: int) -> None:
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    one = keras.layers.Conv2D(3, 3, padding="same")(image)
    joined = keras.layers.Concatenate(axis=axis, name="joined")([image, one, image])
    with pytest.raises(NetworkError, match="each input comes in once"):
        explain_first(Network.from_model(keras.Model(image, joined)), "joined")
    joined = keras.layers.Concatenate(axis=axis, name="joined")([image, one])
    assert_explained(Network.from_model(shaken(keras.Model(image, joined))), "joined")


def test_squeeze_and_excitation_is_explained_across_its_broadcast() -> None:
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((8, 12, 3))
    x = layers.Conv2D(6, 3, padding="same", name="maps")(image)
    squeezed = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Conv2D(6, 1, activation="sigmoid", name="gate")(squeezed)
    scaled = layers.Multiply(name="scaled")([x, gate])
    network = Network.from_model(shaken(keras.Model(image, scaled)))
    assert_explained(network, "scaled")
    found = explain(network, network.feature_maps(picture()), "scaled", 4, 5, 2)
    assert Cell("gate", 0, 0, 2) in found.references


def test_a_repeated_vector_is_explained() -> None:
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    vector = keras.layers.GlobalMaxPooling2D()(image)
    repeated = keras.layers.RepeatVector(4, name="repeated")(vector)
    network = Network.from_model(keras.Model(image, repeated))
    maps = network.feature_maps(picture())
    assert explain(network, maps, "repeated", 0, 3, 1).references == (
        Cell(network.layers[1].name, 0, 0, 1),
    )


def test_softmax_shares_add_up_to_the_denominator() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(picture())
    found = explain(network, maps, "softmax", 0, 0, 3)
    (terms,) = found.terms
    share = terms.sums[terms.channels.tolist().index(3)] / terms.sums.sum()
    assert share == pytest.approx(float(maps["softmax"][3]), abs=1e-6)


def test_a_flattened_unit_sees_what_its_cell_saw() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(picture())
    unit = int(np.ravel_multi_index((5, 9, 2), (16, 16, 16)))
    found = explain(network, maps, "flatten", 0, 0, unit)
    assert found.references == (Cell("pool", 5, 9, 2),)
    assert found.region == network.receptive_box("pool", 5, 9)


def test_zero_padding_explains_a_zero_without_inputs() -> None:
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    padded = keras.layers.ZeroPadding2D(2, name="padded")(image)
    network = Network.from_model(keras.Model(image, padded))
    found = explain_first(network, "padded")
    assert (found.value, found.terms, found.references) == (0.0, (), ())
