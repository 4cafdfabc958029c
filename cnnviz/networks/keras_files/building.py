"""Build a Keras model from a network that was read as data.

Every layer is made fresh from `keras.layers`, in float32, and given its weights only after their
shapes were found right.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from cnnviz.limits import LIMITS, Limits, raised_by
from cnnviz.networks.keras_files.functions import SLICE, fitted
from cnnviz.networks.keras_files.graph import LayerSpec, NetworkSpec
from cnnviz.networks.keras_files.reading import OpenShape
from cnnviz.networks.keras_files.schema import LAYER_KINDS
from cnnviz.networks.keras_files.unrolling import INSTEAD_OF
from cnnviz.networks.keras_files.weights import Shape, Weights, not_finite, weight_shapes
from cnnviz.networks.layers import NetworkError, multiply_adds_of
from cnnviz.networks.tensorflow_runtime import load_keras, variables_of_one_name
from cnnviz.notation import shown

DEFAULT_SIDE = 224

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class BuiltNetwork:
    """A Keras model made from an uploaded file.

    Attributes
    ----------
    model : takes (batch, height, width, channels) float32; its first output is its answer.
    notes : sentences on what differs from what the file says.
    """

    model: Any
    notes: tuple[str, ...]


def picture_shape(
    input_shape: OpenShape, side: int | None = None, limits: Limits = LIMITS
) -> tuple[int, int, int]:
    """Choose the (height, width, channels) of the pictures that a network is given.

    A size that the file leaves open becomes `side`, or 224. A grid (height, width) is a grey
    picture, and a vector a square one: 784 numbers are 28 x 28 in grey, 3,072 are 32 x 32 in
    colour.

    Raises
    ------
    NetworkError : no picture of up to `limits.model_input_side` has that shape.

    >>> picture_shape((None, None, 3)), picture_shape((784,)), picture_shape((3072,))
    ((224, 224, 3), (28, 28, 1), (32, 32, 3))
    """
    shape: tuple[int | None, ...] = input_shape
    if len(shape) == 1:
        values = shape[0] or 0
        for channels in (1, 3):
            square = math.isqrt(values // channels)
            if square and square * square * channels == values:
                shape = (square, square, channels)
                break
        else:
            raise NetworkError(
                "A network that takes a vector must take one of a square picture, such as "
                f"784 = 28 x 28 or 3072 = 32 x 32 x 3. Received: {shown(shape[0])}."
            )
    elif len(shape) == 2:
        shape = (*shape, 1)
    if side is not None and not 1 <= side <= limits.model_input_side:
        raise NetworkError(
            f"The side of a network's input must be from 1 to {limits.model_input_side} pixels; "
            f"{raised_by('model_input_side')}. Received: {side}."
        )
    open_side = side or min(DEFAULT_SIDE, limits.model_input_side)
    height, width = (shape[0] or open_side), (shape[1] or open_side)
    depth = shape[2]
    if depth is None or depth not in (1, 3):
        raise NetworkError(
            "A network must take pictures with 1 or 3 channels, channels last. "
            f"Received: an input of shape {shown(list(input_shape))}."
        )
    if max(height, width) > limits.model_input_side:
        raise NetworkError(
            f"The sides of a network's input may be {limits.model_input_side} pixels; "
            f"{raised_by('model_input_side')}. Received: {height:,} x {width:,}."
        )
    return height, width, depth


def build_network(
    network: NetworkSpec, weights: Weights, *, side: int | None = None, limits: Limits = LIMITS
) -> BuiltNetwork:
    """Build a network's Keras model and fill it with its weights.

    Keras keeps its names, policies and scopes per thread, so a thread of its own leaves those of
    the caller as they were.

    Raises
    ------
    NetworkError : layers that do not fit together, weights that do not fit the layers, or too
        much to compute.
    """
    load_keras()
    return in_own_thread(lambda: _build(network, weights, side, limits))


def in_own_thread(work: Callable[[], _Result]) -> _Result:
    """Do some work with networks in a thread that ends with it; return or raise what it does."""
    results: list[_Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with variables_of_one_name():
                results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _build(
    network: NetworkSpec, weights: Weights, side: int | None, limits: Limits
) -> BuiltNetwork:
    keras = load_keras()
    shape = picture_shape(network.input_shape, side, limits)
    notes = list(network.notes)
    builder = _Builder(limits, taken=[network.input_name, *(spec.name for spec in network.layers)])
    image = keras.Input(shape, name=network.input_name)
    tensors = {network.input_name: image}
    if None in network.input_shape:
        notes.append(f"It takes pictures of any size, and is given {_said(shape)}.")
    if len(network.input_shape) < 3:
        given = (math.prod(shape),) if len(network.input_shape) == 1 else shape[:2]
        tensors[network.input_name] = builder.add("Reshape", "as_given", image, target_shape=given)
        notes.append(
            f"It takes {_said(given)} numbers, and is given those of a {_said(shape)} picture, "
            "row by row."
        )
    for spec in network.layers:
        inputs = [tensors[name] for name in spec.inputs]
        tensors[spec.name] = builder.add_spec(spec, inputs, weights.get(spec.name, ()))
    order = _answer_first(network, tensors)
    outputs = [tensors[name] for name in order]
    notes += _answer_notes(network, order[0], tuple(outputs[0].shape[1:]))
    if len(outputs[0].shape) > 2 and math.prod(outputs[0].shape[1:-1]) == 1:
        outputs[0] = builder.add("Flatten", "as_vector", outputs[0])
    broken = not_finite(weights)
    if broken:
        notes.append(f"Some weights are NaN or infinite, in {', '.join(broken[:5])}.")
    return BuiltNetwork(keras.Model(image, outputs, name=network.name), tuple(notes))


class _Builder:
    """Make layers one at a time and keep count of what they cost."""

    def __init__(self, limits: Limits, taken: Sequence[str]) -> None:
        self._limits = limits
        self._taken = {name.lower() for name in taken}
        self._numbers_left = limits.model_map_numbers * 1e6
        self._multiply_adds_left = limits.model_multiply_adds * 1e9

    def add(self, kind: str, name: str, *inputs: Any, **arguments: Any) -> Any:
        """Add a layer that the file does not have."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        layer = getattr(load_keras().layers, kind)(**arguments, name=name, dtype="float32")
        return layer(inputs[0] if len(inputs) == 1 else list(inputs))

    def add_spec(self, spec: LayerSpec, inputs: Sequence[Any], weights: Sequence[Any]) -> Any:
        """Add a layer of the file, check what it makes of its inputs, and give it its weights."""
        shapes = [tuple(x.shape[1:]) for x in inputs]
        received = f"{spec.said} on {' and '.join(map(_said, shapes))}"
        rank = LAYER_KINDS[spec.kind].input_rank
        if rank and len(shapes[0]) != rank - 1:
            wanted = "(height, width, channels)" if rank == 4 else "one vector"
            raise NetworkError(f"A {spec.kind} must be given {wanted}. Received: {received}.")
        axis = spec.arguments.get("axis")
        if spec.kind in _LAST_AXIS and axis not in (-1, len(shapes[0])):
            raise NetworkError(
                f"A {spec.kind} must work on the channels, its input's last axis. "
                f"Received: {received}, axis={axis}."
            )
        if spec.stored_kind == SLICE:
            arguments, weights = fitted(spec.kind, spec.arguments["keep"], shapes[0], spec.said)
            spec = replace(spec, arguments=arguments, stored_kind=spec.kind)
        arguments = dict(spec.arguments)
        if spec.kind == "Rescaling":
            for name in ("scale", "offset"):
                arguments[name] = _for_channels(arguments[name], shapes[0], received)
        try:
            expected = weight_shapes(spec, shapes[0])
            expected.pop("count", None)
            _check_shapes(spec, expected, weights)
            if spec.kind == "Normalization" and weights:
                arguments |= {"mean": weights[0], "variance": weights[1]}
            layer = _instance(spec, arguments)
            output = layer(inputs if spec.kind in _MERGES else inputs[0])
        except (NetworkError, MemoryError):
            raise
        # Keras and TensorFlow raise whatever they like where a layer does not fit.
        except Exception as error:
            raise NetworkError(
                f"A layer must fit what it is given. Received: {received}{_reason(error)}."
            ) from error
        self._charge(spec, layer, shapes[0], output)
        if layer.weights:
            # A weight per channel may be stored flat (see LayerScale).
            layer.set_weights(
                [
                    array.reshape(weight.shape)
                    for array, weight in zip(weights, layer.weights, strict=True)
                ]
            )
        return output

    def _charge(self, spec: LayerSpec, layer: Any, given: Shape, output: Any) -> None:
        shape = tuple(output.shape[1:])
        if None in shape:
            raise NetworkError(
                f"A layer's output must have a known size. Received: {spec.said} with "
                f"{_said(shape)}."
            )
        self._numbers_left -= math.prod(shape) + _spread(spec, given)
        # Pooling adds without multiplying, over windows that may be as large as the map.
        window = math.prod(spec.arguments.get("pool_size", (0,)))
        self._multiply_adds_left -= multiply_adds_of(layer, given, shape)
        self._multiply_adds_left -= math.prod(shape) * window
        if self._numbers_left < 0:
            raise NetworkError(
                "All maps of one picture together may hold "
                f"{self._limits.model_map_numbers:g} million numbers; a smaller input makes "
                f"smaller maps, and {raised_by('model_map_numbers')}. "
                f"Received: more, at {spec.said} with {_said(shape)}."
            )
        if self._multiply_adds_left < 0:
            raise NetworkError(
                f"One answer may take {self._limits.model_multiply_adds:g} billion "
                "multiplications; a smaller input takes fewer, and "
                f"{raised_by('model_multiply_adds')}. "
                f"Received: more, at {spec.said} with {_said(shape)}."
            )


