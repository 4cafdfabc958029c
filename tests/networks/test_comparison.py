"""Two networks are compared by names, and by numbers that can be worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.images.pictures import encode_png
from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network, random_twin
from cnnviz.networks.code import comparison_code, network_file
from cnnviz.networks.comparison import channel_differences, compare_networks, relative_difference
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.answering import u_net


def small(filters: int = 4, last: str = "dense", seed: int = 3) -> Network:
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    image = keras.Input((12, 12, 3))
    x = layers.Conv2D(4, 3, name="conv_1", activation="relu")(image)
    x = layers.Conv2D(filters, 3, name="conv_2")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return Network.from_model(keras.Model(image, layers.Dense(5, name=last)(x)))


def compared(first: Network, second: Network):
    picture = open_sample("panda")
    return compare_networks(
        first, second, first.feature_maps(picture), second.feature_maps(picture)
    )


def test_a_network_does_not_differ_from_itself() -> None:
    network = open_network("tutorial")
    found = compared(network, network)
    assert [one.name for one in found.layers] == [info.name for info in network.layers[1:]]
    assert all(one.outputs == 0 for one in found.layers)
    assert all(one.cosine == pytest.approx(1) for one in found.layers)


def test_one_changed_weight_differs_from_its_layer_on_by_what_it_changes() -> None:
    first, second = small(), small()
    layer = second.model.get_layer("conv_2")
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel * 2, bias])
    found = {one.name: one for one in compared(first, second).layers}
    assert found["conv_1"].outputs == 0
    assert found["conv_2"].outputs == pytest.approx(1, abs=1e-5)  # twice as long: bias is 0
    assert found["conv_2"].cosine == pytest.approx(1, abs=1e-6)
    assert found["conv_2"].weights == pytest.approx(1, abs=1e-6)
    assert found["conv_1"].weights == found["dense"].weights == 0
    assert math.isnan(found["pool"].weights)


def test_the_program_compares_networks_that_answer_with_a_mask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (Network.from_model(u_net(classes=count)) for count in (4, 1))
    monkeypatch.chdir(tmp_path)
    for name, network in (("first", first), ("second", second)):
        Path(f"{name}.keras").write_bytes(network_file(network))
        Path(f"{name}.png").write_bytes(encode_png(network.shown_part(open_sample("panda"))))
    there: dict[str, Any] = {}
    exec(comparison_code(first, second), there)
    found = {one.name: one.outputs for one in compared(first, second).layers}
    assert math.isnan(found["scores"])  # four classes and one
    assert "scores" not in there["result"]
    for name, difference in there["result"].items():
        assert difference == pytest.approx(found[name], abs=1e-5)


def test_layers_of_other_shapes_are_named_and_not_compared_and_others_listed() -> None:
    found = compared(small(), small(filters=6, last="head"))
    assert found.only_first == ("dense",)
    assert found.only_second == ("head",)
    conv_2 = next(one for one in found.layers if one.name == "conv_2")
    assert conv_2.shape[-1] == 4
    assert conv_2.other_shape[-1] == 6
    assert math.isnan(conv_2.outputs)
    assert math.isnan(conv_2.weights)
    order = [one.outputs for one in found.most_different()]
    assert order[0] == max(value for value in order if not math.isnan(value))
    assert math.isnan(order[-1])


def test_the_most_different_comes_first() -> None:
    network = open_network("tutorial")
    found = [one.outputs for one in compared(network, random_twin(network)).most_different()]
    assert found == sorted(found, reverse=True)
    assert found[-1] > 0


def test_the_channels_differences_are_the_layers_in_root_mean_square() -> None:
    a, b = np.random.default_rng(2).normal(size=(2, 4, 3, 6)).astype(np.float32)
    found = channel_differences(a, b)
    assert math.sqrt(np.mean(found**2)) == pytest.approx(relative_difference(a, b), rel=1e-5)
