import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network
from cnnviz.networks.feature_maps.ablation import switched_off
from cnnviz.networks.feature_maps.statistics import layer_statistics
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.tensorflow_runtime import load_keras

PICTURE = open_sample("panda")


def test_gradient_times_activation_equals_ablation_where_the_rest_is_linear() -> None:
    network = open_network("tutorial")
    top = network.predict(PICTURE, top=1)[0].index
    effect = layer_statistics(network, network.preprocess(PICTURE), "pool", class_index=top).effect
    assert effect is not None
    for channel in range(16):
        found = switched_off(network, network.preprocess(PICTURE), "pool", [channel])
        fall = found.logit_before - found.logit_after
        assert effect[channel] == pytest.approx(fall, abs=1e-4)


def logits_from(network, layer: str, maps: np.ndarray) -> np.ndarray:
    """Run a sequential network's own layers, plainly, from the maps of one of them on."""
    names = [one.name for one in network.model.layers]
    x = maps[np.newaxis]
    for one in network.model.layers[names.index(layer) + 1 : names.index("dense") + 1]:
        x = one(x)
    return np.asarray(x)[0]


@pytest.mark.parametrize("off", [[5], [0, 3, 31], range(32)], ids=["one", "three", "all"])
def test_the_answer_without_channels_is_that_of_the_plain_network(off) -> None:
    network = open_network("small_vgg")
    edited = network.feature_maps(PICTURE)["relu_2_1"].copy()
    edited[..., list(off)] = 0
    logits = logits_from(network, "relu_2_1", edited)
    found = switched_off(network, network.preprocess(PICTURE), "relu_2_1", off)
    wanted = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    for one in found.after:
        assert one.probability == pytest.approx(wanted[one.index], abs=1e-5)
    first = network.predict(PICTURE, top=5)
    assert [one.index for one in found.before[:5]] == [one.index for one in first]
    assert found.logit_after == pytest.approx(logits[first[0].index], abs=1e-4)
    assert found.answer_changes == (int(logits.argmax()) != first[0].index)
    assert int(logits.argmax()) in [one.index for one in found.after]


def test_with_nothing_off_nothing_changes() -> None:
    network = open_network("tutorial")
    found = switched_off(network, network.preprocess(PICTURE), "pool", [])
    assert found.before == found.after
    assert not found.answer_changes


def test_unknown_channels_and_layers_are_refused() -> None:
    network = open_network("tutorial")
    with pytest.raises(NetworkError, match=r"from 0 to 5.*Received: 6"):
        switched_off(network, network.preprocess(PICTURE), "conv_1", [0, 6])
    with pytest.raises(NetworkError, match=r"from 0 to 5.*Received: -1"):
        switched_off(network, network.preprocess(PICTURE), "conv_1", [-1])
    with pytest.raises(NetworkError, match='Received: "conv_7"'):
        switched_off(network, network.preprocess(PICTURE), "conv_7", [0])


def test_a_single_unit_is_told_by_its_own_number() -> None:
    keras = load_keras()
    keras.utils.set_random_seed(2)
    image = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3, name="maps")(image)
    x = keras.layers.GlobalAveragePooling2D(name="pooled")(x)
    network = Network.from_model(keras.Model(image, keras.layers.Dense(1, name="unit")(x)))
    given = network.preprocess(PICTURE)
    z = float(network.feature_maps_of_input(given)["unit"][0])
    found = switched_off(network, given, "pooled", [1])
    assert found.logit_before == pytest.approx(abs(z), rel=1e-5)
    effect = layer_statistics(network, given, "pooled").effect
    assert effect is not None
    assert effect[1] == pytest.approx(found.logit_before - found.logit_after, rel=1e-4)
