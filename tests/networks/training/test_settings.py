"""What a training is told."""

import math

import pytest

from cnnviz.networks.building import PRESETS
from cnnviz.networks.training.settings import AUGMENTATIONS, OPTIMISERS, Settings


def test_a_cosine_begins_at_the_rate_and_ends_near_nothing():
    rates = Settings(rate=0.1, epochs=10, schedule="cosine").rates()
    assert rates[0] == 0.1
    assert rates[5] == pytest.approx(0.05)
    assert rates[9] == pytest.approx(0.05 * (1 + math.cos(0.9 * math.pi)), rel=1e-5)


def test_steps_take_a_fifth_after_each_third():
    assert Settings(rate=1.0, epochs=6, schedule="step").rates() == (1, 1, 0.2, 0.2, 0.04, 0.04)
    assert Settings(rate=1.0, epochs=1, schedule="step").rates() == (1,)
    assert Settings(rate=1.0, epochs=4, schedule="step").rates() == (1, 1, 0.2, 0.04)
    for epochs in range(3, 61):
        assert len(set(Settings(epochs=epochs, schedule="step").rates())) == 3


def test_the_layers_that_change_pictures_stand_in_front_in_order():
    stack = PRESETS["small_vgg"].stack
    settings = Settings(augmentation="strong")
    kinds = [layer.kind() for layer in settings.augmented(stack).layers[1:5]]
    assert kinds == [layer.kind() for layer in AUGMENTATIONS["strong"][1]]
    assert Settings().augmented(stack) == stack


def test_settings_go_through_json():
    settings = Settings(optimiser="momentum", decay=0.01, seed=7)
    assert Settings(**settings.as_json()) == settings
    assert settings.optimiser_arguments() == {
        "learning_rate": 0.003,
        "momentum": 0.9,
        "weight_decay": 0.01,
    }
    assert set(OPTIMISERS) == {"adam", "sgd", "momentum", "rmsprop"}


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("optimiser", "magic", "one of adam, sgd"),
        ("schedule", "", "one of constant"),
        ("augmentation", "all", "one of none"),
        ("batch", 0, "from 1 to 1,024"),
        ("epochs", 61, "from 1 to 60"),
        ("epochs", 2.0, "whole number"),
        ("rate", float("nan"), "above 0"),
        ("rate", 0.0, "above 0"),
        ("decay", -0.1, "from 0 to 1"),
        ("seed", -1, "from 0 to"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(name, value, rule):
    with pytest.raises(ValueError, match=rf"The {name} must be .*{rule}.*Received: {name}="):
        Settings(**{name: value})
