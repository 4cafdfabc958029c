from dataclasses import replace

import numpy as np
import pytest

from cnnviz.networks import open_network
from cnnviz.search import (
    METRICS,
    ImageIndex,
    Match,
    agreement,
    best_layer,
    best_precision,
    embed,
    layers_to_index,
    network_input,
    precision,
    quality,
    rank_weighted_score,
)
from cnnviz.search.index import _pairwise, distances_to
from cnnviz.search.photos import all_photos, open_photo

PHOTOS = all_photos()[::5]


@pytest.fixture(scope="module")
def index():
    return ImageIndex.build(
        open_network("small_vgg"),
        (open_photo(photo) for photo in PHOTOS),
        layer="pool_3",
        labels=[photo.label for photo in PHOTOS],
    )


@pytest.mark.parametrize("metric", METRICS)
def test_neighbours_are_those_of_brute_force(index, metric):
    vectors = (index.vectors["pool_3"] - index.vectors["pool_3"].mean(axis=0)).astype(np.float64)
    query = vectors[3]
    by_hand = {
        "cosine": lambda row: 1 - row @ query / np.linalg.norm(row) / np.linalg.norm(query),
        "euclidean": lambda row: np.sqrt(((row - query) ** 2).sum()),
        "manhattan": lambda row: np.abs(row - query).sum(),
        "chebyshev": lambda row: np.abs(row - query).max(),
    }[metric]
    distances = [by_hand(row) for row in vectors]
    expected = [at for at in np.argsort(distances, kind="stable") if at != 3][:8]
    found = index.query_indexed(3, count=8, metric=metric)
    assert [match.index for match in found] == expected
    np.testing.assert_allclose(
        [m.distance for m in found], np.array(distances)[expected], atol=1e-5
    )
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)
    if metric == "cosine":
        np.testing.assert_allclose(scores, [1 - m.distance for m in found])
    else:
        assert all(0 < score <= 1 for score in scores)


def test_the_cosine_is_shown_as_it_is_below_zero_too(index):
    found = index.query_indexed(3, count=99)
    rows = index.vectors["pool_3"].astype(np.float64)
    rows -= rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert found[-1].score < -0.1
    for match in found:
        assert match.score == pytest.approx(rows[3] @ rows[match.index], abs=1e-5)


def test_without_centring_the_vectors_are_compared_as_they_are(index):
    rows = index.vectors["pool_3"].astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    plain = replace(index, is_centred=False)
    for match in plain.query_indexed(3, count=99):
        assert match.score == pytest.approx(rows[3] @ rows[match.index], abs=1e-5)
    measured = quality(plain, count=6)
    alone = [at for at, label in enumerate(index.labels) if index.labels.count(label) > 1]
    nearest = [plain.query_indexed(at, count=1)[0].label == index.labels[at] for at in alone]
    assert measured.nearest == pytest.approx(np.mean(nearest))
    assert replace(plain, layer="dense").is_centred is plain.at("dense").is_centred is False


def test_of_two_pictures_each_is_the_others_opposite_unless_they_are_not_centred(index):
    two = replace(index, vectors={"pool_3": index.vectors["pool_3"][:2]}, labels=index.labels[:2])
    assert two.query_indexed(0)[0].score == pytest.approx(-1, abs=1e-5)
    assert replace(two, is_centred=False).query_indexed(0)[0].score > 0.2


def test_a_picture_finds_itself(index):
    best = index.query(open_photo(PHOTOS[4]), count=1)[0]
    assert best.index == 4
    assert best.score == pytest.approx(1.0, abs=1e-5)


def test_another_layer_needs_no_second_look(index):
    other = index.at("conv_1_1")
    assert other.vectors is index.vectors
    image = open_photo(PHOTOS[0])
    np.testing.assert_allclose(
        other.vectors["conv_1_1"][0], embed(index.network, image, ["conv_1_1"])["conv_1_1"]
    )


def test_a_score_by_hand():
    found = [Match(at, label, 0.0, 1.0) for at, label in enumerate(["a", "b", "a", "b"])]
    assert precision(found, "a") == 0.5
    # 1 / log2(2) + 1 / log2(4) of 1 / log2(2) + 1 / log2(3) + 1 / log2(4), as three are there
    assert rank_weighted_score(found, "a", 3) == pytest.approx(1.5 / 2.130930, abs=1e-6)
    assert rank_weighted_score([], "a", 3) == 0.0


def test_the_quality_of_a_layer_is_the_mean_over_its_pictures(index):
    measured = quality(index, count=6)
    shares, ranked, nearest, best = [], [], [], []
    for at, label in enumerate(index.labels):
        others = index.labels.count(label) - 1
        if others:
            found = index.query_indexed(at, count=6)
            nearest.append(found[0].label == label)
            shares.append(precision(found, label))
            ranked.append(rank_weighted_score(found, label, others))
            best.append(best_precision(6, others))
    assert measured.nearest == pytest.approx(np.mean(nearest))
    assert measured.precision == pytest.approx(np.mean(shares))
    assert measured.rank_weighted == pytest.approx(np.mean(ranked))
    assert measured.best_precision == pytest.approx(np.mean(best))
    assert measured.best_by_label["fish"] == pytest.approx(
        min(6, index.labels.count("fish") - 1) / 6
    )


def test_where_two_pictures_agree_adds_up_to_their_cosine(index):
    maps = [
        index.network.feature_maps_of_input(network_input(index.network, open_photo(photo)))[
            "pool_3"
        ]
        for photo in PHOTOS[:2]
    ]
    cells = agreement(maps[0], maps[1], index.mean)
    cosine = 1 - next(m for m in index.query_indexed(0, count=99) if m.index == 1).distance
    assert cells.shape == maps[0].shape[:2]
    assert cells.sum() == pytest.approx(cosine, abs=1e-5)


def test_deep_networks_are_thinned_to_their_blocks():
    network = open_network("efficientnet_lite0")
    layers = layers_to_index(network)
    assert 15 <= len(layers) <= 26
    assert best_layer(network) == "stage7_block1_project_bn"
    assert layers[-2:] == ["pool", "dense"]


def test_no_pictures_make_no_index():
    with pytest.raises(ValueError, match="Received: none"):
        ImageIndex.build(open_network("tutorial"), [], layer="pool")


def test_a_layer_that_was_not_indexed_is_refused(index):
    with pytest.raises(ValueError, match='Received: "flatten"'):
        index.at("flatten")


@pytest.mark.parametrize("metric", METRICS)
def test_distances_of_all_at_once_are_those_of_one_after_the_other(metric):
    rows = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    rows[3] = 0  # without a direction
    others = np.concatenate([rows[4:], rows[:3] * 2])
    found = _pairwise(rows, others, metric)
    expected = [distances_to(others, row, metric) for row in rows]
    np.testing.assert_allclose(found, expected, atol=1e-6)
