"""A step's curve is the step's own arithmetic on other numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network
from cnnviz.networks.explanation.curve import step_curve, value_before
from cnnviz.networks.explanation.explain import Explanation, explain
from cnnviz.networks.explanation.terms import StepKind
from cnnviz.networks.tensorflow_runtime import load_keras


def explained(network: Network, layer: str, *place: int, **options: Any) -> Explanation:
    maps = network.feature_maps(open_sample("panda"))
    return explain(network, maps, layer, *place, **options)


def test_every_step_of_a_folded_layer_that_changes_one_number_has_a_curve_through_it() -> None:
    network = open_network("efficientnet_lite0")
    found = explained(network, "stem_relu6", 30, 40, 3)
    kinds = [step.kind for step in found.steps]
    assert kinds == [
        StepKind.SUM_OF_PRODUCTS,
        StepKind.BATCH_NORMALISATION,
        StepKind.ACTIVATION,
    ]
    assert step_curve(network, found, 0) is None
    for order in (1, 2):
        curve = step_curve(network, found, order)
        assert curve is not None
        x = value_before(found, order)
        assert x == found.steps[order - 1].value
        assert np.interp(x, *curve) == pytest.approx(found.steps[order].value, abs=0.1)
    bends = step_curve(network, found, 2)
    assert bends is not None
    np.testing.assert_allclose(bends[1], np.clip(bends[0], 0, 6), atol=1e-6)


def test_an_activation_inside_a_convolution_has_a_curve_and_softmax_has_none() -> None:
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    x = keras.layers.Conv2D(4, 3, activation="tanh", name="bent")(image)
    y = keras.layers.Conv2D(4, 1, activation="softmax", name="shared")(x)
    network = Network.from_model(keras.Model(image, y))
    found = explained(network, "bent", 2, 3, 1)
    curve = step_curve(network, found, len(found.steps) - 1)
    assert curve is not None
    np.testing.assert_allclose(curve[1], np.tanh(curve[0]), atol=1e-6)
    found = explained(network, "shared", 2, 3, 1)
    assert [step_curve(network, found, order) for order in range(len(found.steps))] == [None] * len(
        found.steps
    )


def test_what_does_nothing_once_trained_and_a_pixel_have_no_curve() -> None:
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    x = keras.layers.Dropout(0.5, name="dropped")(keras.layers.ReLU()(image))
    network = Network.from_model(keras.Model(image, x))
    found = explained(network, "dropped", 2, 3, 1, fold=False)
    assert found.steps[0].kind is StepKind.UNCHANGED
    assert step_curve(network, found, 0) is None
    assert step_curve(network, explained(network, "image", 2, 3, 1), 0) is None
