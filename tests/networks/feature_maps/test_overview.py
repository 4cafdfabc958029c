import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.feature_maps.overview import overview
from cnnviz.networks.feature_maps.thumbnails import ZERO


@pytest.fixture(scope="module")
def columns():
    network = open_network("small_vgg")
    return overview(network, network.feature_maps(open_sample("moose")))


def test_every_layer_has_a_column_in_order(columns):
    assert [column.layer.name for column in columns] == [
        layer.name for layer in open_network("small_vgg").layers
    ]


def test_a_thumbnail_is_the_map_on_the_layers_own_scale(columns):
    maps = open_network("small_vgg").feature_maps(open_sample("moose"))
    for column in columns:
        values = maps[column.layer.name].reshape(-1, column.layer.channels)
        assert column.limit == pytest.approx(np.abs(values).max())
        exact = values[:, column.channels].T.reshape(column.thumbnails.shape)
        shown = (column.thumbnails.astype(np.float32) - ZERO) / 127 * column.limit
        np.testing.assert_allclose(shown, exact, atol=column.limit / 127)


def test_a_long_vector_shows_its_largest_numbers(columns):
    flatten = next(column for column in columns if column.layer.kind == "Flatten")
    values = open_network("small_vgg").feature_maps(open_sample("moose"))["flatten"]
    assert set(flatten.channels) == set(np.argsort(-np.abs(values), kind="stable")[:9])


def test_statistics_are_those_of_the_whole_map(columns):
    maps = open_network("small_vgg").feature_maps(open_sample("moose"))
    column = next(column for column in columns if column.layer.name == "conv_1_2")
    chosen = maps["conv_1_2"][..., column.channels]
    np.testing.assert_allclose(column.statistics[:, 0], chosen.min((0, 1)), rtol=1e-6)
    np.testing.assert_allclose(column.statistics[:, 1], chosen.mean((0, 1)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(column.statistics[:, 2], chosen.max((0, 1)), rtol=1e-6)


def test_only_mixing_layers_read_every_channel(columns):
    mixing = {column.layer.kind for column in columns if column.mixes}
    assert mixing == {"Conv2D", "Flatten", "Dense", "Softmax"}
