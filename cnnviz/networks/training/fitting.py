"""The training itself: Keras's `model.fit` with callbacks that tell how it goes.

`train` runs in a process of its own (`cnnviz.server.worker`), `compiled` is what the program that
one takes along does too.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.building import Stack, build_model, parse_stack
from cnnviz.networks.building.kinds import Rescaling
from cnnviz.networks.tensorflow_runtime import load_keras, load_tensorflow
from cnnviz.networks.training.settings import OPTIMISERS, Settings
from cnnviz.server.worker import Arrays, Channel
from cnnviz.shapes import Maps

LOSS = "sparse_categorical_crossentropy"
MOST_KERNELS, MOST_MAPS, MAP_SIDE = 32, 8, 32
"""What is told of an epoch: kernels of the first convolution, maps of two layers, their sides."""
_AT_ONCE = 256
"""Pictures held out that are asked for in one batch."""
BETWEEN = 0.25
"""Seconds from one message within an epoch to the next."""


def takes_levels(stack: Stack) -> bool:
    """Whether a network scales its pixels itself, and so takes levels from 0 to 255."""
    return any(isinstance(layer, Rescaling) for layer in stack.layers[:4])


def network_input(stack: Stack, images: ArrayLike) -> Maps:
    """Give pictures as the network takes them: (..., height, width, channels) float32."""
    pixels: Maps = np.asarray(images, np.float32)
    return pixels if takes_levels(stack) else pixels / np.float32(255)


def compiled(stack: Stack, settings: Settings) -> Any:
    """Build a network with the layers that change its pictures in front, ready for `fit`.

    The seed is that of the whole process: call it where nothing else draws random numbers.
    """
    keras = load_keras()
    keras.utils.set_random_seed(settings.seed)
    model = build_model(settings.augmented(stack))
    constructor = getattr(keras.optimizers, OPTIMISERS[settings.optimiser].constructor)
    model.compile(
        optimizer=constructor(**settings.optimiser_arguments()),
        loss=LOSS,
        metrics=["accuracy"],
        jit_compile=False,  # compiling takes longer than it saves on a processor
    )
    return model


def train(
    values: dict[str, Any], arrays: dict[str, NDArray[Any]], channel: Channel
) -> tuple[dict[str, Any], Arrays]:
    """Train a network and tell how it goes, in a process of its own.

    Parameters
    ----------
    values : the network's text (`stack`), `settings`, and whether to pause after a batch (`one`).
    arrays : `x`, `y` to learn from and `validation_x`, `validation_y`, pictures as uint8;
        `watched`, one picture.

    Returns
    -------
    Whether it went to its end, and the weights in the network's order: "0", "1", ...
    """
    stack, settings = parse_stack(values["stack"]), Settings(**values["settings"])
    keras = load_keras()
    model = compiled(stack, settings)
    validation = network_input(stack, arrays["validation_x"]), arrays["validation_y"]
    watch = _Watch(model, network_input(stack, arrays["watched"]), *validation)
    recorder = _recorder(channel, watch, one=bool(values.get("one")))
    model.fit(
        network_input(stack, arrays["x"]),
        arrays["y"],
        batch_size=settings.batch,
        epochs=settings.epochs,
        validation_data=validation,
        callbacks=[keras.callbacks.LearningRateScheduler(settings.rates().__getitem__), recorder],
        verbose=0,
    )
    weights = {str(place): value for place, value in enumerate(model.get_weights())}
    return {"whole": not recorder.stopped}, weights


class _Watch:
    """Looks into a network while it is trained, without changing what comes out."""

    def __init__(self, model: Any, watched: Maps, x: Maps, y: NDArray[np.int64]) -> None:
        self.model, self.x, self.y = model, x, y
        self._picture = watched[None]
        self._kernel = next(
            (layer.kernel for layer in model.layers if type(layer).__name__ == "Conv2D"), None
        )
        self._names, self._owners = _layers_with_weights(model)
        self._sizes, self._weight = _watched_steps(model.optimizer, model.trainable_variables)
        self.mapped = _mapped_layers(model)
        keras = load_keras()
        outputs = [model.get_layer(name).output for name in self.mapped]
        self._maps = keras.Model(model.inputs[0], outputs) if outputs else None

    def kernels(self) -> dict[str, NDArray[Any]]:
        """The first convolution's: (rows, columns, channels, filters)."""
        if self._kernel is None:
            return {}
        values = np.asarray(self._kernel)
        return {"kernels": np.ascontiguousarray(values[..., :MOST_KERNELS])}

    def penalty(self) -> float:
        """What regularisers add to the loss: by the weights, and by answers to what is held out.

        What outputs add is a mean over pictures; of the first of them, no more than are asked at
        once.
        """
        if any(layer.activity_regularizer is not None for layer in self.model.layers):
            self.model(self.x[:_AT_ONCE], training=False)  # leaves each layer's part behind
        return sum((float(loss) for loss in self.model.losses), 0.0)

    def sizes(self) -> dict[str, NDArray[Any]]:
        """Give what the last step was like.

        Lengths of each layer's weights, gradient and update, (layers, 3), and of the first weight:
        what it was, its gradient, what it became.
        """
        squares = np.square(np.asarray(self._sizes))
        by_layer = np.zeros((len(self._names), 3), np.float32)
        np.add.at(by_layer, self._owners, squares)
        return {"sizes": np.sqrt(by_layer), "weight": np.asarray(self._weight)}

    @property
    def layers(self) -> list[str]:
        """Names of the layers that learn."""
        return self._names

    def look(self) -> dict[str, NDArray[Any]]:
        """Give kernels, maps of the watched picture and the answers to what is held out."""
        found = {**self.kernels(), **self.sizes(), **self.answers()}
        if self._maps is not None:
            maps = self._maps(self._picture, training=False)
            for place, one in enumerate(maps if isinstance(maps, list | tuple) else [maps]):
                found |= {f"maps_{place}": (small := _small_maps(np.asarray(one)[0]))[0]}
                found |= {f"range_{place}": small[1]}
        return found

    def answers(self) -> dict[str, NDArray[Any]]:
        """Ask for every picture held out: the class, its probability, and the right one's."""
        probabilities = self.model.predict(self.x, batch_size=_AT_ONCE, verbose=0)
        places = np.arange(len(self.y))
        predicted = probabilities.argmax(axis=-1)
        return {
            "predicted": predicted.astype(np.int32),
            "certainty": probabilities[places, predicted].astype(np.float32),
            "truth": probabilities[places, self.y].astype(np.float32),
        }


