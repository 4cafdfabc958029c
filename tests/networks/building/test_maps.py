import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import Network
from cnnviz.networks.building import PRESETS, Stack, build_model, describe
from cnnviz.networks.building.kinds import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    MaxPooling2D,
    Rescaling,
)
from cnnviz.networks.building.maps import stack_maps
from cnnviz.networks.building.stack import KINDS

pytestmark = pytest.mark.tensorflow

SCALED = Stack((Input(12, 12, 3), Rescaling(1 / 255), Conv2D(4, (3, 3)), Flatten(), Dense(3)))
AROUND_ZERO = SCALED.replaced(1, Rescaling(1 / 127.5, -1.0))
NORMALISED = SCALED.replaced(1, BatchNormalization())
AUGMENTED = SCALED.inserted(1, KINDS["RandomFlip"]())
STACKS = {
    **{name: preset.stack for name, preset in PRESETS.items()},
    "scaled": SCALED,
    "around zero": AROUND_ZERO,
    "normalised": NORMALISED,
    "augmented": AUGMENTED,
}


@pytest.mark.parametrize("name", ["tutorial", "lenet_5", "small_resnet", *[*STACKS][6:]])
def test_maps_are_those_of_the_network_that_is_built(tf, name):
    stack, image = STACKS[name], open_sample("panda")
    found = stack_maps(stack, image, seed=5)
    network = Network.from_model(build_model(stack, seed=5))
    whole = network.feature_maps(image)
    rows = describe(stack)
    assert len(found.outputs) == len(rows)
    np.testing.assert_array_equal(found.picture, network.shown_part(image))
    for row, output in zip(rows, found.outputs, strict=True):
        assert output.shape == row.output_shape
        assert output.dtype == np.float32
        assert not output.flags.writeable
        np.testing.assert_allclose(output, whole[row.parts[-1].name], rtol=1e-4, atol=1e-4)


def test_what_both_stacks_begin_with_is_taken_over(tf):
    image, stack = open_sample("panda"), PRESETS["tutorial"].stack
    before = stack_maps(stack, image, seed=1)
    changed = stack.replaced(5, MaxPooling2D((4, 4)))
    after = stack_maps(changed, image, seed=1, before=before)
    for at in range(1, 5):
        assert after.outputs[at] is before.outputs[at]
    alone = stack_maps(changed, image, seed=1)
    for one, other in zip(after.outputs, alone.outputs, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("change", ["seed", "picture", "scale"])
def test_nothing_is_taken_over_from_other_numbers(tf, change):
    image, other = open_sample("panda"), open_sample("moose")
    stack = Stack((Input(12, 12, 3), Dropout(0.5), Conv2D(4, (3, 3)), Activation("relu")))
    before = stack_maps(stack, other if change == "picture" else image, seed=1)
    if change == "scale":
        stack = stack.inserted(2, Rescaling(1 / 255))
    seed = 2 if change == "seed" else 1
    after = stack_maps(stack, image, seed=seed, before=before)
    for one, alone in zip(after.outputs, stack_maps(stack, image, seed=seed).outputs, strict=True):
        np.testing.assert_array_equal(one, alone)


def test_an_input_that_is_no_picture_is_refused_with_its_channels(tf):
    with pytest.raises(ValueError, match=r"so must the input\. Received: 5 channels"):
        stack_maps(Stack((Input(8, 8, 5), Flatten())), open_sample("panda"), seed=0)
