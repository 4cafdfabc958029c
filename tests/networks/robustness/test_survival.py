"""What is left of an attack, against single runs."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.robustness import adversarial, survival

PANDA = open_sample("panda")


def test_both_pictures_are_treated_alike():
    network = open_network("small_vgg")
    attack = adversarial(network, PANDA, 3, epsilon=5)
    found = survival(network, attack, quality=60)
    assert [one.treatment for one in found][1] == "as a JPEG of quality 60"

    def answer(picture):
        x = network.preprocessing(picture, channels=3)
        return network.scores_of_inputs(x[np.newaxis])[1][0]

    def saved(picture):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=60)
        return np.asarray(Image.open(file))

    def right(picture):
        return np.concatenate([picture[:, :1], picture[:, :-1]], axis=1)

    def down(picture):
        return np.concatenate([picture[:1], picture[:-1]])

    for one, treat in zip(found, (np.asarray, saved, right, down), strict=True):
        np.testing.assert_allclose(one.before, answer(treat(attack.before)), atol=1e-5)
        np.testing.assert_allclose(one.after, answer(treat(attack.after)), atol=1e-5)


@pytest.mark.parametrize("quality", [0, 101])
def test_a_quality_that_there_is_not_is_one_sentence(quality):
    network = open_network("small_vgg")
    attack = adversarial(network, PANDA, 3, epsilon=1)
    with pytest.raises(ValueError, match=f"Received: {quality}"):
        survival(network, attack, quality=quality)
