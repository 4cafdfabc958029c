import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network
from cnnviz.networks.feature_maps.folding import folded
from cnnviz.networks.feature_maps.overview import MOST, most_drawn, overview, pixel_range
from cnnviz.networks.feature_maps.thumbnails import ZERO


def drawn(name, unfolded=(), **options):
    network = open_network(name)
    maps = network.feature_maps(open_sample("moose"))
    return overview(network, maps, folded(network.layers, unfolded), **options), maps


@pytest.fixture(scope="module")
def columns():
    return drawn("small_vgg")[0]


def test_every_layer_of_a_small_network_has_a_column_in_order(columns):
    assert [column.layer.name for column in columns] == [
        layer.name for layer in open_network("small_vgg").layers
    ]


def test_a_small_network_shows_every_map(columns):
    for column in columns:
        if column.layer.is_map:
            assert list(column.channels) == list(range(column.layer.channels))
    assert most_drawn(open_network("efficientnet_lite0").layers) == MOST


def test_a_thumbnail_is_the_map_on_the_layers_own_scale(columns):
    maps = open_network("small_vgg").feature_maps(open_sample("moose"))
    for column in columns[1:]:
        values = maps[column.layer.name].reshape(-1, column.layer.channels)
        assert column.limit == pytest.approx(np.abs(values).max())
        assert column.least == pytest.approx(min(values.min(), 0))
        assert column.most == pytest.approx(max(values.max(), 0))
        exact = values[:, column.channels].T.reshape(column.thumbnails.shape)
        shown = (column.thumbnails.astype(np.float32) - ZERO) / 127 * column.limit
        np.testing.assert_allclose(shown, exact, atol=column.limit / 127)


@pytest.mark.parametrize(
    "scale",
    ["zero_to_one", "minus_one_to_one", "imagenet_mean", "bgr_mean"],
    ids=lambda scale: scale,
)
def test_the_inputs_channels_are_the_pictures_own_pixels(scale):
    network = open_network("small_vgg").with_preprocessing(scale)
    image = open_sample("moose")
    (column, *_) = overview(network, network.feature_maps(image), folded(network.layers))
    pixels = network.shown_part(image)
    pixels = pixels[..., ::-1] if network.preprocessing.reversed_channels else pixels
    np.testing.assert_allclose(column.thumbnails, np.moveaxis(pixels, -1, 0), atol=1)
    black, white = pixel_range(network)
    assert (white > black).all()


def test_a_long_vector_shows_its_largest_numbers(columns):
    flatten = next(column for column in columns if column.layer.kind == "Flatten")
    values = open_network("small_vgg").feature_maps(open_sample("moose"))["flatten"]
    assert set(flatten.channels) == set(np.argsort(-np.abs(values), kind="stable")[:MOST])


def test_statistics_are_those_of_the_whole_map(columns):
    maps = open_network("small_vgg").feature_maps(open_sample("moose"))
    column = next(column for column in columns if column.layer.name == "conv_1_2")
    chosen = maps["conv_1_2"][..., column.channels]
    np.testing.assert_allclose(column.statistics[:, 0], chosen.min((0, 1)), rtol=1e-6)
    np.testing.assert_allclose(column.statistics[:, 1], chosen.mean((0, 1)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(column.statistics[:, 2], chosen.max((0, 1)), rtol=1e-6)


def test_the_classes_stand_in_the_order_they_are_given(columns):
    ranked, _ = drawn("small_vgg", order={"softmax": [5, 3, 9]})
    assert list(ranked[-1].channels) == [5, 3, 9]
    ranked, _ = drawn("small_vgg", order={"softmax": [5, 3, 9]}, also=("softmax", 1))
    assert list(ranked[-1].channels) == [5, 3, 9, 1]


def test_the_map_in_hand_is_drawn_in_any_case():
    found, maps = drawn("efficientnet_lite0")
    (column,) = (column for column in found if column.layer.name == "head_relu6")
    missing = next(at for at in range(1280) if at not in column.channels)
    found, _ = drawn("efficientnet_lite0", also=("head_relu6", missing))
    (column,) = (column for column in found if column.layer.name == "head_relu6")
    assert missing in column.channels
    assert len(column.channels) == MOST
    assert maps["head_relu6"].shape[-1] == 1280


def test_what_leads_on_is_known_between_neighbours_and_not_over_what_is_folded():
    found, _ = drawn("efficientnet_lite0", {2})
    by_name = {column.layer.name: column for column in found}
    assert by_name["softmax"].links == (None,)
    assert by_name["stage2_block1_depthwise_bn"].links[0].adds is None
    project = by_name["stage2_block1_project_conv"]
    assert project.links[0].adds.size == MOST * MOST
    assert len(by_name["stage2_block2_add"].links) == 2


def test_values_without_an_end_leave_the_other_maps_alone():
    import keras

    image = keras.Input((6, 6, 3))
    scaled = keras.layers.Rescaling([1, np.inf, -1], name="scaled")(image)
    network = Network.from_model(keras.Model(image, scaled))
    with np.errstate(all="ignore"):
        maps = network.feature_maps(open_sample("moose"))
        column = overview(network, maps, folded(network.layers))[-1]
    assert np.isfinite(column.statistics).all()
    assert 0 < column.limit <= 1
