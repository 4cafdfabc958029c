"""Keras programs for what the page on activations shows.

Like those of `cnnviz.convolution.code`: each reads the files that the page offers for download,
stands alone, and leaves its answer in `result`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution.code import array_literal

_SLOPE_AT_ZERO = {
    "celu": """\
# Keras adds two halves that meet at 0, and TensorFlow counts the slope of both there.
slope[np.asarray(x) == 0] = 1.0
"""
}


def curve_code(
    key: str, parameters: Mapping[str, float], *, least: float, most: float, count: int
) -> str:
    """Write the program for an activation's curve and slope.

    Parameters
    ----------
    key : in :data:`cnnviz.activations.ACTIVATIONS`, which is its name in ``keras.activations``.
    parameters : the activation's, under Keras's names
    least, most, count : of the evenly spaced x

    `result` is (2, count) float32: the values and the slopes.
    """
    return f"""\
import keras
import numpy as np
import tensorflow as tf

x = tf.constant(np.linspace({least:g}, {most:g}, {count}))
with tf.GradientTape() as tape:
    tape.watch(x)
    y = {_call(key, parameters)}
slope = np.array(tape.gradient(y, x))
{_SLOPE_AT_ZERO.get(key, "")}result = np.stack([y, slope]).astype("float32")
print(result.shape, result.min(axis=1), result.max(axis=1))
"""


def map_code(
    key: str,
    parameters: Mapping[str, float],
    kernel: NDArray[np.float32],
    *,
    scale: float,
    bias: float,
) -> str:
    """Write the program for a picture's filtered map after an activation.

    Parameters
    ----------
    key, parameters : as in :func:`curve_code`
    kernel : (rows, columns)
    scale, bias : what the map is multiplied by, and what is added then

    It reads `picture.png`; `result` is (height, width) float32.
    """
    return f"""\
import keras
import numpy as np
from PIL import Image

picture = Image.open("picture.png").convert("L")
inputs = np.asarray(picture, "float32")[None, :, :, None] / 255
kernel = np.array({array_literal(kernel)}, "float32")

layer = keras.layers.Conv2D(1, {kernel.shape}, padding="same")
layer.build(inputs.shape)
layer.set_weights([{scale!r} * kernel[:, :, None, None], np.array([{bias!r}], "float32")])
x = layer(inputs)
result = np.asarray({_call(key, parameters)})[0, :, :, 0]
print(result.shape, result.min(), result.max(), (result == 0).mean())
"""


def stack_code(key: str, parameters: Mapping[str, float], *, depth: int) -> str:
    """Write the program for the gradient in every layer of a stack.

    Reads `stack.npz`: inputs, labels, and weights_0 to weights_`depth`. `result` is (depth,)
    float64, the root mean square of the loss's slope by the weights of each hidden layer.
    """
    return f"""\
import keras
import numpy as np
import tensorflow as tf

stack = np.load("stack.npz")
layers = range({depth + 1})
weights = [tf.Variable(stack[f"weights_{{layer}}"]) for layer in layers]
x = tf.constant(stack["inputs"])
with tf.GradientTape() as tape:
    for matrix in weights[:-1]:
        x = x @ matrix
        x = {_call(key, parameters)}
    losses = keras.losses.sparse_categorical_crossentropy(
        stack["labels"], x @ weights[-1], from_logits=True
    )
    loss = tf.reduce_mean(losses)
gradients = tape.gradient(loss, weights)
# Scaled by the largest, since the square of a vanished gradient is zero.
result = []
for gradient in np.array(gradients[:-1], dtype=object):
    largest = np.abs(gradient).max() or 1.0
    result.append(largest * np.sqrt(np.mean((gradient / largest) ** 2)))
result = np.array(result)
print(result)
"""


def relu_training_code(*, learning_rate: float, steps: int, negative_slope: float = 0.0) -> str:
    """Write the program for the training run with ReLUs (or leaky ones).

    Reads `relu_training.npz`: points, labels, and the weights and biases at the start. `result`
    is (units,) bool, the units of the hidden layers that fire for no example at the end.
    """
    return f"""\
import keras
import numpy as np

run = np.load("relu_training.npz")
layers = sum(name.startswith("weights_") for name in run)
inputs = x = keras.Input(run["points"].shape[1:])
sums = []
for layer in range(layers):
    x = keras.layers.Dense(run[f"biases_{{layer}}"].size)(x)
    if layer < layers - 1:
        sums.append(x)
        x = keras.layers.LeakyReLU(negative_slope={negative_slope!r})(x)
model = keras.Model(inputs, x)
dense = [layer for layer in model.layers if layer.weights]
for place, layer in enumerate(dense):
    layer.set_weights([run[f"weights_{{place}}"], run[f"biases_{{place}}"]])
model.compile(
    keras.optimizers.SGD({learning_rate!r}),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
for step in range({steps}):
    model.train_on_batch(run["points"], run["labels"])
found = keras.Model(inputs, sums)(run["points"])
result = np.concatenate([~(np.array(one) > 0).any(axis=0) for one in found])
print(result.sum(), "of", result.size, "units are silent")
"""


def softmax_code(logits: NDArray[np.float32], class_index: int, *, temperature: float) -> str:
    """Write the program for softmax, its loss, and what goes wrong without the subtraction.

    `result` is (classes + 1,) float32: the probabilities, and the cross-entropy of the class.
    """
    return f"""\
import keras
import numpy as np

logits = np.array({array_literal(logits)}, "float32") / {temperature!r}
probabilities = keras.ops.softmax(logits)
loss = keras.losses.sparse_categorical_crossentropy(
    np.array({class_index}), logits, from_logits=True
)
with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
    naive = np.exp(logits) / np.exp(logits).sum()  # nan where e^x overflows
result = np.append(np.asarray(probabilities), np.asarray(loss))
print(result, naive)
"""


def _call(key: str, parameters: Mapping[str, float]) -> str:
    given = "".join(f", {name}={value!r}" for name, value in parameters.items())
    return f"keras.activations.{key}(x{given})"