def _spread(spec: LayerSpec, given: Shape) -> int:
    """Count the numbers of the padded copy that a dilated convolution is computed from.

    TensorFlow pads the map by the whole extent of the spread kernel, and deals it out into one map
    for each place between two weights.

    >>> arguments = {"kernel_size": (3, 3), "dilation_rate": (2, 2)}
    >>> _spread(LayerSpec("c", "Conv2D", arguments, (), ""), (28, 28, 8)), 32 * 32 * 8
    (8192, 8192)
    """
    dilation = spec.arguments.get("dilation_rate", (1, 1))
    if max(dilation) == 1:
        return 0
    sides = zip(given, spec.arguments["kernel_size"], dilation, strict=False)
    padded = math.prod(side + (size - 1) * rate for side, size, rate in sides)
    return int(padded * given[-1])


def _for_channels(numbers: Any, shape: Shape, received: str) -> Any:
    """Let through one number, or as many as there are channels, as a plain list.

    Keras would make several pictures of one, or a map of a vector, with more of them.
    """
    array = np.asarray(numbers)
    if array.ndim == 0:
        return numbers
    if array.ndim > len(shape) + 1 or array.size not in (1, shape[-1]):
        raise NetworkError(
            "Numbers that a map is scaled with must be one, or one per channel. "
            f"Received: {array.size} for {received}."
        )
    return array.reshape(-1).tolist()


