"""The program of a layer's health, run in an empty folder with what the page offers."""

import io
import zipfile

import numpy as np
import pytest

from cnnviz.images.pictures import encode_png
from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import Network, open_network
from cnnviz.networks.code import network_file
from cnnviz.networks.feature_maps.code import health_code
from cnnviz.networks.feature_maps.gallery_health import HealthCount
from cnnviz.networks.feature_maps.statistics import saturation_limits
from cnnviz.networks.tensorflow_runtime import load_keras


def loud() -> Network:
    """Make a layer whose channels stand at a limit of their activation on many pictures."""
    keras = load_keras()
    weights = keras.initializers.RandomNormal(stddev=8.0, seed=1)
    conv = keras.layers.Conv2D(6, 3, activation="relu6", kernel_initializer=weights, name="loud")
    layers = [keras.Input((12, 12, 3)), conv, keras.layers.Flatten(), keras.layers.Dense(2)]
    return Network.from_model(keras.Sequential(layers, name="loud_network"))


@pytest.mark.parametrize("layer", ["relu_2", "softmax", "loud"])
def test_the_program_counts_what_is_counted(layer, tmp_path, monkeypatch, capsys):
    network = loud() if layer == "loud" else open_network("tutorial")
    count = HealthCount(
        network.layer(layer).channels, limits=saturation_limits(network.operation(layer))
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in list(SAMPLES)[:12]:
            picture = open_sample(name)
            archive.writestr(f"{name}.png", encode_png(network.shown_part(picture)))
            count.add(network.feature_maps(picture, [layer])[layer])
    (tmp_path / "pictures.zip").write_bytes(file.getvalue())
    (tmp_path / f"{network.name}.keras").write_bytes(network_file(network))
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(health_code(network, layer), "program.py", "exec"), names)
    result, found = names["result"], count.result()
    np.testing.assert_array_equal(result["Dead on"], found.dead_in)
    np.testing.assert_array_equal(result["Saturated on"], found.saturated_in)
    for name, numbers in (
        ("Zeros", found.sparsity),
        ("Mean", found.mean),
        ("Minimum", found.minimum),
        ("Maximum", found.maximum),
        ("Correlation", found.correlation),
    ):
        np.testing.assert_allclose(result[name], numbers, atol=1e-4, err_msg=name)
    assert capsys.readouterr().out.startswith("Dead on [")
    assert found.saturated_in.any() == (layer == "loud")


def test_the_input_has_no_program():
    assert health_code(open_network("tutorial"), "image") == ""
