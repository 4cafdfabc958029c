import io

import numpy as np
import pytest

from cnnviz.images import pictures as images
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.code import has_code, maps_npz, network_code, network_file


@pytest.mark.parametrize(
    ("name", "layer"), [("tutorial", "conv_2"), ("small_vgg", "pool_2"), ("small_vgg", "softmax")]
)
def test_the_program_gives_the_maps_on_screen(name, layer, tmp_path, monkeypatch):
    network, picture = open_network(name), open_sample("moose")
    assert has_code(network, layer)
    (tmp_path / f"{name}.keras").write_bytes(network_file(network))
    (tmp_path / "input.png").write_bytes(images.encode_png(network.shown_part(picture)))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(network_code(network, layer), "program", "exec"), names)
    np.testing.assert_allclose(names["result"], network.feature_maps(picture)[layer], atol=1e-4)


def test_the_file_of_a_shipped_network_is_made_once_and_no_others_is_taken_for_it():
    network = open_network("tutorial")
    assert network_file(network) is network_file(network.with_labels(list("abcdefghij")))
    twin = network_file(network.untrained())
    assert twin != network_file(network)
    assert twin is not network_file(network.untrained())


def test_maps_are_packed_by_their_layers_names():
    values = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    with np.load(io.BytesIO(maps_npz({"conv/1": values}))) as arrays:
        np.testing.assert_array_equal(arrays["conv/1"], values)