_LAST_AXIS = ("BatchNormalization", "GroupNormalization")
_MERGES = frozenset(kind for kind, rules in LAYER_KINDS.items() if rules.most_inputs > 1)
_RANDOM = frozenset({"Dropout", "SpatialDropout2D", "GaussianDropout", "AlphaDropout"})
_RANDOM |= {"GaussianNoise"}


def _instance(spec: LayerSpec, arguments: dict[str, Any]) -> Any:
    # Its own seed, so that nothing is drawn from the process's random numbers. What it draws is
    # overwritten, but stays the layer's way to begin anew.
    fill = {
        f"{role}_initializer": load_keras().initializers.GlorotUniform(seed=0)
        for role in _INITIALIZED.get(spec.kind, ())
    }
    if spec.kind in _RANDOM:
        arguments["seed"] = 0
    # Checked to be off, and then not even said.
    for name in ("renorm", "rms_scaling"):
        arguments.pop(name, None)
    kind = getattr(load_keras().layers, spec.kind)
    passed_over = arguments.pop(INSTEAD_OF, None)
    made = kind(**{**fill, **arguments}, name=spec.name, dtype="float32")
    if passed_over is not None:
        made.passed_over = passed_over
    return made


_INITIALIZED = {
    "Conv2D": ("kernel",),
    "Conv2DTranspose": ("kernel",),
    "DepthwiseConv2D": ("depthwise",),
    "SeparableConv2D": ("depthwise", "pointwise"),
    "Dense": ("kernel",),
}


