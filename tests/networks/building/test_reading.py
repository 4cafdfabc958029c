"""Pasted programs: what is read, and that what is not is refused by its line and never run."""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnviz.networks.building.augmentation import RandomFlip, RandomRotation
from cnnviz.networks.building.blocks import (
    InceptionBlock,
    InvertedResidualBlock,
    ResidualBlock,
)
from cnnviz.networks.building.code import stack_code
from cnnviz.networks.building.constraints import Bound
from cnnviz.networks.building.expressions import ProgramError
from cnnviz.networks.building.kinds import (
    ACTIVATION_NAMES,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    ReLU,
    Rescaling,
)
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.options import Penalty
from cnnviz.networks.building.presets import PRESETS
from cnnviz.networks.building.reading import LONGEST_PROGRAM, read_program
from cnnviz.networks.building.stack import Stack
from tests.networks.building.stacks import valid_stacks
from tests.timing import takes_less


def layers_of(text: str) -> tuple[Any, ...]:
    return read_program(text).layers


def is_as_in_mobilenet(one: Layer, behind: Layer) -> bool:
    """Whether a chain may be read as MobileNet's first version has it: ending in an activation."""
    return isinstance(one, InvertedResidualBlock) and isinstance(behind, Activation | ReLU)


@given(stack=valid_stacks())
def test_a_written_program_is_read_back(stack: Stack) -> None:
    assume(not any(itertools.starmap(is_as_in_mobilenet, itertools.pairwise(stack.layers))))
    assert read_program(stack_code(stack)) == stack


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_program_is_read_back(name: str) -> None:
    assert read_program(stack_code(PRESETS[name].stack)) == PRESETS[name].stack


def test_a_sequential_as_tutorials_write_it() -> None:
    text = '''
"""Digits."""
import numpy as np
'''
    with pytest.raises(ProgramError, match=r"import numpy.*in line 3\.$"):
        read_program(text)
    text = '''
"""Digits."""
import tensorflow as tf
from tensorflow.keras import layers, models

num_classes = 10
input_shape = (28, 28, 1)

model = models.Sequential()
model.add(layers.Conv2D(32, kernel_size=(3, 3), activation="relu", input_shape=input_shape))
model.add(layers.MaxPooling2D((2, 2)))
model.add(tf.keras.layers.Dropout(rate=0.25, seed=1, name="rest"))
model.add(layers.Flatten())
model.add(layers.Dense(num_classes, "softmax"))
model.summary()
model.compile(optimizer="adam", loss=anything(1), metrics=["accuracy"])
'''
    assert layers_of(text) == (
        Input(28, 28, 1),
        Conv2D(32, (3, 3), activation="relu"),
        MaxPooling2D(),
        Dropout(0.25),
        Flatten(),
        Dense(10, "softmax"),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('kernel_regularizer="l2"', {"kernel_regularizer": Penalty(l2=0.01)}),
        ("kernel_regularizer=regularizers.L2(1e-4)", {"kernel_regularizer": Penalty(l2=1e-4)}),
        (
            "kernel_regularizer=keras.regularizers.l1_l2(l1=1e-5, l2=1 / 8)",
            {"kernel_regularizer": Penalty(1e-5, 0.125)},
        ),
        ("kernel_regularizer=lasso(0.5)", {"kernel_regularizer": Penalty(l1=0.5)}),
        ("kernel_regularizer=tf.keras.regularizers.L1L2()", {}),
        ("bias_initializer=keras.initializers.Ones()", {"bias_initializer": "ones"}),
        ("bias_regularizer=lasso(0.5)", {"bias_regularizer": Penalty(l1=0.5)}),
        ('activity_regularizer="l1"', {"activity_regularizer": Penalty(l1=0.01)}),
        ('kernel_constraint="non_neg"', {"kernel_constraint": Bound("NonNeg")}),
        (
            "kernel_constraint=keras.constraints.MaxNorm(3, axis=[0, 1, 2])",
            {"kernel_constraint": Bound("MaxNorm", 3, (0, 1, 2))},
        ),
        (
            "kernel_constraint=tf.keras.constraints.unit_norm(axis=0)",
            {"kernel_constraint": Bound("UnitNorm")},
        ),
        ('kernel_initializer="orthogonal"', {"kernel_initializer": "orthogonal"}),
        (
            "kernel_initializer=initializers.HeNormal(seed=3)",
            {"kernel_initializer": "he_normal"},
        ),
    ],
)
def test_what_only_training_needs_is_read(written: str, read: dict[str, Any]) -> None:
    text = f"""
import tensorflow as tf
from tensorflow.keras import layers, initializers, regularizers
from keras.regularizers import l1 as lasso
model = keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(2, 3, {written})])
"""
    assert layers_of(text)[1] == Conv2D(2, (3, 3), **read)


