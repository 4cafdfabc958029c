"""Our arithmetic gives the network's own numbers, whatever the layer."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from cnnviz.images.crops import Box
from cnnviz.networks import Network, NetworkError, open_network
from cnnviz.networks.explanation.arithmetic import KINDS
from cnnviz.networks.explanation.explain import Cell, can_explain, explain
from cnnviz.networks.explanation.terms import as_cells
from cnnviz.networks.tensorflow_runtime import load_keras

SHIPPED = ("tutorial", "small_vgg", "efficientnet_lite0")


@cache
def picture(height: int = 97, width: int = 131) -> Any:
    """A picture with edges, gradients and noise in it."""
    rows, columns = np.mgrid[:height, :width]
    noise = np.random.default_rng(3).normal(0, 20, (height, width, 3))
    waves = np.stack(
        [np.sin(rows / 7), np.cos(columns / 11), np.where(rows > columns, 1, -1)], axis=-1
    )
    return (127 + 90 * waves + noise).clip(0, 255).astype(np.uint8)


def cells_of(maps: Any, layer: str, count: int, seed: int = 0) -> list[tuple[int, int, int]]:
    """Pick some cells of a layer, the corners among them."""
    random = np.random.default_rng(seed)
    shape = as_cells(maps[layer]).shape
    corners = [(0, 0, 0), (shape[0] - 1, shape[1] - 1, shape[2] - 1)]
    return corners + [tuple(int(random.integers(n)) for n in shape) for _ in range(count)]


@pytest.mark.parametrize("fold", [True, False], ids=["folded", "layer by layer"])
@pytest.mark.parametrize("name", SHIPPED)
def test_every_layer_of_a_shipped_network_is_explained_to_1e_4(name: str, fold: bool) -> None:
    network = open_network(name)
    maps = network.feature_maps(picture())
    for info in network.layers:
        for row, column, channel in cells_of(maps, info.name, 4):
            found = explain(network, maps, info.name, row, column, channel, fold=fold)
            assert found.delta <= 1e-4, (info.name, row, column, channel, found.value)


def activations_in_layers() -> dict[str, Any]:
    names = (
        *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish"),
        *("softplus", "softsign", "sigmoid", "hard_sigmoid", "hard_silu", "tanh", "hard_tanh"),
        *("log_sigmoid", "squareplus", "exponential", "linear", "softmax", "log_softmax"),
        *("hard_shrink", "soft_shrink", "tanh_shrink"),
    )
    built = {
        f"Activation {name}": lambda layers, name=name: layers.Activation(name) for name in names
    }
    built |= {
        f"Conv2D with {name}": lambda layers, name=name: layers.Conv2D(5, 3, activation=name)
        for name in ("relu", "tanh", "softmax", "swish")
    }
    built |= {
        "Conv2DTranspose with softmax": lambda layers: layers.Conv2DTranspose(
            4, 3, strides=2, activation="softmax"
        ),
        "DepthwiseConv2D with softmax": lambda layers: layers.DepthwiseConv2D(
            3, activation="softmax"
        ),
        "SeparableConv2D with softmax": lambda layers: layers.SeparableConv2D(
            5, 3, activation="softmax"
        ),
        "grouped Conv2D with softmax": lambda layers: layers.Conv2D(
            6, 3, groups=3, activation="softmax"
        ),
        "Dense with softmax": lambda layers: layers.Dense(7, activation="softmax"),
        "Dense with log_softmax": lambda layers: layers.Dense(7, activation="log_softmax"),
    }
    return built


def one_layer_each() -> dict[str, Any]:
    return {
        "Conv2D same, stride 2": lambda layers: layers.Conv2D(5, 3, strides=2, padding="same"),
        "Conv2D 2 x 5, stride (3, 1)": lambda layers: layers.Conv2D(
            4, (2, 5), strides=(3, 1), padding="same", use_bias=False
        ),
        "Conv2D dilated": lambda layers: layers.Conv2D(4, 3, dilation_rate=(2, 3), padding="same"),
        "Conv2D grouped": lambda layers: layers.Conv2D(9, 3, groups=3, padding="same"),
        "DepthwiseConv2D": lambda layers: layers.DepthwiseConv2D(3, depth_multiplier=2),
        "DepthwiseConv2D stride 2": lambda layers: layers.DepthwiseConv2D(
            (5, 5), strides=2, padding="same", use_bias=False
        ),
        "SeparableConv2D": lambda layers: layers.SeparableConv2D(
            5, 3, depth_multiplier=2, strides=2, padding="same"
        ),
        "Conv2DTranspose": lambda layers: layers.Conv2DTranspose(5, 3, strides=2, padding="same"),
        "Conv2DTranspose valid": lambda layers: layers.Conv2DTranspose(4, (2, 3), strides=3),
        "Conv2DTranspose gaps": lambda layers: layers.Conv2DTranspose(2, 2, strides=(4, 1)),
        "Conv2DTranspose output_padding": lambda layers: layers.Conv2DTranspose(
            2, 3, strides=2, padding="same", output_padding=0
        ),
        "Dense on maps": lambda layers: layers.Dense(4),
        "MaxPooling2D": lambda layers: layers.MaxPooling2D(3, strides=2, padding="same"),
        "MaxPooling2D valid": lambda layers: layers.MaxPooling2D((2, 3)),
        "AveragePooling2D": lambda layers: layers.AveragePooling2D(3, strides=2, padding="same"),
        "GlobalAveragePooling2D": lambda layers: layers.GlobalAveragePooling2D(),
        "GlobalMaxPooling2D": lambda layers: layers.GlobalMaxPooling2D(keepdims=True),
        "BatchNormalization": lambda layers: layers.BatchNormalization(),
        "BatchNormalization plain": lambda layers: layers.BatchNormalization(
            scale=False, center=False
        ),
        "BatchNormalization rows": lambda layers: layers.BatchNormalization(axis=1),
        "LayerNormalization": lambda layers: layers.LayerNormalization(),
        "LayerNormalization axes": lambda layers: layers.LayerNormalization(axis=[1, 3]),
        "GroupNormalization": lambda layers: layers.GroupNormalization(groups=3),
        "GroupNormalization one": lambda layers: layers.GroupNormalization(groups=-1),
        "UnitNormalization": lambda layers: layers.UnitNormalization(),
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
        "Dropout": lambda layers: layers.Dropout(0.5),
        "SpatialDropout2D": lambda layers: layers.SpatialDropout2D(0.5),
        "GaussianNoise": lambda layers: layers.GaussianNoise(0.5),
        "Identity": lambda layers: layers.Identity(),
        "RandomFlip": lambda layers: layers.RandomFlip(),
        **activations_in_layers(),
    }


def shaken(model: Any) -> Any:
    """Give every weight a value of its own, as training would; variances stay positive."""
    random = np.random.default_rng(11)
    for weight in model.weights:
        values = random.normal(0, 0.4, tuple(weight.shape))
        if weight.name in ("moving_variance", "variance"):
            values = np.abs(values) + 0.2
        if weight.name != "count":
            weight.assign(values)
    return model


def assert_explained(network: Network, layer: str, *, count: int = 10) -> None:
    maps = network.feature_maps(picture())
    assert can_explain(network, layer)
    for row, column, channel in cells_of(maps, layer, count):
        for fold in (True, False):
            found = explain(network, maps, layer, row, column, channel, fold=fold)
            assert found.delta <= 1e-5 * max(1.0, abs(found.network_value)), (row, column, channel)


@pytest.mark.parametrize("build", one_layer_each().values(), ids=one_layer_each().keys())
def test_each_kind_of_layer_is_explained(build: Any) -> None:
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    x = keras.layers.Conv2D(6, 3, padding="same", name="before")(image)
    network = Network.from_model(shaken(keras.Model(image, build(keras.layers)(x))))
    assert_explained(network, network.layers[-1].name)


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


def explain_first(network: Network, layer: str) -> Any:
    return explain(network, network.feature_maps(picture()), layer, 0, 0, 0)


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


def test_a_convolution_is_the_sum_of_its_channels_and_its_bias() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(picture())
    found = explain(network, maps, "conv_2", 0, 5, 3)
    (terms,) = found.terms
    kernel, bias = network.weights("conv_2")["kernel"], network.weights("conv_2")["bias"]
    assert terms.layer == "relu_1"
    assert terms.rows.tolist() == [-1, 0, 1]
    assert not terms.inside[0].any()
    assert terms.inside[1:].all()
    assert terms.cell(0, 0, 0) is None
    for index, channel in enumerate(terms.channels):
        assert np.array_equal(terms.weights[index], kernel[:, :, channel, 3])
        assert np.array_equal(terms.patches[index, 1:], maps["relu_1"][0:2, 4:7, channel])
    assert found.value == pytest.approx(terms.sums.sum() + bias[3], abs=1e-9)
    assert [step.name for step in found.steps] == ["sum of products", "bias"]


def test_contributions_come_largest_first_and_so_do_references() -> None:
    network = open_network("small_vgg")
    maps = network.feature_maps(picture())
    found = explain(network, maps, "conv_3_1", 4, 4, 9)
    sizes = np.abs(found.terms[0].sums)
    assert np.all(sizes[:-1] >= sizes[1:])
    assert found.references[0].channel == found.terms[0].channels[0]
    assert found.references[0].layer == "pool_2"
    i, j = np.unravel_index(np.abs(found.terms[0].products[0]).argmax(), (3, 3))
    assert found.references[0] == found.terms[0].cell(0, int(i), int(j))


def test_folding_shows_convolution_normalisation_and_relu_as_one_calculation() -> None:
    network = open_network("efficientnet_lite0")
    maps = network.feature_maps(picture())
    found = explain(network, maps, "stage2_block1_expand_relu6", 30, 12, 7)
    assert found.kind == "Conv2D"
    assert [step.name for step in found.steps] == [
        "sum of products",
        "batch normalisation",
        "ReLU6",
    ]
    assert [step.layer.rsplit("_", 1)[1] for step in found.steps] == ["conv", "bn", "relu6"]
    for step in found.steps:
        assert step.value == pytest.approx(float(maps[step.layer][30, 12, 7]), abs=1e-4)


def test_references_lead_from_the_answer_down_to_a_pixel() -> None:
    network = open_network("small_vgg")
    maps = network.feature_maps(picture())
    cell = Cell("softmax", 0, 0, int(maps["softmax"].argmax()))
    visited = []
    while cell.layer != "image":
        visited.append(cell.layer)
        found = explain(network, maps, cell.layer, cell.row, cell.column, cell.channel)
        cell = found.references[0]
    assert visited[:2] == ["softmax", "dense"]
    assert "conv_1_1" in visited or "relu_1_1" in visited
    pixel = explain(network, maps, *cell)
    assert pixel.value == pixel.network_value
    assert pixel.region == Box(cell.row, cell.column, 1, 1)


def test_a_max_pool_refers_to_the_pixel_that_won() -> None:
    network = open_network("small_vgg")
    maps = network.feature_maps(picture())
    row, column, channel = np.unravel_index(maps["pool_1"].argmax(), maps["pool_1"].shape)
    found = explain(network, maps, "pool_1", row, column, channel)
    (winner,) = found.references
    assert maps["relu_1_2"][winner.row, winner.column, winner.channel] == found.value
    assert (winner.row // 2, winner.column // 2) == (row, column)


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


def test_a_place_outside_the_layer_is_refused() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(picture())
    with pytest.raises(NetworkError, match=r"16 x 16 cells and 16 channels.*column=16"):
        explain(network, maps, "pool", 0, 16, 0)
    with pytest.raises(NetworkError, match="Received: row=-1"):
        explain(network, maps, "pool", -1, 0, 0)
    with pytest.raises(NetworkError, match="Received: conv_99"):
        explain(network, maps, "conv_99", 0, 0, 0)
    with pytest.raises(NetworkError, match="Received: no maps of relu_1"):
        explain(network, {"conv_2": maps["conv_2"]}, "conv_2", 0, 0, 0)


def test_an_unknown_layer_is_refused_and_said_to_be() -> None:
    keras = load_keras()

    class Doubling(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return 2 * x

    image = keras.Input((8, 12, 3))
    network = Network.from_model(keras.Model(image, Doubling(name="twice")(image)))
    assert not can_explain(network, "twice")
    with pytest.raises(NetworkError, match="Received: twice, a Doubling"):
        explain_first(network, "twice")


def test_an_operation_that_shares_a_layers_name_is_not_mistaken_for_it() -> None:
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    network = Network.from_model(keras.Model(image, keras.ops.subtract(image, 5.0)))
    assert network.layers[-1].kind in KINDS
    assert not can_explain(network, network.layers[-1].name)
