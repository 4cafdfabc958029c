"""Sweeps, layers and attacks, against single runs, plain Keras and finite differences."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.robustness import (
    CHANGES,
    adversarial,
    answers_by_epsilon,
    layer_likeness,
    likeness_along,
    sweep,
)
from cnnviz.networks.robustness.sweep import Sweep, amounts_of, moved_maps
from tests.attribution.models import PICTURE, pooled

PANDA = open_sample("panda")


def test_a_sweep_is_what_the_network_says_to_each_picture():
    network = open_network("small_vgg")
    found = sweep(network, PANDA, CHANGES["rotate"], steps=5)
    part = network.shown_part(PANDA)
    for amount, answer in zip(found.amounts, found.probabilities, strict=True):
        turned = CHANGES["rotate"].apply(part, amount)
        x = network.preprocessing(turned, channels=3)
        expected = network.scores_of_inputs(x[np.newaxis])[1][0]
        np.testing.assert_allclose(answer, expected, atol=1e-5)
    middle = found.probabilities[list(found.amounts).index(0)]
    np.testing.assert_allclose(middle, network.probabilities(PANDA), atol=1e-5)


@pytest.mark.parametrize("name", CHANGES)
def test_no_change_is_one_of_the_amounts(name):
    change = CHANGES[name]
    amounts = amounts_of(change)
    assert change.nothing in amounts
    assert (np.diff(amounts) > 0).all()


def test_ranks_and_the_first_flip_by_hand():
    found = Sweep(
        np.array([-2.0, -1, 0, 1, 2]),
        np.array([[0.2, 0.8], [0.6, 0.4], [0.9, 0.1], [0.5, 0.5], [0.1, 0.9]], np.float32),
    )
    assert found.ranks(0).tolist() == [2, 1, 1, 1, 2]
    assert found.ranks(1).tolist() == [1, 2, 2, 2, 1]
    assert found.first_flip(0, 0.0) in (-2.0, 2.0)
    assert found.first_flip(1, -1.9) == -1.0


def test_a_layer_is_compared_with_its_own_maps_moved_by_as_many_cells():
    network = open_network("small_vgg")
    first, last = network.layers[1].name, network.answer_layer
    assert network.input_shape[:2] == (32, 32)
    change = CHANGES["shift_right"]
    still = layer_likeness(network, PANDA, change, 0, [first, last])
    assert still[first] == pytest.approx((1, 1), abs=1e-6)
    found = layer_likeness(network, PANDA, change, 25, [first, last])
    part = network.shown_part(PANDA)
    right = np.concatenate([np.repeat(part[:, :1], 8, axis=1), part[:, :-8]], axis=1)
    maps = [
        network.feature_maps_of_input(network.preprocessing(one, channels=3), [first])[first]
        for one in (part, right)
    ]
    moved = np.concatenate([np.repeat(maps[0][:, :1], 8, axis=1), maps[0][:, :-8]], axis=1)
    assert found[first][0] == pytest.approx(cosine(moved, maps[1]), abs=1e-5)
    assert found[first][1] == pytest.approx(
        cosine(maps[0].mean(axis=(0, 1)), maps[1].mean(axis=(0, 1))), abs=1e-5
    )
    assert cosine(maps[0], maps[1]) < found[first][0]


def cosine(one, other) -> float:
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum()))


def test_maps_move_as_the_pixels_do():
    maps = np.random.default_rng(0).random((8, 8, 2)).astype(np.float32)
    right = moved_maps(maps, CHANGES["shift_right"].matrix(25))
    np.testing.assert_allclose(right[:, 2:], maps[:, :-2], atol=1e-6)
    turned = moved_maps(maps, CHANGES["rotate"].matrix(90))
    np.testing.assert_allclose(turned, np.rot90(maps), atol=1e-5)


def test_the_slope_of_the_loss_is_that_of_finite_differences():
    network = pooled()
    x = network.preprocess(PICTURE)
    slope = network.loss_gradient(x, 1)
    for place in [(0, 0, 0), (3, 4, 1), (7, 7, 2)]:
        ends = np.stack([x, x])
        ends[0][place] -= 1e-3
        ends[1][place] += 1e-3
        low, high = -np.log(network.scores_of_inputs(ends)[1][:, 1])
        assert slope[place] == pytest.approx((high - low) / 2e-3, abs=3e-4)


@pytest.mark.parametrize("name", ["small_vgg", "efficientnet_lite0"])
def test_an_attack_stays_within_epsilon_and_lowers_the_class(name):
    network = open_network(name)
    best = network.predict(PANDA, top=1)[0]
    found = adversarial(network, PANDA, best.index, epsilon=4)
    assert found.largest == 4
    assert found.length <= 4 * np.sqrt(found.before.size)
    assert found.probabilities[best.index] < best.probability
    stronger = adversarial(network, PANDA, best.index, epsilon=4, steps=6)
    assert stronger.largest <= 4
    assert stronger.probabilities[best.index] < found.probabilities[best.index] + 1e-6


def test_single_steps_of_other_sizes_are_attacks_of_their_own():
    network = open_network("small_vgg")
    attack = adversarial(network, PANDA, 3, epsilon=2, targeted=True)
    answers = answers_by_epsilon(network, attack, [0, 5], targeted=True)
    other = adversarial(network, PANDA, 3, epsilon=5, targeted=True)
    np.testing.assert_allclose(answers[0], network.probabilities(PANDA), atol=1e-5)
    np.testing.assert_allclose(answers[1], other.probabilities, atol=1e-5)


def test_layers_are_compared_along_a_sweep_as_at_each_amount():
    network, change = open_network("small_vgg"), CHANGES["scale"]
    layers = [network.layers[2].name, network.answer_layer]
    shares = []
    along = likeness_along(network, PANDA, change, [0.5, 1, 2], layers, report=shares.append)
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])
    for at, amount in enumerate((0.5, 1, 2)):
        found = layer_likeness(network, PANDA, change, amount, layers)
        np.testing.assert_allclose(along[:, at], [found[name] for name in layers], atol=1e-6)
    assert (along[:, 1] == 1).all()
    assert (along[:, [0, 2]] < 1).all()


def test_a_target_gains():
    network = open_network("small_vgg")
    before = network.probabilities(PANDA)
    target = int(np.argsort(before)[0])
    found = adversarial(network, PANDA, target, epsilon=6, targeted=True, steps=10)
    assert found.probabilities[target] > 10 * before[target]


def test_no_epsilon_changes_nothing():
    found = adversarial(pooled(), PICTURE, 0, epsilon=0)
    assert found.largest == 0


@pytest.mark.parametrize("wrong", [{"epsilon": -1}, {"epsilon": 1, "steps": 0}])
def test_what_cannot_be_is_one_sentence(wrong):
    with pytest.raises(ValueError, match="Received"):
        adversarial(pooled(), PICTURE, 0, **wrong)
