"""Deletion, insertion, scrambled weights and the noise floor, against loops by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from cnnviz.attribution import METHODS
from cnnviz.attribution.trust import (
    HARDLY,
    blurred_input,
    centred_blob,
    deletion,
    insertion,
    noise_floor,
    random_map,
    rank_correlation,
    ranking,
    scrambled,
)
from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network
from tests.attribution.models import PICTURE, branched, pooled
from tests.networks.answering import u_net

SQUARE = PICTURE[:8, :8]
MAP = np.random.default_rng(5).random((8, 8)).astype(np.float32)


def test_deletion_takes_the_most_marked_pixels_first() -> None:
    network = pooled()
    x = network.preprocess(SQUARE)
    left = x.copy()
    expected = [network.scores_of_inputs(x[np.newaxis])[1][0, 2]]
    for at, place in enumerate(np.argsort(-MAP.ravel()), 1):
        left[place // 8, place % 8] = x.mean(axis=(0, 1))
        if at % 16 == 0:
            expected.append(network.scores_of_inputs(left[np.newaxis])[1][0, 2])
    found = deletion(network, SQUARE, MAP, 2, steps=4)
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-6)
    assert found.shares.tolist() == [0, 0.25, 0.5, 0.75, 1]
    by_hand = sum((a + b) / 2 * 0.25 for a, b in pairwise(expected))
    assert found.area == pytest.approx(by_hand, abs=1e-6)


def test_insertion_brings_them_into_a_blurred_picture() -> None:
    network = branched()
    x, there = network.preprocess(SQUARE), blurred_input(network, SQUARE)
    expected = [network.scores_of_inputs(there[np.newaxis])[1][0, 1]]
    for at, place in enumerate(np.argsort(-MAP.ravel()), 1):
        there[place // 8, place % 8] = x[place // 8, place % 8]
        if at % 32 == 0:
            expected.append(network.scores_of_inputs(there[np.newaxis])[1][0, 1])
    found = insertion(network, SQUARE, MAP, 1, steps=2)
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-6)


def test_of_a_mask_the_curves_are_the_means_over_its_cells() -> None:
    network = Network.from_model(u_net(softmax=True))
    picture = np.random.default_rng(8).integers(0, 256, (16, 16, 3), np.uint8)
    values = np.random.default_rng(9).random((16, 16)).astype(np.float32)
    order = np.argsort(-values.ravel())
    x, soft = network.preprocess(picture), blurred_input(network, picture)
    mean = np.broadcast_to(x.mean(axis=(0, 1)), x.shape)
    for curve, start, end in ((deletion, x, mean), (insertion, soft, x)):
        mixed, expected = start.reshape(-1, 3).copy(), []
        for part in range(5):
            gone = order[: part * 64]
            mixed[gone] = end.reshape(-1, 3)[gone]
            cells = np.asarray(network.model(mixed.reshape(1, 16, 16, 3)))[0]
            expected.append(cells[..., 3].mean())
        found = curve(network, picture, values, 3, steps=4)
        np.testing.assert_allclose(found.probabilities, expected, atol=1e-6)


def test_both_curves_join_what_stands_at_their_ends() -> None:
    network, picture = open_network("small_vgg"), open_sample("panda")
    best = network.predict(picture, top=1)[0]
    blob = centred_blob(picture)
    gone = deletion(network, picture, blob, best.index)
    come = insertion(network, picture, blob, best.index)
    assert gone.probabilities[0] == pytest.approx(best.probability, abs=1e-5)
    assert come.probabilities[-1] == pytest.approx(best.probability, abs=1e-5)


def test_equal_pixels_go_from_the_middle_outwards() -> None:
    order = ranking(np.zeros((3, 5)))
    assert order[0] == 7
    assert set(order[-4:].tolist()) == {0, 4, 10, 14}


def test_a_map_that_does_not_look_at_the_weights_is_found_out() -> None:
    network, picture = open_network("small_vgg"), open_sample("panda")
    edges = replace(
        METHODS["saliency"],
        compute=lambda _, image, **__: np.abs(np.gradient(image.mean(axis=-1))[0]).astype("f4"),
    )
    before = network.predict(picture, top=1)
    for method, is_blind in ((edges, True), (METHODS["saliency"], False)):
        values = method.compute(network, picture, class_index=3)
        found = list(scrambled(network, picture, method, values, 3, stages=3))
        assert [one.layer for one in found][-1] == "conv_1_1"
        assert (found[-1].likeness > HARDLY) is is_blind
    assert network.predict(picture, top=1) == before


def test_the_last_of_the_scrambled_networks_is_the_untrained_one() -> None:
    network, picture = open_network("small_vgg"), open_sample("panda")
    method = METHODS["grad_cam"]
    values = method.compute(network, picture, class_index=0)
    last = list(scrambled(network, picture, method, values, 0, stages=2))[-1]
    twin = method.compute(network.untrained(), picture, class_index=0)
    np.testing.assert_allclose(last.values, twin, atol=1e-5)


def test_ranks_correlate_as_scipy_has_it() -> None:
    from scipy.stats import spearmanr

    random = np.random.default_rng(2)
    first = random.integers(0, 5, 60).astype(float)  # with ties
    second = first + random.normal(0, 2, 60)
    assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second).statistic)


def test_the_noise_floor_counts_what_lies_above_it() -> None:
    network = pooled()
    method = METHODS["gradient_times_input"]
    values = method.compute(network, SQUARE, class_index=1)
    floor = noise_floor(network, SQUARE, method, values, 1)
    assert floor.level > 0
    assert floor.above == pytest.approx((np.abs(values) > floor.level).mean())


def test_maps_that_know_nothing_are_of_the_pictures_size() -> None:
    assert random_map(PICTURE).shape == centred_blob(PICTURE).shape == PICTURE.shape[:2]
    blob = centred_blob(PICTURE[:11, :15])
    assert np.unravel_index(blob.argmax(), blob.shape) == (5, 7)