def test_a_sequential_in_a_sequential_and_one_called_on_a_tensor() -> None:
    text = """
from keras import Sequential, layers as L
from keras.layers import Dense
changes = Sequential([L.RandomFlip("horizontal"), L.RandomRotation(0.1)])
model = Sequential([L.Input(shape=(32, 32, 3)), changes, L.Rescaling(1.0 / 255), Dense(2)])
"""
    expected = (
        Input(32, 32, 3),
        RandomFlip("horizontal"),
        RandomRotation(0.1),
        Rescaling(1 / 255),
        Dense(2),
    )
    assert layers_of(text) == expected
    text = """
import keras
from keras.layers import *
"""
    with pytest.raises(ProgramError, match="line 3"):
        read_program(text)
    text = """
changes = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
inputs = keras.Input((32, 32, 3))
x = changes(inputs)
x = layers.Rescaling(scale=1 / 255)(x)
outputs = Dense(2)(x)
model = keras.Model(inputs=inputs, outputs=[outputs])
"""
    assert layers_of(text) == expected


def test_a_residual_block_is_found_however_it_is_written() -> None:
    text = """
inputs = keras.Input((8, 8, 4))
x = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
x = layers.Conv2D(4, 3, padding="same")(x)
x = layers.Add()([inputs, x])
x = layers.ReLU()(x)
shortcut = layers.Conv2D(6, 1, strides=2, padding="same", use_bias=False)(x)
shortcut = layers.BatchNormalization()(shortcut)
y = layers.Conv2D(6, 5, strides=2, padding="same", use_bias=False)(x)
y = layers.BatchNormalization()(y)
y = layers.Activation("gelu")(y)
y = layers.Conv2D(6, 5, padding="same", use_bias=False)(y)
y = layers.BatchNormalization()(y)
y = layers.Activation("gelu")(layers.Add()([shortcut, y]))
y = layers.GlobalAveragePooling2D()(y)
model = keras.Model(inputs, y)
"""
    assert layers_of(text) == (
        Input(8, 8, 4),
        ResidualBlock(4, batch_normalization=False, use_bias=True),
        ResidualBlock(6, (5, 5), (2, 2), "gelu"),
        GlobalAveragePooling2D(),
    )


def test_other_names_of_keras_are_read() -> None:
    text = """
model = Sequential([Input((9, 9, 1)), MaxPool2D(), AvgPool2D(3), ReLU()])
model.add(Convolution2D(2, 1, activation=None))
"""
    expected = (MaxPooling2D(), AveragePooling2D((3, 3)), ReLU(), Conv2D(2, (1, 1)))
    assert layers_of(text)[1:] == expected


