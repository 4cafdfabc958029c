"""Unroll a network: every call of every layer becomes a step of its own.

Nested models, layers used more than once and arithmetic on tensors come out as one plain chain of
steps. Each call is counted before anything is built, so that a small file cannot stand for a
network without end.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.limits import Limits, raised_by
from cnnviz.networks.keras_files.calls import Argument, Constant, Reference, Slices
from cnnviz.networks.keras_files.functions import (
    DIVISIONS,
    MERGES,
    SLICE,
    Written,
    chosen,
    is_function,
    rescaled,
    sliced,
    written,
)
from cnnviz.networks.keras_files.reading import Layer, Model
from cnnviz.networks.keras_files.schema import LAYER_KINDS, TRAINING_ONLY, check_arguments
from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown

INPUT = -1
"""In place of a step: the network's input."""


INSTEAD_OF = "instead of"
"""The argument of an Identity that stands for a layer which only training has: a `PassedOver`."""


@dataclass(frozen=True)
class PassedOver:
    """A layer that passes on what it gets wherever a network answers, as its file describes it.

    Attributes
    ----------
    config : what stands in the file, unchecked.
    """

    kind: str
    config: Mapping[str, Any]


@dataclass(frozen=True)
class UnrolledStep:
    """One call: what is built, from which steps, with which weights."""

    layer: Layer
    kind: str
    arguments: Mapping[str, Any]
    inputs: tuple[int, ...]
    part: str
    weights_path: str
    stored_kind: str


@dataclass(frozen=True)
class _Channel:
    """``x[..., 2]``: nothing is made of it until it is stacked with others."""

    step: int
    place: int
    said: str


