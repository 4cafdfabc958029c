import numpy as np
import pytest

from cnnviz.networks import open_network
from cnnviz.search import ImageIndex, embed
from cnnviz.search.rankings import rank_all, rank_everywhere


@pytest.fixture(scope="module")
def index():
    generator = np.random.default_rng(0)
    pictures = generator.integers(0, 255, (6, 40, 40, 3), np.uint8)
    return ImageIndex.build(
        open_network("tutorial"), pictures, layer="conv_1", labels=["a", "b", "a", "b", "a", "c"]
    )


def test_every_layer_is_ranked_as_a_query_of_its_own(index):
    picture = np.random.default_rng(1).integers(0, 255, (30, 50, 3), np.uint8)
    vectors = embed(index.network, picture, index.layers)
    found = rank_everywhere(index, vectors, count=4, metric="manhattan")
    assert found.layers == index.layers
    for layer in index.layers:
        assert found.matches[layer] == index.at(layer).query(picture, count=4, metric="manhattan")


def test_a_picture_of_the_index_does_not_find_itself(index):
    vectors = {name: rows[2] for name, rows in index.vectors.items()}
    found = rank_everywhere(index, vectors, itself=2, label="a", count=15)
    for layer in index.layers:
        assert found.matches[layer] == index.at(layer).query_indexed(2)
        assert found.precision(layer) == found.best_precision(layer) == 2 / 5
    assert found.available == 2
    assert found.indices.shape == found.scores.shape == (len(index.layers), 5)


def test_without_a_label_nothing_is_right(index):
    vectors = {name: rows[2] for name, rows in index.vectors.items()}
    found = rank_everywhere(index, vectors, layers=["conv_1"])
    assert found.layers == ("conv_1",)
    assert found.precision("conv_1") == found.rank_weighted("conv_1") == 0.0


def test_all_are_ranked_as_each_would_be_alone(index):
    indices, scores = rank_all(index, count=3, metric="euclidean")
    assert indices.shape == scores.shape == (6, 3)
    for at in range(6):
        alone = index.query_indexed(at, count=3, metric="euclidean")
        assert indices[at].tolist() == [match.index for match in alone]
        assert scores[at].tolist() == pytest.approx([match.score for match in alone])