def _layers_with_weights(model: Any) -> tuple[list[str], list[int]]:
    """Name the layers that learn, and say for each trained variable whose it is."""
    owner = {
        id(variable): layer.name for layer in model.layers for variable in layer.trainable_variables
    }
    owners = [owner[id(variable)] for variable in model.trainable_variables]
    names = list(dict.fromkeys(owners))
    return names, [names.index(name) for name in owners]


def _watched_steps(optimizer: Any, variables: Sequence[Any]) -> tuple[Any, Any]:
    """Let an optimiser note how long weights, gradients and updates are, and one weight's step."""
    tf = load_tensorflow()
    sizes = tf.Variable(tf.zeros((max(1, len(variables)), 3)), trainable=False)
    weight = tf.Variable(tf.zeros(3), trainable=False)
    apply = optimizer.apply

    def noted(grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> Any:
        before = [tf.identity(variable.value) for variable in variables]
        done = apply(grads, trainable_variables)
        rows = [
            tf.stack([tf.norm(old), tf.norm(gradient), tf.norm(variable.value - old)])
            for old, gradient, variable in zip(before, grads, variables, strict=True)
        ]
        sizes.assign(tf.stack(rows))
        first = (before[0], grads[0], variables[0].value)
        weight.assign(tf.stack([tf.reshape(one, [-1])[0] for one in first]))
        return done

    optimizer.apply = noted
    return sizes, weight


def _mapped_layers(model: Any) -> list[str]:
    """Choose the layers whose maps are told: after the first convolution, and the last ones."""
    kinds = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "Activation")
    spatial = [
        layer.name
        for layer in model.layers
        if type(layer).__name__ in kinds and len(layer.output.shape) == 4
    ]
    return list(dict.fromkeys([*spatial[:1], *spatial[-1:]]))


