"""The stack of a network that is open: one that ships, an uploaded one, or one trained here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.networks.building.kinds import MERGES, Input
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.options import Choice
from cnnviz.networks.building.recognising import NoStackError, stack_of
from cnnviz.networks.building.stack import KINDS, Stack
from cnnviz.networks.building.training_options import read_config
from cnnviz.networks.layers import LayerInfo, NetworkError
from cnnviz.networks.network import Network
from cnnviz.notation import shown

# What a layer has in Keras and not in a stack, and what it is there.
_FIXED: Mapping[str, tuple[Any, ...]] = {
    "axis": (-1, [-1]),
    "shared_axes": (None,),
    "data_format": ("channels_last", None),
    "renorm": (False, None),
    "noise_shape": (None,),
}


_ONLY_TRAINING = ("_initializer", "_regularizer", "_constraint")


def stack_of_network(network: Network) -> Stack:
    """Write a network as a stack, without its weights.

    Layers that pass on what they get, as an upload's changes of pictures do, are left out; a way to
    draw weights, a regulariser or a constraint that a stack does not know is Keras's own.

    Raises
    ------
    NetworkError : it is made of other layers, or has branches that are no block of a stack.
    """
    image = network.layers[0].name
    passed_on = {image: image}
    calls = []
    for info in network.layers[1:]:
        inputs = tuple(passed_on[name] for name in info.inputs)
        if info.kind == "Identity":
            passed_on[info.name] = inputs[0]
            continue
        passed_on[info.name] = info.name
        layer = _layer(info, network.operation(info.name).get_config())
        calls.append(Call(info.name, layer, inputs))
    try:
        given = Input(*network.input_shape)
        return stack_of(image, given, calls, passed_on[network.answer_layer])
    except NoStackError as error:
        kinds = {info.name: info.kind for info in network.layers}
        word = f"layer {shown(error.name)} ({kinds[error.name]})"
        raise NetworkError(f"{error} Received: {word}.") from None
    except ValueError as error:
        raise NetworkError(str(error)) from None


def _layer(info: LayerInfo, config: Mapping[str, Any]) -> Layer:
    said = f"layer {shown(info.name)} ({info.kind})"
    kind = {**KINDS, **MERGES}.get(info.kind)
    if kind is None:
        raise NetworkError(
            f"A network is changed here if it is made of {', '.join(KINDS)}. Received: {said}."
        )
    last = len(info.output_shape)
    for name, allowed in _FIXED.items():
        value = config.get(name, allowed[0])
        if name not in kind.options() and value not in (*allowed, *_last_axis(name, last)):
            raise NetworkError(
                f"A stack has no {kind.kind()} with another {name} than {shown(allowed[0])}. "
                f"Received: {said}, {name}={shown(value)}."
            )
    values = {name: config[name] for name in kind.options() if name in config}
    if "pool_size" in values and values["strides"] == values["pool_size"]:
        values["strides"] = None  # Keras fills in what is left out
    for name in [one for one in values if one.endswith(_ONLY_TRAINING)]:
        option, value = kind.options()[name], read_config(values.pop(name))
        if value is not None and (not isinstance(option, Choice) or value in option.words):
            values[name] = value
    try:
        return kind(**values)
    except ValueError as error:
        rule, _, received = str(error).partition(" Received: ")
        raise NetworkError(f"{rule} Received: {said}, {received}") from None


def _last_axis(name: str, last: int) -> tuple[Any, ...]:
    """Keras counts the batch as axis 0, so the channels of a map are 3."""
    return (last, [last]) if name == "axis" else ()