class Unroller:
    """Call models and layers step by step.

    steps : in an order in which they can be built.
    repeated : names of layers that are used more than once.
    """

    def __init__(self, limits: Limits, input_name: str) -> None:
        self._limits = limits
        self._input_name = input_name
        self._times: Counter[int] = Counter()
        self._calls_left = 20 * limits.model_layers
        self._orders: dict[int, list[tuple[Layer, int]]] = {}
        self.steps: list[UnrolledStep] = []
        self.repeated: list[str] = []

    def call(self, model: Model, inputs: Sequence[int]) -> list[int]:
        """Add the steps of one call of a model; return the steps that are its outputs.

        Raises
        ------
        NetworkError : calls that cannot be made, or too many of them.
        """
        values: dict[tuple[str, int], list[Any]] = {}
        for reference, value in zip(model.inputs, inputs, strict=True):
            values[reference.layer, 0] = [value]
        # A model may have thousands of layers that no call needs, and be called as often.
        if id(model) not in self._orders:
            self._orders[id(model)] = _order(model)
        for layer, call in self._orders[id(model)]:
            if layer.kind != "InputLayer":
                arguments = [_resolved(part, values, layer) for part in layer.calls[call]]
                values[layer.name, call] = self._call_layer(layer, arguments)
        owner = Layer(model.name, "", f"the outputs of {shown(model.name)}")
        outputs = [_resolved(reference, values, owner) for reference in model.outputs]
        return _steps(outputs, owner)

    def names(self) -> dict[int, str]:
        """Name every step after its layer; where two would be alike, after its model too.

        The names are those of the layers that are built. Keras allows no "/" in one, so that
        `cnnviz.networks.layers.flatten_model`, which has it before the names of nested models,
        never makes one of these.
        """
        short = [safe_name(step.layer.name) for step in self.steps]
        alike = Counter([*short, safe_name(self._input_name)])
        names = {INPUT: safe_name(self._input_name)}
        taken = {names[INPUT].lower()}
        numbers: Counter[str] = Counter()
        for index, step in enumerate(self.steps):
            name = short[index]
            if alike[name] > 1 and step.layer.parents:
                name = ".".join([*map(safe_name, step.layer.parents), name])
            if step.part:
                name = f"{name}.{step.part}"
            free, number = name, numbers[name.lower()] or 1
            while free.lower() in taken:
                number += 1
                free = f"{name}.{number}"
            numbers[name.lower()] = number
            taken.add(free.lower())
            names[index] = free
        return names

    def _add(
        self,
        layer: Layer,
        kind: str,
        arguments: Mapping[str, Any],
        inputs: Sequence[int],
        *,
        part: str = "",
        path: str = "",
        stored_kind: str = "",
    ) -> int:
        most = LAYER_KINDS[kind].most_inputs
        least = 2 if kind == "Subtract" else 1
        if not least <= len(inputs) <= most:
            wanted = f"{least} to {most}" if least < most else f"{most}"
            raise NetworkError(
                f"A {kind} must take {wanted} inputs. Received: {layer.said} with {len(inputs)}."
            )
        if len(self.steps) == self._limits.model_layers:
            raise NetworkError(
                f"An uploaded network may have {self._limits.model_layers:,} layers, each counted "
                f"as often as it is used; {raised_by('model_layers')}. "
                f"Received: more, at {layer.said}."
            )
        stored = stored_kind or kind
        step = UnrolledStep(layer, kind, arguments, tuple(inputs), part, path, stored)
        self.steps.append(step)
        return len(self.steps) - 1

    def _write(self, layer: Layer, written: Written, inputs: Sequence[int]) -> int:
        return self._add(
            layer,
            written.kind,
            written.arguments,
            inputs,
            part=written.part,
            stored_kind=written.stored_kind,
        )

    def _charge(self, layer: Layer, arguments: Sequence[Any]) -> None:
        """Count a call with its inputs.

        A model that only passes on what it gets adds no layer, however often it is called.
        """
        tensors = sum(len(part) if isinstance(part, list) else 1 for part in arguments)
        self._calls_left -= max(tensors, 1)
        if self._calls_left < 0:
            raise NetworkError(
                f"An uploaded network may make {20 * self._limits.model_layers:,} calls of its "
                f"layers, each counted once for each input; {raised_by('model_layers')}. "
                f"Received: more, at {layer.said}."
            )
        self._times[id(layer)] += 1
        if self._times[id(layer)] == 2:
            self.repeated.append(layer.name)

    def _call_layer(self, layer: Layer, arguments: list[Any]) -> list[Any]:
        self._charge(layer, arguments)
        kind = layer.kind
        if kind in MERGES | DIVISIONS and len(arguments) == 2:
            return [self._arithmetic(layer, *arguments)]
        if kind == SLICE and len(arguments) == 2 and isinstance(arguments[1], Slices):
            (step,) = _steps(arguments[:1], layer)
            return [self._slice(layer, step, arguments[1])]
        given = arguments[0] if arguments and isinstance(arguments[0], list) else arguments
        if len(arguments) != 1 and given is not arguments:
            given = [None]
        if kind == "Stack":
            return [self._stack(layer, given)]
        tensors = _steps(given, layer)
        if layer.model is not None:
            if len(tensors) != len(layer.model.inputs):
                raise NetworkError(
                    f"A model must be called with as many tensors as it has inputs, "
                    f"{len(layer.model.inputs)}. Received: {layer.said} with {len(tensors)}."
                )
            return list(self.call(layer.model, tensors))
        if kind in TRAINING_ONLY or kind == "StochasticDepth":
            instead = {INSTEAD_OF: PassedOver(kind, layer.config)}
            return [self._add(layer, "Identity", instead, tensors)]
        if is_function(kind, layer.config):
            if kind in DIVISIONS or kind == SLICE:
                raise NetworkError(
                    f"A {kind} must take what it works on and one more argument. "
                    f"Received: {layer.said}."
                )
            return [self._write(layer, written(kind, layer.config, layer.said), tensors)]
        if kind == "CustomScaleLayer":
            return [self._scaled_sum(layer, tensors)]
        if kind == "LayerScale":
            return [self._layer_scale(layer, tensors)]
        step = self._add(layer, kind, layer.arguments, tensors, path=layer.path)
        if layer.activation is not None:
            kind, settings = layer.activation
            step = self._add(layer, kind, settings, [step], part="activation")
        return [step]

    def _arithmetic(self, layer: Layer, left: Any, right: Any) -> int:
        if isinstance(left, int) and isinstance(right, int) and layer.kind in MERGES:
            return self._add(layer, layer.kind, {}, [left, right])
        number, other = (left, right) if isinstance(right, int) else (right, left)
        if not (isinstance(number, float | Constant) and isinstance(other, int)):
            raise NetworkError(
                "Arithmetic in a network must be +, - or * of tensors and numbers, or a tensor "
                f"divided by a number. Received: {layer.said}."
            )
        first, second = (None, number) if other is left else (number, None)
        return self._write(layer, rescaled(layer.kind, first, second, layer.said), [other])

    def _slice(self, layer: Layer, step: int, slices: Slices) -> Any:
        if isinstance(slices.channels, int):
            place, slices = slices.channels, Slices(slices.rows, slices.columns, slice(None))
            if slices != Slices(slice(None), slice(None), slice(None)):
                raise NetworkError(
                    "A single channel must be taken from whole maps, x[..., 2]. "
                    f"Received: {layer.said}."
                )
            return _Channel(step, place, layer.said)
        for one in sliced(slices, layer.said):
            step = self._write(layer, one, [step])
        return step

    def _stack(self, layer: Layer, given: Sequence[Any]) -> int:
        """Write channels that are taken apart and stacked again as one choice of channels."""
        channels = [one for one in given if isinstance(one, _Channel)]
        whole = len(channels) == len(given) > 0 and len({one.step for one in channels}) == 1
        if not whole or layer.config.get("axis") not in (-1, 3):
            raise NetworkError(
                "A stack must put single channels of one map, x[..., 2], last again. "
                f"Received: {layer.said}."
            )
        choice = chosen([one.place for one in channels])._replace(part="")
        return self._write(layer, choice, [channels[0].step])

    def _scaled_sum(self, layer: Layer, tensors: Sequence[int]) -> int:
        """Write Inception-ResNet's ``x + scale * y`` in two layers."""
        if len(tensors) != 2:
            raise NetworkError(
                f"A CustomScaleLayer must take 2 inputs. Received: {layer.said} with "
                f"{len(tensors)}."
            )
        scaling = {"scale": layer.arguments["scale"], "offset": 0.0}
        scaled = self._add(layer, "Rescaling", scaling, [tensors[1]], part="scale")
        return self._add(layer, "Add", {}, [tensors[0], scaled])

    def _layer_scale(self, layer: Layer, tensors: Sequence[int]) -> int:
        """Write ConvNeXt's weight per channel as the 1 x 1 depthwise convolution that it is."""
        given = {"kernel_size": 1, "use_bias": False}
        arguments = check_arguments("DepthwiseConv2D", given, layer.said)
        return self._add(
            layer,
            "DepthwiseConv2D",
            arguments,
            tensors,
            path=layer.path,
            stored_kind="LayerScale",
        )