FRONT = "model = keras.Sequential([layers.Input((8, 8, 4)), "
HOSTILE = {
    "import os": ('"import os"', 1),
    "import keras\nimport keras.utils": ('"import keras.utils"', 2),
    "from os import system": ('"from os import system"', 1),
    "from keras import ops": ('"from keras import ops"', 1),
    "from . import x": ("a relative import", 1),
    "\n\n__import__('os').system('x')": ("a part of something else", 3),
    "eval('1')": ('"eval"', 1),
    "keras.utils.get_file('http://x')": ('"keras.utils.get_file"', 1),
    "keras.models.load_model('x.keras')": ('"keras.models.load_model"', 1),
    "layers.Lambda(lambda x: x)": ('"layers.Lambda"', 1),
    "layers.__class__": ("an expression", 1),
    "x = layers.Conv2D.__init__": ('"layers.Conv2D.__init__"', 1),
    "x = [i for i in range(9)]": ("a comprehension", 1),
    "x = {1: 2}": ("a dictionary", 1),
    "x = f'{open(1)}'": ("an f-string", 1),
    "x = 'a' * 10**9": ("arithmetic", 1),
    "x = 9 ** 9 ** 9": ("arithmetic", 1),
    "x = b'1'": ("b", 1),
    "x = 1j": ("complex", 1),
    "x = -'1'": ("a sign", 1),
    "x = 1 / 0": ("one that is not", 1),
    "x = (y := 1)": ("an assignment inside", 1),
    "x = y": ('"y"', 1),
    "x = 1\nx.real.imag": ("an expression", 2),
    "a = b = 1": ("an assignment to something else", 1),
    "a, b = 1, 2": ("an assignment to something else", 1),
    "layers.Conv2D = 1": ("an assignment to something else", 1),
    "x += 1": ("an augmented assignment", 1),
    "def f():\n  pass": ("a function", 1),
    "class A: pass": ("a class", 1),
    "for i in x: pass": ("a loop", 1),
    "while True: pass": ("a loop", 1),
    "if 1: pass": ("a condition", 1),
    "with open('x'): pass": ("a with block", 1),
    "@x\ndef f(): pass": ("a function", 2),
    "raise x": ("raise", 1),
    "print('x')": ('"print"', 1),
    "x = 1 +": ('"x = 1 +"', 1),
    "\0": ("cannot be parsed", 0),
    "\ud800": ("UnicodeEncodeError", 0),
    "x" * (LONGEST_PROGRAM + 1): ("20,001 letters", 0),
    "import os\n" * 100_000: ("1,000,000 letters", 0),
    "(" * 9000: ("9000 deep", 0),
    "x = " + "[" * 25 + "]" * 25 + "\n" + "[" * 40 + "]" * 40: ("40 deep", 0),
    "-" * 19_000 + "1": ("cannot be parsed", 0),
    "not " * 4000 + "1": ("cannot be parsed", 0),
    "x = a" + ".a" * 9000: ("cannot be parsed", 0),
    "x = 1" + "+1" * 9000: ("cannot be parsed", 0),
    "x = f" + "()" * 9000: ("cannot be parsed", 0),
    "x = " + "9" * 19_000: ("999", 1),
    FRONT + "layers.Dense(0x" + "f" * 9000 + ")])": ("units=a number of 36,000 bits", 1),
    FRONT + "layers.Dropout(0x" + "f" * 9000 + ")])": ("rate=a number of 36,000 bits", 1),
    FRONT + "layers.Dense(0x" + "f" * 9000 + " / 2)])": ("one that is not", 1),
    FRONT + "layers.Dense(1e999)])": ("units=Infinity", 1),
    FRONT + "layers.Dense(-1)])": ("units=-1", 1),
    FRONT + "\nlayers.Conv2D(8, 3, bias_constraint='l2')])": ('"bias_constraint"="l2"', 2),
    FRONT + "layers.Dense(1, kernel_constraint='min_max')])": ('kernel_constraint="min_max"', 1),
    FRONT + "layers.Dense(1, kernel_constraint=constraints.MaxNorm(-1))])": ("max_value=-1", 1),
    FRONT + "layers.Dense(1, kernel_constraint=constraints.MaxNorm(rate=1))])": ("rate", 1),
    FRONT + "layers.Dense(1, kernel_constraint=constraints.UnitNorm(2))])": ("from 0 to 1", 1),
    FRONT + "layers.Dense(1, kernel_constraint=regularizers.L2())])": ("a regulariser", 1),
    FRONT + "layers.Dense(1, kernel_regularizer=constraints.NonNeg())])": ("a constraint", 1),
    FRONT + "\nlayers.Conv2D(8, 3, kernel_regularizer='l3')])": ('kernel_regularizer="l3"', 2),
    FRONT + "layers.Dense(1, kernel_regularizer=keras.regularizers.L2(-1))])": ("l2=-1", 1),
    FRONT + "layers.Dense(1, kernel_regularizer=regularizers.l1(l2=1))])": ("Received: l2", 1),
    FRONT + "layers.Dense(1, kernel_regularizer=keras.regularizers.L2)])": ("a part of Keras", 1),
    FRONT + "layers.Dense(keras.regularizers.L2(0x" + "f" * 9000 + "))])": ("36,000 bits", 1),
    FRONT + "layers.Dense(keras.regularizers.L2())])": ("units=a regulariser", 1),
    FRONT + "layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(stddev=1))])": (
        '"stddev"=1',
        1,
    ),
    FRONT + "layers.Dense(1, kernel_initializer=keras.initializers.Constant(1))])": (
        '"keras.initializers.Constant"',
        1,
    ),
    FRONT + "layers.Dense(1, kernel_initializer='identity')])": ("one of glorot_uniform", 1),
    FRONT + "layers.Conv2D(8, 3, 1, 'same', 'channels_first')])": ("more", 1),
    FRONT + "layers.Conv2D(8, 3, data_format='channels_first')])": ('"data_format"', 1),
    FRONT + "layers.Conv2D(8)])": ("Conv2D", 1),
    FRONT + "layers.Dense(*[1])])": ("more", 1),
    FRONT + "layers.Dense(**{'units': 1})])": ("** arguments", 1),
    FRONT + "layers.Dense(1, units=2)])": ('"units"', 1),
    FRONT + "layers.Dense(1, name=2)])": ("another name", 1),
    FRONT + "layers.LSTM(1)])": ('"layers.LSTM"', 1),
    FRONT + "layers.Dense(5)(1)])": ("1", 1),
    FRONT + "'relu'])": ('"relu"', 1),
    FRONT + "layers.Input((8, 8, 4))])": ("a second one", 1),
    FRONT + "layers.Add()])": ("Add", 0),
    FRONT + "layers.Dense(layers.Flatten())])": ("units=a layer", 1),
    FRONT + "layers.Dense(keras)])": ("units=a part of Keras", 1),
    FRONT + "layers.Dense([keras])])": ("units=a list", 1),
    "m = keras.Model(keras, layers)": ("a part of Keras", 1),
    "x = [x for x in y][0]": ("an index", 1),
    "assert x": ("assert", 1),
    "model = keras.Sequential([layers.Dense(1)])": ("a Sequential without Input", 1),
    "model = keras.Sequential()\nmodel.add(model)": ("add", 2),
    "a = keras.Sequential()\nb = keras.Sequential([a])\na.add(layers.Flatten())": ("add", 3),
    "d = layers.Dense(1)\nm = keras.Sequential([d, d])": ('"d"', 2),
    "m = keras.Sequential()\nm.fit(1)": ('"m.fit"', 2),
    "m = keras.Sequential()\nm.add(1, 2)": ("add", 2),
    "m = keras.Sequential(layers)": ('"layers"', 1),
    "x = keras.Input((8, 8))": ("[8, 8]", 1),
    "x = keras.Input((None, None, 3))": ("height=None", 1),
    "x = keras.Input((8, 8, 3), batch_size=4)": ('"batch_size"', 1),
    "a = Input((8, 8, 1))\nb = Input((8, 8, 1))\nm = Model(a, Dense(1)(b))": ("an Input", 1),
    "a = Input((8, 8, 1))\nb = Add()([a, a])\nm = Model(a, b)": ("Add", 2),
    "a = Input((8, 8, 1))\nb = Dense(1)(a)\nc = Dense(1)(a)\nm = Model(a, b)": ("Dense", 3),
    "a = Input((8, 8, 1))\nb = Dense(1)(a)\nm = Model(a, b)\nn = Model(a, b)": ("a second one", 4),
    "a = Input((8, 8, 1))\nm = Model([a, a], a)": ("inputs", 2),
    "a = Input((8, 8, 1))\nb = Dense(1)([a, a])": ("a list", 2),
    "a = Input((8, 8, 1))\nb = Dense(1)(a, training=True)": ("more", 2),
    "x = 1": ("none", 0),
    "": ("none", 0),
}


