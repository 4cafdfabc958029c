import numpy as np
import pytest

from cnnviz.networks import open_network
from cnnviz.search import ImageIndex
from cnnviz.search.index import maps_to_compare
from cnnviz.search.photos import all_photos, open_photo
from cnnviz.search.similarity import MOST_SIDE, similarity_maps


@pytest.fixture(scope="module")
def pictures():
    return [open_photo(photo) for photo in all_photos()[::30]]


@pytest.fixture(scope="module")
def maps(index, pictures):
    return [maps_to_compare(index.network, one, index.layers) for one in pictures[:3]]


@pytest.fixture(scope="module")
def index(pictures):
    return ImageIndex.build(open_network("small_vgg"), pictures, layer="conv_1_1")


def test_the_cells_of_both_pictures_add_up_to_the_cosine_that_ranks(index, maps):
    for layer in [name for name in index.layers if index.network.layer(name).is_map]:
        at = index.at(layer)
        found = similarity_maps(layer, maps[0][layer], maps[2][layer], at.mean)
        match = next(one for one in at.query_indexed(0) if one.index == 2)
        assert found.cosine == pytest.approx(1 - match.distance, abs=1e-4)
        assert found.match.sum() == pytest.approx(found.cosine, abs=1e-4)
        assert max(found.grid) <= MOST_SIDE
        assert found.against == (
            pytest.approx(found.query[found.query < 0].sum(), abs=1e-6),
            pytest.approx(found.match[found.match < 0].sum(), abs=1e-6),
        )


def test_a_cell_is_most_like_itself(index, maps):
    layer = [name for name in index.layers if index.network.layer(name).is_map][-1]
    found = similarity_maps(layer, maps[1][layer], maps[1][layer], index.at(layer).mean)
    assert found.pairs.shape == (np.prod(found.grid),) * 2
    np.testing.assert_allclose(np.diagonal(found.pairs), 1, atol=1e-5)
    assert found.pairs.min() >= 0
    assert found.cosine == pytest.approx(1, abs=1e-5)