def _check_shapes(spec: LayerSpec, expected: dict[str, Shape], weights: Sequence[Any]) -> None:
    if len(weights) != len(expected):
        raise NetworkError(
            f"A {spec.stored_kind} like this must have {len(expected)} weights. "
            f"Received: {spec.said} with {len(weights)}."
        )
    for (name, shape), array in zip(expected.items(), weights, strict=True):
        if array.shape != shape:
            raise NetworkError(
                f"A layer's weights must have the shapes that its arguments call for. "
                f"Received: {spec.said}, {name} of shape {array.shape} instead of {shape}."
            )


def _said(shape: Sequence[int | None]) -> str:
    """Write a shape as people do.

    >>> _said((28, 28, 1)), _said((784,))
    ('28 x 28 x 1', '784')
    """
    return " x ".join("?" if side is None else f"{side}" for side in shape) or "one number"


def _reason(error: Exception) -> str:
    """Quote the first line of what Keras says, if it is short enough to be of use."""
    line = str(error).strip().partition("\n")[0].partition(". ")[0].strip(" .")
    printable = line.isprintable() and 0 < len(line) <= 160
    return f": {line}" if printable and "Traceback" not in line else ""


_PASSING = frozenset({"Flatten", "Reshape", "Identity", *_RANDOM})


def final_activation(network: NetworkSpec, output: str) -> str:
    """Name the activation that a network's output comes out of: "linear" where there is none."""
    by_name = {spec.name: spec for spec in network.layers}
    spec = by_name.get(output)
    while spec is not None and spec.kind in _PASSING:
        spec = by_name.get(spec.inputs[0])
    if spec is None:
        return "linear"
    if spec.kind in ("Softmax", "ReLU", "LeakyReLU", "PReLU", "ELU"):
        return spec.kind.lower()
    return str(spec.arguments.get("activation", "linear"))


def _answer_first(network: NetworkSpec, tensors: dict[str, Any]) -> list[str]:
    """Order the outputs: vectors before maps, those with a softmax before those without."""

    def rank(name: str) -> tuple[bool, bool]:
        is_map = math.prod(tensors[name].shape[1:-1]) > 1
        return is_map, final_activation(network, name) != "softmax"

    return sorted(network.outputs, key=rank)


def _answer_notes(network: NetworkSpec, name: str, shape: Shape) -> Iterator[str]:
    """Say how the network's end is read, where that is not plain."""
    activation, it, of_it = final_activation(network, name), "It", ""
    if len(network.outputs) > 1:
        # Another one may be chosen: these sentences are about this one all the same.
        it, of_it = shown(name), f" of {shown(name)}"
        yield (
            f"It has {len(network.outputs)} outputs; {it} is read as its answer until you choose "
            "another."
        )
    if math.prod(shape[:-1]) > 1:
        yield f"{it} ends in maps ({_said(shape)}) and not in a vector."
    elif shape[-1] == 1 and activation in ("sigmoid", "linear"):
        logit = "a probability" if activation == "sigmoid" else "a logit"
        yield f"{it} ends in one number, read as {logit} of the second of two classes."
    elif activation == "sigmoid":
        yield f"Each class{of_it} has a probability of its own; together they need not be 1."
    elif activation != "softmax":
        yield f"{it} ends in scores (activation {activation}); probabilities are their softmax."
