"""Turn a `.keras` file's config into one plain graph of checked layers.

Nested models, layers used more than once and arithmetic on tensors are unrolled: in what comes
out every layer has one name, one call and one output, which is what a picture of the network
needs. Each layer remembers where its weights lie in the file.

It is done in two steps, `reading` and `unrolling`. Layers are not left nested for Keras to unroll:
a call is charged, and its weights' shapes are checked, at the size that it is really made with,
before anything is built; and a slice or a crop can only be written as a layer at a known size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.limits import LIMITS, Limits
from cnnviz.networks.keras_files.reading import (
    MODELS,
    OpenShape,
    Reader,
    check_extent,
    listed,
)
from cnnviz.networks.keras_files.unrolling import INPUT, Unroller, safe_name
from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown


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
    models : names of all models in the file, the outermost last.
    notes : sentences for the user about what the file asks for and does not get.
    """

    name: str
    input_name: str
    input_shape: OpenShape
    layers: tuple[LayerSpec, ...]
    outputs: tuple[str, ...]
    models: tuple[str, ...] = ()
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
    if not isinstance(config, dict) or config.get("class_name") not in MODELS:
        received = config.get("class_name") if isinstance(config, dict) else config
        raise NetworkError(
            "An uploaded network must be a Sequential or functional model of Keras 3. "
            f"Received: {shown(received)}."
        )
    check_extent(config, limits)
    reader = Reader()
    model = reader.model(config)
    if len(model.inputs) != 1:
        received = ", ".join(shown(reference.layer) for reference in model.inputs[:5])
        raise NetworkError(
            f"An uploaded network must take one picture. Received: {len(model.inputs)} inputs"
            f"{f', {received}' if received else ''}."
        )
    input_name = model.inputs[0].layer
    unroller = Unroller(limits, input_name)
    outputs = unroller.call(model, [INPUT])
    if not unroller.steps:
        raise NetworkError(f"A network must have layers. Received: {shown(model.name)}.")
    names = unroller.names()
    notes = list(reader.notes())
    if unroller.repeated:
        notes.append(
            f"Used more than once, and drawn once for each use: {listed(unroller.repeated)}."
        )
    return NetworkSpec(
        name=safe_name(model.name),
        input_name=names[INPUT],
        input_shape=model.layers[input_name].shape,
        layers=tuple(
            LayerSpec(
                name=names[index],
                kind=step.kind,
                arguments=step.arguments,
                inputs=tuple(names[source] for source in step.inputs),
                said=step.layer.said,
                weights_path=step.weights_path,
                stored_kind=step.stored_kind,
            )
            for index, step in enumerate(unroller.steps)
        ),
        outputs=tuple(names[output] for output in outputs),
        models=(*reader.models,),
        notes=tuple(notes),
    )
