"""The answer's bars: a network's own probabilities and logits, from one run of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import Network, open_network, variations
from cnnviz.networks.tensorflow_runtime import load_keras
from pages.networks.answer import _scores
from pages.ui.wire import unpack
from tests.pages.checks import sent_to

TUTORIAL = {"view": "Answer", "network": "Tutorial network"}


def bars(page: Any) -> tuple[Any, Mapping[str, np.ndarray]]:
    assert not page.exception
    return unpack(sent_to(page, "answer_bars"))


def test_the_bars_are_the_networks_own_numbers(open_page):
    settings, arrays = bars(open_page("pages/08_network.py", **TUTORIAL))
    network, image = open_network("tutorial"), open_sample("panda")
    best = network.predict(image, top=5)
    assert settings["labels"] == [one.label for one in best]
    places = [one.index for one in best]
    np.testing.assert_allclose(
        arrays["probabilities"][:, 0], network.probabilities(image)[places], atol=1e-6
    )
    np.testing.assert_allclose(arrays["logits"][:, 0], network.logits(image)[places], atol=1e-4)


def test_a_changed_picture_is_answered_beside_it(open_page):
    settings, arrays = bars(open_page("pages/08_network.py", **TUTORIAL, compare="Mirrored"))
    network, image = open_network("tutorial"), open_sample("panda")
    mirrored = network.probabilities(variations.mirrored(image))
    assert settings["names"] == ["This picture", "Mirrored"]
    places = [network.labels.index(label) for label in settings["labels"]]
    np.testing.assert_allclose(arrays["probabilities"][:, 1], mirrored[places], atol=1e-6)
    assert set(np.argsort(-mirrored)[:3]) <= set(places)


def test_another_picture_is_not_the_one_in_hand(open_page):
    page = open_page("pages/08_network.py", **TUTORIAL, compare="Another picture")
    picture = page.session_state["picture_in_hand"]
    options = page.selectbox(key="other_picture").options
    assert picture.title not in options
    assert len(options) == len(SAMPLES) - 1
    assert bars(page)[0]["names"][1] == options[0]


def test_classes_of_one_name_keep_their_own_numbers():
    network = open_network("tutorial").with_labels(["crane"] * 2 + [str(i) for i in range(8)])
    scores = _scores(network, network.preprocess(open_sample("panda")))
    told = [scores.of("crane", index)[1] for index in (0, 1)]
    assert told == pytest.approx([float(one) for one in scores.logits[:2]])
    assert told[0] != told[1]


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_a_single_unit_shows_its_own_number_as_the_second_classs_logit(activation):
    keras = load_keras()
    keras.utils.set_random_seed(4)
    image = keras.Input((12, 12, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(image)
    unit = keras.layers.Dense(1, name="unit")(pooled)
    answer = keras.layers.Activation(activation)(unit) if activation else unit
    network = Network.from_model(keras.Model(image, answer))
    maps = network.feature_maps(open_sample("panda"))
    scores = _scores(network, maps["image"])
    assert np.isnan(scores.logits[0])
    assert scores.logits[1] == pytest.approx(float(maps["unit"][0]), rel=1e-5)
    assert scores.probabilities.sum() == pytest.approx(1, abs=1e-6)