def refusal(text: str) -> ProgramError:
    with pytest.raises(ProgramError) as error:
        read_program(text)
    return error.value


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:40]))
def test_what_is_not_known_is_refused_by_line_and_name(text: str) -> None:
    word, line = HOSTILE[text]
    error = refusal(text)
    assert takes_less(1, refusal, text)
    said = str(error)
    assert word in said
    assert error.line == line
    assert said.endswith(f", in line {line}." if line else ".")
    assert "\n" not in said
    assert len(said) < 600
    assert said.isprintable()


def test_a_residual_block_with_another_shortcut_than_ours_is_refused() -> None:
    # The channels stay, and a convolution stands in the shortcut all the same.
    text = """
a = Input((8, 8, 4))
x = Conv2D(4, 3, padding="same")(a)
x = Activation("relu")(x)
x = Conv2D(4, 3, padding="same")(x)
x = Add()([x, Conv2D(4, 1, padding="same")(a)])
x = Activation("relu")(x)
m = Model(a, x)
"""
    with pytest.raises(ProgramError, match="inverted residual or inception"):
        read_program(text)
    assert read_program(text.replace("8, 8, 4", "8, 8, 3")).layers[1] == ResidualBlock(
        4, batch_normalization=False, use_bias=True
    )


def test_branches_that_grow_without_end_are_refused_at_once() -> None:
    sums = ["x = Add()([x, x])"] * 390
    text = "\n".join(["a = Input((8, 8, 1))", "x = Add()([a, a])", *sums, "m = Model(a, x)"])
    with pytest.raises(ProgramError, match="Branches"):
        read_program(text)


