"""Learn a head for one's own classes, and the last stage with it.

The network in front of the last stage stays as it is, so its features are computed once: what is
learned is one dense layer of 1,280 weights a class. Fine-tuning goes on from there and lets the
last stage, a convolution of 1 x 1 with 409,600 weights, change too. Its batch normalisation keeps
the means and variances of ImageNet, as is usual with few pictures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations import softmax
from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.networks.own_classes.features import Features, Floats
from cnnviz.networks.own_classes.splitting import Split
from cnnviz.networks.tensorflow_runtime import load_keras

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

BATCH = 16
HEAD_RATE, TUNING_RATE = 3e-3, 1e-4
LAST_STAGE = ("head_conv", "head_bn")
"""The layers that fine-tuning starts from."""

Report = Callable[[float], object]
"""Called with the share that is done; what it raises stops the training."""


@dataclass(frozen=True, eq=False)
class Curves:
    """What was measured after each epoch: (epochs,) float64 each."""

    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    validation_loss: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Learned:
    """A head, and the last stage where that was tuned.

    Attributes
    ----------
    class_names : (K) names.
    kernel, bias : (1280, K) and (K,), the dense layer.
    convolution : (1, 1, 320, 1280), the tuned last stage; None where it stayed as it was.
    normalisation : its scale, offset, mean, variance, (1280,) each, and epsilon.
    curves : as it was learned; of the tuning alone where it was tuned.
    seconds : that the learning took.
    """

    class_names: tuple[str, ...]
    kernel: Floats
    bias: Floats
    convolution: Floats | None
    normalisation: tuple[Floats, ...]
    curves: Curves
    seconds: float

    def logits(self, features: Features) -> Floats:
        """Give (pictures, K), before the softmax."""
        pooled = features.pooled
        if self.convolution is not None:
            pooled = last_stage(features.stage, self.convolution, self.normalisation)
        return np.asarray(pooled @ self.kernel + self.bias, np.float32)

    def probabilities(self, features: Features) -> Floats:
        """Give (pictures, K), which add up to 1 in each row."""
        return np.asarray(softmax(self.logits(features)), np.float32)


def last_stage(stage: Floats, convolution: Floats, normalisation: Sequence[Floats]) -> Floats:
    """Compute what the last stage makes of its input: convolution of 1 x 1, scaled, ReLU6, means.

    Returns
    -------
    (pictures, 1280) float32.
    """
    scale, offset, mean, variance, epsilon = normalisation
    # All cells of all pictures in one product: NumPy takes one row of a map at a time otherwise.
    maps = stage.reshape(-1, stage.shape[-1]) @ convolution[0, 0]
    maps = (maps - mean) / np.sqrt(variance + epsilon) * scale + offset
    cells = np.clip(maps, 0, 6).reshape(*stage.shape[:-1], -1)
    return np.asarray(cells.mean(axis=(1, 2)), np.float32)


def learn(
    network: Network,
    features: Features,
    labels: ArrayLike,
    class_names: Sequence[str],
    parts: Split,
    *,
    epochs: int = 20,
    seed: int = 0,
    start: Learned | None = None,
    report: Report = lambda _: None,
) -> Learned:
    """Learn by `keras.Model.fit`: Adam, batches of 16, the cross-entropy.

    Parameters
    ----------
    network : the one that the features are of.
    labels : (pictures,), positions in `class_names`.
    start : a head that was learned already; the last stage is tuned from there.

    The same seed gives the same weights on the same machine; nothing is drawn from the process's
    random numbers.
    """
    classes = np.asarray(labels, np.int64)

    def work() -> Learned:
        model = (
            _head(load_keras(), len(class_names), seed)
            if start is None
            else _tuned(load_keras(), network, start)
        )
        return _fitted(model, network, features, classes, tuple(class_names), parts, epochs, report)

    return in_own_thread(work)


def _head(keras: Any, count: int, seed: int) -> Any:
    initializer = keras.initializers.GlorotUniform(seed)
    dense = keras.layers.Dense(
        count, activation="softmax", kernel_initializer=initializer, name="own_classes"
    )
    model = keras.Sequential([keras.Input((1280,)), dense], name="head")
    model.compile(
        keras.optimizers.Adam(HEAD_RATE), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def _tuned(keras: Any, network: Network, start: Learned) -> Any:
    layers = keras.layers
    convolution = layers.Conv2D(1280, 1, use_bias=False, name=LAST_STAGE[0])
    normalisation = layers.BatchNormalization(
        epsilon=network.operation(LAST_STAGE[1]).epsilon, trainable=False, name=LAST_STAGE[1]
    )
    dense = layers.Dense(len(start.class_names), activation="softmax", name="own_classes")
    model = keras.Sequential(
        [
            keras.Input((7, 7, 320)),
            *(convolution, normalisation, layers.ReLU(6.0)),
            *(layers.GlobalAveragePooling2D(), dense),
        ],
        name="last_stage",
    )
    convolution.set_weights(network.operation(LAST_STAGE[0]).get_weights())
    normalisation.set_weights(network.operation(LAST_STAGE[1]).get_weights())
    dense.set_weights([start.kernel, start.bias])
    rate = keras.optimizers.Adam(TUNING_RATE)
    model.compile(rate, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _fitted(
    model: Any,
    network: Network,
    features: Features,
    labels: NDArray[np.int64],
    class_names: tuple[str, ...],
    parts: Split,
    epochs: int,
    report: Report,
) -> Learned:
    keras = load_keras()
    is_tuned = model.name != "head"
    inputs = features.stage if is_tuned else features.pooled
    held_out = parts.validation
    measured: list[tuple[float, float]] = []

    def measure(epoch: int, logs: object) -> None:
        del logs
        answers = np.asarray(model(inputs[held_out], training=False), np.float64)
        right = answers[np.arange(len(held_out)), labels[held_out]]
        hits = answers.argmax(axis=1) == labels[held_out]
        measured.append((float(-np.log(np.maximum(right, 1e-7)).mean()), float(hits.mean())))
        report((epoch + 1) / epochs)

    begun = time.perf_counter()
    fit = model.fit(
        inputs[parts.training],
        labels[parts.training],
        batch_size=BATCH,
        epochs=epochs,
        shuffle=False,  # they come in a random order of their own, the same each time
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=measure)],
    )
    seconds = time.perf_counter() - begun
    losses, accuracies = np.array(measured, np.float64).T
    kernel, bias = model.get_layer("own_classes").get_weights()
    normal = network.operation(LAST_STAGE[1])
    return Learned(
        class_names,
        kernel,
        bias,
        model.get_layer(LAST_STAGE[0]).get_weights()[0] if is_tuned else None,
        (*normal.get_weights(), np.asarray(normal.epsilon, np.float32)),
        Curves(
            np.array(fit.history["loss"]), np.array(fit.history["accuracy"]), losses, accuracies
        ),
        seconds,
    )
