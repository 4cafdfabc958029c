"""A head for one's own classes: learned from features, equal to the whole network in Keras."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network, read_network
from cnnviz.networks.code import network_file
from cnnviz.networks.keras_files import upload
from cnnviz.networks.own_classes import features_of, joined, learn, split, whole_network
from cnnviz.networks.own_classes.code import learning_code
from cnnviz.networks.own_classes.features import BASE
from cnnviz.networks.own_classes.learning import last_stage
from cnnviz.search.photos import all_photos, open_photo
from tests.networks.keras_files.here import run_here

NAMES = ("fish", "monument", "tool")


@pytest.fixture(scope="module")
def photos():
    network = open_network(BASE)
    chosen = [photo for photo in all_photos() if photo.label in NAMES]
    labels = np.array([NAMES.index(photo.label) for photo in chosen])
    return network, features_of(network, map(open_photo, chosen)), labels


@pytest.fixture(scope="module")
def learned(photos):
    network, features, labels = photos
    return learn(network, features, labels, NAMES, split(labels, held_out=0.5))


def accuracy(found, features, labels, places) -> float:
    answers = found.probabilities(features.of(places)).argmax(axis=1)
    return float((answers == labels[places]).mean())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_three_kinds_of_photos_are_told_apart(photos, learned, seed):
    network, features, labels = photos
    parts = split(labels, held_out=0.5, seed=seed)
    found = learn(network, features, labels, NAMES, parts, seed=seed) if seed else learned
    assert accuracy(found, features, labels, parts.validation) >= 0.95
    assert found.curves.validation_accuracy[-1] == accuracy(
        found, features, labels, parts.validation
    )
    assert found.curves.loss[-1] < found.curves.loss[0]


def test_wrong_labels_are_not_learned(photos):
    network, features, labels = photos
    shuffled = np.random.default_rng(0).permutation(labels)
    parts = split(shuffled, held_out=0.5)
    found = learn(network, features, shuffled, NAMES, parts)
    assert accuracy(found, features, shuffled, parts.validation) < 0.7


def test_the_same_seed_learns_the_same(photos, learned):
    network, features, labels = photos
    again = learn(network, features, labels, NAMES, split(labels, held_out=0.5))
    np.testing.assert_array_equal(again.kernel, learned.kernel)


def test_the_last_stage_is_the_networks_own(photos):
    network, features, _ = photos
    convolution = network.operation("head_conv").get_weights()[0]
    normal = network.operation("head_bn")
    found = last_stage(
        features.stage, convolution, (*normal.get_weights(), np.float32(normal.epsilon))
    )
    np.testing.assert_allclose(found, features.pooled, atol=2e-5)


@pytest.fixture(scope="module")
def tuned(photos, learned):
    network, features, labels = photos
    return learn(
        network, features, labels, NAMES, split(labels, held_out=0.5), epochs=3, start=learned
    )


@pytest.mark.parametrize("which", ["learned", "tuned"])
def test_the_whole_network_answers_as_the_head_does(photos, which, request, monkeypatch):
    network, features, _ = photos
    found = request.getfixturevalue(which)
    before = network.probabilities(open_sample("panda"))
    whole = whole_network(network, found)
    pictures = [open_sample("panda"), open_photo(all_photos()[-1])]
    expected = found.probabilities(features_of(network, pictures))
    for picture, answer in zip(pictures, expected, strict=True):
        np.testing.assert_allclose(whole.probabilities(picture), answer, atol=1e-4)
    assert tuple(whole.labels) == NAMES
    monkeypatch.setattr(upload, "run_apart", run_here)
    if which == "tuned":  # its file says all but which part of a picture it is shown
        levels = read_network(network_file(whole)).with_preprocessing("zero_to_255")
        part = whole.shown_part(pictures[0])
        np.testing.assert_allclose(levels.probabilities(part), expected[0], atol=1e-4)
    np.testing.assert_array_equal(network.probabilities(open_sample("panda")), before)
    assert len(joined([features, features])) == 2 * len(features)


def test_tuning_changes_the_last_stage_and_the_loss(photos, learned, tuned):
    network, *_ = photos
    kernel = network.operation("head_conv").get_weights()[0]
    assert tuned.convolution.shape == kernel.shape
    assert 0 < np.abs(tuned.convolution - kernel).max() < 0.1
    assert tuned.curves.loss[-1] < learned.curves.loss[-1]


def test_the_program_learns_the_same(photos, tuned, learned, tmp_path, monkeypatch, capsys):
    network, features, labels = photos
    parts = split(labels, held_out=0.5)
    np.savez(
        tmp_path / "features.npz",
        pooled=features.pooled,
        stage=features.stage,
        labels=labels,
        training=parts.training,
        validation=parts.validation,
    )
    (tmp_path / "efficientnet_lite0.keras").write_bytes(network_file(network))
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(learning_code(3, epochs=20, seed=0, tuned=False), names)
    held_out = features.of(parts.validation)
    np.testing.assert_allclose(names["result"], learned.probabilities(held_out), atol=1e-4)
    three = learning_code(3, epochs=3, seed=0, tuned=True).replace("epochs=3", "epochs=20", 1)
    exec(three, names)
    np.testing.assert_allclose(names["result"], tuned.probabilities(held_out), atol=1e-3)
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("labels", "rule"),
    [
        ([0] * 9, "From 2 to 10 classes.*Received: 1"),
        ([], "From 2 to 10 classes.*Received: 0"),
        ([0] * 9 + [1] * 4, "5 pictures or more. Received: 4 in the class at position 1"),
        (list(range(11)) * 5, "Received: 11"),
    ],
)
def test_too_little_to_learn_from_is_refused(labels, rule):
    with pytest.raises(ValueError, match=rule):
        split(labels)


def test_every_beginning_is_balanced_and_nothing_is_in_both():
    labels = np.array([0] * 5 + [1] * 20 + [2] * 9)
    parts = split(labels, held_out=0.3, most=4, seed=3)
    assert not {*parts.training} & {*parts.validation}
    assert sorted(labels[parts.training[:3]]) == sorted(labels[parts.validation[:3]]) == [0, 1, 2]
    assert np.bincount(labels[parts.training]).max() == 4