def _steps(values: Sequence[Any], layer: Layer) -> list[int]:
    """Let through steps alone: no numbers, no lists, no single channels."""
    for value in values:
        if isinstance(value, _Channel):
            raise NetworkError(
                "A single channel, x[..., 2], must be stacked with others; x[..., 2:3] keeps its "
                f"axis. Received: {value.said}."
            )
        if not isinstance(value, int):
            raise NetworkError(
                f"A layer must be called with other layers' outputs. Received: {layer.said}."
            )
    return list(values)


def safe_name(name: str) -> str:
    """Replace what TensorFlow's names cannot hold.

    >>> safe_name("my layer/1"), safe_name("_x")
    ('my_layer_1', 'x')
    """
    return re.sub(r"[^A-Za-z0-9_.\-]", "_", name[:100]).lstrip("_.-") or "layer"


def _resolved(part: Any, values: Mapping[tuple[str, int], list[Any]], layer: Layer) -> Any:
    if isinstance(part, list):
        return [_resolved(reference, values, layer) for reference in part]
    if isinstance(part, Reference):
        outputs = values.get((part.layer, part.call), [])
        if not 0 <= part.output < len(outputs):
            raise NetworkError(
                "A layer must be called with outputs that exist. "
                f"Received: {layer.said} with {shown(part.layer)}, call {part.call}, output "
                f"{part.output}."
            )
        return outputs[part.output]
    return part


def _references(arguments: Sequence[Argument]) -> Iterator[Reference]:
    for part in arguments:
        if isinstance(part, Reference):
            yield part
        elif isinstance(part, list):
            yield from part


def _order(model: Model) -> list[tuple[Layer, int]]:
    """Sort the calls that the outputs need so that each comes after those it takes from."""
    layers = list(model.layers.values())
    rank = {layer.name: index for index, layer in enumerate(layers)}

    def sources(key: tuple[int, int]) -> list[tuple[int, int]]:
        layer = layers[key[0]]
        if layer.kind == "InputLayer" or key[1] >= len(layer.calls) or key[1] < 0:
            return []
        return [
            (rank[reference.layer], reference.call)
            for reference in _references(layer.calls[key[1]])
            if reference.layer in rank
        ]

    needed: set[tuple[int, int]] = set()
    stack = [(rank[part.layer], part.call) for part in model.outputs if part.layer in rank]
    while stack:
        key = stack.pop()
        if key not in needed:
            needed.add(key)
            stack.extend(sources(key))
    waiting = {key: set(sources(key)) for key in needed}
    followers: dict[tuple[int, int], list[tuple[int, int]]] = {key: [] for key in needed}
    for key, before in waiting.items():
        for source in before:
            followers[source].append(key)
    ready = [key for key, before in waiting.items() if not before]
    heapq.heapify(ready)
    ordered: list[tuple[int, int]] = []
    while ready:
        key = heapq.heappop(ready)
        ordered.append(key)
        for follower in followers[key]:
            waiting[follower].discard(key)
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    if len(ordered) < len(needed):
        loose = layers[min(needed - set(ordered))[0]]
        raise NetworkError(f"Layers must not form a loop. Received: {loose.said}.")
    # What does not exist is left to `_resolved`, which knows who asked for it.
    return [
        (layers[index], call)
        for index, call in ordered
        if layers[index].kind == "InputLayer" or 0 <= call < len(layers[index].calls)
    ]