def test_a_block_of_many_different_convolutions_costs_little() -> None:
    convolutions = [
        f"x{n} = Conv2D({n}, {n}, strides={n}, activation='{name}')(a)"
        for n, name in enumerate(ACTIVATION_NAMES[:14], start=1)
    ]
    joined = "x = Add()([" + ", ".join(f"x{n}" for n in range(1, 15)) + "])"
    text = "\n".join(["a = Input((8, 8, 1))", *convolutions, joined, "m = Model(a, x)"])
    assert "inverted residual or inception" in str(refusal(text))
    assert takes_less(0.5, refusal, text)


def test_nothing_of_a_program_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trap.py").write_text("open('sprung', 'w')")
    monkeypatch.syspath_prepend(tmp_path)
    for text in (
        "import trap",
        "from trap import layers",
        "x = open('sprung', 'w')",
        FRONT + "layers.Dense(open('sprung', 'w'))])",
        FRONT + "layers.Dense(1, name=open('sprung', 'w'))])",
        FRONT + "layers.Dense(1)])\nmodel.compile(open('sprung', 'w'))",
    ):
        try:
            read_program(text)
        except ProgramError:
            continue
        assert "compile" in text
    assert not (tmp_path / "sprung").exists()
    assert "trap" not in sys.modules


def test_a_thread_with_little_room_survives_what_is_deep() -> None:
    failed: list[BaseException] = []

    def read(text: str) -> Callable[[], None]:
        def run() -> None:
            try:
                read_program(text)
            except ProgramError:
                return
            except BaseException as error:
                failed.append(error)

        return run

    for text in HOSTILE:
        thread = threading.Thread(target=read(text))
        thread.start()
        thread.join()
    assert not failed


@given(text=st.text(alphabet="xy=()[],.1-+:'\n layersDnKM*@#", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ProgramError):
        assert read_program(text).layers


def test_an_inception_block_is_found_with_its_branches() -> None:
    stack = Stack((Input(8, 8, 2), InceptionBlock(1, 2, 3, 4, 5, 6), BatchNormalization()))
    text = stack_code(stack)
    assert read_program(text) == stack
    other = text.replace("layers.Conv2D(3, 3,", "layers.Conv2D(3, 5,")
    with pytest.raises(ProgramError, match="inverted residual or inception"):
        read_program(other)


def test_an_activation_behind_a_block_is_a_layer_of_its_own() -> None:
    block = ResidualBlock(2, activation="linear")
    stack = Stack((Input(8, 8, 2), block, Activation("relu"), ResidualBlock(2), Activation("relu")))
    assert read_program(stack_code(stack)) == stack
