"""Turn a `.keras` file's config into one plain graph of checked layers.

Nested models, layers used more than once and arithmetic on tensors are unrolled: in what comes
out every layer has one name, one call and one output, which is what a picture of the network
needs. Each layer remembers where its weights lie in the file.

`module`, `registered_name`, `build_config` and `compile_config` are never read.

Source of the format: Keras 3.15, `Functional.get_config`, `Sequential.get_config` and
`saving_lib._save_container_state`.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cnnviz.limits import LIMITS, Limits
from cnnviz.networks.keras_files.schema import (
    ACTIVATION_LAYERS,
    FUNCTIONS,
    LAYER_KINDS,
    TRAINING_ONLY,
    check_arguments,
    check_kind,
    check_origin,
    precision_of,
    shown,
)
from cnnviz.networks.layers import NetworkError

OpenShape: TypeAlias = tuple[int | None, ...]

_DEEPEST_NESTING = 8
_MODELS = ("Sequential", "Functional")
_MERGES = {"Add": "Add", "Subtract": "Subtract", "Multiply": "Multiply"}
_MERGES |= {"Maximum": "Maximum", "Minimum": "Minimum"}
_DIVISIONS = ("TrueDivide", "Divide")


@dataclass(frozen=True)
class LayerSpec:
    """One layer of the unrolled network.

    Attributes
    ----------
    name : unique in the network, and safe as a name in TensorFlow.
    kind : the Keras class that is built, such as "Conv2D".
    arguments : its constructor's arguments, checked; ready to pass.
    inputs : names of the layers whose output it takes, in order.
    said : the layer as the file names it, for sentences.
    weights_path : its group in `model.weights.h5`.
    stored_kind : the class in the file, whose weights lie at that path; mostly the same as `kind`.
    """

    name: str
    kind: str
    arguments: Mapping[str, Any]
    inputs: tuple[str, ...]
    said: str
    weights_path: str = ""
    stored_kind: str = ""


@dataclass(frozen=True)
class NetworkSpec:
    """A network read as data.

    Attributes
    ----------
    input_shape : without the batch; None where the file leaves a size open.
    layers : in an order in which they can be built, the input not among them.
    outputs : names of the layers that answer, in the file's order.
    notes : sentences for the user about what the file asks for and does not get.
    """

    name: str
    input_name: str
    input_shape: OpenShape
    layers: tuple[LayerSpec, ...]
    outputs: tuple[str, ...]
    notes: tuple[str, ...] = ()


def network_from_config(config: object, limits: Limits = LIMITS) -> NetworkSpec:
    """Check a network's config and unroll it.

    Parameters
    ----------
    config : what `config.json` holds.

    Raises
    ------
    NetworkError : it is not a Sequential or functional network, has too many layers, or one of
        them breaks a rule of `cnnviz.networks.keras_files.schema`.
    """
    if not isinstance(config, dict) or config.get("class_name") not in _MODELS:
        received = config.get("class_name") if isinstance(config, dict) else config
        raise NetworkError(
            "An uploaded network must be a Sequential or functional model of Keras 3. "
            f"Received: {shown(received)}."
        )
    _check_extent(config, limits)
    reader = _Reader()
    model = reader.model(config, path="", parents=())
    if len(model.inputs) != 1:
        received = _listed([shown(reference.layer) for reference in model.inputs])
        raise NetworkError(
            f"An uploaded network must take one picture. Received: {len(model.inputs)} inputs"
            f"{f', {received}' if received else ''}."
        )
    input_name = model.inputs[0].layer
    unroller = _Unroller(limits, input_name)
    outputs = unroller.call(model, [_INPUT])
    if not unroller.steps:
        raise NetworkError(f"A network must have layers. Received: {shown(model.name)}.")
    names = unroller.names()
    notes = list(reader.notes())
    if unroller.repeated:
        notes.append(
            f"Used more than once, and drawn once for each use: {_listed(unroller.repeated)}."
        )
    return NetworkSpec(
        name=_safe_name(model.name),
        input_name=names[_INPUT],
        input_shape=model.layers[input_name].shape,
        layers=tuple(
            LayerSpec(
                name=names[index],
                kind=step.kind,
                arguments=step.arguments,
                inputs=tuple(names[source] for source in step.inputs),
                said=step.layer.said,
                weights_path=step.weights_path,
                stored_kind=step.stored_kind or step.kind,
            )
            for index, step in enumerate(unroller.steps)
        ),
        outputs=tuple(names[output] for output in outputs),
        notes=tuple(notes),
    )


def _listed(names: Sequence[str]) -> str:
    """Join names, at most five of them.

    >>> _listed(["a", "b"]), _listed(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _check_extent(config: Mapping[str, Any], limits: Limits) -> None:
    """Count the layers before anything is made of them."""
    count, depth, models = 0, 0, [config]
    while models:
        depth += 1
        if depth > _DEEPEST_NESTING:
            raise NetworkError(
                f"Models may be nested {_DEEPEST_NESTING} deep. Received: a network that is "
                "nested deeper."
            )
        inner: list[Mapping[str, Any]] = []
        for model in models:
            for layer in _layer_list(model):
                if layer["class_name"] in _MODELS:
                    inner.append(layer)
                else:
                    count += layer["class_name"] != "InputLayer"
        models = inner
    if count > limits.model_layers:
        raise NetworkError(
            f"An uploaded network may have {limits.model_layers:,} layers. Received: {count:,}."
        )


def _layer_list(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(layers, list):
        raise NetworkError(
            f"A {model['class_name']} model must list its layers. Received: one without the list."
        )
    for layer in layers:
        if not (
            isinstance(layer, dict)
            and isinstance(layer.get("class_name"), str)
            and isinstance(layer.get("config"), dict)
        ):
            raise NetworkError(
                "A layer must have a class name and a config, as Keras 3 writes them. "
                f"Received: {shown(layer)}."
            )
    return layers


# Reading: dictionaries become definitions, each with its calls.


@dataclass(frozen=True)
class _Reference:
    """One output of one call of a layer: Keras's `keras_history`."""

    layer: str
    call: int
    output: int


_Argument: TypeAlias = "_Reference | float | list[_Reference]"


@dataclass
class _Layer:
    name: str
    kind: str
    said: str
    parents: tuple[str, ...]
    path: str
    config: Mapping[str, Any]
    calls: list[list[_Argument]] = field(default_factory=list)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    activation: tuple[str, Mapping[str, Any]] | None = None
    shape: OpenShape = ()
    model: _Model | None = None


@dataclass
class _Model:
    name: str
    layers: dict[str, _Layer]
    inputs: list[_Reference]
    outputs: list[_Reference]


class _Reader:
    """Read definitions of models and layers; remember what the user should know about them."""

    def __init__(self) -> None:
        self._precisions: Counter[str] = Counter()
        self._skipped: list[str] = []

    def notes(self) -> Iterator[str]:
        """Say what is read otherwise than the file asks."""
        other = [name for name in self._precisions if name not in ("float32", "float64")]
        if other:
            yield f"Computed in float32; the file asks for {_listed(sorted(other))}."
        if self._skipped:
            yield (
                "Only training uses these layers, so they pass on what they get: "
                f"{_listed(self._skipped)}."
            )

    def model(self, entry: Mapping[str, Any], path: str, parents: tuple[str, ...]) -> _Model:
        """Read one model, at the top or nested."""
        config = entry["config"]
        name = config.get("name") if isinstance(config.get("name"), str) else "network"
        layers: dict[str, _Layer] = {}
        counts: Counter[str] = Counter()
        for layer_entry in _layer_list(entry):
            layer = self._layer(layer_entry, path, parents, counts)
            if layer.name in layers:
                raise NetworkError(
                    f"Layers must have different names. Received: two of the name "
                    f"{shown(layer.name)}."
                )
            layers[layer.name] = layer
        if entry["class_name"] == "Sequential":
            return self._sequential(name, config, layers)
        entries = _layer_list(entry)
        for layer, layer_entry in zip(layers.values(), entries, strict=True):
            layer.calls = _calls(layer_entry.get("inbound_nodes"), layer)
        model = _Model(
            name,
            layers,
            [_Reference(*leaf) for leaf in _leaves(config.get("input_layers"))],
            # In this list, and nowhere else, Keras counts a functional model's calls from 1.
            [
                _Reference(name, max(call - (_kind_of(layers, name) == "Functional"), 0), output)
                for name, call, output in _leaves(config.get("output_layers"))
            ],
        )
        for reference in model.inputs:
            if _kind_of(layers, reference.layer) != "InputLayer":
                raise NetworkError(
                    "A network's inputs must be among its layers. "
                    f"Received: {shown(reference.layer)} in {shown(name)}."
                )
        if not model.outputs:
            raise NetworkError(f"A network must have an output. Received: {shown(name)}.")
        return model

    def _sequential(
        self, name: str, config: Mapping[str, Any], layers: dict[str, _Layer]
    ) -> _Model:
        order = list(layers.values())
        if not order or (order[0].kind == "InputLayer" and len(order) == 1):
            raise NetworkError(f"A network must have layers. Received: {shown(name)}.")
        if order[0].kind != "InputLayer":
            said = f"the input of {shown(name)}"
            nested = order[0].model
            if config.get("build_input_shape") is not None or nested is None:
                shape = _input_shape(config.get("build_input_shape"), said)
            elif len(nested.inputs) == 1:
                shape = nested.layers[nested.inputs[0].layer].shape
            else:
                shape = _input_shape(None, said)
            first = "input"
            while first in layers:
                first += "_"
            order.insert(0, _Layer(first, "InputLayer", said, (), "", {}, shape=shape))
        for source, layer in itertools.pairwise(order):
            if source.model is not None and len(source.model.outputs) != 1:
                raise NetworkError(
                    "A model inside a Sequential must have one output. "
                    f"Received: {source.said} with {len(source.model.outputs)}."
                )
            if layer.kind == "InputLayer":
                raise NetworkError(
                    f"Only a Sequential model's first layer may be its input. Received: "
                    f"{layer.said}."
                )
            layer.calls = [[_Reference(source.name, 0, 0)]]
        return _Model(
            name,
            {layer.name: layer for layer in order},
            [_Reference(order[0].name, 0, 0)],
            [_Reference(order[-1].name, 0, 0)],
        )

    def _layer(
        self,
        entry: Mapping[str, Any],
        path: str,
        parents: tuple[str, ...],
        counts: Counter[str],
    ) -> _Layer:
        kind, config = entry["class_name"], entry["config"]
        name = entry.get("name", config.get("name"))
        if not isinstance(name, str) or not name:
            raise NetworkError(
                f"A layer must have a name. Received: {shown(name)} for a layer of kind "
                f"{shown(kind)}."
            )
        inside = f" in {shown(parents[-1])}" if parents else ""
        layer = _Layer(
            name=name,
            kind=kind,
            said=f"layer {shown(name)}{inside} ({shown(kind)[1:-1]})",
            parents=parents,
            path=_weights_path(kind, path, counts),
            config=config,
        )
        if kind in LAYER_KINDS or kind in TRAINING_ONLY:
            check_origin(entry, layer.said)
        if kind == "InputLayer":
            layer.shape = _input_shape(
                config.get("batch_shape", config.get("batch_input_shape")), layer.said
            )
            if config.get("sparse") or config.get("ragged"):
                raise NetworkError(f"An input must be dense. Received: {layer.said}.")
        elif kind in _MODELS:
            layer.model = self.model(entry, layer.path, (*parents, name))
        elif kind in TRAINING_ONLY:
            self._skipped.append(name)
        elif kind in FUNCTIONS or kind in _DIVISIONS:
            pass
        else:
            check_kind(kind, layer.said)
            self._precisions[precision_of(config, layer.said)] += 1
            layer.arguments = check_arguments(kind, config, layer.said)
            self._take_activation_out(layer)
        return layer

    def _take_activation_out(self, layer: _Layer) -> None:
        """Turn a layer that was given as another's activation into one of its own."""
        given = layer.arguments.get("activation")
        if not isinstance(given, dict):
            return
        kind, config = given["class_name"], given.get("config")
        said = f"the activation {kind} of {layer.said}"
        if kind not in ACTIVATION_LAYERS or not isinstance(config, dict):
            raise NetworkError(f"A layer must have a config. Received: {said}.")
        check_origin(given, said)
        layer.activation = kind, check_arguments(kind, config, said)
        layer.arguments = {**layer.arguments, "activation": "linear"}


def _kind_of(layers: Mapping[str, _Layer], name: str) -> str:
    return layers[name].kind if name in layers else ""


def _weights_path(kind: str, path: str, counts: Counter[str]) -> str:
    """Name a layer's group in the weights file: after its class, counted within its model."""
    segment = _snake_case(kind)
    number = counts[segment]
    counts[segment] += 1
    return f"{path}/layers/{segment}{f'_{number}' if number else ''}".removeprefix("/")


def _snake_case(name: str) -> str:
    """Write a class name as Keras does in a weights file (`naming.to_snake_case`).

    >>> _snake_case("Conv2DTranspose"), _snake_case("PReLU"), _snake_case("BatchNormalization")
    ('conv2d_transpose', 'p_re_lu', 'batch_normalization')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _input_shape(batch_shape: object, said: str) -> OpenShape:
    if isinstance(batch_shape, list) and 2 <= len(batch_shape) <= 4:
        shape = batch_shape[1:]
        if all(side is None or (type(side) is int and side > 0) for side in shape):
            return tuple(shape)
    raise NetworkError(
        "A network must say what it takes: a picture (height, width, channels), a grid "
        "(height, width) or a vector. Received: "
        f"{said}, batch_shape={shown(batch_shape)}."
    )


def _leaves(structure: object, depth: int = 0) -> Iterator[tuple[str, int, int]]:
    """Find every [layer, call, output] in a list, or a dictionary, or a list of lists."""
    if isinstance(structure, list) and structure and isinstance(structure[0], str):
        if len(structure) == 3 and type(structure[1]) is int and type(structure[2]) is int:
            yield structure[0], structure[1], structure[2]
            return
    elif isinstance(structure, list | dict) and depth < 4:
        inner = structure.values() if isinstance(structure, dict) else structure
        for part in inner:
            yield from _leaves(part, depth + 1)
        return
    raise NetworkError(
        "A network's inputs and outputs must be written as [layer, call, output]. "
        f"Received: {shown(structure)}."
    )


def _calls(nodes: object, layer: _Layer) -> list[list[_Argument]]:
    """Read a layer's calls from its `inbound_nodes`."""
    if not isinstance(nodes, list):
        nodes = [nodes]
    calls = []
    for node in nodes:
        if not (
            isinstance(node, dict)
            and isinstance(node.get("args"), list)
            and isinstance(node.get("kwargs"), dict)
        ):
            raise NetworkError(
                "A layer's calls must be written as Keras 3 writes them; save the network again "
                f"with Keras 3. Received: {layer.said}."
            )
        arguments = [_argument(part, layer) for part in node["args"]]
        for name, value in node["kwargs"].items():
            # A network that answers runs with training off and without masks.
            if name in ("training", "mask") or value is None:
                continue
            if arguments:
                raise NetworkError(
                    "A layer must be called with tensors alone. "
                    f"Received: {layer.said} with {shown(name)}."
                )
            arguments.append(_argument(value, layer))
        calls.append(arguments)
    return calls


def _argument(part: object, layer: _Layer) -> _Argument:
    if isinstance(part, int | float) and not isinstance(part, bool) and abs(part) <= 1e9:
        return float(part)
    if isinstance(part, dict) and part.get("class_name") == "__tuple__":
        part = part.get("items")
    if isinstance(part, list):
        return [_tensor(item, layer) for item in part]
    return _tensor(part, layer)


def _tensor(part: object, layer: _Layer) -> _Reference:
    if isinstance(part, dict) and part.get("class_name") == "__keras_tensor__":
        config = part.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        found = list(_leaves(history))
        if len(found) == 1:
            return _Reference(*found[0])
    raise NetworkError(
        "A layer must be called with other layers' outputs, or arithmetic with a plain number. "
        f"Received: {layer.said} with {shown(part)}."
    )


# Unrolling: every call becomes a step of its own.

_INPUT = -1


@dataclass(frozen=True)
class _Step:
    layer: _Layer
    kind: str
    arguments: Mapping[str, Any]
    inputs: tuple[int, ...]
    part: str = ""
    times: int = 1
    weights_path: str = ""
    stored_kind: str = ""


class _Unroller:
    def __init__(self, limits: Limits, input_name: str) -> None:
        self._limits = limits
        self._input_name = input_name
        self._times: Counter[int] = Counter()
        self.steps: list[_Step] = []
        self.repeated: list[str] = []

    def call(self, model: _Model, inputs: Sequence[int]) -> list[int]:
        """Add the steps of one call of a model; return the steps that are its outputs."""
        values: dict[tuple[str, int], list[int]] = {}
        for reference, value in zip(model.inputs, inputs, strict=True):
            values[reference.layer, 0] = [value]
        for layer, call in _order(model):
            if layer.kind != "InputLayer":
                arguments = [_resolved(part, values, layer) for part in layer.calls[call]]
                values[layer.name, call] = self._call_layer(layer, arguments)
        owner = _Layer(model.name, "", f"the outputs of {shown(model.name)}", (), "", {})
        outputs = [_resolved(reference, values, owner) for reference in model.outputs]
        return [output for output in outputs if isinstance(output, int)]

    def names(self) -> dict[int, str]:
        """Name every step after its layer; where two would be alike, after its model too."""
        short = [_safe_name(step.layer.name) for step in self.steps]
        alike = Counter([*short, _safe_name(self._input_name)])
        names = {_INPUT: _safe_name(self._input_name)}
        taken = {names[_INPUT].lower()}
        for index, step in enumerate(self.steps):
            name = short[index]
            if alike[name] > 1 and step.layer.parents:
                name = ".".join([*map(_safe_name, step.layer.parents), name])
            if step.part:
                name = f"{name}.{step.part}"
            free, number = name, 1
            while free.lower() in taken:
                number += 1
                free = f"{name}.{number}"
            taken.add(free.lower())
            names[index] = free
        return names

    def _add(
        self,
        layer: _Layer,
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
                f"as often as it is used. Received: more, at {layer.said}."
            )
        self.steps.append(
            _Step(
                layer,
                kind,
                arguments,
                tuple(inputs),
                part=part,
                weights_path=path,
                stored_kind=stored_kind,
            )
        )
        return len(self.steps) - 1

    def _call_layer(self, layer: _Layer, arguments: list[Any]) -> list[int]:
        self._times[id(layer)] += 1
        if self._times[id(layer)] == 2:
            self.repeated.append(layer.name)
        # A model that only passes on what it gets adds no layer, however often it is called.
        if self._times.total() > 20 * self._limits.model_layers:
            raise NetworkError(
                f"An uploaded network may make {20 * self._limits.model_layers:,} calls of its "
                f"layers. Received: more, at {layer.said}."
            )
        kind = layer.kind
        if kind in (*_MERGES, *_DIVISIONS) and len(arguments) == 2:
            return [self._arithmetic(layer, *arguments)]
        tensors = arguments[0] if arguments and isinstance(arguments[0], list) else arguments
        if len(arguments) != 1 and tensors is not arguments:
            tensors = [None]
        if not all(isinstance(tensor, int) for tensor in tensors):
            raise NetworkError(
                f"A layer must be called with other layers' outputs. Received: {layer.said}."
            )
        if layer.model is not None:
            if len(tensors) != len(layer.model.inputs):
                raise NetworkError(
                    f"A model must be called with as many tensors as it has inputs, "
                    f"{len(layer.model.inputs)}. Received: {layer.said} with {len(tensors)}."
                )
            return self.call(layer.model, tensors)
        if kind in TRAINING_ONLY or kind == "StochasticDepth":
            return [self._add(layer, "Identity", {}, tensors)]
        if kind in FUNCTIONS and kind not in LAYER_KINDS:
            kind, given = FUNCTIONS[kind]
            return [self._add(layer, kind, check_arguments(kind, given, layer.said), tensors)]
        if kind == "CustomScaleLayer":
            return [self._scaled_sum(layer, tensors)]
        if kind == "LayerScale":
            return [self._layer_scale(layer, tensors)]
        step = self._add(layer, kind, layer.arguments, tensors, path=layer.path)
        if layer.activation is not None:
            kind, given = layer.activation
            step = self._add(layer, kind, given, [step], part="activation")
        return [step]

    def _arithmetic(self, layer: _Layer, left: Any, right: Any) -> int:
        """Write ``x + y``, ``2 * x``, ``1 - x``, ``x / 255`` as a merge or a rescaling."""
        kind = layer.kind
        if isinstance(left, int) and isinstance(right, int) and kind in _MERGES:
            return self._add(layer, _MERGES[kind], {}, [left, right])
        scale, offset, tensor = None, 0.0, left
        if isinstance(left, int) and isinstance(right, float):
            scale, offset = {
                "Add": (1.0, right),
                "Subtract": (1.0, -right),
                "Multiply": (right, 0.0),
                **dict.fromkeys(_DIVISIONS, (1 / right if right else None, 0.0)),
            }.get(kind, (None, 0.0))
        elif isinstance(left, float) and isinstance(right, int):
            tensor = right
            scale, offset = {
                "Add": (1.0, left),
                "Subtract": (-1.0, left),
                "Multiply": (left, 0.0),
            }.get(kind, (None, 0.0))
        if scale is None:
            raise NetworkError(
                "Arithmetic in a network must be +, - or * of tensors and numbers, or a tensor "
                f"divided by a number. Received: {layer.said}."
            )
        return self._add(layer, "Rescaling", {"scale": scale, "offset": offset}, [tensor])

    def _scaled_sum(self, layer: _Layer, tensors: Sequence[int]) -> int:
        """Write Inception-ResNet's ``x + scale * y`` in two layers."""
        if len(tensors) != 2:
            raise NetworkError(
                f"A CustomScaleLayer must take 2 inputs. Received: {layer.said} with "
                f"{len(tensors)}."
            )
        scaling = {"scale": layer.arguments["scale"], "offset": 0.0}
        scaled = self._add(layer, "Rescaling", scaling, [tensors[1]], part="scale")
        return self._add(layer, "Add", {}, [tensors[0], scaled])

    def _layer_scale(self, layer: _Layer, tensors: Sequence[int]) -> int:
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


def _safe_name(name: str) -> str:
    """Replace what TensorFlow's names cannot hold.

    >>> _safe_name("my layer/1"), _safe_name("_x")
    ('my_layer_1', 'x')
    """
    return re.sub(r"[^A-Za-z0-9_.\-]", "_", name[:100]).lstrip("_.-") or "layer"


def _resolved(part: Any, values: Mapping[tuple[str, int], list[int]], layer: _Layer) -> Any:
    if isinstance(part, list):
        return [_resolved(reference, values, layer) for reference in part]
    if isinstance(part, _Reference):
        outputs = values.get((part.layer, part.call), [])
        if not 0 <= part.output < len(outputs):
            raise NetworkError(
                "A layer must be called with outputs that exist. "
                f"Received: {layer.said} with {shown(part.layer)}, call {part.call}, output "
                f"{part.output}."
            )
        return outputs[part.output]
    return part


def _references(arguments: Sequence[_Argument]) -> Iterator[_Reference]:
    for part in arguments:
        if isinstance(part, _Reference):
            yield part
        elif isinstance(part, list):
            yield from part


def _order(model: _Model) -> list[tuple[_Layer, int]]:
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
