"""A network's graph and the compiled functions that run it, shared by all who look at it."""

from __future__ import annotations

import copy
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.answers import (
    answer_of,
    logits_of,
    losses,
    over_cells,
    probabilities_of_cells,
)
from cnnviz.networks.layers import NetworkError, Node, describe_layers, flatten_model
from cnnviz.networks.tensorflow_runtime import (
    load_keras,
    load_tensorflow,
    processor_count,
    variables_of_one_name,
)

# What an input of open size is given; nearly every published network was trained on it.
_USUAL_SIDE = 224
# A function of the masked kind is compiled per layer; those of the other kinds always fit.
_MOST_FUNCTIONS = 12
# In place of a shape: one whole number, or several.
_WHOLE = "whole number"
WHOLES = "whole numbers"

# TensorFlow shares its threads among all calls; more calls at once than cores only add memory.
RUNS = threading.BoundedSemaphore(processor_count())


class Runner:
    """A network's graph and its compiled functions; shared by all views of the network."""

    def __init__(self, model: Any, input_size: tuple[int, int] | None) -> None:
        keras = load_keras()
        shape = picture_shape(model, input_size)
        self.model = model
        self.image = keras.Input(shape, name="image")
        self.nodes, outputs = flatten_model(model, self.image, tree=keras.tree)
        self.by_name: dict[str, Node] = {node.name: node for node in self.nodes}
        self.layers = tuple(describe_layers(self.nodes, "image", shape))
        self.outputs = tuple(dict.fromkeys(outputs))
        vectors = [name for name in self.outputs if len(self.by_name[name].output.shape) == 2]
        self.answer = answer_of((vectors or self.outputs)[0], self.by_name, self.shape)
        self._lock = threading.Lock()
        self._functions: OrderedDict[Any, Callable[..., Any]] = OrderedDict()
        self._twins: dict[int, Runner] = {}
        self._twin_lock = threading.Lock()

    @property
    def shape(self) -> tuple[int, int, int]:
        """The (height, width, channels) of the input."""
        rows, columns, channels = self.layers[0].output_shape
        return rows, columns, channels

    def answering(self, output: str, *, mask: bool | None = None) -> Runner:
        """See the same graph with another of its outputs as the answer; all else is shared.

        mask : whether a map is read as a mask; without, as `answer_of` finds.
        """
        answer = answer_of(output, self.by_name, self.shape, mask=mask)
        if answer == self.answer:
            return self
        view = copy.copy(self)
        view.answer = answer
        return view

    def forward(
        self,
        x: Any,
        *,
        mask: tuple[str, Any] | None = None,
        guided: bool = False,
        only: Collection[str] | None = None,
    ) -> dict[str, Any]:
        """Run the graph inside a compiled function; every layer's output by name.

        mask : a layer's name and (batch, channels): what its output is multiplied with.
        guided : on the way back, let nothing negative through a ReLU.
        only : the layers to run, with all that they need; all without.
        """
        tf, tree = load_tensorflow(), load_keras().tree
        values: dict[int, Any] = {id(self.image): x}
        outputs = {"image": x}

        def fill(argument: Any) -> Any:
            return values.get(id(argument), argument)

        if mask is not None and mask[0] == "image":
            values[id(self.image)] = x * mask[1][:, None, None, :]
        for node in self.nodes:
            if only is not None and node.name not in only:
                continue
            arguments, keywords = tree.map_structure(fill, (node.arguments, dict(node.keywords)))
            output = _run_layer(tf, node.operation, arguments, keywords)
            if mask is not None and mask[0] == node.name:
                between = [1] * (len(output.shape) - 2)
                output *= tf.reshape(mask[1], [-1, *between, output.shape[-1]])
            if guided and _is_relu(node.operation):
                output = _without_negative_slopes(tf, output)
            values[id(node.output)] = outputs[node.name] = output
        return outputs

    def scores(self, outputs: Mapping[str, Any]) -> Any:
        """Find the (batch, classes) logits behind the answer; a single unit z is (−z/2, z/2)."""
        return over_cells(self.answer, self.logits(outputs))

    def logits(self, outputs: Mapping[str, Any]) -> Any:
        """Find the logits behind the answer, (batch, classes), or those of each cell of a mask."""
        return logits_of(self.answer, self.by_name, outputs)

    def untrained(self, seed: int, begin: Callable[[Runner], None]) -> Runner:
        """Build the same graph with weights as they were before training, once for each seed.

        Every weight is drawn by its layer's own initializer, from `seed`; what describes the data
        (the mean and variance of a Normalization layer) stays.

        begin : called with a graph that was just built, before anybody else gets it.
        """
        with self._twin_lock:
            if seed not in self._twins:
                with variables_of_one_name():
                    model = load_keras().models.clone_model(self.model)
                twin = Runner(model, self.shape[:2])
                for trained, fresh in zip(self.nodes, twin.nodes, strict=True):
                    _draw_weights(trained, fresh, seed)
                begin(twin)
                self._twins.clear()
                self._twins[seed] = twin
            return self._twins[seed]._as(self)

    def has_untrained(self, seed: int) -> bool:
        """Whether the graph that `untrained` gives was built before."""
        return seed in self._twins

    def _as(self, other: Runner) -> Runner:
        """Answer as another runner of the same layers does."""
        return self.answering(other.answer.layer, mask=other.answer.is_mask)

    def copied(self) -> Runner:
        """Build the same graph with the same weights, which may then be changed."""
        with variables_of_one_name():
            model = load_keras().models.clone_model(self.model)
        other = Runner(model, self.shape[:2])
        other.take_weights(self, [node.name for node in self.nodes])
        return other._as(self)

    def take_weights(self, other: Runner, layers: Collection[str]) -> None:
        """Take over the weights of some layers from the same graph; never on a shared one."""
        for mine, theirs in zip(self.nodes, other.nodes, strict=True):
            weights = getattr(mine.operation, "weights", [])
            if mine.name in layers and weights:
                for weight, given in zip(weights, theirs.operation.weights, strict=True):
                    weight.assign(given.value)
                if type(mine.operation).__name__ == "Normalization":
                    mine.operation.finalize_state()

    # The compiled functions. Each is traced at its first call and kept.

    def every_map(self) -> Callable[..., Any]:
        """Give the function from (1, height, width, channels) to every layer's output."""
        names = [info.name for info in self.layers[1:]]

        def every_map(x: Any) -> list[Any]:
            return self._maps(x, names)

        return self.compiled("every map", every_map, [(1, *self.shape)])

    def maps_of(self, names: tuple[str, ...]) -> Callable[..., Any]:
        """Give the function from (1, height, width, channels) to the outputs of these layers.

        TensorFlow joins what lies between them: 20 ms in EfficientNet-Lite0, where all maps take
        29. Compiling it takes half a second, so ask for the same layers again.
        """

        # A function of its own: TensorFlow warns of one that it compiles for several networks.
        def few_maps(x: Any) -> list[Any]:
            return self._maps(x, names)

        return self.compiled(("maps of", names), few_maps, [(1, *self.shape)])

    def _maps(self, x: Any, names: Sequence[str]) -> list[Any]:
        outputs = self.forward(x)
        return [_float(outputs[name]) for name in names]

    def answers(self) -> Callable[..., Any]:
        """Give the function from (n, height, width, channels) to logits and answers.

        Of a mask the probabilities, over all cells.
        """

        def answers(x: Any) -> tuple[Any, Any]:
            return self._scored(self.forward(x))

        return self.compiled(("answers", self.answer), answers, [(None, *self.shape)])

    def _scored(self, outputs: Mapping[str, Any]) -> tuple[Any, Any]:
        if self.answer.is_mask:
            given = over_cells(self.answer, probabilities_of_cells(self.answer, outputs))
        else:
            given = _float(outputs[self.answer.layer])
        return self.scores(outputs), given

    def every_slope(self) -> Callable[..., Any]:
        """Give the function from one input and a class to every layer's output and slope."""
        tf = load_tensorflow()
        names = [info.name for info in self.layers]

        def every_slope(x: Any, class_index: Any) -> tuple[list[Any], list[Any]]:
            with tf.GradientTape() as tape:
                tape.watch(x)
                outputs = self.forward(x)
                score = self.scores(outputs)[0, class_index]
            values = [outputs[name] for name in names]
            slopes = tape.gradient(score, values, unconnected_gradients="zero")
            return [_float(value) for value in values], [_float(slope) for slope in slopes]

        return self.compiled(("every slope", self.answer), every_slope, [(1, *self.shape), _WHOLE])

    def input_slopes(self, *, guided: bool = False) -> Callable[..., Any]:
        """Give the function from (n, height, width, channels) and a class to logits and slopes.

        The logits of that class are (n,), their slopes by the inputs of the inputs' shape.
        """
        tf = load_tensorflow()

        def input_slopes(x: Any, class_index: Any) -> tuple[Any, Any]:
            with tf.GradientTape() as tape:
                tape.watch(x)
                score = self.scores(self.forward(x, guided=guided))[:, class_index]
            return score, tape.gradient(score, x, unconnected_gradients="zero")

        key = ("input slopes", self.answer, guided)
        return self.compiled(key, input_slopes, [(None, *self.shape), _WHOLE])

    def loss_slope(self) -> Callable[..., Any]:
        """Give the function from one input and a class to the slope of its cross-entropy."""
        tf = load_tensorflow()

        def loss_slope(x: Any, class_index: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_mean(losses(self.logits(self.forward(x))[0], class_index))
            return tape.gradient(loss, x, unconnected_gradients="zero")

        return self.compiled(("loss slope", self.answer), loss_slope, [(1, *self.shape), _WHOLE])

    def layer_slope(self, layer: str) -> Callable[..., Any]:
        """Give the function from one input and a class to one layer's output and its slope."""
        tf = load_tensorflow()

        def layer_slope(x: Any, class_index: Any) -> tuple[Any, Any]:
            with tf.GradientTape() as tape:
                tape.watch(x)
                outputs = self.forward(x)
                score = self.scores(outputs)[0, class_index]
            slope = tape.gradient(score, outputs[layer], unconnected_gradients="zero")
            return _float(outputs[layer]), _float(slope)

        key = ("layer slope", self.answer, layer)
        return self.compiled(key, layer_slope, [(1, *self.shape), _WHOLE])

    def masked_answers(self, layer: str, channels: int) -> Callable[..., Any]:
        """Give the function from one input and (n, channels) factors of a layer to answers.

        Like `answers` it returns the logits and the answers.
        """
        tf = load_tensorflow()

        def masked_answers(x: Any, factors: Any) -> tuple[Any, Any]:
            repeated = tf.repeat(x, tf.shape(factors)[0], axis=0)
            outputs = self.forward(repeated, mask=(layer, factors))
            return self._scored(outputs)

        key = ("masked answers", self.answer, layer)
        return self.compiled(key, masked_answers, [(1, *self.shape), (None, channels)])

    def compiled(
        self, key: Any, function: Callable[..., Any], shapes: list[tuple[int | None, ...] | str]
    ) -> Callable[..., Any]:
        """Return the function kept under `key`, compiling it once; the least used one goes."""
        with self._lock:
            if key not in self._functions:
                tf = load_tensorflow()
                whole = {
                    _WHOLE: tf.TensorSpec((), tf.int32),
                    WHOLES: tf.TensorSpec((None,), tf.int32),
                }
                signature = [
                    whole[shape] if isinstance(shape, str) else tf.TensorSpec(shape)
                    for shape in shapes
                ]
                # Nothing here branches on a tensor: rewriting all this Python (AutoGraph) to look
                # for it takes longer than the rest of compiling does.
                self._functions[key] = tf.function(
                    function, input_signature=signature, autograph=False
                )
                while len(self._functions) > _MOST_FUNCTIONS:
                    self._functions.popitem(last=False)
            self._functions.move_to_end(key)
            return self._functions[key]


def _draw_weights(trained: Node, fresh: Node, seed: int) -> None:
    layer = fresh.operation
    weights = getattr(layer, "weights", [])
    if type(layer).__name__ == "Normalization":
        for weight, original in zip(weights, trained.operation.weights, strict=True):
            weight.assign(original.value)
        layer.finalize_state()
        return
    for weight in weights:
        given = weight.name.removesuffix("_kernel")
        candidates = [f"{weight.name}_initializer", f"{given}_initializer"]
        if type(layer).__name__ == "DepthwiseConv2D":
            candidates.insert(0, "depthwise_initializer")
        for candidate in candidates:
            initializer = getattr(layer, candidate, None)
            if initializer is not None and "seed" in initializer.get_config():
                key = f"{seed}/{fresh.name}/{weight.name}".encode()
                config = {**initializer.get_config(), "seed": zlib.crc32(key) % 2**31}
                weight.assign(type(initializer).from_config(config)(weight.shape))
                break


def _float(tensor: Any) -> Any:
    """Bring a mixed-precision network's halves to float32; a no-op for all others."""
    return load_tensorflow().cast(tensor, "float32")


def _is_relu(layer: Any) -> bool:
    activation = getattr(getattr(layer, "activation", None), "__name__", "")
    return activation in ("relu", "relu6") or type(layer).__name__ in ("ReLU", "Relu", "Relu6")


def _without_negative_slopes(tf: Any, tensor: Any) -> Any:
    @tf.custom_gradient  # type: ignore[untyped-decorator, unused-ignore]
    def same(given: Any) -> tuple[Any, Callable[[Any], Any]]:
        return tf.identity(given), tf.nn.relu

    return same(tensor)


def _run_layer(tf: Any, layer: Any, arguments: Any, keywords: Any) -> Any:
    x: Any = arguments[0] if arguments else None
    if (
        type(layer).__name__ == "BatchNormalization"
        and getattr(x, "dtype", None) == tf.float32
        and len(x.shape) == 4
        and layer.axis in (-1, 3)
        and layer.scale
        and layer.center
    ):
        # One pass over the map where Keras makes two; the arithmetic is the same.
        return tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=layer.gamma.value,
            offset=layer.beta.value,
            mean=layer.moving_mean.value,
            variance=layer.moving_variance.value,
            epsilon=layer.epsilon,
            is_training=False,
        ).y
    # Layers know what to leave out at inference once told; some (Flatten) take no such argument.
    if getattr(layer, "_call_has_training_arg", False):
        keywords = {**keywords, "training": False}
    return layer(*arguments, **keywords)


def picture_shape(model: Any, input_size: tuple[int, int] | None) -> tuple[int, int, int]:
    """Find the (height, width, channels) of a model's input, or say why it takes no picture."""
    inputs = getattr(model, "inputs", None) or []
    shapes: list[Any] = [tuple(tensor.shape) for tensor in inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][3] not in (1, 3):
        raise NetworkError(
            "A network must take one picture of (height, width, 1 or 3 channels). "
            f"Received: inputs of {', '.join(str(shape[1:]) for shape in shapes) or 'no shape'}."
        )
    _, rows, columns, channels = shapes[0]
    open_size = input_size or (_USUAL_SIDE, _USUAL_SIDE)
    return rows or open_size[0], columns or open_size[1], channels


def as_array(tensor: Any) -> NDArray[Any]:
    """See a tensor's memory as a read-only array, without a copy."""
    array: NDArray[Any] = np.from_dlpack(tensor)
    return array
