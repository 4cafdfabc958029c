"""Read a `.keras` file's config: dictionaries become definitions of models and layers.

Each definition keeps its calls. Nothing is unrolled or built here, and `module`,
`registered_name`, `build_config` and `compile_config` are never followed.

Source of the format: Keras 3.15, `Functional.get_config`, `Sequential.get_config` and
`saving_lib._save_container_state`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cnnviz.limits import Limits, raised_by
from cnnviz.networks.keras_files.calls import (
    Argument,
    Reference,
    call_argument,
    leaves,
    slices_from,
)
from cnnviz.networks.keras_files.functions import SLICE, is_function
from cnnviz.networks.keras_files.kinds import check_kind, check_origin
from cnnviz.networks.keras_files.schema import (
    ACTIVATION_LAYERS,
    LAYER_KINDS,
    TRAINING_ONLY,
    check_arguments,
    precision_of,
)
from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown

OpenShape: TypeAlias = tuple[int | None, ...]

MODELS = ("Sequential", "Functional")
_DEEPEST_NESTING = 8
# Nothing that can be computed here has a side this long; longer numbers are not even quoted.
_LONGEST_SIDE = 10**9


@dataclass
class Layer:
    """One layer, or one function of `keras.ops`, as a model defines it.

    said : how sentences name it.
    parents : names of the models around it, from the outside in.
    path : its group in the weights file.
    calls : what it is called with, each time.
    activation : a layer that was given as its activation, with its arguments.
    shape : of an input.
    model : of a nested model.
    """

    name: str
    kind: str
    said: str
    parents: tuple[str, ...] = ()
    path: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    calls: list[list[Argument]] = field(default_factory=list)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    activation: tuple[str, Mapping[str, Any]] | None = None
    shape: OpenShape = ()
    model: Model | None = None


@dataclass
class Model:
    """A model: its layers by name, and which of their outputs come in and go out."""

    name: str
    layers: dict[str, Layer]
    inputs: list[Reference]
    outputs: list[Reference]


def check_extent(config: Mapping[str, Any], limits: Limits) -> None:
    """Count the layers before anything is made of them.

    Raises
    ------
    NetworkError : there are too many, or models are nested too deep.
    """
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
                if layer["class_name"] in MODELS:
                    inner.append(layer)
                else:
                    count += layer["class_name"] != "InputLayer"
        models = inner
    if count > limits.model_layers:
        raise NetworkError(
            f"An uploaded network may have {limits.model_layers:,} layers; "
            f"{raised_by('model_layers')}. Received: {count:,}."
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


def listed(names: Sequence[str]) -> str:
    """Join names, at most five of them, each short and printable.

    >>> listed(["a", "b"]), listed(list("abcdefg")), listed(["\\ud800"])
    ('a, b', 'a, b, c, d, e and 2 more', '\\\\ud800')
    """
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(shown(name)[1:].removesuffix('"') for name in names[:5]) + more


class Reader:
    """Read definitions of models and layers; remember what the user should know about them.

    models : names of the models read, the outermost last.
    """

    def __init__(self) -> None:
        self.models: list[str] = []
        self._precisions: Counter[str] = Counter()
        self._skipped: list[str] = []

    def notes(self) -> Iterator[str]:
        """Say what is read otherwise than the file asks."""
        other = [name for name in self._precisions if name not in ("float32", "float64")]
        if other:
            yield f"Computed in float32; the file asks for {listed(sorted(other))}."
        if self._skipped:
            yield (
                "Only training uses these layers, so they pass on what they get: "
                f"{listed(self._skipped)}."
            )

    def model(
        self, entry: Mapping[str, Any], path: str = "", parents: tuple[str, ...] = ()
    ) -> Model:
        """Read one model, at the top or nested.

        Raises
        ------
        NetworkError : it, or one of its layers, breaks a rule.
        """
        config = entry["config"]
        name = config.get("name") if isinstance(config.get("name"), str) else "network"
        layers: dict[str, Layer] = {}
        counts: Counter[str] = Counter()
        entries = _layer_list(entry)
        for layer_entry in entries:
            layer = self._layer(layer_entry, path, parents, counts)
            if layer.name in layers:
                raise NetworkError(
                    f"Layers must have different names. Received: two of the name "
                    f"{shown(layer.name)}."
                )
            layers[layer.name] = layer
        self.models.append(name)
        if entry["class_name"] == "Sequential":
            return _sequential(name, config, layers)
        for layer, layer_entry in zip(layers.values(), entries, strict=True):
            layer.calls = _calls(layer_entry.get("inbound_nodes"), layer)
        return _functional(name, config, layers)

    def _layer(
        self,
        entry: Mapping[str, Any],
        path: str,
        parents: tuple[str, ...],
        counts: Counter[str],
    ) -> Layer:
        kind, config = entry["class_name"], entry["config"]
        name = entry.get("name", config.get("name"))
        if not isinstance(name, str) or not name:
            raise NetworkError(
                f"A layer must have a name. Received: {shown(name)} for a layer of kind "
                f"{shown(kind)}."
            )
        inside = f" in {shown(parents[-1])}" if parents else ""
        said = f"layer {shown(name)}{inside} ({shown(kind)[1:-1]})"
        layer = Layer(name, kind, said, parents, _weights_path(kind, path, counts), config)
        known = kind in LAYER_KINDS or kind in TRAINING_ONLY or kind in _WRAPPERS
        if known or is_function(kind, config):
            check_origin(entry, layer.said)
        if kind == "InputLayer":
            layer.shape = _input_shape(
                config.get("batch_shape", config.get("batch_input_shape")), layer.said
            )
            if config.get("sparse") or config.get("ragged"):
                raise NetworkError(f"An input must be dense. Received: {layer.said}.")
        elif kind in MODELS:
            layer.model = self.model(entry, layer.path, (*parents, name))
        elif kind in TRAINING_ONLY:
            self._skipped.append(name)
        elif is_function(kind, config):
            pass
        else:
            if kind in _WRAPPERS:
                layer.kind, config = _wrapped(config, layer)
                layer.path += "/layer"
            check_kind(layer.kind, layer.said, entry.get("module"))
            self._precisions[precision_of(config, layer.said)] += 1
            layer.arguments = check_arguments(layer.kind, config, layer.said)
            _take_activation_out(layer)
        return layer


def _functional(name: str, config: Mapping[str, Any], layers: dict[str, Layer]) -> Model:
    def kind_of(layer: str) -> str:
        return layers[layer].kind if layer in layers else ""

    inputs = [Reference(*leaf) for leaf in leaves(config.get("input_layers"))]
    # In this list, and nowhere else, Keras counts a functional model's calls from 1.
    outputs = [
        Reference(layer, max(call - (kind_of(layer) == "Functional"), 0), output)
        for layer, call, output in leaves(config.get("output_layers"))
    ]
    for reference in inputs:
        if kind_of(reference.layer) != "InputLayer":
            raise NetworkError(
                "A network's inputs must be among its layers. "
                f"Received: {shown(reference.layer)} in {shown(name)}."
            )
    if not outputs:
        raise NetworkError(f"A network must have an output. Received: {shown(name)}.")
    return Model(name, layers, inputs, outputs)


def _sequential(name: str, config: Mapping[str, Any], layers: dict[str, Layer]) -> Model:
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
        order.insert(0, Layer(first, "InputLayer", said, shape=shape))
    for source, layer in itertools.pairwise(order):
        if source.model is not None and len(source.model.outputs) != 1:
            raise NetworkError(
                "A model inside a Sequential must have one output. "
                f"Received: {source.said} with {len(source.model.outputs)}."
            )
        if layer.kind == "InputLayer":
            raise NetworkError(
                f"Only a Sequential model's first layer may be its input. Received: {layer.said}."
            )
        layer.calls = [[Reference(source.name, 0, 0)]]
    return Model(
        name,
        {layer.name: layer for layer in order},
        [Reference(order[0].name, 0, 0)],
        [Reference(order[-1].name, 0, 0)],
    )


# Only training uses what this one does to its layer: the normalised kernel is the one stored.
_WRAPPERS = ("SpectralNormalization",)
_WRAPPED = ("Conv2D", "DepthwiseConv2D", "Conv2DTranspose", "Dense")


def _wrapped(config: Mapping[str, Any], layer: Layer) -> tuple[str, Mapping[str, Any]]:
    """Read the layer inside a wrapper: its kind and its config."""
    inner = config.get("layer")
    kind = inner.get("class_name") if isinstance(inner, dict) else None
    given = inner.get("config") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or kind not in _WRAPPED or not isinstance(given, dict):
        raise NetworkError(
            f"A {layer.kind} must wrap one of {', '.join(_WRAPPED)}. "
            f"Received: {layer.said} around {shown(kind)}."
        )
    check_origin(inner, layer.said)
    return kind, given


def _take_activation_out(layer: Layer) -> None:
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
        if all(side is None or (type(side) is int and 0 < side < _LONGEST_SIDE) for side in shape):
            return tuple(shape)
    raise NetworkError(
        "A network must say what it takes: a picture (height, width, channels), a grid "
        "(height, width) or a vector. Received: "
        f"{said}, batch_shape={shown(batch_shape)}."
    )


def _calls(nodes: object, layer: Layer) -> list[list[Argument]]:
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
        given = list(node["args"])
        for name, value in node["kwargs"].items():
            # A network that answers runs with training off and without masks.
            if name in ("training", "mask") or value is None:
                continue
            if given:
                raise NetworkError(
                    "A layer must be called with tensors alone. "
                    f"Received: {layer.said} with {shown(name)}."
                )
            given.append(value)
        if layer.kind == SLICE and len(given) == 2:
            calls.append([call_argument(given[0], layer.said), slices_from(given[1], layer.said)])
        else:
            calls.append([call_argument(part, layer.said) for part in given])
    return calls