def _small_maps(maps: Maps) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Give the first maps as levels, (maps, rows, columns), and what 0 and 255 stand for."""
    step = max(1, -(-max(maps.shape[:2]) // MAP_SIDE))
    few = maps[: maps.shape[0] // step * step, : maps.shape[1] // step * step, :MOST_MAPS]
    rows, columns, channels = few.shape
    few = few.reshape(rows // step, step, columns // step, step, channels).mean(axis=(1, 3))
    few = np.nan_to_num(few, posinf=0.0, neginf=0.0)
    # Zero is a level of its own: what is below and what is above it are told apart.
    most = float(np.abs(few).max()) or 1.0
    levels = np.rint(128 + few / most * 127).astype(np.uint8)
    return np.moveaxis(levels, -1, 0), np.array([-most, most], np.float32)


def _recorder(channel: Channel, watch: _Watch, *, one: bool) -> Any:
    """Make the callback that tells and obeys; Keras's class is there only now."""
    keras = load_keras()

    class Recorder(keras.callbacks.Callback):  # type: ignore[misc, name-defined]
        stopped = False
        paused = one
        allowed = 1 if one else 0
        seconds = 0.0
        batches = 0  # of this epoch

        def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002
            channel.send(
                {
                    "kind": "begin",
                    "batches": self.params["steps"],
                    "layers": watch.layers,
                    "mapped": watch.mapped,
                }
            )
            # Keras has measured nothing yet: the same from the answers.
            seen = watch.look()
            loss = -np.log(np.maximum(seen["truth"], 1e-7)).mean() + watch.penalty()
            right = (seen["predicted"] == watch.y).mean()
            measured = {"val_loss": float(loss), "val_accuracy": float(right)}
            measured["penalty"] = watch.penalty()
            told = {"kind": "epoch", "epoch": 0, "whole": True, "seconds": 0.0}
            channel.send({**told, **measured}, seen)
            self.since = self.told = time.monotonic()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.allowed -= 1
            self.batches = batch + 1
            self._obey()
            now = time.monotonic()
            halts = self.paused and self.allowed <= 0 and not self.stopped
            if halts or now - self.told >= BETWEEN:
                self.told = now
                self._tell(batch, logs, paused=halts)
            if halts:
                self.seconds += time.monotonic() - self.since
                while self.paused and self.allowed <= 0 and not self.stopped:
                    self._take(channel.commands.get())
                self.since = time.monotonic()
            if self.stopped:
                self.model.stop_training = True

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self._obey()
            rate = float(np.asarray(self.model.optimizer.learning_rate))
            values = {name: float(value) for name, value in (logs or {}).items()}
            values.pop("learning_rate", None)
            values["penalty"] = watch.penalty()
            told = {"kind": "epoch", "epoch": epoch + 1, "rate": rate, "seconds": self.elapsed()}
            channel.send(
                {**told, **values, "whole": self.batches == self.params["steps"]}, watch.look()
            )
            if self.stopped:
                self.model.stop_training = True

        def elapsed(self) -> float:
            return self.seconds + time.monotonic() - self.since

        def _tell(self, batch: int, logs: Any, *, paused: bool) -> None:
            values = {name: float(value) for name, value in (logs or {}).items()}
            told = {"kind": "batch", "epoch": self.epoch, "batch": batch + 1, "paused": paused}
            arrays = {**watch.kernels(), **watch.sizes()} if paused else watch.sizes()
            channel.send({**told, **values, "seconds": self.elapsed()}, arrays)

        def _obey(self) -> None:
            while not channel.commands.empty():
                self._take(channel.commands.get())

        def _take(self, command: dict[str, Any]) -> None:
            done = command.get("do")
            if done == "stop":
                self.stopped = True
            elif done == "one":
                self.paused, self.allowed = True, 1
            elif done in ("pause", "go"):
                self.paused, self.allowed = done == "pause", 0

    return Recorder()


def trained_model(stack: Stack, weights: Sequence[NDArray[np.float32]]) -> Any:
    """Build a network without what changed its pictures, with the weights of a training."""
    model = build_model(stack, seed=0)
    model.set_weights(list(weights))
    return model
