"""A network is made to fit its data, visibly, or refused in one sentence."""

import numpy as np
import pytest

from cnnviz.limits import Limits
from cnnviz.networks.building import PRESETS, Stack, describe
from cnnviz.networks.building.kinds import (
    Activation,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    Input,
)
from cnnviz.networks.training import plan as plans
from cnnviz.networks.training.data import DATA, data_from_pictures, open_data
from cnnviz.networks.training.plan import changes_sentence, fitted, planned
from cnnviz.networks.training.settings import Settings


def _few(source):
    images = np.zeros((40, *source.shape), np.uint8)
    labels = np.arange(40) % len(source.class_names)
    return data_from_pictures(source.title, "", images, labels, source.class_names, held_out=8)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("data", DATA)
def test_every_preset_fits_every_data_set(name, data):
    data = _few(DATA[data])
    plan = planned(PRESETS[name].stack, data, Settings())
    rows = describe(plan.stack)
    assert rows[0].output_shape == data.shape
    assert rows[-1].output_shape == (len(data.class_names),)


def test_what_was_changed_is_said():
    data = open_data("digits")
    plan = planned(PRESETS["small_vgg"].stack, data, Settings())
    assert changes_sentence(plan) == (
        "To fit Digits: its input is 8 \u00d7 8 \u00d7 1 instead of 32 \u00d7 32 \u00d7 3."
    )
    stack = Stack((Input(8, 8, 1), Flatten(), Dense(3)))
    plan = planned(stack, data, Settings(augmentation="shift"))
    said = changes_sentence(plan)
    assert "its last dense layer has 10 units instead of 3" in said
    assert "a softmax follows its last layer" in said
    assert "`RandomTranslation`, `RandomZoom` stand in front" in said
    assert "instead of 8" not in said


def test_what_fits_is_left_as_it_is():
    stack = Stack((Input(8, 8, 1), Flatten(), Dense(10, "softmax")))
    assert fitted(stack, open_data("digits")) == (stack, ())
    kept = Stack((Input(8, 8, 1), Flatten(), Dense(10), Activation("softmax")))
    assert fitted(kept, open_data("digits")) == (kept, ())


def test_what_cannot_be_trained_is_refused(monkeypatch):
    data = open_data("digits")
    with pytest.raises(ValueError, match=r"one number for each of the 10 classes.*8 \u00d7 8"):
        planned(Stack((Input(8, 8, 1), Conv2D(4, (1, 1)))), data, Settings())
    pooled = [AveragePooling2D((4, 8))]
    two = data_from_pictures("Two", "", data.images, data.labels // 5, "ab", held_out=9)
    with pytest.raises(ValueError, match="A network learns by its weights"):
        planned(Stack((Input(8, 8, 1), *pooled, Flatten())), two, Settings())
    monkeypatch.setattr(plans, "LIMITS", Limits(model_parameters=0.001))
    with pytest.raises(ValueError, match=r"0\.001 million weights; the variable CNNVIZ_MODEL_PAR"):
        planned(PRESETS["small_vgg"].stack, data, Settings())
    monkeypatch.setattr(plans, "LIMITS", Limits(training_multiply_adds=0.1))
    with pytest.raises(ValueError, match=r"0\.1 million multiplications"):
        planned(PRESETS["small_vgg"].stack, data, Settings())
