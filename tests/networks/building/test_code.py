"""The program of a stack gives, when it is run, the network that is built from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnnviz.networks.building.blocks import InceptionBlock, ResidualBlock
from cnnviz.networks.building.code import is_sequential, stack_code
from cnnviz.networks.building.kinds import (
    Conv2D,
    Dense,
    Flatten,
    Input,
    Rescaling,
    ZeroPadding2D,
)
from cnnviz.networks.building.model import build_model
from cnnviz.networks.building.presets import PRESETS
from cnnviz.networks.building.reading import read_program
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import ImpossibleStack
from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.building.stacks import valid_stacks


def run(program: str) -> Any:
    load_keras()
    names: dict[str, Any] = {}
    program = program.replace("model.summary()\n", "")
    in_own_thread(lambda: exec(compile(program, "program", "exec"), names))
    return names["model"]


def assert_the_same(stack: Stack) -> None:
    ran, built = run(stack_code(stack)), build_model(stack)
    assert type(ran) is type(built)
    assert ran.output_shape == built.output_shape
    # By their class: what changes pictures tells its own arguments, so that Keras can read them.
    ours = [type(layer).get_config(layer) for layer in built.layers]
    theirs = [type(layer).get_config(layer) for layer in ran.layers]
    assert theirs == ours
    assert sources(ran) == sources(built)


def sources(model: Any) -> list[tuple[str, list[str]]]:
    """List which layer takes its input from which."""
    nodes = [node for layer in model.layers for node in layer._inbound_nodes]
    return sorted(
        (node.operation.name, [str(tensor._keras_history[0].name) for tensor in node.input_tensors])
        for node in nodes
    )


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_program_makes_its_network(name: str) -> None:
    assert_the_same(PRESETS[name].stack)


@settings(max_examples=15)
@given(stack=valid_stacks())
def test_any_stacks_program_makes_its_network(stack: Stack) -> None:
    assert_the_same(stack)


def test_blocks_one_after_the_other_are_joined_where_they_must() -> None:
    blocks = (InceptionBlock(), ResidualBlock(64), ResidualBlock(64, activation="linear"))
    stack = Stack((Input(9, 9, 2), *blocks, InceptionBlock(), Flatten(), Dense(2)))
    assert not is_sequential(stack)
    assert_the_same(stack)


def test_a_program_computes_what_the_network_computes() -> None:
    stack = Stack((Input(6, 6, 2), Conv2D(4, (3, 3), activation="gelu"), ResidualBlock(4)))
    ran, built = run(stack_code(stack)), build_model(stack, seed=1)
    ran.set_weights(built.get_weights())
    picture = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype(np.float32)
    np.testing.assert_array_equal(ran(picture), built(picture))


def test_a_program_is_written_as_people_write_it() -> None:
    stack = Stack(
        (
            Input(28, 28, 1),
            Rescaling(1 / 255),
            ZeroPadding2D(((1, 1), (2, 2))),
            Conv2D(6, (5, 3), (2, 2), use_bias=False),
            Flatten(),
            Dense(10, "softmax"),
        )
    )
    lines = stack_code(stack).splitlines()
    assert [line.strip() for line in lines if "layers." in line] == [
        'layers.Input((28, 28, 1), name="image"),',
        'layers.Rescaling(1 / 255, name="rescaling_1"),',
        'layers.ZeroPadding2D(padding=(1, 2), name="padding_1"),',
        'layers.Conv2D(6, (5, 3), strides=2, use_bias=False, name="conv_1"),',
        'layers.Flatten(name="flatten_1"),',
        'layers.Dense(10, activation="softmax", name="dense_1"),',
    ]


def test_an_impossible_stack_has_no_program() -> None:
    with pytest.raises(ImpossibleStack, match="at layer 1, conv_1"):
        stack_code(Stack((Input(2, 2, 1), Conv2D(1, (3, 3)))))


PASTED = {
    "as a tutorial has it": """
import keras
from keras import layers

input_shape = (28, 28, 1)
model = keras.models.Sequential()
model.add(keras.Input(shape=input_shape))
model.add(layers.Conv2D(8, kernel_size=(3, 3), activation="relu"))
model.add(layers.MaxPooling2D(pool_size=(2, 2), strides=1))
model.add(layers.DepthwiseConv2D(3, 2, "same", 2, use_bias=False))
model.add(keras.Sequential([layers.BatchNormalization(momentum=0.9), layers.ReLU(6)]))
model.add(layers.Dropout(0.25))
model.add(layers.Flatten())
model.add(layers.Dense(10, "softmax"))
""",
    "with blocks": """
import tensorflow as tf
from tensorflow.keras import Model, layers as L

image = tf.keras.Input((8, 9, 3))
x = L.Conv2DTranspose(4, 3, 2, padding="same", output_padding=(1, 0))(image)
y = L.Conv2D(4, 3, padding="same")(x)
y = L.Activation("gelu")(y)
y = L.Conv2D(4, 3, padding="same")(y)
x = L.Activation("gelu")(L.Add()([y, x]))
one = L.Conv2D(1, 1)(x)
two = L.Conv2D(2, 3, padding="same")(L.Conv2D(3, 1, padding="same")(x))
three = L.Conv2D(4, 5, padding="same")(L.Conv2D(5, 1, padding="same")(x))
four = L.Conv2D(6, 1, padding="same")(L.MaxPool2D(3, 1, "same")(x))
x = L.Concatenate()([one, two, three, four])
model = Model(image, L.Dense(2)(L.GlobalMaxPooling2D()(x)))
""",
}


@pytest.mark.parametrize("name", PASTED)
def test_a_pasted_program_is_read_as_keras_runs_it(name: str) -> None:
    ran, built = run(PASTED[name]), build_model(read_program(PASTED[name]))
    ran.set_weights(built.get_weights())
    picture = np.random.default_rng(0).normal(size=(2, *built.input_shape[1:])).astype(np.float32)
    np.testing.assert_allclose(ran(picture), built(picture), rtol=1e-5, atol=1e-6)
    assert ran.count_params() == built.count_params()
